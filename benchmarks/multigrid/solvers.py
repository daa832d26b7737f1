# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The contestants of the comparison of multigrid, how each is told what is known of a problem, and what
its program prints."""

import re
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "peers"))

import contestants as who  # noqa: E402

#: The least that finds jumps; weak connections are dropped from 0 on, and by default none are.
GAMG_THRESHOLD = {"pc_gamg_threshold": 0.01}
#: Diffusion is smoothed with Chebyshev's polynomials by default, whose interval is real.
GAMG_UNSYMMETRIC = {
    "pc_gamg_agg_nsmooths": 0,
    "mg_levels_ksp_type": "richardson",
    "mg_levels_pc_type": "sor",
}
BOOMERAMG = {
    "pc_type": "hypre",
    "pc_hypre_type": "boomeramg",
    "pc_hypre_boomeramg_coarsen_type": "HMIS",
    "pc_hypre_boomeramg_interp_type": "ext+i",
    "pc_hypre_boomeramg_P_max": 4,
    "pc_hypre_boomeramg_relax_type_down": "l1-Gauss-Seidel",
    "pc_hypre_boomeramg_relax_type_up": "backward-l1-Gauss-Seidel",
    "pc_hypre_boomeramg_relax_type_coarse": "Gaussian-elimination",
}


@dataclass
class Contestant:
    """`key` is what --contestants selects by; `arguments(problem, files)` are those of its program."""

    name: str
    key: str
    arguments: Callable
    threads: int
    mpi: bool = False
    only_unsymmetric: bool = False
    command: list = field(default_factory=list)
    absent: str = ""

    def takes(self, problem):
        return not (self.only_unsymmetric and problem.is_symmetric)


def given(problem, files):
    """What every program takes: the matrix and, if there is one, the near null space."""
    words = ["--file", files["matrix"], "--block-size", problem.block_size]
    return words + (["--near-null", files["near_null"]] if "near_null" in files else [])


def suan(problem, files):
    return [*given(problem, files), "--method", "cg" if problem.is_symmetric else "gmres"]


def suan_classical(problem, files):
    """Which interpolates each unknown of a node by itself, and takes no near null space."""
    return [*suan(problem, {"matrix": files["matrix"]}), "--coarsening", "classical"]


def suan_air(problem, files):
    return [*suan(problem, {"matrix": files["matrix"]}), "--coarsening", "air"]


def petsc_words(options):
    return [word for name, value in options.items() for word in (f"-{name}", value)]


def petsc(problem, files, options):
    if problem.is_symmetric:
        method = {"ksp_type": "cg"}
    else:
        method = {"ksp_type": "gmres", "ksp_pc_side": "right"}
    symmetric = "yes" if problem.is_symmetric else "no"
    return [*given(problem, files), "--symmetric", symmetric, *petsc_words({**method, **options})]


def gamg(**more):
    def arguments(problem, files):
        special = {} if problem.is_symmetric else GAMG_UNSYMMETRIC
        return petsc(problem, files, {"pc_type": "gamg", **special, **more})

    return arguments


def boomeramg(problem, files):
    """hypre prints its complexity with --explain."""
    threshold = 0.25 if problem.dimension == 2 else 0.5
    options = {**BOOMERAMG, "pc_hypre_boomeramg_strong_threshold": threshold}
    return [*petsc(problem, files, options), "--explain", "yes"]


def pyamg(kind):
    def arguments(problem, files):
        symmetric = "yes" if problem.is_symmetric else "no"
        return [*given(problem, files), "--kind", kind, "--symmetric", symmetric]

    return arguments


def everyone(threads):
    """All contestants; the first one is what the others are compared with."""
    ranks = f"{threads} ranks"
    return [
        Contestant("Suan", "suan", suan, threads),
        Contestant(f"Suan, {ranks}", "suan", suan, threads, mpi=True),
        Contestant("Suan, classical", "classical", suan_classical, threads),
        Contestant("Suan, air", "air", suan_air, threads, only_unsymmetric=True),
        Contestant(f"PETSc GAMG, {ranks}", "gamg", gamg(**GAMG_THRESHOLD), threads, mpi=True),
        Contestant("PETSc GAMG, 1 rank", "gamg", gamg(**GAMG_THRESHOLD), 1, mpi=True),
        Contestant(f"PETSc GAMG, no threshold, {ranks}", "gamg", gamg(), threads, mpi=True),
        Contestant(f"hypre BoomerAMG, {ranks}", "hypre", boomeramg, threads, mpi=True),
        Contestant("hypre BoomerAMG, 1 rank", "hypre", boomeramg, 1, mpi=True),
        Contestant("PyAMG aggregation", "pyamg", pyamg("aggregation"), 1),
        Contestant("PyAMG Ruge-Stueben", "pyamg", pyamg("ruge-stueben"), 1),
    ]


def program_of(contestant, build, bin_folder):
    """The command of a contestant. Raises who.Failed when it is absent."""
    if contestant.mpi and shutil.which("mpirun") is None:
        raise who.Failed("there is no mpirun")
    if contestant.name.startswith("Suan"):
        program = bin_folder / "benchmark_multigrid"
        if not program.exists():
            raise who.Failed("not built: benchmark_multigrid")
        return [str(program)]
    if contestant.key == "pyamg":
        try:
            import pyamg  # noqa: F401
        except ImportError:
            raise who.Failed("it is not installed (cmake/requirements-peers.txt)") from None
        return [sys.executable, str(HERE / "pyamg_peer.py")]
    return who.compile_program("petsc_multigrid", build, "mpicxx", who.find_petsc(), folder=HERE)


def prepare(threads, build, bin_folder, keys=None):
    """The contestants, or those whose key is one of `keys`, ready to run or with the reason why not.
    Raises ValueError for an unknown key."""
    found = everyone(threads)
    known = dict.fromkeys(c.key for c in found)
    for key in keys or []:
        if key not in known:
            raise ValueError(f"there is no contestant {key}; there are {', '.join(known)}")
    found = [c for c in found if not keys or c.key in keys]
    for contestant in found:
        try:
            contestant.command = program_of(contestant, build, bin_folder)
        except who.Failed as error:
            contestant.absent = str(error)
    return found


def hypre_figures(text):
    """The complexity and the number of levels that hypre prints."""
    found = {}
    if complexity := re.search(r"^\s*operator\s*=\s*([0-9.]+)", text, re.M):
        found["operator_complexity"] = float(complexity[1])
    if levels := re.search(r"Num levels\s*=\s*([0-9]+)", text):
        found["levels"] = int(levels[1])
    return found


def parsed(text):
    """(lines of solves, version) in what a program has printed. Raises who.Failed without a solve."""
    lines = who.json_lines(text)
    version = next((x["version"] for x in lines if x["operation"] == "version"), "")
    solves = [x for x in lines if x["operation"] == "solve"]
    if not solves:
        raise who.Failed("printed no solve")
    for turn, line in enumerate(solves):
        line.update(repetition=turn, **hypre_figures(text))
    return solves, version


def run(contestant, problem, files, repetitions, limit):
    """One start of its program: as parsed(). Raises who.Failed."""
    command = [*contestant.command, "--name", contestant.name, "--repetitions", repetitions]
    command += contestant.arguments(problem, files)
    words = [str(word) for word in command]
    return parsed(who.launch(words, contestant.threads, contestant.mpi, limit=limit))
