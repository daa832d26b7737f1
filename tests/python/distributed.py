# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The programs that test_mpi.py runs on several ranks: distributed.py <case>."""

import sys

import numpy as np
import scipy.sparse as sp
from on_ranks import COMM, RANK, SIZE, compare, expect_error, rows_of_this_rank, say
from problems import poisson2d

import suan


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


def preconditioner():
    A = poisson2d(9)
    b = np.arange(1.0, 82.0)
    mine = rows_of_this_rank(81)
    M = sp.csr_array(sp.diags_array(1 / A.diagonal()))
    for given in (M[mine], lambda v: v / 4):
        x, report = suan.solve(A[mine], b[mine], M=given, comm=COMM)
        assert report.preconditioner == "user"
        assert report.converged
    compare(A, b, mine, x, report)


def solver():
    A = poisson2d(9)
    mine = rows_of_this_rank(81)
    kept = suan.Solver(A[mine], comm=COMM)
    assert "stays" in kept.update(2 * A[mine])
    for k in range(3):
        b = np.arange(1.0 + k, 82.0 + k)
        x, report = kept.solve(b[mine])
    X, reports = kept.solve_many(np.stack([b, b], axis=1)[mine])
    assert all(other.converged for other in reports)
    compare(2 * A, b, mine, x, report)


def solver_of_several_types():
    # What rank 0 gives is single, the others' is double: all compute in double.
    A = poisson2d(9)
    mine = rows_of_this_rank(81)
    dtype = np.float32 if RANK == 0 and SIZE > 1 else np.float64
    kept = suan.Solver(A[mine].astype(dtype), comm=COMM)
    b = np.arange(1.0, 82.0)
    x, report = kept.solve(b[mine])
    compare(A, b, mine, x, report)


def callback_stops():
    A = poisson2d(9)
    mine = rows_of_this_rank(81)
    # Only the last rank has a callback.
    callback = (lambda iteration, residual: iteration == 3) if RANK == SIZE - 1 else None
    _, report = suan.solve(A[mine], np.arange(81.0)[mine], comm=COMM, callback=callback)
    assert report.iterations == 3
    assert report.reason == "interrupted"
    say("ok")


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


def told(A=None, b=None, function=suan.solve, **others):
    """Solves with what rank 1 was told, and the others were not."""
    mine = rows_of_this_rank(81)
    A = poisson2d(9)[mine] if A is None or RANK != 1 else A
    b = np.ones(81)[mine] if b is None or RANK != 1 else b
    function = function if RANK == 1 else suan.solve
    expect_error(lambda: function(A, b, comm=COMM, **(others if RANK == 1 else {})))


def a_function_on_one_rank():
    told(A=lambda v: v)


def a_preconditioner_on_one_rank():
    told(M=lambda v: v)


def a_guess_on_one_rank():
    told(x0=np.ones(81)[rows_of_this_rank(81)])


def another_function_on_one_rank():
    told(b=np.ones((81, 1))[rows_of_this_rank(81)], function=suan.solve_many)


def a_callback_that_is_none():
    told(callback=3)


def broken_on_one_rank():
    A = poisson2d(9)[rows_of_this_rank(81)].tocsc()
    A.indices[0] = 10**8
    told(A=A)


def lengths_on_one_rank():
    A = poisson2d(9)[rows_of_this_rank(81)]
    A.data = A.data[:-2]
    told(A=A)


def masked_on_one_rank():
    told(b=np.ma.masked_less(np.ones(81)[rows_of_this_rank(81)], 2))


def an_exception_that_cannot_travel():
    class Local(Exception):  # of which other processes know nothing
        pass

    class Frame:
        def __array__(self, dtype=None, copy=None):
            raise Local("from the frame")

    told(b=Frame())


def solver_of_other_options():
    mine = rows_of_this_rank(81)
    expect_error(lambda: suan.Solver(poisson2d(9)[mine], rtol=1e-3 / (1 + RANK), comm=COMM))


def solver_with_other_calls():
    mine = rows_of_this_rank(81)
    kept = suan.Solver(poisson2d(9)[mine], comm=COMM)
    b = np.ones(81)[mine]
    expect_error(lambda: kept.update(poisson2d(9)[mine]) if RANK == 1 else kept.solve(b))


def solver_update_fails_on_one_rank():
    mine = rows_of_this_rank(81)
    A = poisson2d(9)[mine]
    kept = suan.Solver(A, comm=COMM)
    other = A.copy()
    if RANK == 1:
        other.indices[0] = 10**8
    expect_error(lambda: kept.update(other))
    x, report = kept.solve(np.ones(81)[mine])
    assert report.converged


globals()[sys.argv[1]]()
