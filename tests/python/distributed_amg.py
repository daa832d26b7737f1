# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The programs with multigrid that test_mpi.py runs on several ranks: distributed_amg.py <case>."""

import sys

import numpy as np
import scipy.sparse as sp
from elasticity import cantilever
from mpi4py import MPI
from on_ranks import COMM, RANK, SIZE, compare, expect_error, in_a_folder, rows_of_this_rank, say
from problems import poisson2d

import suan


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


globals()[sys.argv[1]]()
