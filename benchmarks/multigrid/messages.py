#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Messages of one cycle of multigrid, of Suan and of its peers: counted through MPI's profiling interface
(peers/message_counter.cpp), on more ranks than there may be cores. Counts do not depend on the machine
or its load."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import problems
import solvers
from solvers import who

ROOT = solvers.HERE.parents[1]
CYCLES = 3


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ranks", type=int, default=16)
    parser.add_argument("--problems", default="7pt,27pt,elasticity", help="of problems.py")
    parser.add_argument("--size", type=int, default=48, help="points in each direction")
    parser.add_argument("--contestants", help="suan, gamg, hypre", default="suan,gamg,hypre")
    parser.add_argument("--limit", type=float, default=300, help="seconds of each start")
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin",
                        help="folder of Suan's benchmark programs")
    parser.add_argument("--build", type=Path, default=ROOT / "build/peers",
                        help="folder for the peers' programs")
    return parser.parse_args()


def contestants_of(arguments):
    """One of each library and method, on all ranks."""
    found = solvers.prepare(arguments.ranks, arguments.build, arguments.bin,
                            arguments.contestants.split(","))
    names = (f"Suan, {arguments.ranks} ranks", f"PETSc GAMG, {arguments.ranks} ranks",
             f"PETSc GAMG, no threshold, {arguments.ranks} ranks",
             f"hypre BoomerAMG, {arguments.ranks} ranks")
    return [c for c in found if c.name in names]


def count(contestant, problem, files, arguments):
    """What the counter prints. Raises who.Failed."""
    words = [*contestant.command, "--name", contestant.name, "--repetitions", 1]
    words += ["--cycles", CYCLES, *contestant.arguments(problem, files)]
    command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", arguments.ranks]
    command += ["env", "OMP_PROC_BIND=false",
                f"LD_PRELOAD={arguments.bin.resolve() / 'libmessage_counter.so'}", *words]
    # Ranks that wait for a core that another one has must not spin.
    more = {"OMPI_MCA_mpi_yield_when_idle": "1"}
    if os.geteuid() == 0:
        more.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    out = who.launch([str(word) for word in command], 1, False, more, arguments.limit)
    lines = [x for x in who.json_lines(out) if x["operation"] == "messages"]
    if not lines:
        raise who.Failed("the counter printed nothing")
    return lines[-1]


def main():
    arguments = parse_arguments()
    if shutil.which("mpirun") is None or not (arguments.bin / "libmessage_counter.so").exists():
        sys.exit("error: there is no mpirun, or message_counter is not built")
    print(f"{'':48} {'messages':>9} {'of a rank':>9} {'':>11} {'kB':>7}")
    print(f"{f'a cycle on {arguments.ranks} ranks':48} {'mean':>9} {'most':>9} {'collectives':>11} "
          f"{'mean':>7}")
    for name in arguments.problems.split(","):
        problem = problems.generate(name, arguments.size)
        with tempfile.TemporaryDirectory(prefix="suan-messages-") as folder:
            files = problems.write(problem, folder)
            for contestant in contestants_of(arguments):
                label = f"{name} {arguments.size}, {contestant.name}"
                try:
                    if contestant.absent:
                        raise who.Failed(contestant.absent)
                    line = count(contestant, problem, files, arguments)
                except who.Failed as error:
                    print(f"{label:48} {error}")
                    continue
                print(f"{label:48} {line['sent_mean']:9.1f} {line['sent_most']:9.1f} "
                      f"{line['collectives_mean']:11.1f} {line['bytes_mean'] / 1e3:7.0f}",
                      flush=True)


if __name__ == "__main__":
    main()
