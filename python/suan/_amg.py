# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Algebraic multigrid as a preconditioner of its own."""

from __future__ import annotations

import os
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from . import _suan
from ._amg_hints import Hint, block_size_of, hint_from, matrix_of
from ._amg_report import AmgCheck, levels_of
from ._amg_views import AmgViews
from ._arrays import scalar_type
from ._errors import DimensionMismatch, InvalidArgument, NotSupported, about
from ._io import encoded
from ._maps import Applied, Map
from ._options import Option, amg_option_values, keywords
from ._products import Products
from ._ranks import agreed_type, handle_of, together

_OPTIONS = [option for option in _suan.amg_options() if option.name != "block_size"]


class Amg(AmgViews, Products):
    """A multigrid preconditioner, made by amg(): one cycle for A x = b from x = 0.

    It is a ``scipy.sparse.linalg.LinearOperator``. As ``M=`` of solve() and Solver it is applied
    without Python. ``print(M)`` shows its levels. It has a copy of A: changes of the caller's
    matrix reach it through update(). With ``comm``, its vectors are this rank's parts, and all ranks
    call its methods together.
    """

    _made: _suan.KeptAmg
    #: The number of the last one that several ranks made.
    _last: ClassVar[int] = 0

    def __init__(
        self,
        A: Any,
        near_null_space: Any = None,
        coordinates: Any = None,
        block_size: int | None = None,
        *,
        dtype: Any = None,
        comm: Any = None,
        **options: Option,
    ):
        self._comm = comm

        def made() -> tuple[
            tuple[Map, Hint, dict[str, Any]], dict[str, Any], tuple[np.dtype[Any], int]
        ]:
            a = matrix_of(A)
            if comm is None:
                a.require_square("multigrid")
            found = scalar_type(("A", a.dtype) if dtype is None else ("dtype", dtype))
            require_digits("A", a.dtype, found, "dtype is {}, which loses digits of A ({})")
            size = block_size_of(A, block_size)
            values = amg_option_values({**options, "block_size": size})
            hint = hint_from(near_null_space, coordinates, a.shape[0], size, found)
            a.keep()
            a.ready(found, comm is not None)
            told = {"options": values, **hint.told()}
            return (a, hint, values), told, (found, Amg._last)

        if comm is None:
            (a, hint, values), _, (found, _) = made()
            handle = None
        else:
            handle = handle_of(comm)
            (a, hint, values), more = together(comm, "amg", made)
            types = [of_rank for of_rank, _ in more]
            found = agreed_type(comm, "amg", types, lambda found: a.ready(found, True))
            # By which ranks tell whether they mean the same one.
            Amg._last = self._number = 1 + max(last for _, last in more)
        applied, _ = a.ready(found, comm is not None)
        self._block_size = int(values["block_size"])
        self._has_own_blocks = block_size is None
        self._points = hint.coordinates
        self._matrix_shape = a.shape
        self._made = _suan.KeptAmg(
            arrays_of(applied),
            hint.near_null_values,
            hint.coordinate_values,
            hint.width,
            values,
            handle,
        )
        self._take_report()
        rows = int(a.shape[0])
        super().__init__(found, (rows, rows))

    def _take_report(self) -> None:
        self._report = self._made.report()
        self._levels = levels_of(self._report)
        self._check = None

    def update(self, A: Any) -> str:
        """Take another matrix of the same shape in place of A.

        While A has entries in the same places, aggregates are kept. Where this raises, all stays as
        it was.

        Returns
        -------
        str
            What was kept and what was made anew.
        """

        def made() -> tuple[_suan.CsrArrays, dict[str, Any], None]:
            a = matrix_of(A)
            if a.shape != self._matrix_shape:
                raise DimensionMismatch(
                    f"this multigrid is for a matrix of {self._matrix_shape}, but A is of {a.shape}"
                )
            require_digits(
                "A", a.dtype, self.dtype, "this multigrid is in {}, which loses digits of A ({})"
            )
            self._require_blocks(A)
            a.keep()
            arrays = arrays_of(a.ready(self.dtype, self._comm is not None)[0])
            return arrays, {"multigrid": self._number}, None

        arrays = made()[0] if self._comm is None else together(self._comm, "Amg.update", made)[0]
        done = self._made.update(arrays)
        self._take_report()
        return done

    def save(
        self,
        path: str | bytes | os.PathLike[str] | os.PathLike[bytes],
        name: str = "amg",
        *,
        append: bool = False,
    ) -> None:
        """Write the levels into an HDF5 file, as the group `name`; load_amg() reads them.

        With ``append`` an existing file keeps its contents.
        """
        file, group = os.fsencode(path), encoded(name)
        if self._comm is not None:
            told = {"multigrid": self._number, "path": file, "name": name, "append": append}
            together(self._comm, "Amg.save", lambda: (None, told, None))
        with about(path):
            self._made.save(file, group, bool(append))

    @classmethod
    def _loaded(cls, made: _suan.KeptAmg, dtype: np.dtype[Any], comm: Any, number: int) -> Amg:
        self = cls.__new__(cls)
        self._comm, self._made, self._number = comm, made, number
        self._take_report()
        rows = int(self._report["own_rows"])
        self._block_size = int(self._report["block_size"])
        self._has_own_blocks = False
        self._points = None
        self._matrix_shape = (rows, int(self._levels[0].rows))
        super(Amg, self).__init__(dtype, (rows, rows))
        return self

    @property
    def aggregates(self) -> NDArray[np.int64]:
        """The aggregate of each row on the finest level; -1 for a row in none.

        With ``comm``, of this rank's rows.
        """
        return self._made.aggregates()

    def check(self) -> AmgCheck:
        """Measure how well each level contracts, its symmetry, and how good its prolongator is.

        Takes about as long as 12 to 40 cycles. plot() shows the result.
        """
        if self._comm is not None:
            told = {"multigrid": self._number}
            together(self._comm, "Amg.check", lambda: (None, told, None))
        found = self._made.check()
        self._check = AmgCheck(
            tuple(found["factors"]),
            tuple(found["asymmetry"]),
            tuple(found["interpolation"]),
            tuple(found["notes"]),
            found["text"],
        )
        return self._check

    def _require_adjoint(self) -> None:
        if self._report["varies"]:
            raise NotSupported(
                "multigrid with F-cycles or K-cycles has no product with the adjoint; take V-cycles"
            )
        if not self._report["hermitian"]:
            raise NotSupported(
                "A is not Hermitian, and its multigrid has no product with the adjoint"
            )

    def _require_blocks(self, A: Any) -> None:
        if not self._has_own_blocks or not sp.issparse(A) or A.format != "bsr":
            return
        size = block_size_of(A, None)
        if size != self._block_size:
            raise InvalidArgument(
                f"A has blocks of {size} x {size}, but this multigrid was made for block_size="
                f"{self._block_size}; make another one"
            )

    def __reduce__(self) -> Any:
        raise TypeError("a suan.Amg can be neither copied nor pickled; make it from A")


@keywords(_OPTIONS)
def amg(
    A: Any,
    near_null_space: Any = None,
    coordinates: Any = None,
    block_size: int | None = None,
    *,
    dtype: Any = None,
    comm: Any = None,
    **options: Option,
) -> Amg:
    """Make a multigrid preconditioner for A.

    Parameters
    ----------
    A : scipy.sparse matrix or array, or array_like with two dimensions
        Square, with a positive diagonal.
    near_null_space : array_like, optional
        Vectors that A nearly maps to zero, as columns, in any scaling; by default a constant for
        each unknown of a node.
    coordinates : array_like, optional
        Of the nodes, in 2 or 3 dimensions, whose rigid-body modes are then the near null space:
        for elasticity, with the displacements of a node as its unknowns.
    block_size : int, optional
        Unknowns of each node, in consecutive rows; by default that of the blocks of a matrix in
        BSR, and else 1.
    dtype : data type, optional
        Of A in the computation: float32, float64, complex64 or complex128; by default that of A.
    comm : mpi4py.MPI.Comm, optional
        As in solve(): A has this rank's rows, and so have the near null space and the
        coordinates; each rank has whole nodes.
    {options}

    Returns
    -------
    Amg
        For ``M=`` of solve(), of Solver, and, without ``comm``, of the solvers of SciPy.

    Raises
    ------
    InvalidArgument, DimensionMismatch
        Both are ValueErrors. For a matrix that multigrid cannot use, naming the row, and for a
        near null space, coordinates or blocks that do not fit it.
    NotSupported
        For numbers of other types than these four can hold, for a sparse near null space, and for
        ``comm`` in a build without MPI.

    Examples
    --------
    >>> import numpy as np, suan
    >>> A = suan.generate("poisson2d", size=60)
    >>> M = suan.amg(A)
    >>> x, report = suan.solve(A, np.ones(3600), M=M)
    >>> report.preconditioner
    'amg'
    """
    return Amg(A, near_null_space, coordinates, block_size, dtype=dtype, comm=comm, **options)


def arrays_of(applied: Applied) -> _suan.CsrArrays:
    assert isinstance(applied, _suan.CsrArrays)
    return applied


def require_digits(name: str, given: Any, dtype: np.dtype[Any], words: str) -> None:
    if np.result_type(scalar_type((name, given)), dtype) != dtype:
        raise InvalidArgument(words.format(dtype, given))
