# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The programs with factors that test_mpi.py runs on several ranks: distributed_direct.py <case>."""

import sys

import numpy as np
from on_ranks import COMM, RANK, compare, expect_error, rows_of_this_rank, say
from problems import poisson2d

import suan

A = poisson2d(20)
B = np.arange(1.0, 401.0)
MINE = rows_of_this_rank(400)


def whole(x):
    return np.concatenate(COMM.allgather(x))


def factors():
    F = suan.factorize(A[MINE], comm=COMM)
    assert F.inertia == (400, 0, 0)
    assert np.linalg.norm(A @ whole(F.solve(B[MINE])) - B) < 1e-9 * np.linalg.norm(B)
    X = whole(F.solve(np.stack([B, 2 * B, 1j * B], axis=1)[MINE]))
    assert np.linalg.norm(A @ X[:, 2] - 1j * B) < 1e-9 * np.linalg.norm(B)
    y, errors = F.errors(B[MINE])
    np.testing.assert_allclose(whole(y), whole(F.solve(B[MINE])), rtol=1e-10)
    assert errors.backward_error < 1e-14
    assert "analysis was kept" in F.update(2 * A[MINE])
    x = suan.spsolve(A[MINE], B[MINE], comm=COMM)
    assert np.linalg.norm(A @ whole(x) - B) < 1e-12 * np.linalg.norm(B)
    # A matrix of each rank's own beside it.
    own = suan.spsolve(A, B)
    np.testing.assert_allclose(own, whole(x), rtol=1e-10)
    x, report = suan.solve(A[MINE], B[MINE], M=F, solver="gmres", comm=COMM)
    compare(A, B, MINE, x, report)


def factors_of_an_empty_rank():
    mine = slice(0, 400) if RANK == 0 else slice(400, 400)
    F = suan.factorize(A[mine], comm=COMM)
    assert np.linalg.norm(A @ whole(F.solve(B[mine])) - B) < 1e-9 * np.linalg.norm(B)
    say("ok")


def factors_of_other_options():
    expect_error(lambda: suan.factorize(A[MINE], comm=COMM, pivot_threshold=0.1 * (1 + RANK)))


def factors_of_a_bad_entry():
    bad = A.copy()
    bad[399, 399] = np.nan
    expect_error(lambda: suan.factorize(bad[MINE], comm=COMM))


def factors_of_a_singular_matrix():
    bad = A.copy()
    bad.data[bad.indptr[17] : bad.indptr[18]] = 0
    expect_error(lambda: suan.spsolve(bad[MINE], B[MINE], comm=COMM))


def factors_of_a_short_side():
    F = suan.factorize(A[MINE], comm=COMM)
    expect_error(lambda: F.solve(B[MINE][: 3 if RANK == 1 else None]))


globals()[sys.argv[1]]()
