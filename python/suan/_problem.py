# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The arguments of a solve, checked, and the call of the library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator

from . import _suan
from ._arrays import Csr, as_sparse, scalar_type
from ._errors import DimensionMismatch, InvalidArgument
from ._options import option_values
from ._report import SolveReport

Operand = tuple[str, Any]
#: as_vector or as_columns.
Reader = Callable[[Any, str], NDArray[Any]]


class Problem:
    """The checked arguments of a solve."""

    def __init__(
        self, A: Any, b: Any, x0: Any, options: dict[str, Any], size: int | None, read: Reader
    ):
        """`size` is the global number of rows where this process has only some, else None."""
        self.options = option_values(options)
        _suan.check_solve_options(self.options)
        self.b = read(b, "b")
        self.x0 = None if x0 is None else read(x0, "x0")
        #: None for one vector.
        self.columns = None if self.b.ndim == 1 else self.b.shape[1]
        operands: list[Operand] = [("b", self.b.dtype)]
        if self.x0 is not None:
            operands.append(("x0", self.x0.dtype))
        self.function: Callable[..., Any] | None = None
        self.matrix = as_sparse(A)
        self.given = A
        if self.matrix is not None:
            operands.append(("A", self.matrix.dtype))
            rows, columns = self.matrix.shape
            if size is None and rows != columns:
                raise InvalidArgument(f"A is {rows} x {columns}; solve() needs a square matrix")
        elif isinstance(A, LinearOperator):
            self.function = A.matvec
            rows, columns = A.shape
            if rows != columns:
                raise InvalidArgument(f"A is {rows} x {columns}; solve() needs a square operator")
            if A.dtype is not None:
                operands.append(("A", A.dtype))
        elif callable(A):
            self.function = A
            rows = columns = len(self.b)
        else:
            raise InvalidArgument(
                "A must be a scipy.sparse matrix or array, a numpy.ndarray, a LinearOperator or a "
                f"function, not {type(A).__name__}"
            )
        for name, vector in (("b", self.b), ("x0", self.x0)):
            if vector is not None and len(vector) != rows:
                raise DimensionMismatch(
                    f"{name} has {len(vector)} {'elements' if vector.ndim == 1 else 'rows'}, "
                    f"but A has {rows} rows ({rows} x {columns})"
                )
        if self.x0 is not None and self.x0.shape != self.b.shape:
            raise DimensionMismatch(f"x0 has the shape {self.x0.shape}, but b {self.b.shape}")
        self.dtype = scalar_type(*operands)

    def solve(
        self,
        dtype: np.dtype[Any],
        callback: Callable[[int, float], object] | None,
        comm: int | None,
    ) -> tuple[NDArray[Any], list[SolveReport]]:
        x = np.zeros(self.b.shape, dtype=dtype)
        if self.columns == 0:
            return x, []
        if self.x0 is not None:
            x[...] = self.x0
        b = np.ascontiguousarray(self.b, dtype=dtype).ravel()
        flat = x.ravel()
        arrays = (b, flat, self.columns, self.options, callback)
        copied: list[str] = []
        if self.function is not None:
            function = _product(self.function, len(x), dtype)
            reports = _suan.solve_function(function, *arrays, comm)
        else:
            index = np.int32 if comm is None else np.int64
            csr = Csr(self.matrix, dtype, index)
            copied = csr.copied if self.matrix is self.given else ["A"]
            if comm is None:
                reports = _suan.solve_csr(csr.arrays, *arrays)
            else:
                reports = _suan.solve_rows(csr.arrays, *arrays, comm)
                copied = ["A"]
        if b.size and not np.may_share_memory(b, self.b):
            copied = [*copied, "b"]
        return x, [_report(fields, copied) for fields in reports]


def _report(fields: dict[str, Any], copied: list[str]) -> SolveReport:
    text, as_json = fields.pop("text"), fields.pop("json")
    fields["copied"] = tuple(dict.fromkeys([*copied, *fields["copied"]]))
    return SolveReport(**fields, _text=text, _json=as_json)


def _product(
    function: Callable[..., Any], size: int, dtype: np.dtype[Any]
) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """`function`, with what it returns checked and in the form that the library reads."""

    def product(vector: NDArray[Any]) -> NDArray[Any]:
        result = np.asarray(function(vector))
        if result.shape not in ((size,), (size, 1)):
            raise DimensionMismatch(
                f"A returned an array of shape {result.shape} for a vector of {size} elements"
            )
        if result.dtype.kind == "c" and dtype.kind != "c":
            raise InvalidArgument(
                f"A returned complex numbers for a vector of {dtype}; pass a complex b"
            )
        if result.dtype.kind not in "biufc":
            raise InvalidArgument(f"A returned an array of {result.dtype}, not of numbers")
        return np.ascontiguousarray(result.reshape(size), dtype=dtype)

    return product
