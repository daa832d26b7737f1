# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The caller's matrix or function, in the form that the library applies to vectors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator

from . import _suan
from ._arrays import Csr, as_sparse, plain
from ._containers import sorted_csr
from ._errors import DimensionMismatch, InvalidArgument

#: What the library accepts as an operator; as M also what the library made.
Applied = _suan.CsrArrays | Callable[[NDArray[Any]], NDArray[Any]]


class LibraryOperator(LinearOperator):  # type: ignore[misc]
    """An operator that the library made, and as ``M=`` applies without Python."""

    _made: _suan.KeptAmg | _suan.KeptDirect
    #: The communicator of mpi4py on which it was made.
    _comm: Any = None
    #: What it is, in messages.
    noun = "multigrid"
    #: The same on all ranks of that, and another for each.
    _number: int = 0


class Map:
    """What was passed as A or M, checked: a matrix, a function of a vector, or, as M, an operator
    of the library."""

    def __init__(self, given: Any, name: str, rows: int | None):
        """`rows`: for a function, which has no shape of its own; None if that is unknown."""
        self.name = name
        self.given = given
        self.function: Callable[..., Any] | None = None
        self.made: LibraryOperator | None = None
        #: What the type of the result depends on; None if unknown.
        self.dtype: Any = None
        self._ready: tuple[np.dtype[Any], bool, tuple[Applied, list[str]]] | None = None
        self.matrix = as_sparse(given, name)
        if self.matrix is not None:
            self.shape = self.matrix.shape
            self.dtype = self.matrix.dtype
        elif isinstance(given, LibraryOperator) and name == "M":
            self.made = given
            self.shape = given.shape
            self.dtype = given.dtype
        elif isinstance(given, LinearOperator):
            _require_sound(given, name)
            # Not matvec(), which turns what it gets into a plain array, with or without a mask.
            self.function = given._matvec
            self.shape = given.shape
            self.dtype = given.dtype
        elif callable(given):
            if rows is None:
                raise InvalidArgument(
                    f"{name} is a function, whose size is not known; pass "
                    "scipy.sparse.linalg.LinearOperator((n, n), matvec=function)"
                )
            self.function = given
            self.shape = (rows, rows)
        else:
            raise InvalidArgument(_no_map(given, name))

    @property
    def kind(self) -> str:
        if self.made is not None:
            return f"{self.made.noun} {self.made._number}"
        return "a matrix" if self.function is None else "a function"

    def require_square(self, who: str = "solve()") -> None:
        rows, columns = self.shape
        if rows != columns:
            raise InvalidArgument(f"{self.name} is {rows} x {columns}; {who} needs a square one")

    def keep(self) -> None:
        """Copies the matrix, so that it stays the same when the caller's changes."""
        if self.matrix is self.given and self.matrix is not None:
            self.matrix = self.matrix.copy()
        self.given = None
        self._ready = None

    def ready(self, dtype: np.dtype[Any], distributed: bool) -> tuple[Applied, list[str]]:
        """The library's form for computing in `dtype`, and the names of what was copied."""
        # The last one is kept: ranks convert where they can still fail together, and use it later.
        if self._ready is None or self._ready[:2] != (dtype, distributed):
            self._ready = (dtype, distributed, self._made_ready(dtype, distributed))
        return self._ready[2]

    def _made_ready(self, dtype: np.dtype[Any], distributed: bool) -> tuple[Applied, list[str]]:
        if self.function is not None:
            return _checked(self.function, self.name, self.shape[0], dtype), []
        csr = Csr(self.matrix, dtype, np.int64 if distributed else np.int32, self.name)
        whole = distributed or self.matrix is not self.given
        return csr.arrays, [self.name] if whole else csr.copied


def _require_sound(operator: Any, name: str) -> None:
    """The matrices of SciPy inside an operator of SciPy's, which multiplies without checks."""
    for part in (getattr(operator, "A", None), *getattr(operator, "args", ())):
        if isinstance(part, LinearOperator):
            _require_sound(part, name)
        elif sp.issparse(part):
            sorted_csr(part, f"the matrix in {name}")


def _no_map(given: Any, name: str) -> str:
    for method in ("aslinearoperator", "aspreconditioner"):
        if hasattr(given, method):
            return f"{name} is a {type(given).__name__}; pass {name}.{method}()"
    if callable(getattr(given, "solve", None)):
        return f"{name} is a {type(given).__name__}; pass its method: {name}.solve"
    return (
        f"{name} must be a scipy.sparse matrix or array, a dense matrix, a LinearOperator or a "
        f"function, not {type(given).__name__}"
    )


def _checked(
    function: Callable[..., Any], name: str, size: int, dtype: np.dtype[Any]
) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """`function`, with its result checked and converted to the form that the library reads."""
    shapes = ((size,), (size, 1))
    label = f"what {name} returned"

    def product(vector: NDArray[Any]) -> NDArray[Any]:
        result = function(vector)
        if type(result) is not np.ndarray:
            if result is None:
                raise InvalidArgument(f"{name} returned None; it returns the product")
            if sp.issparse(result):
                raise InvalidArgument(f"{name} returned a sparse {type(result).__name__}")
            result = plain(result, label)
        if result.shape not in shapes:
            raise DimensionMismatch(
                f"{name} returned an array of shape {result.shape} for a vector of {size} elements"
            )
        if result.dtype.kind not in "biufc":
            raise InvalidArgument(f"{name} returned an array of {result.dtype}, not of numbers")
        if result.dtype.kind == "c" and dtype.kind != "c":
            raise InvalidArgument(
                f"{name} returned complex numbers for a vector of {dtype}; pass a complex b"
            )
        return np.ascontiguousarray(result.reshape(size), dtype=dtype)

    return product
