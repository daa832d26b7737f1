# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Each error has its class and says in words what is wrong."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spl
from problems import poisson2d

import suan


@pytest.mark.parametrize(
    ("name", "base"),
    [
        ("InvalidArgument", ValueError),
        ("DimensionMismatch", ValueError),
        ("NotSupported", NotImplementedError),
        ("IoError", OSError),
        ("DeviceError", Exception),
        ("MpiError", Exception),
        ("OutOfMemory", MemoryError),
        ("InternalError", Exception),
    ],
)
def test_classes(name, base):
    error = getattr(suan, name)
    assert issubclass(error, suan.Error)
    assert issubclass(error, base)
    assert error.__module__ == "suan"
    copy = pickle.loads(pickle.dumps(error("a message")))
    assert type(copy) is error
    assert str(copy) == "a message"


def test_kinds_of_the_library_arrive_as_their_classes(tmp_path):
    eye = sp.csr_array(sp.eye_array(2))
    with pytest.raises(suan.InvalidArgument):
        suan.solve(eye, np.ones(2), rtol=-1.0)
    with pytest.raises(suan.IoError, match=r"missing\.mtx"):
        suan.read(tmp_path / "missing.mtx")
    zero_diagonal = sp.csr_array(np.array([[0.0, 1.0], [1.0, 0.0]]))
    with pytest.raises(suan.InvalidArgument, match="diagonal"):
        suan.solve(zero_diagonal, np.ones(2), preconditioner="jacobi")
    with pytest.raises(suan.NotSupported):
        suan.solve(lambda v: v, np.ones(2), preconditioner="jacobi")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda A: suan.solve(A, np.ones(8)), ["b has 8 elements", "A has 9 rows", "9 x 9"]),
        (lambda A: suan.solve(A, np.ones(9), x0=np.ones(3)), ["x0 has 3 elements", "9 x 9"]),
        (lambda A: suan.solve(A, np.ones((9, 1, 1))), ["b has 3 dimensions", "(9, 1, 1)"]),
        (lambda A: suan.solve(A, 1.0), ["b has 0 dimensions", "the number 1.0", "numpy.full"]),
        (lambda A: suan.solve_many(A, 2), ["b has 0 dimensions"]),
        (lambda A: suan.solve(np.ones(9), np.ones(9)), ["A has 1 dimensions", "(9,)"]),
        (
            lambda A: suan.solve(lambda v: v[:4], np.ones(9)),
            ["A returned an array of shape (4,)", "9 elements"],
        ),
        (lambda A: suan.solve(spl.aslinearoperator(A), np.ones(8)), ["b has 8", "9 x 9"]),
    ],
)
def test_shapes_name_both_operands(call, words):
    with pytest.raises(suan.DimensionMismatch) as caught:
        call(poisson2d(3))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda A: suan.solve(A[:5], np.ones(5)), suan.InvalidArgument, "5 x 9.*square"),
        (lambda A: suan.solve("A", np.ones(9)), suan.InvalidArgument, "not str"),
        (lambda A: suan.solve(A, np.ones((9, 2))), suan.NotSupported, "2 columns.*solve_many"),
        (lambda A: suan.solve(A, np.ones((1, 9))), suan.NotSupported, r"a row.*b\.ravel\(\)"),
        (lambda A: suan.solve(A, None), suan.InvalidArgument, "b is None; b has one number"),
        (lambda A: suan.solve(A, "ones"), suan.InvalidArgument, "b is the text 'ones'"),
        (lambda A: suan.solve(A, {1: 2}), suan.InvalidArgument, "b is a dict"),
        (lambda A: suan.solve(A, [[1.0], [2.0, 3.0]]), suan.InvalidArgument, "b is a list that"),
        (lambda A: suan.solve(A, np.ones(9), x0="zero"), suan.InvalidArgument, "x0 is the text"),
        (lambda A: suan.solve(A, A[:, [0]]), suan.NotSupported, "sparse"),
        (lambda A: suan.solve(A, np.ones(9), callback=3), suan.InvalidArgument, "callback"),
        (lambda A: suan.solve(A, np.ones(9), comm=3), suan.InvalidArgument, "mpi4py"),
        (lambda A: suan.solve(lambda v: None, np.ones(9)), suan.InvalidArgument, "returned None"),
        (lambda A: suan.solve(lambda v: A, np.ones(9)), suan.InvalidArgument, "returned a sparse"),
        (lambda A: suan.solve(lambda v: 1j * v, np.ones(9)), suan.InvalidArgument, "complex"),
        (lambda A: suan.solve(lambda v: ["a"] * 9, np.ones(9)), suan.InvalidArgument, "numbers"),
        (lambda A: suan.generate("poison3d"), suan.InvalidArgument, "poisson3d"),
        (lambda A: suan.generate("poisson3d", sise=3), suan.InvalidArgument, "size"),
        (lambda A: suan.options("solv"), suan.InvalidArgument, "solve"),
        (lambda A: suan.show_config("json"), suan.InvalidArgument, "dicts"),
        (lambda A: suan.info("A"), suan.InvalidArgument, "not str"),
    ],
)
def test_words(call, error, words):
    with pytest.raises(error, match=words):
        call(poisson2d(3))


def test_a_matrix_that_is_broken_inside_is_refused_with_the_row():
    A = poisson2d(3)
    A.indices[7] = 9
    row = int(np.searchsorted(A.indptr, 7, side="right")) - 1
    with pytest.raises(suan.InvalidArgument, match=f"row {row}"):
        suan.solve(A, np.ones(9))
    A.indices[7] = -1
    with pytest.raises(suan.InvalidArgument, match=f"row {row}"):
        suan.solve(A, np.ones(9))


def test_wide_indices_that_do_not_fit_are_not_cut():
    A = poisson2d(3)
    A.indices = A.indices.astype(np.int64)
    A.indptr = A.indptr.astype(np.int64)
    A.indices[7] = 2**32 + 1  # would be 1 if only its lower half were kept
    with pytest.raises(suan.InvalidArgument, match="4294967297"):
        suan.solve(A, np.ones(9))


class Odd(Exception):
    pass


def test_an_exception_in_the_matrix_arrives_as_itself():
    def product(v):
        raise Odd("from the product")

    with pytest.raises(Odd, match="from the product") as caught:
        suan.solve(product, np.ones(4))
    assert caught.traceback[-1].name == "product"
    # The library still works afterwards.
    _, report = suan.solve(lambda v: 2 * v, np.ones(4))
    assert report.converged


@pytest.mark.parametrize("solver", ["cg", "gmres"])
def test_a_true_value_of_the_callback_ends_the_solve(solver):
    seen = []

    def callback(iteration, residual):
        seen.append((iteration, residual))
        return np.bool_(iteration == 3)

    x, report = suan.solve(poisson2d(20), np.ones(400), callback=callback, solver=solver)
    assert report.reason == "interrupted"
    assert not report.converged
    assert report.iterations == len(seen) == 3
    # x is as it was then.
    expected, _ = suan.solve(poisson2d(20), np.ones(400), solver=solver, max_iterations=3)
    np.testing.assert_allclose(x, expected, rtol=1e-12)
    x, reports = suan.solve_many(
        poisson2d(20), np.ones((400, 2)), callback=lambda k, _: k == 3, solver=solver
    )
    assert "interrupted" in {report.reason for report in reports}


def test_a_callback_whose_answer_has_no_truth():
    with pytest.raises(ValueError, match="truth value"):
        suan.solve(poisson2d(20), np.ones(400), callback=lambda *_: np.ones(2))


def test_an_exception_in_the_callback_ends_the_solve():
    seen = []

    def callback(iteration, residual):
        seen.append(iteration)
        if iteration == 3:
            raise Odd("enough")

    with pytest.raises(Odd, match="enough"):
        suan.solve(poisson2d(20), np.ones(400), callback=callback)
    assert seen == [1, 2, 3]
    _, report = suan.solve(poisson2d(20), np.ones(400))
    assert report.converged
