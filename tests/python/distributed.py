# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The programs that test_mpi.py runs on several ranks: distributed.py <case>."""

import contextlib
import os
import shutil
import sys
import tempfile

import numpy as np
import scipy.sparse as sp
from elasticity import cantilever
from mpi4py import MPI
from problems import poisson2d

import suan

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


def multigrid():
    A = poisson2d(30)
    b = np.arange(1.0, 901.0)
    mine = rows_of_this_rank(900)
    M = suan.amg(A[mine], coarse_rows=50, smoother="chebyshev", comm=COMM)
    assert M.shape == (mine.stop - mine.start,) * 2
    of = np.concatenate(COMM.allgather(M.aggregates))
    alone = suan.amg(A, coarse_rows=50, smoother="chebyshev")
    np.testing.assert_array_equal(of, alone.aggregates)
    assert [level.entries for level in M.levels] == [level.entries for level in alone.levels]
    np.testing.assert_allclose(M.check().factors[0], alone.check().factors[0], rtol=1e-2)
    product = np.concatenate(COMM.allgather(M @ b[mine]))
    np.testing.assert_allclose(product, alone @ b, rtol=1e-3)
    # SciPy's ways to say it, with other types on the ranks.
    x = b[mine] if RANK == 0 else b[mine] * (1 + 0j)
    for again in (M.matvec(x), M.rmatvec(x), M.matvec(x[:, None])[:, 0], M.dot(x), M.H @ x):
        assert again.dtype == (np.float64 if SIZE == 1 else np.complex128)
        np.testing.assert_allclose(np.concatenate(COMM.allgather(again)), product, rtol=1e-5)
    for again in (M.matmat(x[:, None]), M.rmatmat(x[:, None]), (2 * M) @ x[:, None] / 2):
        assert again.shape == (len(x), 1)
        np.testing.assert_allclose(np.concatenate(COMM.allgather(again[:, 0])), product, rtol=1e-5)
    assert "aggregates were kept" in M.update(2 * A[mine])
    kept = suan.Solver(2 * A[mine], M=M, comm=COMM)
    for _ in range(2):
        x, report = kept.solve(b[mine])
    assert report.preconditioner == "amg"
    assert report.iterations < 20
    x, report = suan.solve(2 * A[mine], b[mine], M=M, comm=COMM)
    compare(2 * A, b, mine, x, report)


def multigrid_in_a_file():
    A = poisson2d(30)
    b = np.arange(1.0, 901.0)
    mine = rows_of_this_rank(900)
    M = suan.amg(A[mine], coarse_rows=50, comm=COMM)
    with in_a_folder() as folder:
        M.save(f"{folder}/m.h5", "levels")
        read = suan.load_amg(f"{folder}/m.h5", A[mine], "levels", comm=COMM)
        np.testing.assert_array_equal(read @ b[mine], M @ b[mine])
        np.testing.assert_array_equal(read.aggregates, M.aggregates)
        # Without A, and on another number of ranks.
        even = suan.load_amg(f"{folder}/m.h5", None, "levels", comm=COMM)
        assert sum(COMM.allgather(even.shape[0])) == 900
        alone = suan.load_amg(f"{folder}/m.h5", A, "levels")
        np.testing.assert_array_equal(alone @ b, suan.amg(A, coarse_rows=50) @ b)
    x, report = suan.solve(A[mine], b[mine], M=read, comm=COMM)
    compare(A, b, mine, x, report)


def multigrid_with_coordinates():
    A, points = cantilever(24, 4)
    nodes = rows_of_this_rank(len(points))
    mine = slice(2 * nodes.start, 2 * nodes.stop)
    b = np.random.default_rng(1).standard_normal(A.shape[0])
    M = suan.amg(A[mine], coordinates=points[nodes], block_size=2, coarse_rows=30, comm=COMM)
    # Types of the ranks may differ.
    B = np.tile(np.eye(2), (len(points), 1))
    dtype = np.float32 if RANK == 0 else np.float64
    other = suan.amg(A[mine].astype(dtype), B[mine], block_size=2, coarse_rows=30, comm=COMM)
    assert other.dtype == (np.float32 if SIZE == 1 else np.float64)
    x, report = suan.solve(A[mine], b[mine], M=M, comm=COMM)
    assert report.iterations < 40
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


def multigrid_of_other_files():
    with in_a_folder() as folder:
        expect_error(lambda: suan.load_amg(f"{folder}/{RANK}.h5" if RANK else folder, comm=COMM))


def multigrid_of_other_options():
    mine = rows_of_this_rank(81)
    expect_error(lambda: suan.amg(poisson2d(9)[mine], theta=0.1 * (1 + RANK), comm=COMM))


def multigrid_of_other_hints():
    mine = rows_of_this_rank(81)
    hints = {"near_null_space": np.ones(81)[mine]} if RANK == 1 else {}
    expect_error(lambda: suan.amg(poisson2d(9)[mine], comm=COMM, **hints))


def multigrid_of_a_short_hint():
    mine = rows_of_this_rank(81)
    B = np.ones((81, 2))[mine]
    expect_error(lambda: suan.amg(poisson2d(9)[mine], B[1:] if RANK == 1 else B, comm=COMM))


def multigrid_of_a_bad_row():
    A = poisson2d(9)
    A.data[A.indptr[80] :] = -1
    expect_error(lambda: suan.amg(A[rows_of_this_rank(81)], comm=COMM))


def multigrid_of_no_whole_nodes():
    mine = slice(0, 31) if RANK == 0 else slice(31, 64)
    expect_error(lambda: suan.amg(poisson2d(8)[mine], block_size=2, comm=COMM))


def multigrid_without_ranks():
    mine = rows_of_this_rank(81)
    M = suan.amg(poisson2d(9)[mine][:, mine])
    expect_error(lambda: suan.solve(poisson2d(9)[mine], np.ones(81)[mine], M=M, comm=COMM))


def multigrid_of_other_products():
    mine = rows_of_this_rank(81)
    M = suan.amg(poisson2d(9)[mine], comm=COMM)
    x = np.ones((mine.stop - mine.start, 1 + RANK))
    expect_error(lambda: M.matmat(x))


def multigrid_and_vector():
    mine = rows_of_this_rank(81)
    return suan.amg(poisson2d(9)[mine], comm=COMM), np.ones(81)[mine]


def multigrid_of_a_short_product():
    M, x = multigrid_and_vector()
    for product in (M.dot, M.matvec, M.rmatvec):
        try:
            product(x[1:] if RANK == 1 else x)
        except suan.DimensionMismatch:
            continue
        raise AssertionError
    expect_error(lambda: M @ (x[1:] if RANK == 1 else x))


def multigrid_of_a_masked_product():
    M, x = multigrid_and_vector()
    expect_error(lambda: M @ (np.ma.masked_less(x, 2) if RANK == 1 else x))


def multigrid_of_a_product_of_nothing():
    M, x = multigrid_and_vector()
    expect_error(lambda: M @ (x.astype(object) if RANK == 1 else x))


def multigrid_of_a_vector_in_matmat():
    M, x = multigrid_and_vector()
    expect_error(lambda: M.matmat(x if RANK == 1 else x[:, None]))


def multigrid_of_an_adjoint():
    M, x = multigrid_and_vector()
    expect_error(lambda: M.rmatvec(x) if RANK == 1 else M.matvec(x))


def multigrid_another_on_one_rank():
    (first, b), (second, _) = multigrid_and_vector(), multigrid_and_vector()
    M = second if RANK == 1 else first
    expect_error(lambda: suan.solve(poisson2d(9)[rows_of_this_rank(81)], b, M=M, comm=COMM))


def multigrid_another_updated():
    (first, _), (second, _) = multigrid_and_vector(), multigrid_and_vector()
    M = second if RANK == 1 else first
    expect_error(lambda: M.update(poisson2d(9)[rows_of_this_rank(81)]))


def multigrid_of_other_ranks():
    # Each rank has one of its own.
    mine = rows_of_this_rank(81)
    M = suan.amg(poisson2d(9)[mine][:, mine], comm=MPI.COMM_SELF)
    expect_error(lambda: suan.solve(poisson2d(9)[mine], np.ones(81)[mine], M=M, comm=COMM))


def multigrid_of_other_blocks():
    mine = slice(0, 32) if RANK == 0 else slice(32, 64)
    A = poisson2d(8)[mine]
    M = suan.amg(A, comm=COMM)
    expect_error(lambda: M.update(sp.bsr_array(A, blocksize=(2, 2)) if RANK == 1 else A))


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
