# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The bracket program from its command line to its files and picture.

SUAN_BRACKET names the program; SUAN_MPIEXEC, where set, the launcher for several ranks.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SUAN_BRACKET", "")
MPIEXEC = os.environ.get("SUAN_MPIEXEC") or shutil.which("mpiexec")

pytestmark = pytest.mark.skipif(not PROGRAM, reason="SUAN_BRACKET does not name the program suan_bracket")

MODULUS, POISSON, FORCE = 210e3, 0.3, 1000.0
RTOL = 1e-9  # rounding errors of the residual are about 1e-10
ENVIRONMENT = dict(
    os.environ,
    OMP_NUM_THREADS="1",
    OMP_PROC_BIND="false",
    OMPI_ALLOW_RUN_AS_ROOT="1",
    OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
    OMPI_MCA_rmaps_base_oversubscribe="1",
)


def command(folder: Path, *arguments: str, ranks: int = 1) -> list[str]:
    start = [MPIEXEC, "-n", str(ranks)] if ranks > 1 else []
    return [*start, PROGRAM, f"--output={folder}", *arguments]


def run(folder: Path, *arguments: str, ranks: int = 1) -> subprocess.CompletedProcess:
    return launch(command(folder, *arguments, ranks=ranks))


def launch(words: list[str]) -> subprocess.CompletedProcess:
    return subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT, timeout=300)


class Result:
    """What a run has written, with nodes in an order that does not depend on ranks."""

    def __init__(self, folder: Path, *arguments: str, ranks: int = 1):
        done = run(folder, *arguments, ranks=ranks)
        if "no HDF5" in done.stderr:
            pytest.skip("this Suan was built without HDF5")
        assert done.returncode == 0, done.stdout + done.stderr
        self.folder, self.output = folder, done.stdout
        h5py = pytest.importorskip("h5py")
        with h5py.File(folder / "bracket.h5") as file:
            points = file["coordinates"][...]
            order = np.lexsort(points.T)
            self.points, self.displacement = points[order], file["displacement"][...][order]
            number = np.empty(len(order), dtype=int)
            number[order] = np.arange(len(order))
            tetrahedra = np.sort(number[file["tetrahedra"][...].astype(int)], axis=1)
            order = np.lexsort(tetrahedra.T)
            self.tetrahedra, self.stress = tetrahedra[order], file["von_mises"][...][order]
            self.report = json.loads(file["report"][()])
        if ranks > 1 and self.report["ranks"] == 1:
            pytest.skip("this Suan was built without MPI")


@pytest.fixture(scope="module")
def bracket(tmp_path_factory) -> Result:
    return Result(tmp_path_factory.mktemp("bracket"), "--refine=2", f"--rtol={RTOL}")


def elements(result: Result) -> tuple[np.ndarray, np.ndarray]:
    """Volumes, and gradients of the shape functions: elements x 4 x 3."""
    corners = result.points[result.tetrahedra]
    edges = corners[:, 1:] - corners[:, :1]
    gradients = np.zeros((len(edges), 4, 3))
    gradients[:, 1:] = np.swapaxes(np.linalg.inv(edges), 1, 2)
    gradients[:, 0] = -gradients[:, 1:].sum(axis=1)
    return np.abs(np.linalg.det(edges)) / 6, gradients


def stresses(result: Result) -> np.ndarray:
    """Tensors, from the displacements, by Hooke's law."""
    _, gradients = elements(result)
    slopes = np.einsum("eia,eib->eab", result.displacement[result.tetrahedra], gradients)
    strain = (slopes + np.swapaxes(slopes, 1, 2)) / 2
    trace = np.trace(strain, axis1=1, axis2=2)[:, None, None]
    mu = MODULUS / 2 / (1 + POISSON)
    return 2 * mu * strain + 2 * mu * POISSON / (1 - 2 * POISSON) * trace * np.eye(3)


def test_report(bracket):
    report = bracket.report
    assert report["reason"] == "converged" and report["solver"] == "cg"
    assert report["unknowns"] == 3 * len(bracket.points) == 3 * 3578
    assert report["true_relative_residual"] <= RTOL
    # Multigrid that knows the rigid motions; without them it would be hundreds.
    assert report["preconditioner"] == "amg" and report["iterations"] < 60
    assert "level" in bracket.output and "10734" in bracket.output


def test_forces_are_in_equilibrium(bracket):
    volumes, gradients = elements(bracket)
    forces = np.zeros_like(bracket.points)
    np.add.at(
        forces, bracket.tetrahedra, np.einsum("e,eab,eib->eia", volumes, stresses(bracket), gradients)
    )
    x, y, z = bracket.points.T
    clamped = np.all(bracket.displacement == 0, axis=1)
    loaded = np.abs(np.hypot(x - 62, y - 20) - 7) < 0.01
    np.testing.assert_allclose(np.hypot(np.abs(y - 20) - 9, z - 54)[clamped], 4, atol=0.02)
    assert clamped.sum() > 100 and loaded.sum() > 50
    # The norm of the residual is at most that part of the norm of the load, which is at most the
    # force; a sum of n elements is at most sqrt(n) times their norm.
    residual = RTOL * FORCE
    sums = residual * np.sqrt(forces.size)
    assert np.abs(forces[~clamped & ~loaded]).max() < residual
    np.testing.assert_allclose(forces[loaded].sum(axis=0), [0, 0, -FORCE], atol=sums)
    np.testing.assert_allclose(forces[clamped].sum(axis=0), [0, 0, FORCE], atol=sums)
    # Each loaded node is drawn along -z only.
    assert np.abs(forces[loaded][:, :2]).max() < residual and forces[loaded][:, 2].max() < 0


def test_stress_is_that_of_the_displacements(bracket):
    tensors = stresses(bracket)
    deviators = tensors - np.trace(tensors, axis1=1, axis2=2)[:, None, None] / 3 * np.eye(3)
    expected = np.sqrt(1.5 * np.einsum("eab,eab->e", deviators, deviators))
    np.testing.assert_allclose(bracket.stress, expected, rtol=1e-9, atol=1e-9 * expected.max())


@pytest.fixture(scope="module")
def smallest_eigenvalue(bracket) -> float:
    """That of the matrix of the nodes that are not clamped, assembled here."""
    sparse = pytest.importorskip("scipy.sparse")
    linalg = pytest.importorskip("scipy.sparse.linalg")
    volumes, g = elements(bracket)
    mu = MODULUS / 2 / (1 + POISSON)
    blocks = 2 * mu * POISSON / (1 - 2 * POISSON) * np.einsum("eia,ejb->eiajb", g, g)
    blocks += mu * np.einsum("eib,eja->eiajb", g, g)
    blocks += mu * np.einsum("eic,ejc,ab->eiajb", g, g, np.eye(3))
    unknowns = 3 * bracket.tetrahedra[:, :, None] + np.arange(3)
    rows = np.broadcast_to(unknowns[:, :, :, None, None], blocks.shape).ravel()
    columns = np.broadcast_to(unknowns[:, None, None, :, :], blocks.shape).ravel()
    values = (volumes[:, None, None, None, None] * blocks).ravel()
    free = np.repeat(np.any(bracket.displacement != 0, axis=1), 3)
    matrix = sparse.coo_matrix((values, (rows, columns))).tocsc()[free][:, free]
    return linalg.eigsh(matrix, k=1, sigma=0, return_eigenvectors=False)[0]


@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize("partition", ["metis", "coordinates"])
def test_answer_is_the_same_on_several_ranks(bracket, smallest_eigenvalue, tmp_path, ranks, partition):
    if not MPIEXEC:
        pytest.skip("no MPI")
    arguments = ["--refine=2", f"--rtol={RTOL}", f"--partition={partition}"]
    if partition == "metis" and 'unknown value of option partition "metis"' in run(tmp_path, *arguments).stderr:
        pytest.skip("this program was built without METIS")
    other = Result(tmp_path, *arguments, ranks=ranks)
    assert other.report["ranks"] == ranks
    np.testing.assert_array_equal(other.points, bracket.points)
    np.testing.assert_array_equal(other.tetrahedra, bracket.tetrahedra)
    # Two residuals of RTOL ||b||, where b is at most the force, differ by no more than twice that.
    x = bracket.displacement
    error = 2 * RTOL * FORCE / smallest_eigenvalue
    assert error < 1e-5 * np.abs(x).max()
    np.testing.assert_allclose(other.displacement, x, rtol=0, atol=error)
    # Strain differs at most by the sum over nodes of that times the gradient, which is 1 / height of
    # the element; the stress is sqrt(3/2) times the norm of 2 mu times its deviator.
    _, gradients = elements(bracket)
    strain = error * np.linalg.norm(gradients, axis=2).sum(axis=1)
    difference = np.abs(other.stress - bracket.stress)
    assert np.all(difference <= np.sqrt(1.5) * MODULUS / (1 + POISSON) * strain + 1e-12 * bracket.stress)


def timoshenko(poisson: float) -> float:
    """The deflection of the beam's end in mm. G. R. Cowper, "The shear coefficient in Timoshenko's
    beam theory", J. Appl. Mech. 33 (1966), 335-340."""
    length, area, moment = 100.0, 100.0, 1e4 / 12
    coefficient = 10 * (1 + poisson) / (12 + 11 * poisson)
    shear = coefficient * MODULUS / 2 / (1 + poisson) * area
    return FORCE * length**3 / (3 * MODULUS * moment) + FORCE * length / shear


def deflection(folder: Path, *arguments: str, ranks: int) -> float:
    done = run(folder, "--mesh=beam", "--rtol=1e-8", *arguments, ranks=ranks)
    assert done.returncode == 0 or "no HDF5" in done.stderr, done.stdout + done.stderr
    line = next(line for line in done.stdout.splitlines() if line.startswith("Deflection"))
    return float(line.split()[-2])


@pytest.mark.parametrize("poisson", [0.0, POISSON])
def test_beam_converges_to_theory(tmp_path, poisson):
    # With 4, 8 and 16 elements over the thickness.
    compliant = [deflection(tmp_path, f"--refine={n}", f"--poisson={poisson}", ranks=1) for n in (2, 4, 8)]
    theory = timoshenko(poisson)
    # Linear elements are too stiff in bending: stiffness errs by h^2, which Richardson's extrapolation
    # removes. What is left falls at least as fast, to a quarter or less from one pair of meshes to the
    # next, so it is at most a third of the difference between the two extrapolated values.
    stiffness = 1 / np.array(compliant)
    first, second = stiffness[1:] - (stiffness[:-1] - stiffness[1:]) / 3
    extrapolated = 1 / second
    left = abs(1 / first - extrapolated) / 3
    # The clamped end cannot contract sideways: near it, over about a quarter of the thickness, the
    # beam is stiffer, at most by 1 / (1 - nu^2) as in plane strain. That part contributes 3 (t/4) / L
    # of the deflection.
    clamped = 3 * (10 / 4) / 100 * poisson**2 * theory
    assert abs(extrapolated - theory) <= left + clamped <= 0.02 * theory
    # 4 is reached in the limit; the coarsest mesh is too stiff by a third, and not there yet.
    errors = stiffness * theory - 1
    if poisson == 0:
        assert 3.3 < errors[0] / errors[1] < errors[1] / errors[2] < 4.2
    assert compliant == sorted(compliant)


def test_beam_is_the_same_on_several_ranks(tmp_path):
    if not MPIEXEC:
        pytest.skip("no MPI")
    alone, two, three = (deflection(tmp_path, "--refine=3", ranks=ranks) for ranks in (1, 2, 3))
    # Printed with six digits; the energy that it is errs by the square of the tolerance.
    assert two == pytest.approx(alone, rel=2e-6) and three == pytest.approx(alone, rel=2e-6)


def test_xdmf_describes_the_file(bracket):
    h5py = pytest.importorskip("h5py")
    grid = ElementTree.parse(bracket.folder / "bracket.xdmf").getroot().find("Domain/Grid")
    assert grid.find("Topology").get("TopologyType") == "Tetrahedron"
    assert int(grid.find("Topology").get("NumberOfElements")) == len(bracket.tetrahedra)
    centers = [attribute.get("Center") for attribute in grid.findall("Attribute")]
    assert centers == ["Node", "Cell"]
    with h5py.File(bracket.folder / "bracket.h5") as file:
        items = grid.findall(".//DataItem")
        assert [item.text for item in items] == [
            f"bracket.h5:/{name}" for name in ("tetrahedra", "coordinates", "displacement", "von_mises")
        ]
        for item in items:
            data = file[item.text.split("/")[1]]
            dimensions = [int(n) for n in item.get("Dimensions").split()]
            assert data.dtype == np.float64 and data.size == np.prod(dimensions)
            assert data.shape[0] == dimensions[0]


def test_picture_is_drawn(bracket):
    pytest.importorskip("matplotlib")
    script = ROOT / "examples/bracket/plot.py"
    done = launch([sys.executable, str(script), str(bracket.folder)])
    assert done.returncode == 0, done.stderr
    image = pytest.importorskip("matplotlib.image").imread(bracket.folder / "bracket.png")
    # Some of it is white, and the part has many colours.
    colours = np.unique((image[:, :, :3] * 15).round().astype(int).reshape(-1, 3), axis=0)
    assert len(colours) > 100
    assert 0.2 < np.mean(np.all(image[:, :, :3] > 0.99, axis=2)) < 0.9


def test_picture_needs_results(tmp_path):
    pytest.importorskip("h5py")
    pytest.importorskip("matplotlib")
    done = launch([sys.executable, str(ROOT / "examples/bracket/plot.py"), str(tmp_path)])
    assert done.returncode == 2 and "run suan_bracket first" in done.stderr


REFUSED = [
    ("--refine=-1", "refine: -1"),
    ("--refine=2.5", "refine"),
    ("--youngs-modulus=0", "youngs_modulus: 0"),
    ("--poisson=0.5", "poisson: 0.5"),
    ("--force=nan", "force"),
    ("--poison=0.3", "poisson"),
    ("--partition=scotch", "partition"),
    ("--multigrid.block-size=0", "block_size"),
    ("--refine", "option --refine needs a value"),
    ("--refine=", "refine is empty"),
    ("3", '"3" is not an option'),
    ("--mesh=nowhere.msh", "cannot read the mesh nowhere.msh"),
    ("--mesh=nothing", "nothing.msh"),
    (f"--mesh={ROOT}/examples/bracket/bracket.geo", "bracket.geo.msh"),
]


# On two ranks a bad option and a bad file: what an option may be does not depend on ranks.
@pytest.mark.parametrize(
    ("ranks", "argument", "sentence"), [(1, *each) for each in REFUSED] + [(2, *REFUSED[0]), (2, *REFUSED[-1])]
)
def test_bad_options_are_refused(tmp_path, ranks, argument, sentence):
    if ranks > 1 and not MPIEXEC:
        pytest.skip("no MPI")
    done = run(tmp_path, argument, ranks=ranks)
    assert done.returncode == 2
    assert done.stderr.count("suan_bracket: ") == 1 and sentence in done.stderr
    assert not list(tmp_path.iterdir())


def test_meshes_that_are_not_whole_are_refused(tmp_path):
    text = (ROOT / "examples/bracket/beam.msh").read_text()
    (tmp_path / "half.msh").write_text(text[: len(text) // 2])
    done = run(tmp_path, f"--mesh={tmp_path}/half.msh")
    assert done.returncode == 2 and "gmsh -3 -order 2" in done.stderr


@pytest.mark.parametrize("ranks", [1, 2])
def test_folders_that_cannot_be_written_are_refused(tmp_path, ranks):
    if ranks > 1 and not MPIEXEC:
        pytest.skip("no MPI")
    (tmp_path / "file").write_text("in the way")
    done = run(tmp_path / "file", "--refine=1", ranks=ranks)
    assert done.returncode == 2 and done.stderr.count("suan_bracket: ") == 1
    assert str(tmp_path / "file") in done.stderr and "Assembled" not in done.stdout
    (tmp_path / "bracket.h5").mkdir()
    done = run(tmp_path, "--refine=1", ranks=ranks)
    if "no HDF5" not in done.stderr:
        assert done.returncode == 2 and done.stderr.count("suan_bracket: ") == 1
        assert "bracket.h5" in done.stderr and not (tmp_path / "bracket.xdmf").exists()


def test_limits_end_a_run_without_files(tmp_path):
    done = run(tmp_path, "--refine=2", "--max-iterations=3")
    assert done.returncode == 1 and "Not solved, so nothing is written." in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ranks", [1, 2])
def test_killed_runs_leave_no_files(tmp_path, ranks):
    if ranks > 1 and not MPIEXEC:
        pytest.skip("no MPI")
    with subprocess.Popen(command(tmp_path, "--refine=6", ranks=ranks), env=ENVIRONMENT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            process.stdout.readline()  # it runs
            time.sleep(0.2)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)
        finally:
            process.kill()  # or leaving the block would wait for it
    assert process.returncode != 0
    assert not list(tmp_path.iterdir())


def test_help_lists_options():
    done = launch([PROGRAM, "--help"])
    assert done.returncode == 0
    assert "--refine <int>" in done.stdout and "Default: 3" in done.stdout and "--max-iterations" in done.stdout
    # Classical multigrid cannot use rigid-body modes.
    assert "--theta" in done.stdout and "--coarsening" not in done.stdout


def test_set_up_includes_multigrid(bracket, tmp_path):
    line = next(line for line in bracket.output.splitlines() if line.startswith("operator complexity"))
    assert bracket.report["setup_seconds"] >= float(line.split()[-2]) - 1e-3
    # A limit that takes CG some iterations, and a tenth of the set-up.
    done = run(tmp_path, "--refine=2", "--time-limit=0.005")
    assert done.returncode == 1 and "NOT SOLVED: time_limit" in done.stdout
    assert re.search(r"iterations +0\n", done.stdout)
    assert not list(tmp_path.iterdir())
