# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""factorize() and spsolve(): complete sparse factors."""

import copy
import math

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spl
from problems import arrays_of, poisson2d, relative_residual, saddle

import suan

pytestmark = pytest.mark.skipif(
    not suan.show_config("dicts")["mumps"], reason="this build of Suan has no MUMPS"
)
SCALARS = [np.float32, np.float64, np.complex64, np.complex128]


def eps_of(dtype):
    return float(np.finfo(dtype).eps)


def unsymmetric(n, dtype, seed=1):
    """A cycle of large entries, so that it is not singular, and random ones."""
    random = np.random.default_rng(seed)
    A = sp.random_array((n, n), density=0.05, rng=random, data_sampler=random.standard_normal)
    A = A + 6 * sp.coo_array((np.ones(n), (np.arange(n), (np.arange(n) + 1) % n)), shape=(n, n))
    if np.dtype(dtype).kind == "c":
        A = A * (1 + 0.5j)
    return sp.csr_array(A.astype(dtype))


# ---- Factors.


@pytest.mark.parametrize("dtype", SCALARS)
def test_solve_keeps_shape_and_type(dtype):
    A = unsymmetric(80, dtype)
    before = arrays_of(A)
    F = suan.factorize(A)
    assert isinstance(F, suan.Factors)
    for shape in [(80,), (80, 1), (80, 5)]:
        b = np.random.default_rng(2).standard_normal(shape).astype(dtype)
        x = F.solve(b)
        assert (x.shape, x.dtype) == (shape, dtype)
        assert relative_residual(A, x, b) < 1e4 * eps_of(dtype)
    assert arrays_of(A) == before
    assert F.solve(np.zeros((80, 0), dtype)).shape == (80, 0)


def test_right_hand_sides_of_other_types():
    F = suan.factorize(poisson2d(8))
    ones = F.solve(np.ones(64))
    assert F.solve(np.ones(64, int)).dtype == np.float64
    assert F.solve(np.ones(64, np.float32)).dtype == np.float64
    x = F.solve((1 - 2j) * np.ones(64))
    np.testing.assert_allclose(x, (1 - 2j) * ones, rtol=1e-12)
    np.testing.assert_allclose(F.solve([1.0] * 64), ones)
    single = suan.factorize(poisson2d(8, np.float32))
    assert single.solve(np.ones(64)).dtype == np.float64
    assert suan.factorize(poisson2d(8, np.float32), dtype=np.float64).dtype == np.float64


def test_with_the_solvers_of_scipy():
    A = unsymmetric(80, np.float64)
    b = np.ones(80)
    F = suan.factorize(A)
    assert isinstance(F, spl.LinearOperator)
    x, failed = spl.gmres(A, b, M=F, rtol=1e-12, maxiter=2)
    assert failed == 0
    assert relative_residual(A, x, b) <= 1e-12
    np.testing.assert_array_equal(F @ b, F.solve(b))
    with pytest.raises(suan.NotSupported, match="adjoint"):
        F.H @ b
    S = suan.factorize(poisson2d(8))
    np.testing.assert_array_equal(S.H @ np.ones(64), S.solve(np.ones(64)))


def test_in_solve_without_python(monkeypatch):
    A = unsymmetric(80, np.float64)
    F = suan.factorize(A)

    def never(*_):
        raise AssertionError("Python was asked")

    for name in ("_matvec", "_matmat", "_applied"):
        monkeypatch.setattr(suan.Factors, name, never)
    x, report = suan.solve(A, np.ones(80), M=F, solver="gmres", rtol=1e-12)
    assert report.converged
    assert report.preconditioner == "direct"
    assert report.iterations <= 2
    x, reports = suan.solve_many(A, np.ones((80, 3)), M=F, solver="gmres")
    assert all(report.converged for report in reports)


def test_as_a_preconditioner_by_name():
    A = unsymmetric(80, np.float64)
    preconditioner = {"type": "direct", "ordering": "amd", "pivot_threshold": 0.1}
    x, report = suan.solve(A, np.ones(80), solver="gmres", preconditioner=preconditioner)
    assert report.converged
    assert report.iterations <= 2
    assert "direct" in suan.preconditioners()
    assert "pivot_threshold" in {option.name for option in suan.options("direct")}


def test_inertia_and_determinant():
    F = suan.factorize(saddle(10))  # eigenvalues 1 + 3 and 1 - 3, ten times each
    assert F.inertia == suan.Inertia(positive=10, negative=10, zero=0)
    assert F.inertia.negative == 10
    assert F.determinant.value == pytest.approx((-8.0) ** 10)
    for dtype in SCALARS:
        A = unsymmetric(40, dtype)
        determinant = suan.factorize(A).determinant
        sign, logarithm = np.linalg.slogdet(A.toarray())
        assert determinant.logarithm == pytest.approx(logarithm, rel=1e3 * eps_of(dtype))
        found = determinant.mantissa / abs(determinant.mantissa)
        assert abs(found - sign) < 1e4 * eps_of(dtype)
        with pytest.raises(suan.InvalidArgument, match="real symmetric"):
            _ = suan.factorize(A).inertia
    large = suan.factorize(sp.diags_array(np.full(500, -1e3))).determinant
    assert large.value == math.inf
    assert large.logarithm == pytest.approx(500 * math.log(1e3))


def test_report_and_errors():
    A = poisson2d(20)
    F = suan.factorize(A, ordering="amd")
    report = F.report
    assert (report.factors, report.ordering, report.rows) == ("L D L^T", "amd", 400)
    assert report.factor_entries > report.entries > 400
    assert "L D L^T by MUMPS" in str(report) and "ordering amd" in str(F)
    assert "L D L^T" in repr(F)
    b = np.ones(400)
    x, errors = F.errors(b)
    np.testing.assert_allclose(x, F.solve(b), rtol=1e-12)
    assert errors.residual < 1e-14 and errors.backward_error < 1e-14
    exact = spl.spsolve(A.tocsc(), b)
    assert np.max(abs(x - exact)) <= 10 * errors.forward_error * np.max(abs(exact))
    assert 1 < errors.condition < 1e4


def test_update():
    A = unsymmetric(80, np.float64)
    F = suan.factorize(A)
    other = A * 3
    assert "analysis was kept" in F.update(other)
    b = np.ones(80)
    assert relative_residual(other, F.solve(b), b) < 1e-11
    assert "made anew" in F.update(unsymmetric(80, np.float64, seed=5))
    with pytest.raises(suan.DimensionMismatch, match=r"\(80, 80\).*\(70, 70\)"):
        F.update(unsymmetric(70, np.float64))
    with pytest.raises(suan.InvalidArgument, match="loses digits"):
        F.update(unsymmetric(80, complex))


# ---- spsolve().


@pytest.mark.parametrize("dtype", SCALARS)
def test_spsolve(dtype):
    A = unsymmetric(80, dtype)
    b = np.arange(1, 81).astype(dtype)
    x = suan.spsolve(A, b)
    assert (x.shape, x.dtype) == ((80,), dtype)
    assert relative_residual(A, x, b) < 200 * eps_of(dtype)
    X = suan.spsolve(A, np.stack([b, 0 * b, 2 * b], axis=1))
    np.testing.assert_allclose(X[:, 0], x, rtol=1e4 * eps_of(dtype))
    assert not X[:, 1].any()
    np.testing.assert_allclose(suan.spsolve(A.toarray(), b), x, rtol=1e4 * eps_of(dtype))


def test_spsolve_of_mixed_types():
    A, b = poisson2d(8), np.ones(64)
    assert suan.spsolve(A, b * 1j).dtype == np.complex128
    assert suan.spsolve(A.astype(np.float32), b).dtype == np.float64
    x = suan.spsolve(A.astype(np.float32), b)
    assert relative_residual(A, x, b) < 1e-13  # in double precision
    assert suan.spsolve(A.astype(int), [1] * 64).dtype == np.float64
    assert suan.spsolve(sp.csr_array((0, 0)), np.ones(0)).shape == (0,)


def test_a_right_hand_side_that_is_not_finite_is_named():
    b = np.ones(64)
    b[5] = np.nan
    with pytest.raises(suan.InvalidArgument, match="not finite.*row 5|row 5.*not finite"):
        suan.spsolve(poisson2d(8), b)


def test_a_result_without_digits_raises():
    # Not exactly singular in floating-point numbers, so that only the result shows it.
    n = 50
    line = sp.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n, n)).tolil()
    line[0, 0] = line[-1, -1] = 1
    line = sp.csr_array(line) * 0.1
    with pytest.raises(suan.InvalidArgument, match="singular"):
        suan.spsolve(line, np.ones(n))
    # A condition number of 1e14 leaves a few digits.
    steep = sp.csr_array(np.vander(np.linspace(0.1, 1, 15)))
    b = np.random.default_rng(3).standard_normal(15)
    with pytest.raises(suan.InvalidArgument, match=r"condition number is about 1e.*rtol= allows"):
        suan.spsolve(steep, b, rtol=1e-15)
    assert relative_residual(steep, suan.spsolve(steep, b, rtol=1e-2), b) < 1e-2
    b = line @ np.arange(n)
    x = suan.spsolve(line, b, singular="one_solution")
    assert relative_residual(line, x, b) < 1e-12


# ---- What is refused.


@pytest.mark.parametrize(
    ("A", "error", "words"),
    [
        (np.diag([1.0, 0.0, 2.0]), suan.InvalidArgument, "row 1 of A is zero"),
        ([[1.0, 2.0], [2.0, 4.0]], suan.InvalidArgument, "singular to rounding: row [01]"),
        ([[1.0, np.inf], [2.0, 4.0]], suan.InvalidArgument, "row 0.*column 1.*not finite"),
        (np.ones((2, 3)), suan.InvalidArgument, "2 x 3"),
        (spl.aslinearoperator(np.eye(2)), suan.InvalidArgument, "a factorisation needs entries"),
        (np.eye(2, dtype=object), suan.NotSupported, "object"),
    ],
)
def test_matrices(A, error, words):
    with pytest.raises(error, match=words):
        suan.factorize(A)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"orderin": "amd"}, "did you mean ordering"),
        ({"ordering": "best"}, "ordering.*metis"),
        ({"permc_spec": "COLAMD"}, "write ordering="),
        ({"pivot_threshold": 3}, r"\[0, 1\]"),
        ({"symmetry": "symmetric"}, "mirror images"),
        ({"dtype": np.float32}, "loses digits"),
    ],
)
def test_options(options, words):
    with pytest.raises(suan.InvalidArgument, match=words):
        suan.factorize(unsymmetric(20, np.float64), **options)


def test_too_little_memory():
    with pytest.raises(suan.OutOfMemory, match="would need about .* allows 0.977 KiB"):
        suan.factorize(poisson2d(40), memory=1000)


def test_right_hand_sides():
    F = suan.factorize(poisson2d(4))
    for b in (np.ones(15), np.ones((2, 16)), np.ones((16, 2, 2)), 3.0):
        with pytest.raises(suan.DimensionMismatch, match="16 rows"):
            F.solve(b)
    with pytest.raises(suan.NotSupported, match="toarray"):
        F.solve(sp.csr_array(np.ones((16, 1))))
    with pytest.raises(suan.NotSupported, match="toarray"):
        suan.spsolve(poisson2d(4), sp.csr_array(np.ones((16, 1))))
    with pytest.raises(suan.DimensionMismatch):
        F.errors(np.ones((16, 2)))
    with pytest.raises(TypeError, match="neither copied nor pickled"):
        copy.copy(F)
