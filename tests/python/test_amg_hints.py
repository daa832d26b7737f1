# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The matrices that amg() takes, and what is known of them beside their entries."""

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spl
from elasticity import cantilever, modes
from problems import poisson2d, relative_residual

import suan

SCALARS = [np.float32, np.float64, np.complex64, np.complex128]


@pytest.fixture(scope="module")
def bar():
    return cantilever(60, 8)


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
        ({"strength": "symmetric"}, "valid: auto, absolute, signed"),
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
