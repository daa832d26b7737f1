# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The products of what the library made, of one process and of several ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator

from ._arrays import plain, scalar_type
from ._containers import refuse_masked
from ._errors import DimensionMismatch
from ._maps import LibraryOperator
from ._ranks import agreed_type, together

_EITHER = "a vector or a matrix"


class Products(LibraryOperator):
    """The part of Amg and of Factors that makes them operators of SciPy.

    SciPy looks at shapes before it calls _matvec(). With ranks, where an exception of one must not
    leave the others waiting, the public methods do without it, and look at them together.
    """

    _report: dict[str, Any]

    def matvec(self, x: Any) -> NDArray[Any]:
        return super().matvec(x) if self._comm is None else self._of_ranks(x, "a vector")

    def matmat(self, X: Any) -> NDArray[Any]:
        return super().matmat(X) if self._comm is None else self._of_ranks(X, "a matrix")

    def rmatvec(self, x: Any) -> NDArray[Any]:
        result: NDArray[Any]
        if self._comm is None:
            result = super().rmatvec(x)
        else:
            result = self._of_ranks(x, "a vector", "rmatvec")
        return result

    def rmatmat(self, X: Any) -> NDArray[Any]:
        result: NDArray[Any]
        if self._comm is None:
            result = super().rmatmat(X)
        else:
            result = self._of_ranks(X, "a matrix", "rmatvec")
        return result

    def dot(self, x: Any) -> Any:
        if self._comm is None or isinstance(x, LinearOperator) or np.isscalar(x):
            refuse_masked(x, "x")  # which SciPy would turn into a plain array
            return super().dot(x)
        return self._of_ranks(x, _EITHER)

    def _matvec(self, x: NDArray[Any]) -> NDArray[Any]:
        return self._applied(x)

    def _matmat(self, X: NDArray[Any]) -> NDArray[Any]:
        return self._applied(X)

    def _adjoint(self) -> LinearOperator:
        self._require_adjoint()
        return self

    def _require_adjoint(self) -> None:
        """@raises NotSupported unless the adjoint is the same operator."""
        raise NotImplementedError

    def _applied(self, x: Any) -> NDArray[Any]:
        if self._comm is not None:
            return self._of_ranks(x, _EITHER)
        array = plain(x, "x")
        return self._product(_Operand(array), scalar_type(("x", array.dtype), ("M", self.dtype)))

    def _of_ranks(self, x: Any, wanted: str, method: str = "matvec") -> NDArray[Any]:
        function = f"{type(self).__name__}.{method}"

        def made() -> tuple[_Operand, dict[str, Any], np.dtype[Any]]:
            if method == "rmatvec":
                self._require_adjoint()
            array = plain(x, "x")
            if not _fits(array, wanted) or len(array) != self.shape[0]:
                raise DimensionMismatch(
                    f"x has the shape {array.shape}, but must be {wanted} of {self.shape[0]} rows, "
                    "as many as M has on this rank"
                )
            found = scalar_type(("x", array.dtype), ("M", self.dtype))
            operand = _Operand(array)
            operand.ready(found)
            told = {"x": f"of {operand.columns} columns", self.noun: self._number}
            return operand, told, found

        operand, types = together(self._comm, function, made)
        return self._product(
            operand, agreed_type(self._comm, function, types, operand.ready)
        )

    def _product(self, operand: _Operand, dtype: np.dtype[Any]) -> NDArray[Any]:
        x, y = operand.ready(dtype)
        if operand.columns > 0:
            self._made.apply(x, y.reshape(-1), operand.columns)
        return y


class _Operand:
    """A vector or several, with a place for the product."""

    def __init__(self, array: NDArray[Any]):
        self.array = array
        self.columns = 1 if array.ndim == 1 else array.shape[1]
        self._ready: tuple[NDArray[Any], NDArray[Any]] | None = None

    def ready(self, dtype: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Both as arrays of `dtype`, the first with one row after the other."""
        if self._ready is None or self._ready[1].dtype != dtype:
            flat = np.ascontiguousarray(self.array, dtype=dtype).ravel()
            self._ready = flat, np.zeros(self.array.shape, dtype=dtype)
        return self._ready


def _fits(array: NDArray[Any], wanted: str) -> bool:
    if wanted == "a vector":
        return array.ndim == 1 or array.shape[1:] == (1,)
    return array.ndim == 2 or array.ndim == 1 and wanted == _EITHER
