# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Who is measured: how each program is built, started and read.

Every program prints one JSON object per measurement (common.hpp says which); Suan's own drivers are
Google Benchmark programs, whose JSON is brought into the same form here. A contestant that cannot
run has `absent` set to the reason, which the tables show.
"""

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLAGS = ["-std=c++20", "-O3", "-march=native", "-fopenmp", "-DNDEBUG"]


class Failed(Exception):
    """A program could not be built or did not end well; the text says why."""


@dataclass
class Contestant:
    """One program. `names` are the contestants that its lines speak of."""

    key: str
    names: dict  # operation -> names that its lines will carry
    program: list
    mpi: bool = False
    versions: dict = field(default_factory=dict)
    environment: dict = field(default_factory=dict)
    absent: str = ""
    suan: bool = False


def first_line(text):
    """The first line that says what went wrong, short enough for a table."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines or ["no message"]
    return telling[0][:160]


def compile_program(name, build, compiler, extra):
    """Builds peers/<name>.cpp unless that was done with the same command; returns its path."""
    source = HERE / f"{name}.cpp"
    program = build / name
    command = [compiler, *FLAGS, str(source), "-o", str(program), *extra]
    if shutil.which("ccache"):
        command.insert(0, "ccache")
    stamp = build / f"{name}.command"
    newest = max(source.stat().st_mtime, (HERE / "common.hpp").stat().st_mtime)
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
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise Failed(f"does not compile: {first_line(result.stderr)}")
    stamp.write_text(shlex.join(command))
    return [str(program)]


def find_mkl():
    """Compiler arguments for MKL's package on PyPI, in the environment that runs this."""
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
    # Its own headers are not ours to be warned of, nor its packager's hardening ours to measure.
    words = shlex.split(result.stdout)
    return [w.replace("-I", "-isystem", 1) for w in words if not w.startswith(("-W", "-D_FORTIFY"))]


def find_scipy():
    try:
        import scipy  # noqa: F401
    except ImportError:
        raise Failed("it is not installed (cmake/requirements-peers.txt)") from None


def suan_contestants(bin_folder):
    """Suan with threads and, if it is built with MPI, with ranks."""
    spmv, cg = bin_folder / "spmv_bench", bin_folder / "cg_bench"
    missing = [p.name for p in (spmv, cg) if not p.exists()]
    absent = f"not built: {', '.join(missing)}" if missing else ""
    threads = Contestant(
        "suan",
        {"spmv": ["Suan"], "solve": ["Suan CG + Jacobi"], "read": ["Suan"]},
        [str(bin_folder)],
        absent=absent,
        suan=True,
    )
    ranks = Contestant(
        "suan-ranks",
        {"spmv": ["Suan, 2 ranks"], "solve": ["Suan CG + Jacobi, 2 ranks"]},
        [str(bin_folder)],
        mpi=True,
        absent=absent or ("" if shutil.which("mpirun") else "there is no mpirun"),
        suan=True,
    )
    optimised = Contestant(
        "suan-optimised",
        {"spmv": ["Suan optimised"], "solve": ["Suan CG + Jacobi, optimised"]},
        [str(bin_folder)],
        absent=absent,
        suan=True,
    )
    return [threads, optimised, ranks]


def all_contestants(build, bin_folder):
    """Everyone, built; whoever cannot be built says why."""
    build.mkdir(parents=True, exist_ok=True)
    petsc_solves = ["PETSc CG + Jacobi", "PETSc CG + GAMG", "PETSc CG + hypre"]
    peers = [
        Contestant("mkl", {"spmv": ["MKL plain", "MKL optimised"]}, []),
        Contestant("eigen", {"spmv": ["Eigen"], "solve": ["Eigen CG + Jacobi"]}, []),
        Contestant("petsc", {"spmv": ["PETSc"], "solve": petsc_solves}, [], mpi=True),
        Contestant(
            "scipy",
            {
                "spmv": ["SciPy"],
                "solve": ["SciPy CG + Jacobi"],
                "read": ["SciPy mmread", "SciPy mmread, tocsr"],
            },
            [sys.executable, str(HERE / "scipy_peer.py")],
        ),
    ]
    steps = {
        "mkl": lambda: compile_program("mkl", build, "g++", find_mkl()),
        "eigen": lambda: compile_program("eigen", build, "g++", find_eigen()),
        "petsc": lambda: compile_program("petsc", build, "mpicxx", find_petsc()),
        "scipy": find_scipy,
    }
    for peer in peers:
        try:
            program = steps[peer.key]()
            peer.program = program or peer.program
        except Failed as error:
            peer.absent = str(error)
    peers[0].environment = {"MKL_THREADING_LAYER": "GNU"}
    return suan_contestants(bin_folder) + peers


def launch(command, threads, mpi, more=None):
    """Runs a program on `threads` threads or ranks and returns what it printed."""
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
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    if result.returncode != 0:
        raise Failed(f"ended with {result.returncode}: {first_line(result.stderr)}")
    return result.stdout


def json_lines(text):
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def statistic(document, key, name):
    """`key` of the one benchmark in Google Benchmark's JSON, as minimum, median, ..."""
    rows = [b for b in document["benchmarks"] if b.get("aggregate_name") == name]
    if len(rows) != 1:
        raise Failed(f"expected one {name}, found {len(rows)}")
    return rows[0][key]


def suan_lines(contestant, operation, points, size, values, repetitions, threads, path):
    """Runs one of Suan's drivers; its lines in the form of the peers', and its context."""
    bin_folder = Path(contestant.program[0])
    name = contestant.names[operation][0]
    if operation == "spmv":
        arguments = ["spmv_bench", "--size", size, "--stencil", f"{points}pt"]
        arguments += ["--benchmark_filter=float64/apply/", "--repetitions", repetitions]
        arguments += ["--values", values]
    elif operation == "solve":
        arguments = ["cg_bench", "--size", size, "--stencil", f"{points}pt", "--repetitions", 1]
    else:
        arguments = ["read_bench", "--file", path, "--repetitions", repetitions]
    if operation != "read":
        arguments += ["--format", "auto" if contestant.key == "suan-optimised" else "csr"]
    command = [str(bin_folder / arguments[0]), *map(str, arguments[1:])]
    command.append("--benchmark_format=json")
    document = json.loads(launch(command, threads, contestant.mpi))
    line = {"contestant": name, "operation": operation}
    if operation == "solve":
        (row,) = [b for b in document["benchmarks"] if b["run_type"] == "iteration"]
        line.update(
            setup_seconds=row["setup_seconds"],
            seconds=row["seconds"],
            iterations=int(row["iterations_to_converge"]),
            relative_residual=row["true_relative_residual"],
            bytes_moved=row["bytes_moved"],
        )
    else:
        line.update(
            seconds_min=statistic(document, "real_time", "min") * 1e-3,
            seconds_median=statistic(document, "real_time", "median") * 1e-3,
            repetitions=repetitions,
        )
        keys = ("bytes", "checksum") if operation == "spmv" else ("entries",)
        line.update({key: statistic(document, key, "median") for key in keys})
    return [line], document["context"]


def peer_lines(contestant, operation, points, size, values, repetitions, threads, path):
    """Runs a peer's program, PETSc's once per preconditioner; its lines and its version."""
    command = [*contestant.program, "--operation", operation, "--repetitions", repetitions]
    command += ["--points", points, "--size", size, "--values", values]
    if operation == "read":
        command += ["--file", path, "--threads", threads]
    variants = [[]]
    if contestant.key == "petsc" and operation == "solve":
        variants = [["--preconditioner", p] for p in ("jacobi", "gamg", "hypre")]
    lines = []
    for variant in variants:
        words = [str(word) for word in command + variant]
        lines += json_lines(launch(words, threads, contestant.mpi, contestant.environment))
    version = next((x["version"] for x in lines if x["operation"] == "version"), "")
    return [x for x in lines if x["operation"] != "version"], version


def run(contestant, operation, points=7, size=128, values="constant", repetitions=20, threads=2,
        path=None):
    """One turn of a contestant: (lines, what it says of itself)."""
    function = suan_lines if contestant.suan else peer_lines
    return function(contestant, operation, points, size, values, repetitions, threads, path)
