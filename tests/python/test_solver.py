# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Solver: what was made for a matrix is kept between solves."""

import gc
import os
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest
import scipy.sparse as sp
import scipy.sparse.linalg as spl
from problems import arrays_of, poisson2d, relative_residual

import suan


def right_hand_sides(count, rows, dtype=np.float64):
    return list(np.random.default_rng(2).standard_normal((count, rows)).astype(dtype))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_each_solve_is_that_of_solve(dtype):
    A = poisson2d(12, dtype)
    rtol = 1e-5 if np.finfo(dtype).bits == 32 else 1e-10
    # In one format: the copy that the first long solve makes serves the later ones from their start.
    solver = suan.Solver(A, rtol=rtol, format="csr")
    assert solver.shape == (144, 144)
    assert solver.dtype == dtype
    for k, b in enumerate(right_hand_sides(3, 144, dtype)):
        x, report = solver.solve(b)
        expected, alone = suan.solve(A, b, rtol=rtol, format="csr")
        assert report.converged
        np.testing.assert_array_equal(x, expected)
        assert (report.solver, report.choice) == (alone.solver, alone.choice)
        assert (report.setup_seconds > 0) == (k == 0)


def test_shapes_guesses_and_several():
    A = poisson2d(6)
    solver = suan.Solver(A, solver="cg", preconditioner="jacobi")
    b = right_hand_sides(1, 36)[0]
    x, report = solver.solve(b[:, None])
    assert x.shape == (36, 1)
    assert report.preconditioner == "jacobi"
    again, report = solver.solve(b, x[:, 0])
    assert report.reason == "exact_initial_guess"
    B = np.array(right_hand_sides(5, 36)).T
    X, reports = solver.solve_many(B)
    assert X.shape == B.shape
    assert all(report.converged for report in reports)
    assert max(relative_residual(A, X[:, j], B[:, j]) for j in range(5)) <= 1.01e-8


@pytest.mark.parametrize("form", ["csr", "csc", "dense", "csr of wide indices"])
def test_a_change_of_the_callers_matrix_does_not_reach_it(form):
    A = poisson2d(6)
    given = {"csr": A, "csc": A.tocsc(), "dense": A.toarray()}.get(form)
    if given is None:
        given = A.copy()
        given.indices, given.indptr = given.indices.astype(int), given.indptr.astype(int)
    b = np.ones(36)
    solver = suan.Solver(given)
    expected, _ = solver.solve(b)
    if form == "dense":
        given[:] = np.nan
    else:
        given.data[:] = np.nan
        given.indices[:] = 10**8
    x, report = solver.solve(b)
    assert report.converged
    np.testing.assert_array_equal(x, expected)


def test_the_matrix_stays_as_it_was():
    A = poisson2d(6)
    before = arrays_of(A)
    solver = suan.Solver(A)
    solver.solve(np.ones(36))
    solver.update(A)
    assert arrays_of(A) == before


def test_other_values():
    A = poisson2d(6)
    b = np.ones(36)
    solver = suan.Solver(A)
    x, _ = solver.solve(b)
    words = solver.update(4 * A)
    assert isinstance(words, str)
    assert words
    y, report = solver.solve(b)
    assert report.converged
    np.testing.assert_allclose(y, x / 4, rtol=1e-6)
    # Another pattern is taken, too.
    solver.update(sp.csr_array(2 * sp.eye_array(36)))
    np.testing.assert_allclose(solver.solve(b)[0], 0.5, rtol=1e-8)


def test_an_update_that_fails_changes_nothing():
    A = poisson2d(6)
    solver = suan.Solver(A, preconditioner="jacobi")
    x, _ = solver.solve(np.ones(36))
    broken, no_diagonal = A.copy(), A.copy()
    broken.indices[3] = 99
    no_diagonal.setdiag(0.0)
    for given, error, words in (
        (broken, suan.InvalidArgument, "row"),
        (no_diagonal, suan.InvalidArgument, "diagonal"),
        (A[:5, :5], suan.DimensionMismatch, "36.*5"),
        (spl.aslinearoperator(A), suan.DimensionMismatch, "matrix.*function"),
        (1j * A, suan.InvalidArgument, "A is of type complex128.*float64"),
        ("A", suan.InvalidArgument, "not str"),
    ):
        with pytest.raises(error, match=words):
            solver.update(given)
        y, report = solver.solve(np.ones(36))
        assert report.converged
        np.testing.assert_array_equal(x, y)


def test_functions():
    A = poisson2d(6)
    calls = []

    def product(v):
        calls.append(1)
        return A @ v

    def inverse(v):
        return v / 4

    operator = spl.LinearOperator((36, 36), matvec=product, dtype=float)
    solver = suan.Solver(operator, M=inverse)
    made = len(calls)
    for b in right_hand_sides(2, 36):
        x, report = solver.solve(b)
        assert report.converged
        assert report.preconditioner == "user"
        assert relative_residual(A, x, b) <= 1.01e-8
    assert len(calls) > made
    with pytest.raises(suan.InvalidArgument, match="size is not known.*LinearOperator"):
        suan.Solver(product)


def test_exceptions_of_functions_arrive_as_themselves():
    fails = [False]

    def product(v):
        if fails[0]:
            raise ZeroDivisionError("from the product")
        return 2 * v

    solver = suan.Solver(spl.LinearOperator((4, 4), matvec=product, dtype=float))
    fails[0] = True
    with pytest.raises(ZeroDivisionError, match="from the product"):
        solver.solve(np.ones(4))
    with pytest.raises(ZeroDivisionError, match="from the product"):
        suan.Solver(spl.LinearOperator((4, 4), matvec=product, dtype=float))
    fails[0] = False
    x, report = solver.solve(np.ones(4))
    assert report.converged


def test_a_function_that_uses_the_solver():
    # While the outer solve lends its functions to the solver, the inner one lends its own.
    A = poisson2d(4)
    operator = spl.LinearOperator((16, 16), matvec=lambda v: A @ v, dtype=float)
    inner = suan.Solver(operator, rtol=1e-12)
    outer = suan.Solver(operator, M=lambda v: inner.solve(v)[0])
    for _ in range(2):
        _, report = outer.solve(np.ones(16))
        assert report.converged
        assert report.iterations <= 2


def test_as_a_preconditioner_of_scipy():
    A = poisson2d(20)
    b = np.arange(400.0)
    solver = suan.Solver(A, rtol=1e-3)
    M = solver.aslinearoperator()
    assert M.shape == A.shape
    assert M.dtype == np.float64
    count, count_without = [], []
    x, info = spl.gmres(A, b, M=M, rtol=1e-8, callback=count.append, callback_type="pr_norm")
    assert info == 0
    spl.gmres(A, b, rtol=1e-8, callback=count_without.append, callback_type="pr_norm")
    assert len(count) < len(count_without) / 2
    assert relative_residual(A, x, b) <= 1.1e-8
    np.testing.assert_allclose(A @ (M @ np.ones((400, 2))), 1.0, atol=0.05)
    single = suan.Solver(poisson2d(4, np.float32), rtol=1e-4).aslinearoperator()
    assert (single @ np.ones(16)).dtype == np.float32


def test_digits_are_not_lost_silently():
    A = poisson2d(3, np.float32)
    solver = suan.Solver(A)
    with pytest.raises(suan.InvalidArgument, match="b is of type float64.*computes in float32"):
        solver.solve(np.ones(9))
    _, report = suan.Solver(A, dtype=np.float64).solve(np.ones(9))
    assert report.scalar == "float64"
    assert report.converged
    with pytest.raises(suan.InvalidArgument, match="dtype is float32, which loses digits"):
        suan.Solver(poisson2d(3), dtype=np.float32)
    x, report = suan.Solver(poisson2d(3), dtype=complex).solve(1j * np.ones(9))
    assert report.scalar == "complex128"


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda A: suan.Solver(A, maxiter=3), suan.InvalidArgument, "max_iterations"),
        (lambda A: suan.Solver(A, rtol=-1.0), suan.InvalidArgument, "rtol"),
        (lambda A: suan.Solver(A[:5]), suan.InvalidArgument, "square"),
        (lambda A: suan.Solver(A, M=np.eye(3)), suan.DimensionMismatch, "M is 3 x 3"),
        (lambda A: suan.Solver(A, comm=3), suan.InvalidArgument, "mpi4py"),
        (lambda A: suan.Solver(A).solve(np.ones(8)), suan.DimensionMismatch, "8 elements"),
        (lambda A: suan.Solver(A).solve(np.ones((9, 2))), suan.NotSupported, "solve_many"),
        (lambda A: suan.Solver(A).solve(np.ones(9), np.ones(3)), suan.DimensionMismatch, "x0"),
        (lambda A: suan.Solver(A).solve(np.ones(9), callback=1), suan.InvalidArgument, "callback"),
        (lambda A: suan.Solver(A).solve(np.ma.masked_less(np.ones(9), 2)), suan.Error, "masked"),
    ],
)
def test_words(call, error, words):
    with pytest.raises(error, match=words):
        call(poisson2d(3))


def test_the_documentation_has_every_option():
    for option in suan.options():
        assert f"{option.name} : {option.type}," in suan.Solver.__doc__
    assert "Solver" in repr(suan.Solver(poisson2d(3)))


def test_several_threads_take_turns():
    A = poisson2d(10)
    solver = suan.Solver(A, M=lambda v: v / 4, format="csr")
    sides = right_hand_sides(6, 100)
    expected = [solver.solve(b)[0] for b in sides]
    found = [None] * 6

    def work(i):
        found[i] = solver.solve(sides[i])[0]
        made = suan.Solver(A)  # ends while others solve
        made.solve(sides[i])

    threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for x, y in zip(expected, found, strict=True):
        np.testing.assert_array_equal(x, y)


def test_a_solver_in_a_cycle_is_collected():
    class Owner:
        def product(self, v):
            return 2 * v

    owner = Owner()
    owner.solver = suan.Solver(spl.LinearOperator((4, 4), matvec=owner.product, dtype=float))
    died = []
    import weakref

    weakref.finalize(owner, died.append, 1)
    del owner
    gc.collect()
    assert died == [1]


def run(code):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        timeout=100,
        env=dict(os.environ),
        check=False,
    )


def test_one_that_lives_to_the_end_of_the_interpreter():
    result = run(
        """
        import atexit
        def late():
            try:
                solver.solve(np.ones(3))
            except suan.NotSupported as error:
                print(error)
        atexit.register(late)  # runs after the hook of suan
        import numpy as np, scipy.sparse as sp, suan
        solver = suan.Solver(sp.csr_array(sp.eye_array(3)), format="sell")
        kept = [solver.solve(np.ones(3)), solver.aslinearoperator()]
        """
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == "Suan has been shut down: the interpreter is exiting\n"
    assert result.stderr == ""


def test_one_in_a_forked_child_is_refused_and_ends_in_peace():
    result = run(
        """
        import os
        import numpy as np, scipy.sparse as sp, suan
        solver = suan.Solver(sp.csr_array(sp.eye_array(3)), format="sell")
        child = os.fork()
        if child == 0:
            try:
                solver.solve(np.ones(3))
            except suan.NotSupported as error:
                os.write(1, b"refused\\n" if "spawn" in str(error) else b"no\\n")
            del solver
        else:
            _, status = os.waitpid(child, 0)
            _, report = solver.solve(np.ones(3))
            os.write(1, f"{status} {report.reason}\\n".encode())
        """
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout == "refused\n0 converged\n", result.stderr
