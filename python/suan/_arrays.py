# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The caller's matrices and vectors as the arrays that the library reads.

Nothing here changes an argument. The names of copied arrays are recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator

from . import _suan
from ._containers import as_csr, refuse_masked
from ._errors import DimensionMismatch, InvalidArgument, NotSupported

_SUPPORTED = ("float32", "float64", "complex64", "complex128")
_AS_THEY_ARE = frozenset(np.dtype(name) for name in _SUPPORTED)


def scalar_type(*operands: tuple[str, Any]) -> np.dtype[Any]:
    """The type in which to compute with (name, dtype) operands; none of them loses digits."""
    types: list[np.dtype[Any]] = []
    first = operands[0][1]
    if isinstance(first, np.dtype) and first in _AS_THEY_ARE and first.isnative:
        if all(given is first for _, given in operands):
            return first
    for name, given in operands:
        try:
            dtype = np.dtype(given)
        except TypeError:
            raise InvalidArgument(
                f"{name} is {given!r}, which is no data type; Suan computes in "
                f"{', '.join(_SUPPORTED)}"
            ) from None
        if dtype.kind in "biu":
            types.append(np.dtype(np.float64))
        elif dtype.kind == "f" and dtype.itemsize <= 8:
            types.append(np.dtype(np.float64 if dtype.itemsize == 8 else np.float32))
        elif dtype.kind == "c" and dtype.itemsize <= 16:
            types.append(np.dtype(np.complex128 if dtype.itemsize == 16 else np.complex64))
        else:
            raise NotSupported(
                f"{name} is of type {dtype}; Suan computes in {', '.join(_SUPPORTED)}: "
                f"convert it first, with .astype(numpy.float64) for example"
            )
    return np.result_type(*types)


class Csr:
    """A matrix in compressed sparse rows, ready for the library, which checks its numbers."""

    def __init__(
        self, matrix: Any, dtype: np.dtype[Any], index: type[np.signedinteger[Any]], name: str = "A"
    ):
        self.copied: list[str] = []
        indptr, indices, data = matrix.indptr, matrix.indices, matrix.data
        entries = int(indptr[-1])
        rows, columns = matrix.shape
        if entries > len(indices) or entries > len(data):
            raise DimensionMismatch(
                f"{name}.indptr ends at {entries}, but {name}.indices has {len(indices)} and "
                f"{name}.data has {len(data)} elements"
            )
        # SciPy allows arrays longer than indptr says.
        if entries < len(indices):
            indices = indices[:entries]
        if entries < len(data):
            data = data[:entries]
        if np.dtype(index).itemsize < indices.dtype.itemsize and entries:
            limit = np.iinfo(index).max
            if columns > limit:
                raise NotSupported(
                    f"{name} is {rows} x {columns}; one process takes at most {limit} columns"
                )
            if int(indices.max()) > limit or int(indices.min()) < 0:
                raise InvalidArgument(
                    f"{name} is {rows} x {columns}, but {name}.indices holds {int(indices.min())} "
                    f"to {int(indices.max())}"
                )
        self.arrays = _suan.CsrArrays(
            rows,
            columns,
            self._plain(indptr, np.int64, f"{name}.indptr"),
            self._plain(indices, index, f"{name}.indices"),
            self._plain(data, dtype, f"{name}.data"),
        )

    def _plain(self, array: Any, dtype: Any, label: str) -> NDArray[Any]:
        flat = np.ascontiguousarray(array, dtype=dtype)
        if flat is not array and flat.size and not np.may_share_memory(flat, array):
            self.copied.append(label)
        return flat


def plain(given: Any, name: str) -> NDArray[Any]:
    """The argument as an array, without ignoring anything that its type means.

    @raises InvalidArgument if elements are masked, or if it is not an array.
    """
    if type(given) is np.ndarray:
        return given
    refuse_masked(given, name)
    if isinstance(given, list | tuple) and _holds_masked(given):
        raise InvalidArgument(
            f"{name} holds masked elements of numpy.ma, and a linear system has no missing "
            "numbers; say what stands there, with .filled(value)"
        )
    try:
        return np.asarray(given)
    except (TypeError, ValueError) as error:
        raise InvalidArgument(
            f"{name} is a {type(given).__name__} that NumPy cannot read as an array: {error}"
        ) from error


def _holds_masked(items: Sequence[Any]) -> bool:
    for item in items:
        if isinstance(item, np.ma.MaskedArray):
            if np.ma.is_masked(item):
                return True
        elif isinstance(item, list | tuple) and _holds_masked(item):
            return True
    return False


def as_sparse(matrix: Any, name: str = "A") -> Any | None:
    """A matrix in SciPy's CSR; None when `matrix` is something else, such as a function.

    Everything that NumPy can read as an array (nested lists, a DataFrame) is a dense matrix.
    """
    if sp.issparse(matrix):
        _require_matrix(matrix, name)
        return as_csr(matrix, name)
    if not isinstance(matrix, np.ndarray | list | tuple):
        is_array = hasattr(type(matrix), "__array__")
        if not is_array or callable(matrix) or isinstance(matrix, LinearOperator):
            return None
    dense = plain(matrix, name)
    _require_matrix(dense, name)
    return sp.csr_array(dense.astype(scalar_type((name, dense.dtype)), copy=False))


def _require_matrix(matrix: Any, name: str) -> None:
    if matrix.ndim != 2:
        raise DimensionMismatch(
            f"{name} has {matrix.ndim} dimensions (shape {matrix.shape}), a matrix has 2"
        )


def as_vector(vector: Any, name: str) -> NDArray[Any]:
    """A vector as a one-dimensional array; a single column counts as a vector."""
    if sp.issparse(vector):
        raise NotSupported(f"{name} is sparse; pass {name}.toarray().ravel()")
    array = plain(vector, name)
    if array.ndim == 1:
        return array
    if array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0]
    if array.ndim == 2 and array.shape[0] == 1:
        raise NotSupported(
            f"{name} is a row of {array.shape[1]} columns (shape {array.shape}); pass "
            f"{name}.ravel(), or to solve_many() one column for each right-hand side"
        )
    if array.ndim == 2:
        raise NotSupported(
            f"{name} has {array.shape[1]} columns (shape {array.shape}); "
            f"solve() takes one right-hand side, solve_many() several"
        )
    if array.ndim == 0:
        _refuse_no_array(vector, name)
    raise DimensionMismatch(
        f"{name} has {array.ndim} dimensions (shape {array.shape}), a vector has 1"
    )


def as_columns(vectors: Any, name: str) -> NDArray[Any]:
    """Several vectors as the columns of a two-dimensional array."""
    if sp.issparse(vectors):
        raise NotSupported(f"{name} is sparse; pass {name}.toarray()")
    array = plain(vectors, name)
    if array.ndim == 0:
        _refuse_no_array(vectors, name)
    if array.ndim != 2:
        raise DimensionMismatch(
            f"{name} has {array.ndim} dimensions (shape {array.shape}); solve_many() takes the "
            f"columns of an array of 2, solve() a vector"
        )
    return array


def _refuse_no_array(given: Any, name: str) -> NoReturn:
    """Suggests what to pass instead of something without elements."""
    wanted = f"{name} has one number for each row of A"
    if given is None:
        raise InvalidArgument(f"{name} is None; {wanted}")
    if isinstance(given, str | bytes):
        raise InvalidArgument(f"{name} is the text {given!r}; {wanted}: numpy.ones(A.shape[0])?")
    if np.isscalar(given) or isinstance(given, np.ndarray):
        raise DimensionMismatch(
            f"{name} has 0 dimensions (shape ()): it is the number {given!s}, but {wanted}: "
            f"numpy.full(A.shape[0], {given!s})?"
        )
    raise InvalidArgument(f"{name} is a {type(given).__name__}; {wanted}")


def to_csr_array(parts: tuple[int, int, Any, Any, Any]) -> sp.csr_array:
    """A SciPy array on the arrays that the library returned."""
    rows, columns, offsets, indices, values = parts
    # SciPy wants both index arrays of one type.
    if len(values) <= np.iinfo(np.int32).max:
        offsets = offsets.astype(np.int32)
    else:
        indices = indices.astype(np.int64)
    return sp.csr_array((values, indices, offsets), shape=(rows, columns))
