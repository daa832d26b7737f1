# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The heat-sink program from its command line to its files and pictures.

SUAN_HEAT_SINK names the program; SUAN_MPIEXEC, where set, the launcher for several ranks.
"""

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SUAN_HEAT_SINK", "")
MPIEXEC = os.environ.get("SUAN_MPIEXEC") or shutil.which("mpiexec")

pytestmark = pytest.mark.skipif(
    not PROGRAM, reason="SUAN_HEAT_SINK does not name the program suan_heat_sink"
)

SMALL = (
    "--cells-per-mm 1 --width 11 --depth 7 --base-thickness 2 --fins 4 --fin-height 3 "
    "--plate-size 5 --chip-size 3 --power 1 --rtol 1e-10"
).split()
SHAPE = (6, 7, 11)
UNKNOWNS = 5 * 5 + 11 * 7 * 2 + 4 * 2 * 7 * 3


def run(folder: Path, *arguments: str, ranks: int = 1) -> subprocess.CompletedProcess:
    command = [PROGRAM, *SMALL, "--output", str(folder), *arguments]
    if ranks > 1:
        command = [MPIEXEC, "-n", str(ranks), *command]
    return launch(command)


def launch(command: list[str]) -> subprocess.CompletedProcess:
    environment = dict(
        os.environ,
        OMP_NUM_THREADS="1",
        OMP_PROC_BIND="false",
        OMPI_ALLOW_RUN_AS_ROOT="1",
        OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
        OMPI_MCA_rmaps_base_oversubscribe="1",
    )
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=100)


@pytest.fixture(scope="module")
def solved(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("heat_sink")
    result = run(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


@pytest.fixture(scope="module")
def field(solved):
    """The open file of temperatures; skips in a build without HDF5."""
    if not json.loads((solved / "heat_sink_report.json").read_text())["field"]:
        pytest.skip("this Suan was built without HDF5")
    h5py = pytest.importorskip("h5py")
    with h5py.File(solved / "heat_sink.h5") as file:
        yield {name: file[name][...] for name in ("temperature", "material")}


def test_report(solved):
    report = json.loads((solved / "heat_sink_report.json").read_text())
    solve, summary = report["solve"], report["summary"]
    assert solve["reason"] == "converged"
    assert solve["unknowns"] == UNKNOWNS
    assert solve["true_relative_residual"] <= report["rtol"] == 1e-10
    assert len(solve["history"]) == solve["iterations"] + 1
    assert summary["heat_in_watt"] == 1
    assert summary["relative_difference"] <= summary["allowed_relative_difference"] < 1e-6
    assert 25 < summary["coldest_celsius"] < summary["hottest_copper_celsius"]
    assert summary["hottest_copper_celsius"] < summary["hottest_chip_celsius"]


def test_field_has_temperatures_in_solid_and_nan_in_air(field, solved):
    temperature, material = field["temperature"], field["material"]
    assert temperature.shape == material.shape == SHAPE
    assert np.count_nonzero(material) == UNKNOWNS
    assert np.array_equal(np.isnan(temperature), material == 0)
    assert set(np.unique(material)) == {0, 1, 2}
    assert np.all(material[0, 1:6, 3:8] == 2) and np.count_nonzero(material == 2) == 25
    # The problem is symmetric in x and in y, and so must be the field, to the tolerance.
    np.testing.assert_allclose(temperature, temperature[:, :, ::-1], rtol=1e-6)
    np.testing.assert_allclose(temperature, temperature[:, ::-1, :], rtol=1e-6)
    summary = json.loads((solved / "heat_sink_report.json").read_text())["summary"]
    assert np.nanmin(temperature) == pytest.approx(summary["coldest_celsius"], rel=1e-14)


def test_xdmf_describes_the_field(field, solved):
    h5py = pytest.importorskip("h5py")
    root = ElementTree.parse(solved / "heat_sink.xdmf").getroot()
    grid = root.find("Domain/Grid")
    points = tuple(map(int, grid.find("Topology").get("Dimensions").split()))
    assert grid.find("Topology").get("TopologyType") == "3DCoRectMesh"
    assert points == tuple(n + 1 for n in SHAPE)
    origin, spacing = (item.text.split() for item in grid.findall("Geometry/DataItem"))
    assert origin == ["0", "0", "0"]
    assert [float(s) for s in spacing] == [1, 1, 1]
    attributes = grid.findall("Attribute")
    assert [a.get("Center") for a in attributes] == ["Cell", "Cell"]
    for attribute in attributes:
        item = attribute.find("DataItem")
        name, dataset = item.text.strip().split(":")
        with h5py.File(solved / name) as file:
            assert file[dataset].shape == tuple(map(int, item.get("Dimensions").split()))
            assert file[dataset].dtype.itemsize == int(item.get("Precision"))
            assert file[dataset].dtype.kind == "f"


def test_written_system_has_the_solution_that_was_found(field, solved):
    h5py = pytest.importorskip("h5py")
    sparse = pytest.importorskip("scipy.sparse")
    linalg = pytest.importorskip("scipy.sparse.linalg")
    with h5py.File(solved / "heat_sink_matrix.h5") as file:
        offsets, columns, values = (
            file["A"][name][...] for name in ("row_offsets", "columns", "values")
        )
        b = file["b"][...]
    matrix = sparse.csr_matrix((values, columns, offsets), shape=(UNKNOWNS, UNKNOWNS))
    assert abs(matrix - matrix.T).max() == 0
    exact = linalg.spsolve(matrix.tocsc(), b)
    found = field["temperature"][field["material"] > 0]
    np.testing.assert_allclose(found, exact, rtol=1e-6)


@pytest.mark.parametrize("ranks", [2, 3])
def test_field_is_the_same_on_several_ranks(field, solved, tmp_path, ranks):
    if not MPIEXEC:
        pytest.skip("no MPI")
    h5py = pytest.importorskip("h5py")
    result = run(tmp_path, ranks=ranks)
    assert result.returncode == 0, result.stdout + result.stderr
    report = json.loads((tmp_path / "heat_sink_report.json").read_text())
    if report["solve"]["ranks"] == 1:
        pytest.skip("this Suan was built without MPI")
    assert report["solve"]["ranks"] == ranks
    with h5py.File(tmp_path / "heat_sink.h5") as file:
        np.testing.assert_allclose(file["temperature"][...], field["temperature"], rtol=1e-6)
        np.testing.assert_array_equal(file["material"][...], field["material"])


def test_pictures_are_drawn(solved):
    pytest.importorskip("matplotlib")
    pytest.importorskip("h5py")
    report = json.loads((solved / "heat_sink_report.json").read_text())
    subprocess.run(
        [sys.executable, ROOT / "examples/heat_sink/plot.py", solved], check=True, timeout=100
    )
    pictures = ["convergence.png"] + (["temperature_cut.png"] if report["field"] else [])
    for name in pictures:
        assert (solved / name).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_not_converging_is_said_and_leaves_no_field(tmp_path):
    result = run(tmp_path, "--max-iterations", "3")
    assert result.returncode == 1
    assert "NOT SOLVED" in result.stdout
    report = json.loads((tmp_path / "heat_sink_report.json").read_text())
    assert report["solve"]["reason"] == "max_iterations"
    assert report["field"] is False
    assert not (tmp_path / "heat_sink.h5").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--fin-hight", "3"], "fin_height"),
        (["--fin-height", "2.5"], "fin_height is 2.5 mm"),
        (["--fins", "5"], "5 fins of 2 cells"),
        (["--power"], "needs a value"),
        (["--power", ""], "power is empty"),
        (["--output="], "output is empty"),
    ],
)
def test_bad_options_are_refused(tmp_path, arguments, sentence):
    result = run(tmp_path, *arguments)
    assert result.returncode == 2
    assert sentence in result.stderr


@pytest.mark.parametrize("taken", ["heat_sink.h5", "heat_sink_report.json"])
def test_each_file_is_written_though_another_one_fails(solved, tmp_path, taken):
    names = [name for name in ("heat_sink.h5", "heat_sink_report.json") if (solved / name).exists()]
    if taken not in names:
        pytest.skip("this Suan was built without HDF5")
    (tmp_path / taken).mkdir()
    result = run(tmp_path)
    assert result.returncode == 2
    assert taken in result.stderr
    assert all((tmp_path / name).is_file() for name in names if name != taken)
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("other", [["--fin-height", "4"], ["--help"], ["--power", "much"]])
def test_ranks_with_different_options_are_refused(tmp_path, other):
    if not MPIEXEC:
        pytest.skip("no MPI")
    if "2 ranks" not in run(tmp_path, ranks=2).stdout:
        pytest.skip("this Suan was built without MPI")
    mine = [PROGRAM, *SMALL, "--output", str(tmp_path)]
    result = launch([MPIEXEC, "-n", "1", *mine, ":", "-n", "1", *mine, *other])
    assert result.returncode == 2
    assert result.stderr.count("suan_heat_sink: ") == 1


def test_help_lists_options():
    result = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=100)
    assert result.returncode == 0
    assert "--cells-per-mm" in result.stdout and "--max-iterations" in result.stdout
