# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Keywords derive from the library's declarations."""

import inspect

import numpy as np
import pytest
from problems import poisson2d

import suan


def by_name(function="solve"):
    return {option.name: option for option in suan.options(function)}


def test_the_list():
    options = by_name()
    assert {"solver", "preconditioner", "rtol", "max_iterations", "restart"} <= set(options)
    rtol = options["rtol"]
    assert (rtol.type, rtol.default, rtol.minimum, rtol.maximum) == ("float", 1e-8, 0.0, 1.0)
    assert rtol.range == "in [0, 1]"
    assert rtol.sentence.endswith(".")
    assert "cg" in options["solver"].choices
    assert options["solver"].minimum is None
    assert isinstance(options["max_iterations"].maximum, int)
    assert repr(suan.options()).count("\n") == len(options) - 1
    assert "rtol: float = 1e-08, in [0, 1]." in repr(rtol)


def test_other_lists():
    assert "size" in by_name("generate")
    assert "duplicates" in by_name("read")


@pytest.mark.parametrize(("function", "table"), [("solve", "solve"), ("generate", "generate")])
def test_signature_and_docstring_hold_every_option(function, table):
    target = getattr(suan, function)
    parameters = inspect.signature(target).parameters
    for option in suan.options(table):
        if "." not in option.name:  # no keyword of Python has a dot
            assert parameters[option.name].default == option.default
            assert parameters[option.name].kind is inspect.Parameter.KEYWORD_ONLY
        assert f"{option.name} : {option.type}," in target.__doc__
    assert "{" not in target.__doc__


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"rtoll": 1e-3}, '"rtoll".*did you mean rtol'),
        ({"max_iteration": 3}, "did you mean max_iterations"),
        ({"preconditoner": "jacobi"}, "did you mean preconditioner"),
        ({"solver": "cgg"}, '"cgg".*did you mean cg'),
        ({"solver": 3}, "solver.*int.*str"),
        ({"rtol": "small"}, "rtol.*str.*float"),
        ({"rtol": None}, "rtol: None"),
        ({"rtol": 2.0}, r"rtol: 2 .*\[0, 1\]"),
        ({"rtol": float("nan")}, "rtol: nan"),
        ({"max_iterations": 2.5}, "max_iterations.*float.*int"),
        ({"max_iterations": -1}, "max_iterations: -1"),
        ({"max_iterations": 2**70}, "64 bits"),
        ({"max_iterations": True}, "max_iterations.*bool.*int"),
        ({"rtol": [1e-8]}, "rtol"),
        ({"rtol": np.ones((3, 3))}, "rtol: a ndarray is neither"),
        # Names of other libraries, whatever comes with them.
        ({"maxiter": 100}, "in Suan write max_iterations="),
        ({"maxiter": None}, "in Suan write max_iterations="),
        ({"tol": 1e-5}, "in Suan write rtol="),
        ({"restrt": 20}, "in Suan write restart="),
        ({"callback_type": "pr_norm"}, "callback gets the iteration and the residual norm"),
        ({"precond": len}, "preconditioner=, or M="),
        ({"Pl": np.eye(9)}, "in Suan write M="),
        ({"max_iteration": np.eye(9)}, "did you mean max_iterations"),
        # No value.
        ({"solver": None}, "solver: None is no value; leave it out, or say 'auto'"),
        ({"preconditioner": None}, "None is no value; .* 'auto', or \"none\" for none"),
        ({"max_iterations": None}, "max_iterations: None is no value"),
        # Things in the place of names.
        ({"preconditioner": np.eye(9)}, "a ndarray is no name.*M="),
        ({"solver": len}, "solver: <built-in function len> is no name"),
    ],
)
def test_wrong_ones_are_named(given, words):
    with pytest.raises(suan.InvalidArgument, match=words):
        suan.solve(poisson2d(3), np.ones(9), **given)


def solved(**options):
    A = suan.generate("convection_diffusion2d", size=12) if "restart" in str(options) else poisson2d(20)
    x, report = suan.solve(A, np.ones(A.shape[0]), **options)
    assert report.converged
    return report


@pytest.mark.parametrize(
    ("nested", "flat"),
    [
        (
            {"solver": {"type": "gmres", "restart": 5, "rtol": 1e-6}},
            {"solver": "gmres", "restart": 5, "rtol": 1e-6},
        ),
        (
            {"solver": {"type": "gmres"}, "solver.restart": np.int64(5)},
            {"solver": "gmres", "restart": 5},
        ),
        ({"preconditioner": {"type": "jacobi"}}, {"preconditioner": "jacobi"}),
        (
            {"preconditioner": {"type": "block_jacobi", "block_size": 20}, "solver": {"rtol": 1e-4}},
            {"preconditioner.type": "block_jacobi", "block_size": 20, "rtol": 1e-4},
        ),
        (
            {"preconditioner.block_size": 20, "preconditioner": "block_jacobi"},
            {"block_size": 20, "preconditioner": "block_jacobi"},
        ),
    ],
)
def test_nodes(nested, flat):
    one, other = solved(**nested), solved(**flat)
    assert (one.solver, one.preconditioner) == (other.solver, other.preconditioner)
    np.testing.assert_array_equal(one.history, other.history)


def test_nodes_of_a_solver_that_is_kept():
    A = poisson2d(20)
    solver = suan.Solver(A, preconditioner={"type": "block_jacobi", "block_size": 10})
    assert solver.solve(np.ones(400))[1].preconditioner == "block_jacobi"
    X, reports = suan.solve_many(A, np.ones((400, 2)), solver={"type": "cg", "rtol": 1e-4})
    assert all(report.solver == "cg" for report in reports)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"preconditioner": {"type": "jacoby"}}, "option preconditioner .*did you mean jacobi"),
        (
            {"preconditioner": {"type": "block_jacobi", "blocksize": 3}},
            "did you mean preconditioner.block_size",
        ),
        (
            {"preconditioner": {"type": "jacobi", "block_size": 3}},
            "preconditioner.block_size.*preconditioner is jacobi.*no options; block_jacobi, amg have it",
        ),
        ({"preconditioner.block_size": 3}, "preconditioner is auto"),
        ({"preconditioner": {"type": "block_jacobi", "block_size": 0}}, r"block_size: 0 .*\[1, 64\]"),
        ({"preconditioner": {"type": "block_jacobi", "block_size": "4"}}, "type str, but int"),
        ({"preconditioner": {"type": "block_jacobi", "block_size": [4]}}, "neither a bool"),
        ({"preconditioner": {"type": "block_jacobi", "block_size": None}}, "None is no value"),
        ({"preconditioner": {"type": None}}, "None is no value"),
        ({"preconditioner": {"type": len}}, "is no name"),
        ({"preconditioner": {3: 4}}, "key 3 is no name"),
        ({"solver": {"rtol": 1e-3}, "rtol": 1e-4}, "solver.rtol is given twice"),
        ({"solver": "cg", "solver.type": "cg"}, "solver is given twice"),
        ({"smoother": {"degree": 3}}, '"smoother.degree"'),
        ({"rtol": {"value": 3}}, '"rtol.value"'),
    ],
)
def test_wrong_nodes_are_named_in_full(given, words):
    with pytest.raises(suan.InvalidArgument, match=words):
        suan.solve(poisson2d(3), np.ones(9), **given)


def test_a_short_name_without_use_is_no_error():
    _, report = suan.solve(poisson2d(5), np.ones(25), solver="cg", restart=10, block_size=5)
    assert report.converged


def test_components_are_listed():
    assert {"auto", "cg", "gmres"} <= set(suan.solvers())
    assert {"auto", "none", "jacobi", "block_jacobi"} <= set(suan.preconditioners())
    assert all(text.endswith(".") for text in suan.solvers().values())
    assert "cg: Conjugate gradients" in repr(suan.solvers())
    assert {"rtol", "restart"} <= {option.name for option in suan.options("gmres")}
    assert [option.name for option in suan.options("block_jacobi")] == ["block_size"]
    assert suan.options("jacobi") == []
    # Both a solver and a preconditioner.
    assert {"check_every", "degree"} <= {option.name for option in suan.options("chebyshev")}
    options = by_name()
    assert (options["restart"].path, options["restart"].types) == ("solver.restart", ["gmres"])
    assert (options["rtol"].path, options["rtol"].types) == ("solver.rtol", [])
    assert options["block_size"].path == "preconditioner.block_size"
    assert "(gmres)" in repr(options["restart"])


def test_numbers_of_numpy():
    _, report = suan.solve(
        poisson2d(10), np.ones(100), rtol=np.float32(0.5), max_iterations=np.int64(1)
    )
    assert report.iterations <= 1


def test_options_take_effect():
    A = poisson2d(20)
    b = np.ones(400)
    _, loose = suan.solve(A, b, rtol=1e-2)
    _, tight = suan.solve(A, b, rtol=1e-12)
    assert loose.converged and tight.converged
    assert loose.iterations < tight.iterations
    assert tight.true_relative_residual <= 1e-12 < loose.true_relative_residual <= 1e-2
    for solver in ("cg", "gmres"):
        for preconditioner in ("none", "jacobi", "block_jacobi"):
            x, report = suan.solve(
                A, b, solver=solver, preconditioner=preconditioner, format="csr"
            )
            assert (report.solver, report.preconditioner) == (solver, preconditioner)
            assert report.converged
            assert report.choice == ""
    _, report = suan.solve(A, b)
    assert report.choice != ""


def test_format():
    A = suan.generate("poisson3d", size=12)
    b = np.ones(12**3)
    x, csr = suan.solve(A, b, format="csr")
    y, sell = suan.solve(A, b, format="sell")
    assert (csr.format, sell.format) == ("csr", "sell")
    np.testing.assert_allclose(x, y, rtol=1e-6)
    assert sell.bytes_moved < csr.bytes_moved
