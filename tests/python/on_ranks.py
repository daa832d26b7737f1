# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What the programs that run on several ranks have in common."""

import contextlib
import os
import shutil
import tempfile

import numpy as np
from mpi4py import MPI

COMM = MPI.COMM_WORLD
RANK, SIZE = COMM.rank, COMM.size


def say(*words):
    # In one write, because the lines of all ranks go into one pipe.
    os.write(1, (" ".join(str(word) for word in (RANK, *words)) + "\n").encode())


@contextlib.contextmanager
def in_a_folder():
    """A folder for all ranks."""
    folder = COMM.bcast(tempfile.mkdtemp() if RANK == 0 else None)
    try:
        yield folder
    finally:
        COMM.barrier()
        if RANK == 0:
            shutil.rmtree(folder)


def rows_of_this_rank(n: int) -> slice:
    return slice(n * RANK // SIZE, n * (RANK + 1) // SIZE)


def compare(A, b, mine, x, report, expected_scalar="float64"):
    assert report.converged, report
    assert report.ranks == SIZE
    assert report.scalar == expected_scalar
    whole = np.concatenate(COMM.allgather(x))
    assert np.linalg.norm(b - A @ whole) <= 1.01e-8 * np.linalg.norm(b)
    assert len(x) == mine.stop - mine.start
    say("ok")


def expect_error(call):
    try:
        call()
    except Exception as error:
        say(type(error).__name__, error)
        return
    say("no error")
