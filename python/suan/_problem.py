# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The checked arguments of a solve, and the call of the library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _suan
from ._arrays import scalar_type
from ._errors import DimensionMismatch, InvalidArgument
from ._maps import Applied, Map
from ._options import solve_option_values
from ._ranks import require_same_ranks
from ._report import SolveReport

#: as_vector or as_columns.
Reader = Callable[[Any, str], NDArray[Any]]
Callback = Callable[[int, float], object] | None
#: A, M, and what was copied of them.
Ready = tuple[Applied, Applied | _suan.KeptAmg | _suan.KeptDirect | None, list[str]]


class System:
    """A and M, checked, with the options: the same for every right-hand side."""

    def __init__(
        self, A: Any, M: Any, options: dict[str, Any], rows: int | None, comm: Any
    ):
        """`rows` is the size of a function; None if that is unknown. `comm` is None, or that of
        mpi4py."""
        distributed = comm is not None
        self.options = solve_option_values(options)
        if distributed:  # before the ranks meet; elsewhere the library looks when it gets them
            _suan.check_solve_options(self.options)
        self.distributed = distributed
        self.a = Map(A, "A", rows)
        if not distributed or self.a.function is not None:
            self.a.require_square()
        #: Of this process.
        self.rows: int = self.a.shape[0]
        self.m: Map | None = None
        self._ready: tuple[Any, Ready] | None = None
        if M is not None:
            self._take_preconditioner(M, comm)

    def _take_preconditioner(self, M: Any, comm: Any) -> None:
        self.m = Map(M, "M", self.rows)
        made = self.m.made
        if made is not None and (made._comm is not None) != self.distributed:
            raise InvalidArgument(
                "M was made without comm=, and A is solved for with it"
                if self.distributed
                else "M was made with comm=, and A is solved for without"
            )
        if made is not None and self.distributed:
            require_same_ranks(made._comm, comm)
        # With ranks, a matrix has global columns and a function has none; the library checks them.
        end = 1 if self.distributed else 2
        if self.m.shape[:end] != self.a.shape[:end]:
            raise DimensionMismatch(
                f"M is {_sizes(self.m.shape)}, but A is {_sizes(self.a.shape)}; M is applied in "
                "place of A's inverse"
            )
        named = self.options.get("preconditioner", "auto")
        if named != "auto":
            raise InvalidArgument(
                f'both M= and preconditioner="{named}" were given; leave one of them out'
            )

    def scalar_type(self, *vectors: tuple[str, Any]) -> np.dtype[Any]:
        """The type to compute in with these vectors, given by name and type."""
        if self.a.dtype is not None:
            vectors = (*vectors, ("A", self.a.dtype))
        return scalar_type(*vectors) if vectors else np.dtype(np.float64)

    def told(self) -> dict[str, Any]:
        """What has to be the same on all ranks."""
        return {
            "A": self.a.kind,
            "M": "not given" if self.m is None else self.m.kind,
            "options": self.options,
        }

    def ready(self, dtype: np.dtype[Any]) -> Ready:
        """A and M in the library's form, and what was copied for that."""
        if self._ready is None or self._ready[0] != dtype:
            self._ready = (dtype, self._made(dtype))
        return self._ready[1]

    def replace(self, a: Map, ready: Ready) -> None:
        """Replaces A by another one of the same shape, with the result of ready() for the same type."""
        assert self._ready is not None
        self.a, self._ready = a, (self._ready[0], ready)

    def _made(self, dtype: np.dtype[Any]) -> Ready:
        a, copied = self.a.ready(dtype, self.distributed)
        if self.m is None:
            return a, None, copied
        if self.m.dtype is not None:
            if scalar_type(("M", self.m.dtype)).kind == "c" and dtype.kind != "c":
                raise InvalidArgument("M is complex, but A and b are real; pass a complex b")
        if self.m.made is not None:
            return a, self.m.made._made, copied
        m, more = self.m.ready(dtype, self.distributed)
        return a, m, copied + more


class RightHandSide:
    """b and x0, checked against the rows of A."""

    def __init__(self, b: Any, x0: Any, read: Reader):
        self.b = read(b, "b")
        #: The shape in which x is returned.
        self.shape: tuple[int, ...] = np.shape(b)
        self.x0 = None if x0 is None else read(x0, "x0")
        #: None for one vector.
        self.columns = None if self.b.ndim == 1 else self.b.shape[1]
        self._ready: tuple[NDArray[Any], NDArray[Any]] | None = None

    def told(self) -> dict[str, Any]:
        """What has to be the same on all ranks."""
        return {"x0": "not given" if self.x0 is None else "given", "columns": self.columns}

    def types(self) -> list[tuple[str, Any]]:
        types = [("b", self.b.dtype)]
        if self.x0 is not None:
            types.append(("x0", self.x0.dtype))
        return types

    def require_rows(self, shape: tuple[int, int]) -> None:
        for name, vector in (("b", self.b), ("x0", self.x0)):
            if vector is not None and len(vector) != shape[0]:
                raise DimensionMismatch(
                    f"{name} has {len(vector)} {'elements' if vector.ndim == 1 else 'rows'}, "
                    f"but A has {shape[0]} rows ({_sizes(shape)})"
                )
        if self.x0 is not None and self.x0.shape != self.b.shape:
            raise DimensionMismatch(f"x0 has the shape {self.x0.shape}, but b {self.b.shape}")

    def ready(self, dtype: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """b and x as contiguous arrays of `dtype`; x is new, and holds the initial guess."""
        if self._ready is None or self._ready[0].dtype != dtype:
            b = np.ascontiguousarray(self.b, dtype=dtype)
            if self.x0 is None:
                self._ready = b, np.zeros(self.b.shape, dtype=dtype)
            else:
                self._ready = b, np.array(self.x0, dtype=dtype, order="C")
        return self._ready

    def solve(
        self, dtype: np.dtype[Any], run: Callable[..., list[dict[str, Any]]], copied: list[str]
    ) -> tuple[NDArray[Any], list[SolveReport]]:
        """`run(b, x, columns)` is the call of the library; `copied` names the copied parts of A and M."""
        b, x = self.ready(dtype)
        if self.columns == 0:
            return x, []
        if b is not self.b and b.size and not np.may_share_memory(b, self.b):
            copied = [*copied, "b"]
        if self.columns is None:
            reports = run(b, x, None)
        else:
            reports = run(b.ravel(), x.ravel(), self.columns)
        return x.reshape(self.shape), [_report(fields, copied) for fields in reports]


def require_callback(callback: Any) -> None:
    if callback is not None and not callable(callback):
        raise InvalidArgument(f"callback is no function but {callback!r}")


def solve_once(
    system: System,
    side: RightHandSide,
    dtype: np.dtype[Any],
    callback: Callback,
    comm: int | None,
    may_stop: bool,
) -> tuple[NDArray[Any], list[SolveReport]]:
    """`may_stop` is whether the callback of any rank can end the solve."""
    a, m, copied = system.ready(dtype)

    def run(b: NDArray[Any], x: NDArray[Any], columns: int | None) -> list[dict[str, Any]]:
        return _suan.solve(a, m, b, x, columns, system.options, callback, comm, may_stop)

    return side.solve(dtype, run, copied)


def _sizes(shape: tuple[int, int]) -> str:
    return f"{shape[0]} x {shape[1]}"


def _report(fields: dict[str, Any], copied: list[str]) -> SolveReport:
    fields["copied"] = tuple(dict.fromkeys((*copied, *fields["copied"])))
    return SolveReport(**fields)
