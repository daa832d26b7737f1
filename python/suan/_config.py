# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The features of this build, and the options of its functions."""

from __future__ import annotations

from typing import Any, Literal, overload

from . import _suan
from ._errors import InvalidArgument


class OptionList(list[_suan.OptionDescription]):
    """A list that prints one option per line."""

    def __repr__(self) -> str:
        return "\n".join(repr(option) for option in self)


class ComponentList(dict[str, str]):
    """Names and sentences; prints one component per line."""

    def __repr__(self) -> str:
        return "\n".join(f"{name}: {sentence}" for name, sentence in self.items())


def solvers() -> ComponentList:
    """The solvers that ``solver=`` can name, with a sentence on each.

    Their options are ``suan.options("gmres")``, with the name of one.
    """
    return ComponentList({name: sentence for name, (sentence, _) in _suan.solvers().items()})


def preconditioners() -> ComponentList:
    """The preconditioners that ``preconditioner=`` can name, with a sentence on each."""
    return ComponentList(
        {name: sentence for name, (sentence, _) in _suan.preconditioners().items()}
    )


def options(function: str = "solve") -> OptionList:
    """The keywords of "solve", "generate" or "read" (of Matrix Market files).

    The name of a solver or a preconditioner lists what its node can hold, as in
    ``solver={"type": "gmres", "restart": 50}``; a name of both lists the solver's first.

    Returns
    -------
    list of OptionDescription
        Each with name, type, default, range, choices and one sentence.
    """
    tables = {
        "solve": _suan.solve_options,
        "generate": _suan.gallery_options,
        "read": _suan.matrix_market_options,
    }
    if function in tables:
        return OptionList(tables[function]())
    components: dict[str, list[_suan.OptionDescription]] = {}
    for kind in (_suan.solvers(), _suan.preconditioners()):
        for name, (_, descriptions) in kind.items():
            components.setdefault(name, []).extend(descriptions)
    del components["auto"]
    if function in components:
        return OptionList(components[function])
    raise InvalidArgument(f'"{function}" has no options; {", ".join((*tables, *components))} have')


@overload
def show_config(mode: Literal["stdout"] = ...) -> None: ...
@overload
def show_config(mode: Literal["dicts"]) -> dict[str, Any]: ...
def show_config(mode: str = "stdout") -> dict[str, Any] | None:
    """Show how this build was made, and what it runs on.

    Parameters
    ----------
    mode : {"stdout", "dicts"}
        Print it, or return it as a dictionary, as numpy.show_config() does.
    """
    if mode not in ("stdout", "dicts"):
        raise InvalidArgument(f'mode is "{mode}", but it must be "stdout" or "dicts"')
    config = {**_suan.build_info(), "threads": _suan.thread_count()}
    config["mpi_library"] = _suan.mpi_library_version().split(",")[0].strip()
    if mode == "dicts":
        return config
    for name, value in config.items():
        text = ", ".join(value) if isinstance(value, list) else value
        print(f"{name:14} {text}")
    return None
