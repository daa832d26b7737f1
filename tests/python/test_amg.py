# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""amg(): multigrid as a preconditioner of its own."""

import copy
import gc
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spl
from problems import arrays_of, poisson2d, relative_residual

import suan

SCALARS = [np.float32, np.float64, np.complex64, np.complex128]


def rtol_of(dtype):
    return 1e-4 if np.finfo(dtype).bits == 32 else 1e-8


# ---- As a preconditioner.


@pytest.mark.parametrize("dtype", SCALARS)
@pytest.mark.parametrize("solver", ["cg", "gmres"])
def test_in_solve(dtype, solver):
    A = poisson2d(40, dtype)
    M = suan.amg(A, coarse_rows=50)
    assert isinstance(M, suan.Amg)
    b = np.ones(1600, dtype)
    rtol = rtol_of(dtype)
    x, report = suan.solve(A, b, M=M, solver=solver, rtol=rtol)
    assert report.converged
    assert report.preconditioner == "amg"
    assert report.iterations < 20
    assert report.scalar == np.dtype(dtype).name
    assert relative_residual(A, x, b) <= 1.1 * rtol
    # That of the library itself.
    y, alone = suan.solve(A, b, preconditioner="amg", coarse_rows=50, solver=solver, rtol=rtol)
    np.testing.assert_array_equal(x, y)
    assert alone.iterations == report.iterations


def test_it_is_applied_without_python(monkeypatch):
    A = poisson2d(20)
    M = suan.amg(A, coarse_rows=50)

    def never(*_):
        raise AssertionError("Python was asked")

    for name in ("_matvec", "_matmat", "_applied"):
        monkeypatch.setattr(suan.Amg, name, never)
    _, report = suan.solve(A, np.ones(400), M=M)
    assert report.converged
    _, reports = suan.solve_many(A, np.ones((400, 3)), M=M)
    assert all(report.converged for report in reports)
    solver = suan.Solver(A, M=M)
    for _ in range(2):
        assert solver.solve(np.ones(400))[1].preconditioner == "amg"


@pytest.mark.parametrize("working", SCALARS)
@pytest.mark.parametrize("own", SCALARS)
def test_in_other_types(own, working):
    M = suan.amg(poisson2d(20, own), coarse_rows=50)
    A, b = poisson2d(20, working), np.ones(400, working)
    if np.dtype(own).kind == "c" and np.dtype(working).kind != "c":
        with pytest.raises(suan.InvalidArgument, match="M is complex, but A and b are real"):
            suan.solve(A, b, M=M)
        return
    if np.dtype(working).kind == "c":
        b = b * (1 - 2j)
        A = sp.csr_array(A + 0.01j * sp.eye_array(400)).astype(working)  # not Hermitian
    rtol = rtol_of(working)
    x, report = suan.solve(A, b, M=M, rtol=rtol)
    assert report.converged
    assert report.iterations < 25
    assert report.scalar == np.dtype(working).name
    X, reports = suan.solve_many(A, np.stack([b, 2 * b], axis=1), M=M, rtol=rtol)
    assert all(other.converged for other in reports)


@pytest.mark.parametrize("solver", ["cg", "gmres"])
@pytest.mark.parametrize("own", [np.float32, np.float64])
def test_a_real_one_is_as_good_as_a_complex_one(solver, own):
    A = poisson2d(40)
    b = np.random.default_rng(6).standard_normal((1600, 2)) @ [1, 1j]
    system = A.astype(complex)
    if solver == "gmres":
        system = sp.csr_array(system + 0.01j * sp.eye_array(1600))
    real = suan.amg(A.astype(own), coarse_rows=50)
    like_the_system = suan.amg(A.astype(complex), coarse_rows=50)
    count = []
    for M in (real, like_the_system):
        x, report = suan.solve(system, b, M=M, solver=solver, rtol=1e-12)
        assert report.converged
        assert relative_residual(system, x, b) <= 1.1e-12
        count.append(report.iterations)
    assert abs(count[0] - count[1]) <= 1


def test_real_k_cycles_and_complex_vectors():
    A = poisson2d(20)
    system, b = A.astype(complex), (1 + 2j) * np.ones(400)
    M = suan.amg(A, cycle="k", coarse_rows=50)
    assert suan.solve(A, b.real, M=M)[1].converged
    for refused in (lambda: suan.solve(system, b, M=M), lambda: M @ b):
        with pytest.raises(suan.InvalidArgument, match="K-cycles.*dtype=numpy.complex128"):
            refused()
    M = suan.amg(A, cycle="k", coarse_rows=50, dtype=np.complex128)
    assert suan.solve(system, b, M=M)[1].converged


def test_with_the_solvers_of_scipy():
    A = poisson2d(40)
    b = np.random.default_rng(1).standard_normal(1600)
    M = suan.amg(A, coarse_rows=50)
    for method in (spl.cg, spl.gmres, spl.bicg, spl.bicgstab, spl.minres):
        count = []
        x, info = method(A, b, M=M, rtol=1e-8, callback=lambda _: count.append(1))
        assert info == 0
        assert len(count) < 25, method
        assert relative_residual(A, x, b) < 1e-6
    # The smallest eigenvalue of a Laplacian with an exact answer.
    exact = 4 - 4 * np.cos(np.pi / 41)
    X = np.random.default_rng(2).standard_normal((1600, 4))
    values, _ = spl.lobpcg(A, X, M=M, tol=1e-8, maxiter=60, largest=False)
    assert min(values) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("dtype", SCALARS)
def test_it_is_a_linear_operator(dtype):
    A = poisson2d(12, dtype)
    M = suan.amg(A, coarse_rows=20)
    assert isinstance(M, spl.LinearOperator)
    assert (M.shape, M.dtype) == ((144, 144), dtype)
    rng = np.random.default_rng(3)
    X = rng.standard_normal((144, 3)).astype(dtype)
    tolerance = 1e-4 if np.finfo(dtype).bits == 32 else 1e-5  # the levels are in single precision
    Y = M @ X
    assert Y.dtype == dtype
    for j in range(3):
        y = M.matvec(X[:, j])
        np.testing.assert_allclose(y, Y[:, j], rtol=tolerance, atol=tolerance)
        np.testing.assert_array_equal(M.rmatvec(X[:, j]), y)
        np.testing.assert_array_equal(M.matvec(X[:, [j]])[:, 0], y)
    np.testing.assert_array_equal(M.H @ X, Y)
    assert (M @ np.empty((144, 0), dtype)).shape == (144, 0)
    # Hermitian, and positive definite.
    dense = M @ np.eye(144, dtype=dtype)
    np.testing.assert_allclose(dense, dense.conj().T, atol=tolerance)
    assert np.linalg.eigvalsh(dense.astype(complex)).min() > 0
    # Real and imaginary parts are multiplied each.
    Z = M @ (X + 2j * X[:, ::-1])
    np.testing.assert_allclose(Z, Y + 2j * Y[:, ::-1], rtol=tolerance, atol=tolerance)
    # Columns that are not contiguous, and integers.
    np.testing.assert_array_equal(M @ np.asfortranarray(X), Y)
    assert (M @ np.ones(144, int)).dtype == np.result_type(dtype, np.float64)


def test_the_library_looks_at_sizes_itself():
    M = suan.amg(poisson2d(4))
    x, y = np.ones(15), np.ones(15)
    for columns in (1, 2, 0, -1):
        with pytest.raises(suan.DimensionMismatch, match="15 elements, which are no"):
            M._made.apply(x, y, columns)


def test_numbers_beyond_the_range_of_its_precision():
    M = suan.amg(poisson2d(12, np.float32), coarse_rows=20)
    for factor in (1e-200, 1e200):
        product = M @ np.full(144, factor)
        np.testing.assert_allclose(product, factor * (M @ np.ones(144)), rtol=1e-5)


def test_no_adjoint_where_the_matrix_is_not_hermitian():
    A = poisson2d(12) + sp.diags_array([0.3], offsets=[1], shape=(144, 144))
    M = suan.amg(A)
    with pytest.raises(suan.NotSupported, match="not Hermitian"):
        M.rmatvec(np.ones(144))
    assert any("not Hermitian" in note for note in M.notes)
    _, report = suan.solve(A, np.ones(144), M=M)
    assert report.converged


def test_no_adjoint_of_k_cycles():
    A = poisson2d(12)
    M = suan.amg(A, cycle="k", coarse_rows=20)
    for of_it in (lambda: M.H, lambda: M.rmatvec(np.ones(144)), lambda: M.rmatmat(np.eye(144))):
        with pytest.raises(suan.NotSupported, match="K-cycles"):
            of_it()
    _, report = suan.solve(A, np.ones(144), M=M)
    assert report.converged
    np.testing.assert_array_equal(
        suan.amg(A, cycle="w").rmatvec(np.ones(144)), suan.amg(A, cycle="w") @ np.ones(144)
    )


# ---- Its matrix, and others.


@pytest.mark.parametrize("precision", ["single", "same"])
def test_a_change_of_the_callers_matrix_does_not_reach_it(precision):
    A = poisson2d(12)
    before = arrays_of(A)
    M = suan.amg(A, coarse_rows=20, precision=precision)
    assert arrays_of(A) == before
    expected = M @ np.ones(144)
    A.data[:] = np.nan
    A.indices[:] = 10**8
    np.testing.assert_array_equal(M @ np.ones(144), expected)


def test_update():
    A = poisson2d(30)
    M = suan.amg(A, coarse_rows=50)
    before = M @ np.ones(900)
    M.check()
    assert "factor" in M._repr_html_()
    assert "aggregates were kept" in M.update(4 * A)
    np.testing.assert_array_equal(M @ np.ones(900), before / 4)
    assert "factor" not in M._repr_html_()  # those were of the matrix before
    assert "all is new" in M.update(sp.csr_array(2 * sp.eye_array(900)))
    np.testing.assert_allclose(M @ np.ones(900), 0.5, rtol=1e-6)
    assert len(M.levels) == 1


def test_a_solver_sees_the_update():
    A = poisson2d(30)
    M = suan.amg(A, coarse_rows=50)
    solver = suan.Solver(A, M=M)
    solver.solve(np.ones(900))
    scale = sp.diags_array(np.logspace(0, 3, 900))
    other = sp.csr_array(scale @ A @ scale)
    solver.update(other)
    M.update(other)
    _, report = solver.solve(np.ones(900))
    assert report.converged
    assert report.iterations < 25


def test_an_update_that_fails_changes_nothing():
    A = poisson2d(12)
    M = suan.amg(A, coarse_rows=20)
    expected, text = M @ np.ones(144), str(M)
    for given, error, words in (
        (poisson2d(3), suan.DimensionMismatch, r"\(144, 144\), but A is of \(9, 9\)"),
        (-A, suan.InvalidArgument, "row 0"),
        (1j * A, suan.InvalidArgument, "loses digits"),
        ("A", suan.InvalidArgument, "needs entries"),
    ):
        with pytest.raises(error, match=words):
            M.update(given)
        np.testing.assert_array_equal(M @ np.ones(144), expected)
        assert str(M) == text


@pytest.mark.parametrize("precision", ["single", "same"])
def test_many_updates(precision):
    A = poisson2d(30)
    M = suan.amg(A, coarse_rows=50, precision=precision)
    for k in range(6):
        other = sp.csr_array(A + sp.diags_array(np.linspace(0, k, 900)))
        assert "kept" in M.update(other)
        x, report = suan.solve(other, np.ones(900), M=M)
        assert report.converged
        assert report.iterations < 20
        fresh = suan.amg(other, coarse_rows=50, precision=precision)
        _, expected = suan.solve(other, np.ones(900), M=fresh)
        assert abs(report.iterations - expected.iterations) <= 2


def test_it_lives_as_long_as_a_solver_needs_it():
    A = poisson2d(20)
    solver = suan.Solver(A, M=suan.amg(A, coarse_rows=50, precision="same"))
    gc.collect()
    assert solver.solve(np.ones(400))[1].converged


def test_several_threads_take_turns():
    A = poisson2d(20)
    M = suan.amg(A, coarse_rows=50)
    expected = M @ np.ones(400)

    def work(_):
        for _ in range(5):
            np.testing.assert_array_equal(M @ np.ones(400), expected)
            suan.amg(A)

    with ThreadPoolExecutor(4) as threads:
        assert len(list(threads.map(work, range(4)))) == 4  # raises what a thread has raised


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_copies_and_pickles_are_refused(duplicate):
    with pytest.raises(TypeError, match="neither copied nor pickled; make it from A"):
        duplicate(suan.amg(poisson2d(6)))


def test_operands_that_do_not_match():
    M = suan.amg(poisson2d(4))
    with pytest.raises(suan.DimensionMismatch, match="M is 16 x 16, but A is 9 x 9"):
        suan.solve(poisson2d(3), np.ones(9), M=M)
    with pytest.raises(suan.InvalidArgument, match='both M= and preconditioner="jacobi"'):
        suan.solve(poisson2d(4), np.ones(16), M=M, preconditioner="jacobi")
    with pytest.raises(ValueError, match="dimension mismatch"):
        M @ np.ones(9)
    for product in (M.dot, M.matvec, M.__matmul__):
        with pytest.raises(suan.InvalidArgument, match="masked"):
            product(np.ma.masked_less(np.ones(16), 2))
