# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Complete sparse factors of a matrix."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from . import _suan
from ._amg import arrays_of, require_digits
from ._amg_hints import matrix_of
from ._arrays import plain, scalar_type
from ._direct_report import Determinant, DirectErrors, FactorsReport, Inertia
from ._errors import DimensionMismatch, InvalidArgument, NotSupported
from ._maps import Map
from ._options import Option, direct_option_values, keywords
from ._products import Products
from ._ranks import agreed_type, handle_of, together

_WHO = "a factorisation"


class Factors(Products):
    """Complete factors of a matrix, made by factorize(): its inverse.

    It is a ``scipy.sparse.linalg.LinearOperator``. As ``M=`` of solve() and Solver it is applied
    without Python, and GMRES then refines and verifies. ``print(F.report)`` shows what the factors
    took. With ``comm``, its vectors are this rank's parts, and all ranks call its methods, and drop
    it, together.
    """

    noun = "factorisation"
    #: The number of the last one that several ranks made.
    _last: ClassVar[int] = 0
    _made: _suan.KeptDirect

    def __init__(self, A: Any, *, dtype: Any = None, comm: Any = None, **options: Option):
        self._comm = comm

        def made() -> tuple[tuple[Map, dict[str, Any]], dict[str, Any], tuple[np.dtype[Any], int]]:
            a = matrix_of(A, _WHO)
            if comm is None:
                a.require_square(_WHO)
            found = scalar_type(("A", a.dtype) if dtype is None else ("dtype", dtype))
            require_digits("A", a.dtype, found, "dtype is {}, which loses digits of A ({})")
            values = direct_option_values(options)
            a.ready(found, comm is not None)
            return (a, values), {"options": values}, (found, Factors._last)

        if comm is None:
            (a, values), _, (found, _) = made()
            handle = None
        else:
            handle = handle_of(comm)
            (a, values), more = together(comm, "factorize", made)
            types = [of_rank for of_rank, _ in more]
            found = agreed_type(comm, "factorize", types, lambda found: a.ready(found, True))
            Factors._last = self._number = 1 + max(last for _, last in more)
        self._matrix_shape = a.shape
        applied = arrays_of(a.ready(found, comm is not None)[0])
        self._made = _suan.KeptDirect(applied, values, handle)
        self._report = self._made.report()
        rows = int(a.shape[0])
        super().__init__(found, (rows, rows))

    def solve(self, b: Any) -> NDArray[Any]:
        """A^-1 b, for a vector, or for several at once, the columns of a matrix.

        The result has the shape of b, and numbers of its type, or of A's if that has more digits.
        It is not refined: spsolve() does that, and suan.solve(A, b, M=F).
        """
        if self._comm is not None:
            return self._of_ranks(b, "a vector or a matrix", "solve")
        if sp.issparse(b):
            raise NotSupported("b is sparse; pass b.toarray()")
        array = plain(b, "b")
        if array.ndim not in (1, 2) or len(array) != self.shape[0]:
            raise DimensionMismatch(
                f"b has the shape {array.shape}, but A has {self.shape[0]} rows"
            )
        return self._applied(array)

    def errors(self, b: Any) -> tuple[NDArray[Any], DirectErrors]:
        """A^-1 b for a vector, and estimates of how exact it is; takes some solves more."""

        def made() -> tuple[tuple[NDArray[Any], NDArray[Any]], dict[str, Any], None]:
            array = plain(b, "b")
            if array.shape != (self.shape[0],):
                raise DimensionMismatch(
                    f"b has the shape {array.shape}, but A has {self.shape[0]} rows"
                )
            require_digits(
                "b", array.dtype, self.dtype, "the factors are in {}, which loses digits of b ({})"
            )
            vector = np.ascontiguousarray(array, dtype=self.dtype)
            return (vector, np.zeros(len(vector), self.dtype)), {self.noun: self._number}, None

        if self._comm is None:
            vector, x = made()[0]
        else:
            vector, x = together(self._comm, "Factors.errors", made)[0]
        return x, DirectErrors(**self._made.errors(vector, x))

    def update(self, A: Any) -> str:
        """Take another matrix of the same shape in place of A.

        While A has entries in the same places, the analysis is kept. Where this raises, all stays
        as it was.

        Returns
        -------
        str
            What was kept and what was made anew.
        """

        def made() -> tuple[_suan.CsrArrays, dict[str, Any], None]:
            a = matrix_of(A, _WHO)
            if a.shape != self._matrix_shape:
                raise DimensionMismatch(
                    f"these factors are for a matrix of {self._matrix_shape}, but A is of {a.shape}"
                )
            require_digits(
                "A", a.dtype, self.dtype, "these factors are in {}, which loses digits of A ({})"
            )
            arrays = arrays_of(a.ready(self.dtype, self._comm is not None)[0])
            return arrays, {self.noun: self._number}, None

        if self._comm is None:
            arrays = made()[0]
        else:
            arrays = together(self._comm, "Factors.update", made)[0]
        done = self._made.update(arrays)
        self._report = self._made.report()
        return done

    @property
    def report(self) -> FactorsReport:
        """What the factorisation found and took."""
        fields = {**self._made.report()}
        text = fields.pop("text")
        for name in ("symmetric", "own_rows", "determinant", "inertia"):
            del fields[name]
        return FactorsReport(**fields, _text=text)

    @property
    def inertia(self) -> Inertia:
        """The numbers of positive, negative and zero eigenvalues, of a real symmetric A."""
        found = self._report["inertia"]
        if found is None:
            raise InvalidArgument(
                "the inertia is known of real symmetric matrices only"
                if self.dtype.kind == "c" or not self._report["symmetric"]
                else "the inertia is not known"
            )
        return Inertia(*found)

    @property
    def determinant(self) -> Determinant:
        """Of A; zero if it is singular to rounding."""
        real, imaginary, exponent = self._report["determinant"]
        return Determinant(
            complex(real, imaginary) if self.dtype.kind == "c" else real, exponent
        )

    def __repr__(self) -> str:
        rows, columns = self._matrix_shape
        return f"<suan.Factors: {self._report['factors']}, {rows} x {columns}, {self.dtype}>"

    def __str__(self) -> str:
        return str(self.report)

    def _require_adjoint(self) -> None:
        if self.dtype.kind == "c" or not self._report["symmetric"]:
            raise NotSupported(
                "A is not real and symmetric, and its factors have no product with the adjoint; "
                "factorise A.conj().T"
            )

    def __reduce__(self) -> Any:
        raise TypeError("suan.Factors can be neither copied nor pickled; make them from A")


@keywords(_suan.direct_options())
def factorize(A: Any, *, dtype: Any = None, comm: Any = None, **options: Option) -> Factors:
    """Factorise A completely, as L U, or as L D L^T if it is symmetric.

    Parameters
    ----------
    A : scipy.sparse matrix or array, or array_like with two dimensions
        Square.
    dtype : data type, optional
        Of A in the computation: float32, float64, complex64 or complex128; by default that of A.
    comm : mpi4py.MPI.Comm, optional
        As in solve(): A has this rank's rows with global columns.
    {options}

    Returns
    -------
    Factors
        With the method ``solve``; for ``M=`` of solve(), of Solver, and of the solvers of SciPy.

    Raises
    ------
    InvalidArgument
        For a singular matrix, naming a row, and for one with NaN or infinity.
    OutOfMemory
        Before the factorisation, with the numbers, if it would need more memory than there is.
    NotSupported
        In a build without MUMPS.

    Examples
    --------
    >>> import numpy as np, suan
    >>> A = suan.generate("poisson2d", size=30)
    >>> F = suan.factorize(A)
    >>> X = F.solve(np.ones((900, 5)))
    >>> F.inertia
    Inertia(positive=900, negative=0, zero=0)
    """
    return Factors(A, dtype=dtype, comm=comm, **options)
