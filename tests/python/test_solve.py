# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""solve(): what it accepts, and that its answers are right."""

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spl
from problems import poisson2d, relative_residual, saddle

import suan


def test_two_by_two_by_hand():
    # 4x + y = 1, x + 3y = 2: x = 1/11, y = 7/11.
    A = sp.csr_array(np.array([[4.0, 1.0], [1.0, 3.0]]))
    x, report = suan.solve(A, np.array([1.0, 2.0]), rtol=1e-14)
    assert report.converged
    # The error is at most cond(A) = 1.94 times the relative residual, times norm(x).
    np.testing.assert_allclose(x, [1 / 11, 7 / 11], rtol=4e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_equals_a_direct_solution(dtype):
    A = poisson2d(12, dtype)
    if np.dtype(dtype).kind == "c":
        A = A + 1j * sp.eye_array(A.shape[0], dtype=dtype, format="csr")
    rng = np.random.default_rng(1)
    b = rng.standard_normal(A.shape[0]).astype(dtype)
    if np.dtype(dtype).kind == "c":
        b = (b + 1j * rng.standard_normal(A.shape[0])).astype(dtype)
    rtol = 1e-5 if np.finfo(dtype).bits == 32 else 1e-12
    x, report = suan.solve(A, b, rtol=rtol)
    assert report.reason == "converged"
    assert report.scalar == np.dtype(dtype).name
    assert x.dtype == dtype
    reference = spl.spsolve(sp.csc_array(A).astype(np.complex128), b)
    # cond(A) of the 12 x 12 grid is cot(pi / 26)^2 = 67.8.
    assert np.linalg.norm(x - reference) <= 70 * 2 * rtol * np.linalg.norm(reference)


@pytest.mark.parametrize("form", ["csr", "csc", "coo", "lil", "dok", "dia", "bsr"])
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csr_matrix])
def test_every_format_of_scipy(form, kind):
    A = kind(poisson2d(6)).asformat(form)
    b = np.arange(1.0, 37.0)
    x, report = suan.solve(A, b)
    assert report.converged
    assert relative_residual(poisson2d(6), x, b) <= 1e-8


def test_a_dense_matrix():
    A = poisson2d(4)
    x, report = suan.solve(A.toarray(), np.ones(16))
    assert report.converged
    assert "A" in report.copied
    assert relative_residual(A, x, np.ones(16)) <= 1e-8


@pytest.mark.parametrize(
    ("matrix", "vector", "expected"),
    [
        (np.int32, np.int64, "float64"),
        (bool, np.float64, "float64"),
        (np.float32, np.float64, "float64"),
        (np.float64, np.float32, "float64"),
        (np.float32, np.complex64, "complex64"),
        (np.complex64, np.float64, "complex128"),
        (np.complex64, np.int8, "complex128"),
        (np.complex64, np.float16, "complex64"),
        (np.float16, np.float32, "float32"),
        (np.uint8, np.float32, "float64"),
        (">f8", "<f8", "float64"),
    ],
)
def test_types_become_one_that_loses_nothing(matrix, vector, expected):
    A = sp.csr_array(sp.eye_array(3))
    A.data = A.data.astype(matrix)  # astype() of the matrix itself refuses some of them
    x, report = suan.solve(A, np.array([1, 2, 3], dtype=vector))
    assert report.converged
    assert report.scalar == expected
    np.testing.assert_array_equal(x, [1, 2, 3])


@pytest.mark.parametrize("dtype", [np.longdouble, np.clongdouble, object, "U3"])
def test_other_types_are_refused_with_what_to_do(dtype):
    with pytest.raises(suan.NotSupported, match="b is of type .*astype"):
        suan.solve(poisson2d(2), np.array([1, 2, 3, 4], dtype=dtype))


def test_shape_of_b_is_the_shape_of_x():
    A = poisson2d(3)
    for shape in [(9,), (9, 1)]:
        x, report = suan.solve(A, np.ones(shape))
        assert report.converged
        assert x.shape == shape
    x, _ = suan.solve(A, [1.0] * 9)
    assert x.shape == (9,)


def test_strided_vectors():
    A = poisson2d(3)
    wide = np.arange(18.0)
    x, report = suan.solve(A, wide[::2])
    assert report.converged
    assert relative_residual(A, x, wide[::2]) <= 1e-8


def test_initial_guess_is_used_and_kept():
    A = poisson2d(8)
    b = np.ones(64)
    exact = spl.spsolve(sp.csc_array(A), b)
    before = exact.copy()
    x, report = suan.solve(A, b, x0=exact)
    assert report.reason == "exact_initial_guess"
    assert report.iterations == 0
    np.testing.assert_array_equal(x, before)
    x[:] = 0
    np.testing.assert_array_equal(exact, before)


def test_a_function_as_the_matrix():
    A = poisson2d(7)
    b = np.arange(49.0)
    seen = []

    def product(v):
        seen.append(v)
        return A @ v

    x, report = suan.solve(product, b, rtol=1e-10)
    assert report.converged
    assert relative_residual(A, x, b) <= 1e-10
    assert all(v.dtype == np.float64 and v.shape == (49,) for v in seen)
    # The function owns its argument: it may keep and change it.
    kept = [v.copy() for v in seen]
    seen[0][:] = np.nan
    for v, copy in zip(seen[1:], kept[1:], strict=True):
        np.testing.assert_array_equal(v, copy)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_a_linear_operator(dtype):
    A = poisson2d(5, dtype)
    operator = spl.aslinearoperator(A)
    b = np.ones(25, dtype=dtype)
    x, report = suan.solve(operator, b, rtol=1e-5)
    assert report.converged
    assert report.scalar == np.dtype(dtype).name
    assert relative_residual(A, x, b) <= 1e-5


def test_a_function_may_call_the_library():
    A = poisson2d(4)
    eye = sp.csr_array(sp.eye_array(16))

    def product(v):
        inner, report = suan.solve(eye, v)
        assert report.converged
        return A @ inner

    x, report = suan.solve(product, np.ones(16))
    assert report.converged
    assert relative_residual(A, x, np.ones(16)) <= 1e-8


def test_unsorted_and_repeated_entries():
    # Row 0: 4 x0 + 1 x1, with x1 before x0 and 4 in two parts.
    A = sp.csr_array(
        (np.array([1.0, 3.0, 1.0, 1.0, 3.0]), np.array([1, 0, 0, 0, 1]), np.array([0, 3, 5])),
        shape=(2, 2),
    )
    x, report = suan.solve(A, np.array([1.0, 2.0]), rtol=1e-14)
    assert report.converged
    np.testing.assert_allclose(x, [1 / 11, 7 / 11], rtol=4e-14)


def test_data_longer_than_indptr_says():
    A = poisson2d(3)
    longer = sp.csr_array(A)
    longer.data = np.concatenate([A.data, [np.nan, np.nan]])
    longer.indices = np.concatenate([A.indices, [0, 0]]).astype(np.int32)
    x, report = suan.solve(longer, np.ones(9))
    assert report.converged
    assert relative_residual(A, x, np.ones(9)) <= 1e-8


def test_an_empty_system():
    x, report = suan.solve(sp.csr_array((0, 0)), np.zeros(0))
    assert report.converged
    assert x.shape == (0,)


def test_the_same_bits_each_time():
    A = poisson2d(40)
    b = np.random.default_rng(3).standard_normal(1600)
    first, report = suan.solve(A, b)
    second, _ = suan.solve(A, b)
    assert report.converged
    assert first.tobytes() == second.tobytes()


# Solves that do not converge never end with an exception.


def test_nan_in_b():
    b = np.ones(9)
    b[4] = np.nan
    x, report = suan.solve(poisson2d(3), b)
    assert report.reason == "not_finite"
    assert not report.converged
    assert "4" in report.detail
    assert np.isfinite(x).all()


def test_infinity_in_the_matrix():
    A = poisson2d(3)
    A.data[0] = np.inf
    _, report = suan.solve(A, np.ones(9), solver="cg", preconditioner="none")
    assert report.reason == "not_finite"


def test_too_few_iterations():
    x, report = suan.solve(poisson2d(20), np.ones(400), max_iterations=3)
    assert report.reason == "max_iterations"
    assert report.iterations == 3
    assert len(report.history) == 4
    assert "max_iterations" in report.advice
    assert np.isfinite(x).all()


def test_indefinite_matrix_given_to_cg():
    A = saddle(10)
    b = np.arange(1.0, 21.0)
    _, report = suan.solve(A, b, solver="cg")
    assert report.reason == "indefinite_matrix"
    assert "gmres" in report.advice
    # By default the library notices and continues with another method.
    x, report = suan.solve(A, b)
    assert report.converged
    assert relative_residual(A, x, b) <= 1e-8


def test_zero_right_hand_side():
    x, report = suan.solve(poisson2d(3), np.zeros(9), x0=np.ones(9))
    assert report.reason == "zero_right_hand_side"
    assert report.converged
    np.testing.assert_array_equal(x, np.zeros(9))
