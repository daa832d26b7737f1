# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What a user of multigrid knows of a matrix, checked: nodes, a near null space, coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from ._arrays import as_sparse, plain, scalar_type
from ._errors import DimensionMismatch, InvalidArgument, NotSupported
from ._maps import Map


@dataclass
class Hint:
    """A near null space, or coordinates, or neither; in double precision, row after row."""

    near_null: NDArray[Any] | None = None
    coordinates: NDArray[np.float64] | None = None

    @property
    def near_null_values(self) -> NDArray[Any] | None:
        return None if self.near_null is None else self.near_null.ravel()

    @property
    def coordinate_values(self) -> NDArray[np.float64] | None:
        return None if self.coordinates is None else self.coordinates.ravel()

    @property
    def width(self) -> int:
        """The number of vectors, or of dimensions."""
        given = self.near_null if self.coordinates is None else self.coordinates
        return 0 if given is None else given.shape[1]

    def told(self) -> dict[str, Any]:
        """What has to be the same on all ranks."""

        def columns(given: NDArray[Any] | None) -> str:
            return "not given" if given is None else f"of {given.shape[1]} columns"

        return {
            "near_null_space": columns(self.near_null),
            "coordinates": columns(self.coordinates),
        }


def matrix_of(A: Any, who: str = "multigrid") -> Map:
    """@raises InvalidArgument for what has no entries."""
    matrix = as_sparse(A)
    if matrix is None:
        raise InvalidArgument(
            f"A is of type {type(A).__name__}, but {who} needs entries: those of a scipy.sparse "
            "matrix or array, or of a dense matrix"
        )
    a = Map(matrix, "A", None)
    a.given = A  # only the caller's own arrays need to be copied
    return a


def block_size_of(A: Any, given: Any) -> int:
    """The one that was given, or that of the blocks of A, or 1."""
    if given is not None:
        if isinstance(given, bool | np.bool_) or not isinstance(given, int | np.integer):
            raise InvalidArgument(f"block_size is {given!r}, but must be a whole number")
        return int(given)
    if not sp.issparse(A) or A.format != "bsr":
        return 1
    high, wide = A.data.shape[1:]
    if high != wide or high > 32:
        raise InvalidArgument(
            f"A has blocks of {high} x {wide}, which are no nodes of 1 to 32 unknowns; say "
            "block_size="
        )
    return int(high)


def hint_from(
    near_null_space: Any, coordinates: Any, rows: int, block_size: int, dtype: np.dtype[Any]
) -> Hint:
    """@raises DimensionMismatch, InvalidArgument for what cannot be used, and for both."""
    if near_null_space is not None and coordinates is not None:
        raise InvalidArgument(
            f"both near_null_space ({_size(near_null_space, 'near_null_space')}) and coordinates "
            f"({_size(coordinates, 'coordinates')}) were given, and each says which vectors A nearly maps to "
            "zero; leave one of them out"
        )
    if near_null_space is not None:
        return Hint(near_null=_vectors(near_null_space, rows, dtype))
    if coordinates is not None:
        return Hint(coordinates=_points(coordinates, rows, block_size))
    return Hint()


def _vectors(given: Any, rows: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    name = "near_null_space"
    array = _dense(given, name)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[0] != rows or array.shape[1] < 1:
        raise DimensionMismatch(
            f"{name} has the shape {np.shape(given)}, but A has {rows} rows; its columns are "
            "vectors with a number for each row"
        )
    kind = scalar_type((name, array.dtype)).kind
    if kind == "c" and dtype.kind != "c":
        raise InvalidArgument(f"{name} is complex, but A is of type {dtype}; pass a real one")
    return np.ascontiguousarray(array, dtype=np.complex128 if kind == "c" else np.float64)


def _points(given: Any, rows: int, block_size: int) -> NDArray[np.float64]:
    array = _dense(given, "coordinates")
    if array.ndim != 2 or array.shape[1] not in (2, 3):
        raise DimensionMismatch(
            f"coordinates have the shape {array.shape}, but must have 2 or 3 columns, one for each "
            f"dimension, and a row for each node of A, which has {rows} rows"
        )
    nodes, dimension = array.shape
    if block_size != dimension:
        raise DimensionMismatch(
            f"coordinates have {dimension} dimensions, but block_size is {block_size}: rigid-body "
            "modes need a displacement along each dimension as the unknowns of each node; pass "
            f"block_size={dimension} where they are that"
        )
    if nodes * dimension != rows:
        raise DimensionMismatch(
            f"coordinates are those of {nodes} nodes, but A has {rows} rows, which are "
            f"{rows / dimension:.6g} nodes of {dimension} unknowns"
        )
    if scalar_type(("coordinates", array.dtype)).kind == "c":
        raise InvalidArgument("coordinates are complex, but must be real")
    return np.ascontiguousarray(array, dtype=np.float64)


def _dense(given: Any, name: str) -> NDArray[Any]:
    if sp.issparse(given):
        raise NotSupported(f"{name} is sparse; pass {name}.toarray()")
    array = plain(given, name)
    if array.dtype.kind not in "biufc":
        raise InvalidArgument(f"{name} is of type {array.dtype}, and no array of numbers")
    return array


def _size(given: Any, name: str) -> str:
    shape = plain(given, name).shape
    return " x ".join(str(size) for size in shape) if shape else type(given).__name__
