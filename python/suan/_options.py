# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Keywords that derive from the library's own declarations of its options."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np

from . import _suan
from ._errors import InvalidArgument

F = TypeVar("F", bound=Callable[..., Any])
#: A value, or a node: its type and options.
Option = bool | int | float | str | Mapping[str, Any]

#: Names in other libraries, and what to write in Suan.
_SOLVE_ELSEWHERE = {
    "maxiter": "max_iterations= (it counts iterations, in gmres, too)",
    "max_iter": "max_iterations=",
    "maxit": "max_iterations=",
    "niter": "max_iterations=",
    "tol": "rtol=",
    "reltol": "rtol=",
    "eps": "rtol=",
    "abstol": "atol=",
    "restrt": "restart=",
    "inner_m": "restart=",
    "method": "solver=",
    "ksp_type": "solver=",
    "pc": "preconditioner=, or M= for one of your own",
    "pc_type": "preconditioner=, or M= for one of your own",
    "precond": "preconditioner=, or M= for one of your own",
    "Pl": "M=",
    "Pr": "M=",
    "callback_type": "nothing: callback gets the iteration and the residual norm with every solver",
    "guess": "x0=",
    "disp": "nothing: print(report) shows what happened, callback= what happens",
    "show": "nothing: print(report) shows what happened, callback= what happens",
    "verbose": "nothing: print(report) shows what happened, callback= what happens",
    "verbosity": "nothing: print(report) shows what happened, callback= what happens",
}
_AMG_ELSEWHERE = {
    "B": "near_null_space=",
    "BH": "nothing: for a matrix that is not Hermitian the restriction is made from A^H",
    "nullspace": "near_null_space=",
    "near_nullspace": "near_null_space=",
    "near_null": "near_null_space=",
    "coords": "coordinates=",
    "blocksize": "block_size=",
    "num_functions": "block_size=",
    "strong_threshold": "theta=",
    "threshold": "theta=",
    "max_levels": "levels=",
    "max_coarse": "coarse_rows=",
    "max_coarse_size": "coarse_rows=",
    "coarse_solver": "nothing: a dense factorisation solves the coarsest level",
    "presmoother": "smoother=; after the coarse correction comes its adjoint",
    "postsmoother": "smoother=; after the coarse correction comes its adjoint",
    "relaxation": "smoother=",
    "symmetry": "nothing: the matrix is examined",
}


_DIRECT_ELSEWHERE = {
    "permc_spec": "ordering=",
    "permc": "ordering=",
    "order": "ordering=",
    "diag_pivot_thresh": "pivot_threshold=",
    "use_umfpack": "nothing: the factors are those of MUMPS",
    "sym_pos": 'symmetry="symmetric"',
    "assume_a": "symmetry=",
    "overwrite_a": "nothing: A is never changed",
    "overwrite_b": "nothing: b is never changed",
}


def option_values(options: dict[str, Any]) -> dict[str, Any]:
    """Converts NumPy scalars to Python scalars."""
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in options.items()
    }


def _leaves(options: Mapping[str, Any], node: str = "") -> Iterator[tuple[str, Any]]:
    """Full names and values of nested dictionaries; "type" is the value of its node."""
    for key, value in options.items():
        if not isinstance(key, str):
            raise InvalidArgument(f"option {node}: its key {key!r} is no name")
        name = node if node and key == "type" else f"{node}.{key}" if node else key
        if isinstance(value, Mapping):
            yield from _leaves(value, name)
        else:
            yield name.removesuffix(".type"), value


def _flattened(options: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in _leaves(options):
        if name in values:
            raise InvalidArgument(f"option {name} is given twice")
        values[name] = value
    return values


def _defaults(options: list[_suan.OptionDescription]) -> dict[str, Any]:
    return {name: one.default for one in options for name in (one.name, one.path)}


_SOLVE_DEFAULTS = _defaults(_suan.solve_options())
_AMG_DEFAULTS = _defaults(_suan.amg_options())
_DIRECT_DEFAULTS = _defaults(_suan.direct_options())


def solve_option_values(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a solve in the library's form; the library checks names and values.

    @raises InvalidArgument for what the library could not explain: other libraries' names, and objects.
    """
    return _explained(options, _SOLVE_DEFAULTS, _SOLVE_ELSEWHERE, _suan.check_solve_options)


def amg_option_values(options: dict[str, Any]) -> dict[str, Any]:
    """The same for amg(); values are checked, too."""
    values = _explained(options, _AMG_DEFAULTS, _AMG_ELSEWHERE, _suan.check_amg_options)
    _suan.check_amg_options(values)
    return values


def direct_option_values(options: dict[str, Any]) -> dict[str, Any]:
    """The same for factorize()."""
    values = _explained(
        options, _DIRECT_DEFAULTS, _DIRECT_ELSEWHERE, _suan.check_direct_options
    )
    _suan.check_direct_options(values)
    return values


def _explained(
    options: dict[str, Any],
    defaults: dict[str, Any],
    elsewhere: dict[str, str],
    check: Callable[[dict[str, Any]], None],
) -> dict[str, Any]:
    values = option_values(_flattened(options))
    for name, value in values.items():
        if isinstance(value, bool | int | float | str):
            if name in defaults or name not in elsewhere:
                continue
        if name not in defaults and "." not in name:
            if name in elsewhere:
                raise InvalidArgument(
                    f'unknown option "{name}": in Suan write {elsewhere[name]}'
                )
            check({name: 0})  # names the nearest valid ones
        elif value is None and name not in defaults:
            raise InvalidArgument(f"option {name}: None is no value; leave it out")
        elif value is None:
            default = defaults[name]
            none = ', or "none" for none' if name == "preconditioner" else ""
            raise InvalidArgument(
                f"option {name}: None is no value; leave it out, or say {default!r}{none}"
            )
        elif name == "preconditioner":
            raise InvalidArgument(
                f"option preconditioner: {_described(value)} is no name; pass a preconditioner of "
                "your own as M="
            )
        elif name == "solver":
            raise InvalidArgument(f'option solver: {_described(value)} is no name, as "cg" is')
        else:
            raise InvalidArgument(
                f"option {name}: {_described(value)} is neither a bool, an int, a float nor a str"
            )
    return values


def _described(value: Any) -> str:
    """A short description, even of a matrix."""
    text = repr(value)
    return text if len(text) <= 40 and "\n" not in text else f"a {type(value).__name__}"


def keywords(options: list[_suan.OptionDescription]) -> Callable[[F], F]:
    """Writes the options into signature and docstring of a function that takes ``**options``."""

    def document(function: F) -> F:
        signature = inspect.signature(function)
        parameters = [
            p for p in signature.parameters.values() if p.kind is not inspect.Parameter.VAR_KEYWORD
        ]
        parameters += [
            inspect.Parameter(
                option.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=option.default,
                annotation=option.type,
            )
            for option in options
            if option.name.isidentifier()
        ]
        function.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        if function.__doc__:
            entries = "\n".join(_entry(option) for option in options)
            function.__doc__ = function.__doc__.replace(
                "{options}", textwrap.indent(entries, "    ").lstrip()
            )
        return function

    return document


def _entry(option: _suan.OptionDescription) -> str:
    range_text = f" {option.range}," if option.range else ""
    head = f"{option.name} : {option.type},{range_text} default {option.default!r}"
    if option.types:
        head += f", of {', '.join(option.types)}"
    return head + "\n" + textwrap.indent(textwrap.fill(option.sentence, 88), "    ")
