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
        ({"solver": "cgs"}, '"cgs".*did you mean cg'),
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
