# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The contestants: how to build, start and read each program.

Every program prints one JSON object per measurement (see common.hpp); Suan's own drivers are Google
Benchmark programs, whose JSON suan_runs.py converts to the same form. A contestant that cannot run has
`absent` set to the reason, which the tables show.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import suan_runs

HERE = Path(__file__).resolve().parent
FLAGS = ["-std=c++20", "-O3", "-march=native", "-fopenmp", "-DNDEBUG"]


class Failed(Exception):
    """A program could not be built or failed; the text says why."""


@dataclass
class Contestant:
    """One program, or a few that belong together."""

    key: str
    names: dict  # operation -> names in its lines
    programs: dict = field(default_factory=dict)  # group of plan.py -> command
    mpi: bool = False
    environment: dict = field(default_factory=dict)
    absent: str = ""

    def takes_part(self, group):
        return any(operation in self.names for operation in group.operations)

    def names_in(self, group):
        return [n for operation in group.operations for n in self.names.get(operation, [])]


def first_line(text):
    """The first line that tells the cause, short enough for a table."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and "----" not in line]
    telling = [line for line in lines if "error" in line.lower()] or lines or ["no message"]
    return telling[0][:160]


def compile_program(name, build, compiler, extra, folder=HERE):
    """Builds <folder>/<name>.cpp unless the same command already did; returns its path."""
    source = folder / f"{name}.cpp"
    program = build / name
    command = [compiler, *FLAGS, str(source), "-o", str(program), *extra]
    if shutil.which("ccache"):
        command.insert(0, "ccache")
    stamp = build / f"{name}.command"
    headers = [*HERE.glob("*.hpp"), *(HERE.parent / "support").glob("*.hpp")]
    newest = max(path.stat().st_mtime for path in [source, *headers])
    fresh = (
        program.exists()
        and program.stat().st_mtime > newest
        and stamp.exists()
        and stamp.read_text() == shlex.join(command)
    )
    if fresh:
        return [str(program)]
    if shutil.which(compiler) is None:
        raise Failed(f"there is no {compiler}")
    build.mkdir(parents=True, exist_ok=True)
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise Failed(f"does not compile: {first_line(result.stderr)}")
    stamp.write_text(shlex.join(command))
    return [str(program)]


def find_mkl():
    """Compiler arguments for MKL's package on PyPI, in the current environment."""
    prefix = Path(sys.prefix)
    libraries = sorted((prefix / "lib").glob("libmkl_rt.so*"))
    if not (prefix / "include" / "mkl_spblas.h").exists() or not libraries:
        raise Failed("mkl and mkl-devel are not installed (cmake/requirements-peers.txt)")
    return [
        f"-isystem{prefix / 'include'}",
        str(libraries[-1]),
        f"-Wl,-rpath,{prefix / 'lib'}",
    ]


def find_eigen():
    for folder in ("/usr/include/eigen3", "/usr/local/include/eigen3"):
        if Path(folder, "Eigen", "SparseCore").exists():
            return [f"-isystem{folder}"]
    raise Failed("its headers are not installed (libeigen3-dev)")


def find_petsc():
    if shutil.which("pkg-config") is None:
        raise Failed("there is no pkg-config to find it with")
    result = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "PETSc"], capture_output=True, text=True
    )
    if result.returncode != 0:
        raise Failed("it is not installed (petsc-dev)")
    # Its headers should not give us warnings, nor its packager's hardening slow us down.
    words = shlex.split(result.stdout)
    return [w.replace("-I", "-isystem", 1) for w in words if not w.startswith(("-W", "-D_FORTIFY"))]


def find_scipy():
    try:
        import scipy  # noqa: F401
    except ImportError:
        raise Failed("it is not installed (cmake/requirements-peers.txt)") from None


def suan_contestants(bin_folder):
    """Suan with threads, as CSR and after optimize(), and with ranks."""
    everyone = []
    for key, groups in suan_runs.RUNS.items():
        runs = [run for group in groups.values() for run in group]
        names = {}
        for run in runs:
            for operation, name in run.results.values():
                names.setdefault(operation, []).append(name)
        drivers = {run.driver for run in runs} | {"benchmark_matrix"}
        missing = sorted(name for name in drivers if not (bin_folder / name).exists())
        one = Contestant(key, names, mpi=key == "suan-ranks")
        if missing:
            one.absent = f"not built: {', '.join(missing)}"
        elif one.mpi and not shutil.which("mpirun"):
            one.absent = "there is no mpirun"
        everyone.append(one)
    return everyone


def peer_contestants():
    """The peers, not built yet."""
    products = {
        "galerkin": ["MKL two products", "MKL two products, sorted", "MKL upper triangle"],
        "galerkin again": ["MKL two products", "MKL upper triangle"],
    }
    return [
        Contestant(
            "mkl",
            {
                "spmv": ["MKL plain", "MKL optimised"],
                "spmm": ["MKL plain", "MKL optimised"],
                "trsv": ["MKL plain", "MKL optimised"],
                "spgemm": ["MKL", "MKL sorted"],
                "spgemm again": ["MKL"],
                **products,
                "transpose": ["MKL"],
                "convert": ["MKL optimised"],
            },
            environment={"MKL_THREADING_LAYER": "GNU"},
        ),
        Contestant(
            "eigen",
            {
                **{o: ["Eigen"] for o in ("spmv", "spmm", "trsv", "spgemm", "galerkin",
                                          "transpose")},
                "solve": ["Eigen CG + Jacobi"],
            },
        ),
        Contestant(
            "petsc",
            {
                "spmv": ["PETSc"],
                "solve": ["PETSc CG + Jacobi", "PETSc CG + GAMG", "PETSc CG + hypre"],
            },
            mpi=True,
        ),
        Contestant(
            "scipy",
            {
                **{o: ["SciPy"] for o in ("spmv", "spmm", "trsv", "spgemm", "galerkin",
                                          "transpose")},
                "solve": ["SciPy CG + Jacobi"],
                "read": ["SciPy mmread", "SciPy mmread, tocsr"],
            },
        ),
    ]


def build_peer(peer, build):
    """Sets the programs of a peer. Raises Failed when it is absent or does not compile."""
    groups = {operation.split()[0] for operation in peer.names} - {"convert"}
    if peer.key == "mkl":
        flags = find_mkl()
        vectors = compile_program("mkl", build, "g++", flags)
        products = compile_program("mkl_products", build, "g++", flags)
        for group in groups:
            peer.programs[group] = products if group in ("spgemm", "galerkin") else vectors
        return
    if peer.key == "eigen":
        program = compile_program("eigen", build, "g++", find_eigen())
    elif peer.key == "petsc":
        program = compile_program("petsc", build, "mpicxx", find_petsc())
    else:
        find_scipy()
        program = [sys.executable, str(HERE / "scipy_peer.py")]
    peer.programs = {group: program for group in groups}


def all_contestants(build, bin_folder, keys=None):
    """All contestants, or those whose key begins with one of `keys`, built; or the reason why not."""
    everyone = suan_contestants(bin_folder) + peer_contestants()
    if keys:
        everyone = [c for c in everyone if any(c.key.startswith(key) for key in keys)]
    for contestant in everyone:
        if contestant.key.startswith("suan"):
            continue
        try:
            build_peer(contestant, build)
        except Failed as error:
            contestant.absent = str(error)
    return everyone


def launch(command, threads, mpi, more=None, limit=None):
    """Runs a program on `threads` threads or ranks, for at most `limit` seconds, and returns what it
    printed."""
    environment = dict(os.environ)
    environment.update(
        OMP_NUM_THREADS="1" if mpi else str(threads), OPENBLAS_NUM_THREADS="1", **(more or {})
    )
    if mpi:
        command = ["mpirun", "-n", str(threads), *command]
        if os.geteuid() == 0:
            environment.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
        environment.pop("OMP_PROC_BIND", None)
    else:
        environment.update(OMP_PROC_BIND="close", OMP_PLACES="cores")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env=environment) as process:
        try:
            out, errors = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.terminate()
            raise Failed(f"takes more than {limit:g} s") from None
        except BaseException:
            # Not killed: mpirun must have the time to end its ranks.
            process.terminate()
            raise
    if process.returncode != 0:
        raise Failed(f"ended with {process.returncode}: {first_line(errors)}")
    return out


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def suan_lines(contestant, group, size, repetitions, threads, bin_folder, files):
    """Runs Suan's drivers; returns their lines and their context."""
    out = []
    context = {}
    for run in suan_runs.RUNS[contestant.key][group.name]:
        command = suan_runs.command(run, bin_folder, size, repetitions, files)
        document = json.loads(launch(command, threads, contestant.mpi))
        out += suan_runs.lines(run, document, repetitions)
        context = document["context"]
    return out, context


def peer_lines(contestant, group, repetitions, threads, files):
    """Runs a peer's program, PETSc's once per preconditioner; returns its lines and its version."""
    command = [*contestant.programs[group.name], "--operation", group.name]
    command += ["--repetitions", repetitions]
    command += ["--file", files["text"] if group.name == "read" else files["matrix"]]
    if group.name == "galerkin":
        command += ["--prolongator", files["prolongator"]]
    if group.name == "read":
        command += ["--threads", threads]
    variants = [[]]
    if contestant.key == "petsc" and group.name == "solve":
        variants = [["--preconditioner", p] for p in ("jacobi", "gamg", "hypre")]
    lines = []
    for variant in variants:
        words = [str(word) for word in command + variant]
        lines += json_lines(launch(words, threads, contestant.mpi, contestant.environment))
    version = next((x["version"] for x in lines if x["operation"] == "version"), "")
    return [x for x in lines if x["operation"] != "version"], version


def run(contestant, group, size, repetitions, threads, bin_folder, files):
    """One turn of a contestant: (lines, description)."""
    if contestant.key.startswith("suan"):
        return suan_lines(contestant, group, size, repetitions, threads, bin_folder, files)
    return peer_lines(contestant, group, repetitions, threads, files)
