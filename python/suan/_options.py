# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Keywords that derive from the library's own declarations of its options."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from . import _suan

F = TypeVar("F", bound=Callable[..., Any])


def option_values(options: dict[str, Any]) -> dict[str, Any]:
    """NumPy's scalars as Python's."""
    return {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in options.items()
    }


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
    return head + "\n" + textwrap.indent(textwrap.fill(option.sentence, 88), "    ")
