# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""solve_many(): several right-hand sides at once."""

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spl
from problems import poisson2d, relative_residual

import suan


def right_hand_sides(rows, columns, dtype=np.float64):
    rng = np.random.default_rng(3)
    b = rng.standard_normal((rows, columns))
    return (b + 1j * rng.standard_normal(b.shape) if np.dtype(dtype).kind == "c" else b).astype(dtype)


def test_by_hand():
    A = sp.csr_array(np.array([[4.0, 1.0], [1.0, 3.0]]))
    x, reports = suan.solve_many(A, [[1.0, 5.0], [2.0, 4.0]], rtol=1e-14)
    assert [report.converged for report in reports] == [True, True]
    # The error is at most cond(A) = 1.94 times the relative residual, times norm(x).
    np.testing.assert_allclose(x, [[1 / 11, 1.0], [7 / 11, 1.0]], rtol=4e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
@pytest.mark.parametrize("columns", [1, 2, 9])
def test_each_column_is_solved(dtype, columns):
    A = poisson2d(12, dtype)
    b = right_hand_sides(144, columns, dtype)
    before = b.copy()
    rtol = 1e-5 if np.finfo(dtype).bits == 32 else 1e-10
    x, reports = suan.solve_many(A, b, rtol=rtol)
    np.testing.assert_array_equal(b, before)
    assert x.shape == b.shape
    assert x.dtype == dtype
    assert len(reports) == columns
    for j, report in enumerate(reports):
        assert report.converged
        assert report.solver == "cg"
        assert relative_residual(A, x[:, j], b[:, j]) <= 1.01 * rtol


def test_columns_in_other_orders():
    A = poisson2d(8)
    b = right_hand_sides(64, 6)
    expected, _ = suan.solve_many(A, b)
    for other in (np.asfortranarray(b), np.repeat(b, 2, axis=1)[:, ::2]):
        x, _ = suan.solve_many(A, other)
        np.testing.assert_array_equal(x, expected)


def test_no_columns():
    x, reports = suan.solve_many(poisson2d(3), np.ones((9, 0)))
    assert x.shape == (9, 0)
    assert reports == []


def test_each_has_its_own_reason_and_guess():
    A = poisson2d(6)
    b = right_hand_sides(36, 3)
    b[:, 1] = 0
    guess = np.ones((36, 3))
    guess[:, 2] = 2
    b[:, 2] = A @ guess[:, 2]
    x, reports = suan.solve_many(A, b, x0=guess)
    assert [report.reason for report in reports] == [
        "converged",
        "zero_right_hand_side",
        "exact_initial_guess",
    ]
    np.testing.assert_array_equal(x[:, 1], 0)
    np.testing.assert_array_equal(guess[:, 0], 1)


def test_a_function_gets_one_vector_at_a_time():
    A = poisson2d(7)
    shapes = set()

    def product(v):
        shapes.add(v.shape)
        return A @ v

    b = right_hand_sides(49, 3)
    for operator in (product, spl.LinearOperator((49, 49), matvec=product, dtype=float)):
        x, reports = suan.solve_many(operator, b)
        assert all(report.converged for report in reports)
        assert max(relative_residual(A, x[:, j], b[:, j]) for j in range(3)) <= 1e-8
    assert shapes == {(49,)}


def test_other_methods_take_one_after_the_other():
    A = poisson2d(6)
    b = right_hand_sides(36, 3)
    # In one format: the copy that a long solve makes adds in another order.
    x, reports = suan.solve_many(A, b, solver="gmres", format="csr")
    for j, report in enumerate(reports):
        alone, _ = suan.solve(A, b[:, j].copy(), solver="gmres", format="csr")
        assert report.solver == "gmres"
        np.testing.assert_array_equal(x[:, j], alone)


def test_the_callback_hears_of_each_iteration_once():
    heard = []
    _, reports = suan.solve_many(
        poisson2d(9), right_hand_sides(81, 4), callback=lambda k, norm: heard.append((k, norm))
    )
    assert [k for k, _ in heard] == list(range(1, max(r.iterations for r in reports) + 1))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda A: suan.solve_many(A, np.ones(9)), suan.DimensionMismatch, "1 dimensions"),
        (lambda A: suan.solve_many(A, np.ones((8, 2))), suan.DimensionMismatch, "8 rows.*9 x 9"),
        (
            lambda A: suan.solve_many(A, np.ones((9, 2)), x0=np.ones((9, 3))),
            suan.DimensionMismatch,
            "x0 has the shape",
        ),
        (lambda A: suan.solve_many(A, A), suan.NotSupported, "sparse"),
        (lambda A: suan.solve_many(A, np.ones((9, 2)), solvr="cg"), suan.InvalidArgument, "solver"),
        (lambda A: suan.solve_many(A, np.ones((9, 2)), callback=3), suan.InvalidArgument, "callb"),
    ],
)
def test_words(call, error, words):
    with pytest.raises(error, match=words):
        call(poisson2d(3))
