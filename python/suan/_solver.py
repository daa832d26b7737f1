# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""A matrix with everything that was made to solve with it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator

from . import _suan
from ._arrays import as_columns, as_vector, plain, scalar_type
from ._errors import DimensionMismatch, InvalidArgument, NotSupported
from ._maps import Map
from ._options import Option, keywords
from ._problem import Callback, Reader, RightHandSide, System, require_callback
from ._ranks import agreed_type, handle_of, together
from ._report import SolveReport


@keywords(_suan.solve_options())
class Solver:
    """Solve A x = b for one right-hand side after the other.

    What is chosen and made for A (the arrays in the library's form, the solver, the preconditioner,
    a copy in a smaller format) is so once, and kept. A solver has a copy of A: changes of the
    caller's matrix reach it through update().

    Parameters
    ----------
    A : scipy.sparse matrix or array, array_like with two dimensions, or LinearOperator
        Square.
    M : as A, or callable, optional
        A preconditioner of your own, as in solve().
    dtype : data type, optional
        In which to compute: float32, float64, complex64 or complex128; by default that of A.
    comm : mpi4py.MPI.Comm, optional
        As in solve(). All ranks make the solver, and call its methods, together.
    {options}

    Examples
    --------
    >>> import numpy as np, suan
    >>> A = suan.generate("poisson2d", size=20)
    >>> solver = suan.Solver(A, rtol=1e-10)
    >>> for step in range(3):
    ...     x, report = solver.solve(np.full(400, 1.0 + step))
    >>> report.converged
    True
    """

    def __init__(
        self,
        A: Any,
        *,
        M: Any = None,
        dtype: Any = None,
        comm: Any = None,
        **options: Option,
    ):
        self._comm = comm
        handle = None if comm is None else handle_of(comm)
        if comm is None:
            self._system, self._dtype = self._made(A, M, dtype, options)
        else:

            def made() -> tuple[System, dict[str, Any], Any]:
                system, found = self._made(A, M, dtype, options)
                return system, system.told(), found

            self._system, types = together(comm, "Solver", made)
            self._dtype = agreed_type(comm, "Solver", types, self._system.ready)
        a, m, self._copied = self._system.ready(self._dtype)
        like = np.empty(0, dtype=self._dtype)
        self._kept = _suan.KeptSolver(a, m, like, self._system.rows, self._system.options, handle)

    def _made(
        self, A: Any, M: Any, dtype: Any, options: dict[str, Any]
    ) -> tuple[System, np.dtype[Any]]:
        system = System(A, M, options, None, self._comm)
        found = system.scalar_type() if dtype is None else scalar_type(("dtype", dtype))
        if dtype is not None and system.scalar_type(("dtype", found)) != found:
            raise InvalidArgument(f"dtype is {found}, which loses digits of A ({system.a.dtype})")
        for part in (system.a, system.m):
            if part is not None:
                part.keep()
        system.ready(found)
        return system, found

    @property
    def shape(self) -> tuple[int, int]:
        """Of A; with ``comm``, of this rank's rows."""
        rows, columns = self._system.a.shape
        return int(rows), int(columns)

    @property
    def dtype(self) -> np.dtype[Any]:
        """In which it computes."""
        return self._dtype

    def __repr__(self) -> str:
        rows, columns = self.shape
        return f"<suan.Solver: {rows} x {columns}, {self._dtype}>"

    def solve(
        self, b: Any, x0: Any = None, *, callback: Callback = None
    ) -> tuple[NDArray[Any], SolveReport]:
        """Solve A x = b, as the function solve().

        Returns
        -------
        x : numpy.ndarray
            The solution, or the last finite iterate, in the shape of b.
        report : SolveReport
            That of the first solve has the seconds of the set-up.
        """
        x, reports = self._solved("Solver.solve", b, x0, callback, as_vector)
        return x, reports[0]

    def solve_many(
        self, b: Any, x0: Any = None, *, callback: Callback = None
    ) -> tuple[NDArray[Any], list[SolveReport]]:
        """Solve A X = B for the columns of B, as the function solve_many()."""
        return self._solved("Solver.solve_many", b, x0, callback, as_columns)

    def update(self, A: Any) -> str:
        """Take another matrix in place of A: other values, as a rule, in the same places.

        M stays, where it was given. Where this raises, all stays as it was.

        Returns
        -------
        str
            What was kept and what was done.
        """

        def made() -> tuple[tuple[Map, Any], dict[str, Any], None]:
            a = Map(A, "A", None)
            if a.shape != self._system.a.shape or a.kind != self._system.a.kind:
                raise DimensionMismatch(
                    f"this solver is for {self._system.a.kind} of {self._system.a.shape}, and A is "
                    f"{a.kind} of {a.shape}"
                )
            if a.dtype is not None:
                self._require_digits(("A", a.dtype))
            a.keep()
            return (a, a.ready(self._dtype, self._comm is not None)), {}, None

        if self._comm is None:
            (a, (applied, copied)), *_ = made()
        else:
            (a, (applied, copied)), _ = together(self._comm, "Solver.update", made)
        _, m, _ = self._system.ready(self._dtype)
        done = self._kept.update(applied, m)
        self._copied = copied
        self._system.replace(a, (applied, m, copied))
        return done

    def aslinearoperator(self) -> LinearOperator:
        """The solver as an approximate inverse of A, for ``M=`` of SciPy's solvers.

        Each application is a solve from zero to the tolerance of this solver. A method whose
        preconditioner must be the same linear map each time (``cg``, ``gmres``) needs a small rtol.
        """
        if self._comm is not None:
            raise NotSupported("a solver with comm= holds rows of A, and SciPy's operators all")

        def apply(vector: NDArray[Any]) -> NDArray[Any]:
            return self.solve(plain(vector, "b").astype(self._dtype, copy=False))[0]

        def apply_to_columns(vectors: NDArray[Any]) -> NDArray[Any]:
            return self.solve_many(plain(vectors, "b").astype(self._dtype, copy=False))[0]

        return LinearOperator(
            self.shape, matvec=apply, matmat=apply_to_columns, dtype=self._dtype
        )

    def _solved(
        self, function: str, b: Any, x0: Any, callback: Callback, read: Reader
    ) -> tuple[NDArray[Any], list[SolveReport]]:
        def checked() -> tuple[RightHandSide, dict[str, Any], bool]:
            require_callback(callback)
            side = RightHandSide(b, x0, read)
            side.require_rows(self._system.a.shape)
            self._require_digits(*side.types())
            side.ready(self._dtype)
            return side, side.told(), callback is not None

        if self._comm is None:
            side, *_ = checked()
            may_stop = True
        else:
            side, found = together(self._comm, function, checked)
            may_stop = any(found)
        a, m, _ = self._system.ready(self._dtype)

        def run(b: NDArray[Any], x: NDArray[Any], columns: int | None) -> list[dict[str, Any]]:
            return self._kept.solve(a, m, b, x, columns, callback, may_stop)

        return side.solve(self._dtype, run, self._copied)

    def _require_digits(self, *operands: tuple[str, Any]) -> None:
        for name, dtype in operands:
            needed = np.result_type(scalar_type((name, dtype)), self._dtype)
            if needed != self._dtype:
                raise InvalidArgument(
                    f"{name} is of type {dtype}, but this solver computes in {self._dtype}; make "
                    f"it with dtype=numpy.{needed}, or pass {name}.astype(numpy.{self._dtype})"
                )
