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
_NAMES_ELSEWHERE = {
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


_DEFAULTS = {
    name: option.default for option in _suan.solve_options() for name in (option.name, option.path)
}


def solve_option_values(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a solve in the library's form; the library checks names and values.

    @raises InvalidArgument for what the library could not explain: other libraries' names, and objects.
    """
    values = option_values(_flattened(options))
    for name, value in values.items():
        if isinstance(value, bool | int | float | str):
            if name in _DEFAULTS or name not in _NAMES_ELSEWHERE:
                continue
        if name not in _DEFAULTS and "." not in name:
            if name in _NAMES_ELSEWHERE:
                raise InvalidArgument(
                    f'unknown option "{name}": in Suan write {_NAMES_ELSEWHERE[name]}'
                )
            _suan.check_solve_options({name: 0})  # names the nearest valid ones
        elif value is None and name not in _DEFAULTS:
            raise InvalidArgument(f"option {name}: None is no value; leave it out")
        elif value is None:
            default = _DEFAULTS[name]
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
