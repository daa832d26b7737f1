# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The caller's matrices and vectors as the arrays that the library reads.

Nothing here changes an argument. What had to be copied is noted by name.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from . import _suan
from ._errors import DimensionMismatch, InvalidArgument, NotSupported

_SUPPORTED = ("float32", "float64", "complex128")


def scalar_type(*operands: tuple[str, Any]) -> np.dtype[Any]:
    """The type in which to compute with (name, dtype) operands; none of them loses digits."""
    types: list[np.dtype[Any]] = []
    for name, given in operands:
        dtype = np.dtype(given)
        if dtype.kind in "biu":
            types.append(np.dtype(np.float64))
        elif dtype.kind == "f" and dtype.itemsize <= 8:
            types.append(np.dtype(np.float64 if dtype.itemsize == 8 else np.float32))
        elif dtype.kind == "c" and dtype.itemsize <= 16:
            types.append(np.dtype(np.complex128))
        else:
            raise NotSupported(
                f"{name} is of type {dtype}; Suan computes in {', '.join(_SUPPORTED)}: "
                f"convert it first, with .astype(numpy.float64) for example"
            )
    return np.result_type(*types)


class Csr:
    """A matrix in compressed sparse rows, ready for the library."""

    def __init__(self, matrix: Any, dtype: np.dtype[Any], index: type[np.signedinteger[Any]]):
        self.copied: list[str] = []
        if matrix.format != "csr":
            matrix = matrix.tocsr()
            self.copied.append("A")
        indptr, indices, data = matrix.indptr, matrix.indices, matrix.data
        entries = int(indptr[-1]) if len(indptr) else 0
        rows, columns = matrix.shape
        if entries > len(indices) or entries > len(data):
            raise DimensionMismatch(
                f"A.indptr ends at {entries}, but A.indices has {len(indices)} and A.data has "
                f"{len(data)} elements"
            )
        # SciPy allows arrays that are longer than indptr says.
        indices, data = indices[:entries], data[:entries]
        if np.dtype(index).itemsize < indices.dtype.itemsize and entries:
            limit = np.iinfo(index).max
            if columns > limit:
                raise NotSupported(
                    f"A is {rows} x {columns}; one process takes at most {limit} columns"
                )
            if int(indices.max()) > limit or int(indices.min()) < 0:
                raise InvalidArgument(
                    f"A is {rows} x {columns}, but A.indices holds {int(indices.min())} to "
                    f"{int(indices.max())}"
                )
        self.arrays = _suan.CsrArrays(
            rows,
            columns,
            self._plain(indptr, np.int64, "A.indptr"),
            self._plain(indices, index, "A.indices"),
            self._plain(data, dtype, "A.data"),
        )

    def _plain(self, array: Any, dtype: Any, name: str) -> NDArray[Any]:
        plain = np.ascontiguousarray(array, dtype=dtype)
        if not np.may_share_memory(plain, array) and plain.size and "A" not in self.copied:
            self.copied.append(name)
        return plain


def as_sparse(matrix: Any) -> Any | None:
    """A sparse matrix or array with two dimensions; None when `matrix` is nothing of that kind."""
    if sp.issparse(matrix):
        if matrix.ndim != 2:
            raise DimensionMismatch(
                f"A has {matrix.ndim} dimensions (shape {matrix.shape}), a matrix has 2"
            )
        return matrix
    if isinstance(matrix, np.ndarray):
        if matrix.ndim != 2:
            raise DimensionMismatch(
                f"A has {matrix.ndim} dimensions (shape {matrix.shape}), a matrix has 2"
            )
        return sp.csr_array(matrix)
    return None


def as_vector(vector: Any, name: str) -> NDArray[Any]:
    """A vector as an array of one dimension; a single column is one too."""
    if sp.issparse(vector):
        raise NotSupported(f"{name} is sparse; pass {name}.toarray().ravel()")
    array = np.asarray(vector)
    if array.ndim == 2 and array.shape[1] == 1:
        return array[:, 0]
    if array.ndim == 2:
        raise NotSupported(
            f"{name} has {array.shape[1]} columns (shape {array.shape}); "
            f"solve() takes one right-hand side, solve_many() several"
        )
    if array.ndim != 1:
        raise DimensionMismatch(
            f"{name} has {array.ndim} dimensions (shape {array.shape}), a vector has 1"
        )
    return array


def as_columns(vectors: Any, name: str) -> NDArray[Any]:
    """Several vectors as the columns of an array of two dimensions."""
    if sp.issparse(vectors):
        raise NotSupported(f"{name} is sparse; pass {name}.toarray()")
    array = np.asarray(vectors)
    if array.ndim != 2:
        raise DimensionMismatch(
            f"{name} has {array.ndim} dimensions (shape {array.shape}); solve_many() takes the "
            f"columns of an array of 2, solve() a vector"
        )
    return array


def to_csr_array(parts: tuple[int, int, Any, Any, Any]) -> sp.csr_array:
    """A SciPy array on the arrays that the library returned."""
    rows, columns, offsets, indices, values = parts
    # SciPy wants both index arrays of one type.
    if len(values) <= np.iinfo(np.int32).max:
        offsets = offsets.astype(np.int32)
    else:
        indices = indices.astype(np.int64)
    return sp.csr_array((values, indices, offsets), shape=(rows, columns))
