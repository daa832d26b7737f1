# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""M=: a preconditioner of the caller's own."""

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spl
from problems import poisson2d, relative_residual

import suan


def uneven(n=12, dtype=np.float64):
    """A Laplacian with a diagonal that goes over four orders: scaling it pays."""
    scale = sp.diags_array(np.logspace(0, 2, n * n))
    return sp.csr_array((scale @ poisson2d(n) @ scale).astype(dtype))


def scaling(A):
    return sp.csr_array(sp.diags_array(1 / A.diagonal()))


class Odd(Exception):
    pass


class Multilevel:
    """As the solvers of PyAMG: their preconditioner is a LinearOperator."""

    def __init__(self, A):
        self.inverse = 1 / A.diagonal()

    def aspreconditioner(self):
        n = len(self.inverse)
        return spl.LinearOperator((n, n), matvec=lambda v: self.inverse * v, dtype=float)


FORMS = {
    "a sparse matrix": scaling,
    "another format": lambda A: scaling(A).tocoo(),
    "a dense matrix": lambda A: scaling(A).toarray(),
    "nested lists": lambda A: scaling(A).toarray().tolist(),
    "a function": lambda A: lambda v: v / A.diagonal(),
    "a function of columns": lambda A: lambda v: (v / A.diagonal())[:, None],
    "a LinearOperator": lambda A: spl.aslinearoperator(scaling(A)),
    "a multilevel solver's": lambda A: Multilevel(A).aspreconditioner(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("solver", ["cg", "gmres"])
def test_it_is_applied_as_an_approximate_inverse(form, solver):
    A, b = uneven(), np.arange(1.0, 145.0)
    M = FORMS[form](A)
    options = {"solver": solver, "restart": 200, "max_iterations": 5000}
    x, report = suan.solve(A, b, M=M, **options)
    _, jacobi = suan.solve(A, b, preconditioner="jacobi", **options)
    assert report.converged
    assert report.preconditioner == "user"
    assert relative_residual(A, x, b) <= 1.01e-8
    # The same operator as Suan's own; sums in another order may move the last iteration.
    assert abs(report.iterations - jacobi.iterations) <= 2
    _, none = suan.solve(A, b, preconditioner="none", **options)
    assert report.iterations < none.iterations


def test_the_inverse_solves_in_one_step():
    A = uneven(5)
    inverse = np.linalg.inv(A.toarray())
    _, report = suan.solve(A, np.ones(25), M=inverse, rtol=1e-6)
    assert (report.converged, report.iterations) == (True, 1)
    assert "cg" in report.choice


def test_an_incomplete_factorisation():
    A = sp.csc_array(uneven())
    ilu = spl.spilu(A, drop_tol=1e-3)
    x, report = suan.solve(A, np.ones(144), M=ilu.solve, solver="gmres")
    assert report.converged
    assert relative_residual(A, x, np.ones(144)) <= 1.01e-8


def test_with_a_function_for_the_matrix_and_several_right_hand_sides():
    A = uneven(6)
    M = scaling(A)
    b = np.random.default_rng(1).standard_normal((36, 3))
    for matrix in (A, lambda v: A @ v):
        for inverse in (M, lambda v: M @ v):
            x, reports = suan.solve_many(matrix, b, M=inverse)
            assert all(report.converged for report in reports)
            assert {report.preconditioner for report in reports} == {"user"}
            assert np.linalg.norm(b - A @ x, axis=0).max() <= 1e-8 * np.linalg.norm(b, axis=0).max()


@pytest.mark.parametrize("dtype", [np.float32, np.complex128])
def test_other_types(dtype):
    # M is an approximation: in double precision it may precondition a system in single.
    A = uneven(6, dtype)
    M = scaling(uneven(6))
    for given in (M, lambda v: M @ v):
        _, report = suan.solve(A, np.ones(36, dtype), M=given, rtol=1e-4)
        assert report.converged
        assert report.scalar == np.dtype(dtype).name


def test_what_was_copied_is_named():
    A = uneven(4)
    _, report = suan.solve(A, np.ones(16), M=scaling(A))
    assert report.copied == ("A.indptr", "M.indptr")
    _, report = suan.solve(A, np.ones(16), M=scaling(A).tocsc())
    assert report.copied == ("A.indptr", "M")


def test_an_exception_in_it_arrives_as_itself():
    def raises(v):
        raise Odd("from M")

    for M in (raises, spl.LinearOperator((9, 9), matvec=raises, dtype=float)):
        with pytest.raises(Odd, match="from M"):
            suan.solve(poisson2d(3), np.ones(9), M=M)
    _, report = suan.solve(poisson2d(3), np.ones(9), M=lambda v: v)
    assert report.converged


def broken(A):
    M = scaling(A)
    M.indices[3] = 77
    return M


@pytest.mark.parametrize(
    ("M", "options", "error", "words"),
    [
        (scaling, {"preconditioner": "jacobi"}, suan.InvalidArgument, 'M= and precond.*"jacobi"'),
        (lambda A: np.eye(8), {}, suan.DimensionMismatch, "M is 8 x 8, but A is 9 x 9"),
        (lambda A: scaling(A)[:, :8], {}, suan.DimensionMismatch, "M is 9 x 8"),
        (lambda A: 1j * np.eye(9), {}, suan.InvalidArgument, "M is complex"),
        (lambda A: lambda v: 1j * v, {}, suan.InvalidArgument, "M returned complex"),
        (lambda A: lambda v: v[:3], {}, suan.DimensionMismatch, r"M returned .*shape \(3,\)"),
        (lambda A: lambda v: None, {}, suan.InvalidArgument, "M returned None"),
        (lambda A: lambda v: np.ma.masked_less(v, 9), {}, suan.InvalidArgument, "what M ret.*mask"),
        (lambda A: np.eye(9, dtype=object), {}, suan.NotSupported, "M is of type object"),
        (lambda A: "jacobi", {}, suan.InvalidArgument, "M must be.*not str"),
        (Multilevel, {}, suan.InvalidArgument, "pass M.aspreconditioner()"),
        (lambda A: spl.splu(sp.csc_array(A)), {}, suan.InvalidArgument, "pass its method: M.solve"),
        (suan.Solver, {}, suan.InvalidArgument, "pass M.aslinearoperator()"),
        (broken, {}, suan.InvalidArgument, "row 3 has a column outside"),
    ],
)
def test_words(M, options, error, words):
    A = poisson2d(3)
    with pytest.raises(error, match=words):
        suan.solve(A, np.ones(9), M=M(A), **options)


def test_a_preconditioner_in_the_place_of_a_name():
    for given in (lambda v: v, np.eye(9), spl.aslinearoperator(np.eye(9))):
        with pytest.raises(suan.InvalidArgument, match="pass a preconditioner of your own as M="):
            suan.solve(poisson2d(3), np.ones(9), preconditioner=given)


def test_cg_says_when_it_is_not_definite():
    _, report = suan.solve(poisson2d(5), np.ones(25), M=lambda v: -v, solver="cg")
    assert report.reason == "indefinite_preconditioner"


def test_a_solver_inside_it():
    A = uneven(6)

    def inner(v):
        return suan.solve(A, v, rtol=1e-12, max_iterations=10_000)[0]

    x, report = suan.solve(A, np.ones(36), M=inner)
    assert report.converged
    assert relative_residual(A, x, np.ones(36)) <= 1.01e-8
