# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The programs that test_mpi.py runs on several ranks: distributed.py <case>."""

import os
import sys

import numpy as np
import scipy.sparse as sp
from mpi4py import MPI
from problems import poisson2d

import suan

COMM = MPI.COMM_WORLD
RANK, SIZE = COMM.rank, COMM.size


def say(*words):
    # In one write, because the lines of all ranks go into one pipe.
    os.write(1, (" ".join(str(word) for word in (RANK, *words)) + "\n").encode())


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


def matrix():
    A = poisson2d(9)
    b = np.arange(1.0, 82.0)
    mine = rows_of_this_rank(81)
    local = A[mine]
    before = local.data.copy(), local.indices.copy(), local.indptr.copy()
    x, report = suan.solve(local, b[mine], comm=COMM)
    for array, copy in zip((local.data, local.indices, local.indptr), before, strict=True):
        np.testing.assert_array_equal(array, copy)
    compare(A, b, mine, x, report)


def function():
    A = poisson2d(9)
    b = np.arange(1.0, 82.0)
    mine = rows_of_this_rank(81)

    def product(v):
        return A[mine] @ np.concatenate(COMM.allgather(v))

    x, report = suan.solve(product, b[mine], comm=COMM)
    compare(A, b, mine, x, report)


def complex():
    A = sp.csr_array(poisson2d(9) + 1j * sp.eye_array(81))
    b = np.arange(1.0, 82.0) * (1 + 2j)
    mine = rows_of_this_rank(81)
    x, report = suan.solve(A[mine], b[mine], comm=COMM)
    compare(A, b, mine, x, report, "complex128")


def types():
    # Single precision on rank 0 and integers on the others: all compute in double.
    A = poisson2d(9)
    b = np.arange(1, 82)
    mine = rows_of_this_rank(81)
    dtype = np.float32 if RANK == 0 and SIZE > 1 else int
    x, report = suan.solve(A[mine].astype(dtype), b[mine].astype(dtype), comm=COMM)
    compare(A, b, mine, x, report)


def empty_rank():
    A = poisson2d(9)
    b = np.arange(1.0, 82.0)
    mine = slice(0, 81) if RANK == SIZE - 1 else slice(0, 0)
    x, report = suan.solve(A[mine], b[mine], x0=np.zeros(len(b[mine])), comm=COMM)
    compare(A, b, mine, x, report)


def several():
    A = poisson2d(9)
    b = np.arange(81.0 * 5).reshape(81, 5) ** 0.5
    mine = rows_of_this_rank(81)
    x, reports = suan.solve_many(A[mine], b[mine], comm=COMM)
    whole = np.concatenate(COMM.allgather(x))
    assert len(reports) == 5
    assert all(report.converged and report.ranks == SIZE for report in reports)
    assert (np.linalg.norm(b - A @ whole, axis=0) <= 1.01e-8 * np.linalg.norm(b, axis=0)).all()
    say("ok")


def expect_error(call):
    try:
        call()
    except Exception as error:
        say(type(error).__name__, error)
        return
    say("no error")


def bad_type_on_one_rank():
    mine = rows_of_this_rank(81)
    b = np.ones(81, dtype=object if RANK == 1 else float)[mine]
    expect_error(lambda: suan.solve(poisson2d(9)[mine], b, comm=COMM))


def bad_shape_on_one_rank():
    mine = rows_of_this_rank(81)
    b = np.ones(1) if RANK == 1 else np.ones(81)[mine]
    expect_error(lambda: suan.solve(poisson2d(9)[mine], b, comm=COMM))


def bad_option_on_one_rank():
    mine = rows_of_this_rank(81)
    options = {"rtolerance": 1e-3} if RANK == 1 else {}
    expect_error(lambda: suan.solve(poisson2d(9)[mine], np.ones(81)[mine], comm=COMM, **options))


def other_options():
    mine = rows_of_this_rank(81)
    options = {"max_iterations": 10 + RANK}
    expect_error(lambda: suan.solve(poisson2d(9)[mine], np.ones(81)[mine], comm=COMM, **options))


def other_numbers_of_vectors():
    mine = rows_of_this_rank(81)
    b = np.ones((81, 3 + RANK))[mine]
    expect_error(lambda: suan.solve_many(poisson2d(9)[mine], b, comm=COMM))


def columns_do_not_fit():
    mine = rows_of_this_rank(81)
    A = poisson2d(9)[mine][:, :80]
    expect_error(lambda: suan.solve(A, np.ones(81)[mine], comm=COMM))


def function_raises_on_one_rank():
    def product(v):
        if RANK == 1:
            raise ValueError("from the product")
        return 2 * v

    expect_error(lambda: suan.solve(product, np.ones(4), comm=COMM))


def callback_raises_on_one_rank():
    mine = rows_of_this_rank(81)

    def callback(iteration, residual):
        if RANK == 1 and iteration == 2:
            raise ValueError("enough")

    try:
        _, report = suan.solve(
            poisson2d(9)[mine], np.ones(81)[mine], comm=COMM, callback=callback
        )
        say(report.reason)
    except ValueError as error:
        say(type(error).__name__, error)


globals()[sys.argv[1]]()
