# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""SciPy's sparse containers, checked before their index arrays are used.

SciPy checks these arrays when a container is made and trusts them from then on, and so do its
conversions, in compiled code: an index later changed to an invalid one crashes the process or gives
another matrix. So each part is checked here first. The arrays of CSR, which needs no conversion,
are checked by the library itself, row by row.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any, NoReturn

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ._errors import DimensionMismatch, Error, InvalidArgument, NotSupported


def as_csr(matrix: Any, name: str) -> Any:
    """A two-dimensional sparse container in CSR; itself if it is in CSR already.

    The parts of the result are arrays of integers and of numbers; a matrix that was in CSR before can
    still have invalid indices.
    """
    reader = _READERS.get(matrix.format)
    if reader is None:
        raise NotSupported(
            f"{name} is a sparse matrix in the unknown format {matrix.format!r}; "
            f"pass {name}.tocsr()"
        )
    try:
        return reader(matrix, name)
    except Error:
        raise
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as error:
        raise InvalidArgument(
            f"{name} is a {type(matrix).__name__} whose parts do not fit together: {error}"
        ) from error


def sorted_csr(matrix: Any, name: str) -> Any:
    """As as_csr(), with sorted rows and without repeated entries. The caller's own is left as it
    is, and only a matrix with sound indices is returned."""
    csr = as_csr(matrix, name)
    _require_compressed(csr, name, "row", *csr.shape)
    view = sp.csr_array((csr.data, csr.indices, csr.indptr), shape=csr.shape)
    if not view.has_canonical_format:
        view = view.copy()
        view.sum_duplicates()
    return view


def refuse_masked(array: Any, name: str) -> None:
    """@raises InvalidArgument for an array of numpy.ma in which something is masked."""
    if isinstance(array, np.ma.MaskedArray) and np.ma.is_masked(array):
        count = int(np.count_nonzero(np.ma.getmaskarray(array)))
        raise InvalidArgument(
            f"{name} is a masked array, and {count} of its {array.size} elements are masked: a "
            "linear system has no missing numbers; say what stands there, with .filled(value)"
        )


def _csr(matrix: Any, name: str) -> Any:
    rows = matrix.shape[0]
    _index_array(matrix, "indptr", name)
    _index_array(matrix, "indices", name)
    _array(matrix, "data", name, 1)
    if len(matrix.indptr) != rows + 1:
        _wrong_length(matrix, name, "indptr", rows + 1)
    return matrix


def _csc(matrix: Any, name: str) -> Any:
    rows, columns = matrix.shape
    _array(matrix, "data", name, 1)
    _require_compressed(matrix, name, "column", columns, rows)
    return matrix.tocsr()


def _bsr(matrix: Any, name: str) -> Any:
    rows, columns = matrix.shape
    _array(matrix, "data", name, 3)
    high, wide = matrix.data.shape[1:]
    if high < 1 or wide < 1 or rows % high or columns % wide:
        raise DimensionMismatch(
            f"{name} is {rows} x {columns}, but its blocks are {high} x {wide} "
            f"({name}.data has the shape {matrix.data.shape})"
        )
    _require_compressed(matrix, name, "row of blocks", rows // high, columns // wide)
    return matrix.tocsr()


def _coo(matrix: Any, name: str) -> Any:
    coords = matrix.coords
    if not isinstance(coords, tuple) or len(coords) != 2:
        raise DimensionMismatch(f"{name}.coords is not one array of rows and one of columns")
    _array(matrix, "data", name, 1)
    for part, words, size in zip(coords, ("row", "column"), matrix.shape, strict=True):
        label = f"{name}.coords of {words}s"
        _require_index_array(part, label)
        if len(part) != len(matrix.data):
            raise DimensionMismatch(
                f"{label} has {len(part)} elements, but {name}.data has {len(matrix.data)}"
            )
        _require_range(part, size, label, matrix, name)
    return matrix.tocsr()


def _dia(matrix: Any, name: str) -> Any:
    rows, columns = matrix.shape
    _array(matrix, "data", name, 2)
    _index_array(matrix, "offsets", name)
    offsets, data = matrix.offsets, matrix.data
    if len(offsets) != len(data):
        raise DimensionMismatch(
            f"{name}.offsets has {len(offsets)} elements, but {name}.data has {len(data)} rows, "
            "one for each diagonal"
        )
    # Diagonals outside the matrix have no entries. SciPy would truncate such numbers to 32 bits, and they
    # could become diagonals of the matrix.
    inside = (offsets > -max(rows, 1)) & (offsets < max(columns, 1))
    offsets, data = offsets[inside].astype(np.int64), data[inside]
    if len(np.unique(offsets)) != len(offsets):
        raise InvalidArgument(f"{name}.offsets names a diagonal twice: {offsets.tolist()}")
    return sp.dia_array((data, offsets), shape=matrix.shape).tocsr()


def _dok(matrix: Any, name: str) -> Any:
    places = list(matrix.keys())
    if not places:
        return sp.csr_array(matrix.shape, dtype=matrix.dtype)
    coords = np.array(places)
    if coords.shape != (len(places), 2):
        raise DimensionMismatch(f"a key of {name} is not the pair of a row and a column")
    values = _numbers(list(matrix.values()), matrix.dtype, name)
    for part, words, size in zip(coords.T, ("row", "column"), matrix.shape, strict=True):
        label = f"what the keys of {name} say of {words}s"
        _require_index_array(part, label)
        _require_range(part, size, label, matrix, name)
    return sp.coo_array((values, (coords[:, 0], coords[:, 1])), shape=matrix.shape).tocsr()


def _lil(matrix: Any, name: str) -> Any:
    rows, columns = matrix.shape
    for part in ("rows", "data"):
        lists = getattr(matrix, part, None)
        if not isinstance(lists, np.ndarray) or lists.shape != (rows,):
            raise DimensionMismatch(
                f"{name}.{part} is not an array of {rows} lists, one for each row"
            )
        for row, entries in enumerate(lists):
            if not isinstance(entries, list):
                raise InvalidArgument(
                    f"{name}.{part} holds no list in row {row}, but {type(entries).__name__}"
                )
    for row, (indices, values) in enumerate(zip(matrix.rows, matrix.data, strict=True)):
        if len(indices) != len(values):
            raise DimensionMismatch(
                f"row {row} of {name} has {len(indices)} columns, but {len(values)} values"
            )
    indptr = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum([len(entries) for entries in matrix.rows], out=indptr[1:])
    indices = np.array(list(chain.from_iterable(matrix.rows)) or np.empty(0, np.int64))
    _require_index_array(indices, f"{name}.rows")
    _require_range(indices, columns, f"{name}.rows", matrix, name)
    values = _numbers(list(chain.from_iterable(matrix.data)), matrix.dtype, name)
    return sp.csr_array((values, indices, indptr), shape=matrix.shape)


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "bsr": _bsr,
    "coo": _coo,
    "csc": _csc,
    "csr": _csr,
    "dia": _dia,
    "dok": _dok,
    "lil": _lil,
}


def _require_compressed(matrix: Any, name: str, what: str, major: int, minor: int) -> None:
    """`major` groups of indices in [0, `minor`); `what` one of them is."""
    _index_array(matrix, "indptr", name)
    _index_array(matrix, "indices", name)
    indptr, indices, data = matrix.indptr, matrix.indices, matrix.data
    if len(indptr) != major + 1:
        _wrong_length(matrix, name, "indptr", major + 1)
    if indptr[0] != 0:
        raise InvalidArgument(f"{name}.indptr begins at {indptr[0]}, but must begin at 0")
    falls = indptr[1:] < indptr[:-1]
    if falls.any():
        raise InvalidArgument(f"{name}.indptr decreases in {what} {int(np.argmax(falls))}")
    entries = int(indptr[-1])
    if entries > len(indices) or entries > len(data):
        raise DimensionMismatch(
            f"{name}.indptr ends at {entries}, but {name}.indices has {len(indices)} and "
            f"{name}.data has {len(data)} elements"
        )
    _require_range(indices[:entries], minor, f"{name}.indices", matrix, name)


def _wrong_length(matrix: Any, name: str, part: str, wanted: int) -> NoReturn:
    rows, columns = matrix.shape
    raise DimensionMismatch(
        f"{name}.{part} has {len(getattr(matrix, part))} elements, but {wanted} are needed for a "
        f"{type(matrix).__name__} of {rows} x {columns}"
    )


def _array(matrix: Any, part: str, name: str, dimensions: int) -> NDArray[Any]:
    array = getattr(matrix, part, None)
    if not isinstance(array, np.ndarray):
        raise InvalidArgument(f"{name}.{part} is no numpy.ndarray but {type(array).__name__}")
    if array.ndim != dimensions:
        raise DimensionMismatch(
            f"{name}.{part} has {array.ndim} dimensions (shape {array.shape}), but must have "
            f"{dimensions} in a {type(matrix).__name__}"
        )
    if array.dtype.kind not in "biufc":
        raise NotSupported(f"{name} is of type {array.dtype}, which Suan does not compute in")
    refuse_masked(array, f"{name}.{part}")
    return array


def _index_array(matrix: Any, part: str, name: str) -> None:
    _require_index_array(getattr(matrix, part, None), f"{name}.{part}")


def _require_index_array(array: Any, label: str) -> None:
    if not isinstance(array, np.ndarray) or array.ndim != 1 or array.dtype.kind not in "iu":
        shown = (
            f"an array of {array.dtype} of shape {array.shape}"
            if isinstance(array, np.ndarray)
            else type(array).__name__
        )
        raise InvalidArgument(f"{label} is no array of integers of one dimension, but {shown}")
    if type(array) is not np.ndarray:
        refuse_masked(array, label)


def _require_range(array: NDArray[Any], size: int, label: str, matrix: Any, name: str) -> None:
    if not len(array):
        return
    least, largest = int(array.min()), int(array.max())
    if least < 0 or largest >= size:
        rows, columns = matrix.shape
        raise InvalidArgument(
            f"{name} is {rows} x {columns}, but {label} goes from {least} to {largest}, and must "
            f"stay in [0, {size})"
        )


def _numbers(values: list[Any], dtype: Any, name: str) -> NDArray[Any]:
    if any(value is np.ma.masked for value in values):
        raise InvalidArgument(f"{name} holds numpy.ma.masked, which is no number")
    return np.array(values, dtype=dtype)
