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
from elasticity import cantilever, modes
from problems import arrays_of, poisson2d, relative_residual

import suan

SCALARS = [np.float32, np.float64, np.complex64, np.complex128]


def rtol_of(dtype):
    return 1e-4 if np.finfo(dtype).bits == 32 else 1e-8


@pytest.fixture(scope="module")
def bar():
    return cantilever(60, 8)


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


# ---- Matrices, and what is known of them.


@pytest.mark.parametrize("form", ["csc", "coo", "bsr", "dia", "lil", "dok"])
def test_containers(form):
    A = poisson2d(12)
    given = A.asformat(form) if form != "bsr" else sp.bsr_array(A, blocksize=(1, 1))
    np.testing.assert_array_equal(suan.amg(given) @ np.ones(144), suan.amg(A) @ np.ones(144))


def test_dense_matrices_integers_and_lists():
    A = poisson2d(6)
    expected = suan.amg(A) @ np.ones(36)
    for given in (A.toarray(), A.toarray().tolist(), A.astype(int), A.astype(np.int8)):
        M = suan.amg(given)
        assert M.dtype == np.float64
        np.testing.assert_array_equal(M @ np.ones(36), expected)


def test_blocks_of_bsr_are_nodes(bar):
    A, _ = bar
    blocks = sp.bsr_array(A, blocksize=(2, 2))
    M = suan.amg(blocks, coarse_rows=50)
    of = M.aggregates
    np.testing.assert_array_equal(of[0::2], of[1::2])
    same = suan.amg(A, block_size=2, coarse_rows=50)
    np.testing.assert_array_equal(M @ np.ones(len(of)), same @ np.ones(len(of)))
    # What is said comes first.
    of = suan.amg(blocks, block_size=1, coarse_rows=50).aggregates
    assert (of[0::2] != of[1::2]).any()


def test_blocks_of_an_update(bar):
    A, _ = bar
    blocks = sp.bsr_array(A, blocksize=(2, 2))
    M = suan.amg(A, coarse_rows=50)
    with pytest.raises(suan.InvalidArgument, match="blocks of 2 x 2, but .* block_size=1"):
        M.update(blocks)
    assert "aggregates were kept" in M.update(sp.bsr_array(A, blocksize=(1, 1)))
    M = suan.amg(blocks, coarse_rows=50)
    with pytest.raises(suan.InvalidArgument, match="blocks of 4 x 4, but .* block_size=2"):
        M.update(sp.bsr_array(A, blocksize=(4, 4)))
    for given in (blocks, A):
        assert "aggregates were kept" in M.update(given)
    # Where it was said, blocks say nothing.
    assert "kept" in suan.amg(A, block_size=1, coarse_rows=50).update(blocks)


def test_rigid_body_modes(bar):
    A, points = bar
    b = np.random.default_rng(4).standard_normal(A.shape[0])

    def iterations(**hints):
        M = suan.amg(A, block_size=2, coarse_rows=50, **hints)
        x, report = suan.solve(A, b, M=M, max_iterations=1000)
        assert report.converged
        assert relative_residual(A, x, b) <= 1.01e-8
        return report.iterations

    with_modes = iterations(coordinates=points)
    assert with_modes < 0.7 * iterations()
    # The same space by hand, in another scaling, and with rounded coordinates.
    B = modes(points) * [1e-30, 1e30, -7]
    assert abs(iterations(near_null_space=B) - with_modes) <= 2
    assert abs(iterations(coordinates=1e6 + 1e3 * points) - with_modes) <= 2
    assert abs(iterations(coordinates=points.astype(int).tolist()) - with_modes) <= 2


@pytest.mark.parametrize("dtype", SCALARS)
def test_a_near_null_space_of_any_scaling(dtype):
    A = poisson2d(20, dtype)
    expected = suan.amg(A, coarse_rows=50) @ np.ones(400, dtype)
    tolerance = 1e-4
    for B in (np.ones(400), np.ones((400, 1)), np.full(400, 1e-300), np.full((400, 1), -1e300)):
        y = suan.amg(A, near_null_space=B, coarse_rows=50) @ np.ones(400, dtype)
        np.testing.assert_allclose(y, expected, rtol=tolerance)
    if np.dtype(dtype).kind == "c":
        suan.amg(A, near_null_space=1j * np.ones(400))


def test_hints_that_are_not_aligned():
    A = poisson2d(20, complex)
    expected = suan.amg(A, coarse_rows=50) @ np.ones(400)
    B = np.full(801, 3.0)[1:].view(np.complex128)  # 3 + 3i
    np.testing.assert_allclose(
        suan.amg(A, near_null_space=B, coarse_rows=50) @ np.ones(400), expected, rtol=1e-4
    )
    A = poisson2d(20)
    points = np.stack(np.divmod(np.arange(200.0), 20), axis=1)
    raw = bytearray(8 * 400 + 1)
    shifted = np.frombuffer(raw, np.float64, 400, 1).reshape(200, 2)
    shifted[:] = points
    x = np.ones(400)
    given = {"block_size": 2, "coarse_rows": 50}
    np.testing.assert_array_equal(
        suan.amg(A, coordinates=shifted, **given) @ x, suan.amg(A, coordinates=points, **given) @ x
    )


@pytest.mark.parametrize("dimension", [2, 3])
def test_nodes_on_an_axis_and_in_one_place(dimension):
    A = sp.csr_array(sp.kron(poisson2d(10), sp.eye_array(dimension)))
    b = np.ones(A.shape[0])
    for axis in range(dimension):
        points = np.full((100, dimension), 7.3)
        for place in (0, np.arange(100)):  # all in one, or in a row
            points[:, axis] = place
            M = suan.amg(A, coordinates=points, block_size=dimension, coarse_rows=30)
            _, report = suan.solve(A, b, M=M)
            assert report.converged
    # A single node.
    M = suan.amg(2 * np.eye(dimension), coordinates=[[5] * dimension], block_size=dimension)
    np.testing.assert_allclose(M @ np.ones(dimension), 0.5)


def test_hints_for_no_rows():
    nothing = np.zeros((0, 0))
    for hints in ({"near_null_space": np.ones((0, 2))}, {"coordinates": np.ones((0, 2)), "block_size": 2}):
        assert suan.amg(nothing, **hints).shape == (0, 0)


@pytest.mark.parametrize(
    ("hints", "words"),
    [
        ({"near_null_space": np.ones(99)}, r"shape \(99,\), but A has 100 rows"),
        ({"near_null_space": np.ones((2, 100))}, r"shape \(2, 100\), but A has 100 rows"),
        ({"near_null_space": np.ones((100, 0))}, r"shape \(100, 0\)"),
        ({"near_null_space": np.ones((100, 33))}, "33 vectors, but must have 1 to 32"),
        ({"near_null_space": np.ones((100, 2, 2))}, r"shape \(100, 2, 2\)"),
        ({"near_null_space": np.full(100, np.nan)}, "vector 0 .*not finite"),
        ({"near_null_space": np.full(100, np.inf)}, "vector 0 .*not finite"),
        ({"near_null_space": np.zeros(100)}, "vector 0 .*is zero"),
        ({"near_null_space": 1j * np.ones(100)}, "complex, but A is of type float64"),
        ({"near_null_space": "constants"}, "near_null_space is of type <U9"),
        ({"near_null_space": np.ma.masked_less(np.ones(100), 2)}, "masked"),
        ({"coordinates": np.ones((50, 2))}, "2 dimensions, but block_size is 1"),
        ({"coordinates": np.ones((50, 2)), "block_size": 4}, "2 dimensions, but block_size is 4"),
        ({"coordinates": np.ones((49, 2)), "block_size": 2}, "49 nodes, but A has 100 rows"),
        ({"coordinates": np.ones((2, 50)), "block_size": 2}, r"shape \(2, 50\)"),
        ({"coordinates": np.ones(100), "block_size": 2}, r"shape \(100,\)"),
        ({"coordinates": np.ones((100, 1))}, r"shape \(100, 1\), but must have 2 or 3 columns"),
        ({"coordinates": np.full((50, 2), np.nan), "block_size": 2}, "coordinate 0 of point 0 is"),
        ({"coordinates": 1j * np.ones((50, 2)), "block_size": 2}, "must be real"),
        (
            {"coordinates": np.ones((50, 2)), "near_null_space": np.ones(100), "block_size": 2},
            r"both near_null_space \(100\) and coordinates \(50 x 2\)",
        ),
        (
            {"coordinates": [[0, 0], [1]], "near_null_space": np.ones(100)},
            "coordinates is a list that NumPy cannot read",
        ),
        ({"block_size": 3}, "100 rows, no multiple of block_size = 3"),
        ({"block_size": 33}, r"block_size.*33.*\[1, 32\]"),
        ({"block_size": 0}, r"block_size.*0.*\[1, 32\]"),
        ({"block_size": 2.0}, "block_size is 2.0, but must be a whole number"),
        ({"block_size": True}, "block_size is True"),
    ],
)
def test_what_cannot_be_used_is_refused(hints, words):
    with pytest.raises(ValueError, match=words) as caught:
        suan.amg(poisson2d(10), **hints)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        (lambda A: A[:8], suan.InvalidArgument, "A is 8 x 9; multigrid needs"),
        (lambda A: lambda v: v, suan.InvalidArgument, "A is of type function, but multi"),
        (spl.aslinearoperator, suan.InvalidArgument, "but multigrid needs entries"),
        (lambda A: "A", suan.InvalidArgument, "A is of type str, but multigrid"),
        (lambda A: None, suan.InvalidArgument, "A is of type NoneType"),
        (lambda A: np.ones(9), suan.DimensionMismatch, "A has 1 dimensions"),
        (lambda A: A - 4 * sp.eye_array(9), suan.InvalidArgument, "row 0"),
        (lambda A: -A, suan.InvalidArgument, "row 0 is -4"),
        (lambda A: A * np.nan, suan.InvalidArgument, "row 0"),
        (lambda A: A * np.inf, suan.InvalidArgument, "row 0"),
        (lambda A: A - 3.9 * sp.eye_array(9), suan.InvalidArgument, "indefinite"),
        (lambda A: A.astype(np.longdouble), suan.NotSupported, "convert it first"),
        (lambda A: sp.bsr_array(np.eye(6), blocksize=(2, 3)), suan.InvalidArgument, "2 x 3.*block_"),
    ],
)
def test_matrices_that_are_refused(given, error, words):
    with pytest.raises(error, match=words):
        suan.amg(given(poisson2d(3)))


def test_broken_indices_are_found():
    A = poisson2d(3)
    A.indices[3] = 99
    with pytest.raises(suan.InvalidArgument, match="row"):
        suan.amg(A)


def test_small_and_odd_matrices():
    for A in (np.zeros((0, 0)), np.array([[2.0]]), 3 * np.eye(5)):
        n = len(A)
        M = suan.amg(A)
        np.testing.assert_allclose(M @ np.ones(n), np.linalg.solve(A, np.ones(n)), rtol=1e-6)
        assert len(M.levels) == 1
        assert (M.aggregates == -1).all()
        assert len(M.aggregates) == n
        assert len(M.check().factors) == 1
        assert M.operator_complexity == 1
        assert str(M) and M._repr_html_()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"B": np.ones(9)}, 'unknown option "B": in Suan write near_null_space='),
        ({"max_coarse": 10}, "coarse_rows="),
        ({"strength": "symmetric"}, "theta="),
        ({"thetta": 0.1}, "did you mean theta"),
        ({"theta": 2.0}, "theta"),
        ({"smoother": "sandpaper"}, "sandpaper"),
        ({"smoother": None}, "None is no value"),
        ({"smoother": lambda v: v}, "is neither a bool"),
        ({"rtol": 1e-3}, "rtol"),
        ({"dtype": np.float32}, "float32, which loses digits of A"),
        ({"dtype": "foo"}, "dtype is 'foo', which is no data type"),
        ({"dtype": 3}, "dtype is 3, which is no data type"),
        ({"comm": 3}, "mpi4py"),
    ],
)
def test_options_that_are_refused(options, words):
    with pytest.raises(suan.InvalidArgument, match=words):
        suan.amg(poisson2d(3), **options)


def test_options():
    A = poisson2d(30)
    M = suan.amg(A, smoother={"type": "chebyshev", "degree": 3}, coarse_rows=20, levels=3)
    assert len(M.levels) == 3
    assert M.levels[0].smoother == "chebyshev"
    same = suan.amg(A, smoother="chebyshev", degree=3, coarse_rows=np.int64(20), levels=3)
    np.testing.assert_array_equal(M @ np.ones(900), same @ np.ones(900))
    assert suan.amg(A, dtype=np.complex128).dtype == np.complex128
    for option in suan.options("amg"):
        assert f"{option.name} : " in suan.amg.__doc__


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


# ---- What it shows.


def test_levels():
    A = poisson2d(40)
    M = suan.amg(A, coarse_rows=50)
    levels = M.levels
    assert all(isinstance(level, suan.AmgLevel) for level in levels)
    assert (levels[0].rows, levels[0].entries) == (1600, A.nnz)
    assert [level.rows for level in levels] == sorted((l.rows for l in levels), reverse=True)
    assert levels[0].ratio == levels[0].rows / levels[1].rows
    assert levels[-1].ratio is None
    # In single precision: 4 bytes a value, 4 a column and 8 a row.
    coarse, to = levels[1], levels[0].interpolation_entries
    assert levels[0].bytes == 8 * (A.nnz + 2 * to) + 8 * (2 * 1601 + coarse.rows + 1)
    assert levels[-1].bytes == 8 * levels[-1].entries + 8 * (levels[-1].rows + 1)
    assert M.operator_complexity == pytest.approx(sum(l.entries for l in levels) / A.nnz)
    assert M.grid_complexity == pytest.approx(sum(l.rows for l in levels) / 1600)
    assert all(seconds >= 0 for level in levels for seconds in level.seconds.values())
    assert 0 < sum(s for level in levels for s in level.seconds.values()) <= 1.01 * M.seconds
    assert "the hierarchy is in single precision" in M.notes
    assert M.levels is not levels
    with pytest.raises(AttributeError):
        levels[0].rows = 3


def test_texts():
    M = suan.amg(poisson2d(40), coarse_rows=50)
    text = str(M)
    assert "operator complexity" in text
    assert text.count("\n") > len(M.levels)
    assert repr(M).startswith("<suan.Amg: 1600 x 1600, float64, 3 levels, operator complexity 1.")
    fields = M.to_dict()
    assert fields["levels"][0]["rows"] == 1600
    assert fields["scalar"] == "float32"
    assert fields["hermitian"] is True
    import json

    json.dumps(fields)


def test_html_is_well_formed():
    import xml.etree.ElementTree as tree

    M = suan.amg(poisson2d(40), coarse_rows=50)
    page = M._repr_html_()
    tree.fromstring(page)
    assert "1,600" in page
    assert "factor" not in page
    M.check()
    page = M._repr_html_()
    tree.fromstring(page)
    assert "factor" in page


def test_check():
    M = suan.amg(poisson2d(40), coarse_rows=50)
    check = M.check()
    assert isinstance(check, suan.AmgCheck)
    assert len(check.factors) == len(M.levels)
    assert check.contracts
    assert 0.01 < check.factors[0] < 0.6
    assert check.factors[-1] < 1e-5
    assert check.notes == ()
    assert str(check).splitlines()[1].split()[0] == "0"
    # The measure of level 0, by hand: residuals of A e = 0 in the long run.
    A, e = poisson2d(40), np.random.default_rng(5).standard_normal(1600)
    for k in range(12):
        r = A @ e
        e -= M @ r
        factor = np.linalg.norm(A @ e) / np.linalg.norm(r)
    assert check.factors[0] == pytest.approx(factor, rel=0.2)


def test_a_level_that_hardly_contracts_is_named():
    # Aggregates across the strong couplings, where everything counts as strong.
    strong, weak = (sp.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n, n)) for n in (80, 20))
    A = sp.csr_array(sp.kron(sp.eye_array(20), strong) + 1e-3 * sp.kron(weak, sp.eye_array(80)))
    check = suan.amg(A, coarse_rows=50, theta=0, smoother="l1_jacobi").check()
    assert check.factors[0] > 0.9
    assert "level 0 hardly contracts" in check.notes[0]
    assert "rigid-body modes" in check.notes[-1]
    assert suan.amg(A, coarse_rows=50).check().factors[0] < 0.7


def test_aggregates():
    M = suan.amg(poisson2d(30), coarse_rows=50)
    of = M.aggregates
    assert of.dtype == np.int64
    assert len(np.unique(of)) == M.levels[1].rows
    assert of.min() == 0
    # Each is connected: members have a neighbour in it.
    A = poisson2d(30)
    for number in range(0, M.levels[1].rows, 7):
        inside = np.flatnonzero(of == number)
        parts, _ = sp.csgraph.connected_components(A[inside][:, inside])
        assert parts == 1


# ---- Pictures.


@pytest.fixture
def pyplot():
    pytest.importorskip("matplotlib").use("Agg")
    import matplotlib.pyplot as plt

    yield plt
    plt.close("all")


def test_plot(pyplot, bar):
    M = suan.amg(poisson2d(40), coarse_rows=50)
    axes = M.plot()
    assert len(axes) == 2
    rows, entries = axes[0].get_lines()
    np.testing.assert_array_equal(rows.get_ydata(), [level.rows for level in M.levels])
    np.testing.assert_array_equal(entries.get_ydata(), [level.entries for level in M.levels])
    assert axes[0].get_yscale() == "log"
    M.check()
    assert len(M.plot()) == 3
    A, points = bar
    with_points = suan.amg(A, block_size=2, coordinates=points, coarse_rows=50)
    axes = with_points.plot()
    assert len(axes) == 3
    assert "aggregates of the finest level" in axes[2].get_title()
    with_points.check()
    _, own = pyplot.subplots(2, 2)
    assert len(with_points.plot(own)) == 4
    with pytest.raises(suan.DimensionMismatch, match="1 axes for 4 pictures"):
        with_points.plot([own[0, 0]])
    axes[0].figure.canvas.draw()


def test_plot_of_a_single_level(pyplot):
    for A in (np.zeros((0, 0)), np.array([[2.0]]), 3 * np.eye(5)):
        M = suan.amg(A)
        M.check()
        M.plot()[0].figure.canvas.draw()


def test_plot_of_aggregates(pyplot):
    M = suan.amg(poisson2d(20), coarse_rows=50)
    points = np.stack(np.divmod(np.arange(400), 20), axis=1)
    _, ax = pyplot.subplots()
    assert M.plot_aggregates(points, ax=ax, s=5) is ax
    assert ax.get_title().startswith(f"{M.levels[1].rows} aggregates")
    assert len(ax.collections) == 2
    ax.figure.canvas.draw()
    for colour in ({"c": "k"}, {"color": "k"}):
        ax = M.plot_aggregates(points, **colour)
        np.testing.assert_array_equal(ax.collections[1].get_facecolor(), [[0, 0, 0, 1]])
    single = suan.amg(poisson2d(4))
    assert single.plot_aggregates(np.ones((16, 2))).get_title().startswith("0 aggregates")
    for given, words in (
        (None, "made without"),
        (np.ones((399, 2)), "399 nodes, but A has 400"),
        (np.ones((400, 3)), r"shape \(400, 3\)"),
        (np.full((400, 2), np.nan), "finite"),
        ([[0, 0], [1]], "coordinates is a list that NumPy cannot read"),
        (np.ma.masked_less(np.ones((400, 2)), 2), "masked"),
    ):
        with pytest.raises(ValueError, match=words):
            M.plot_aggregates(given)
