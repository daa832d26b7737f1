# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Solving A x = b without knowledge of solvers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _suan
from ._arrays import as_columns, as_vector
from ._options import Option, keywords
from ._problem import Callback, Reader, RightHandSide, System, require_callback, solve_once
from ._ranks import agreed_type, handle_of, together
from ._report import SolveReport


@keywords(_suan.solve_options())
def solve(
    A: Any,
    b: Any,
    *,
    x0: Any = None,
    M: Any = None,
    callback: Callable[[int, float], object] | None = None,
    comm: Any = None,
    **options: Option,
) -> tuple[NDArray[Any], SolveReport]:
    """Solve A x = b.

    The solver and the preconditioner are chosen by examining A, unless they are given. A failed solve
    does not raise: check ``report.converged`` and ``report.reason``.

    Parameters
    ----------
    A : scipy.sparse matrix or array, array_like with two dimensions, LinearOperator or callable
        Square. A callable gets a vector and returns A times that vector. Matrices in CSR format with
        32-bit indices are not copied, except ``indptr``; see ``report.copied``.
    b : array_like
        The right-hand side, with one element for each row of A, or a single column of them.
    x0 : array_like, optional
        The initial guess; zero by default.
    M : as A, optional
        Your own preconditioner: an approximate inverse of A, as in SciPy. ``cg`` needs a Hermitian
        positive definite one.
    callback : callable, optional
        Called as ``callback(iteration, residual_norm)``. A true return value ends the solve with the
        reason "interrupted", an exception in it ends the solve with that exception.
    comm : mpi4py.MPI.Comm, optional
        Solves on the ranks of ``comm``, all of which call solve(): A has this rank's rows with global
        columns, b and x this rank's elements.
    {options}

    Returns
    -------
    x : numpy.ndarray
        The solution, or the last finite iterate, in the shape of b.
    report : SolveReport

    Raises
    ------
    InvalidArgument
        For an unknown or wrong option, naming the nearest valid ones.
    DimensionMismatch
        When shapes do not match, naming both.

    Examples
    --------
    >>> import numpy as np, suan
    >>> A = suan.generate("poisson2d", size=20)
    >>> x, report = suan.solve(A, np.ones(400), rtol=1e-10)
    >>> report.converged
    True
    """
    x, reports = _solved("solve", A, b, x0, M, callback, comm, options, as_vector)
    return x, reports[0]


@keywords(_suan.solve_options())
def solve_many(
    A: Any,
    b: Any,
    *,
    x0: Any = None,
    M: Any = None,
    callback: Callable[[int, float], object] | None = None,
    comm: Any = None,
    **options: Option,
) -> tuple[NDArray[Any], list[SolveReport]]:
    """Solve A X = B for several right-hand sides, the columns of B.

    CG takes each step for all of them at once, so the matrix is read once for all; each stops when it
    is solved. Other methods solve for one after the other.

    Parameters
    ----------
    A : scipy.sparse matrix or array, array_like with two dimensions, LinearOperator or callable
        As in solve(). A callable gets one vector at a time.
    b : array_like
        The right-hand sides, with one row for each row of A. C order is not copied.
    x0 : array_like, optional
        The initial guesses, of the same shape; zero by default.
    M : as A, optional
        As in solve().
    callback : callable, optional
        Called as ``callback(iteration, residual_norm)``, where several are solved together for
        the one that is farthest from its tolerance. It can end the solve as in solve().
    comm : mpi4py.MPI.Comm, optional
        As in solve(); b and x have this rank's rows, and the same number of columns on all ranks.
    {options}

    Returns
    -------
    x : numpy.ndarray
        The solutions, in the shape of b.
    reports : list of SolveReport
        One for each column. If several are solved together, the seconds and joules in each are those
        of all together, and its bytes a share.

    Raises
    ------
    InvalidArgument
        For an unknown or wrong option, naming the nearest valid ones.
    DimensionMismatch
        When shapes do not fit, naming both.

    Examples
    --------
    >>> import numpy as np, suan
    >>> A = suan.generate("poisson2d", size=20)
    >>> x, reports = suan.solve_many(A, np.random.default_rng(1).random((400, 8)))
    >>> all(report.converged for report in reports)
    True
    """
    return _solved("solve_many", A, b, x0, M, callback, comm, options, as_columns)


def _solved(
    function: str,
    A: Any,
    b: Any,
    x0: Any,
    M: Any,
    callback: Callback,
    comm: Any,
    options: dict[str, Any],
    read: Reader,
) -> tuple[NDArray[Any], list[SolveReport]]:
    def checked() -> tuple[System, RightHandSide]:
        require_callback(callback)
        side = RightHandSide(b, x0, read)
        system = System(A, M, options, len(side.b), comm)
        side.require_rows(system.a.shape)
        return system, side

    if comm is None:
        system, side = checked()
        return solve_once(system, side, system.scalar_type(*side.types()), callback, None, True)

    handle = handle_of(comm)

    def told() -> tuple[tuple[System, RightHandSide], dict[str, Any], tuple[Any, bool]]:
        system, side = checked()
        dtype = system.scalar_type(*side.types())
        _make_ready(system, side, dtype)
        return (system, side), {**system.told(), **side.told()}, (dtype, callback is not None)

    (system, side), found = together(comm, function, told)
    types = [dtype for dtype, _ in found]
    dtype = agreed_type(comm, function, types, lambda dtype: _make_ready(system, side, dtype))
    may_stop = any(has_callback for _, has_callback in found)
    return solve_once(system, side, dtype, callback, handle, may_stop)


def _make_ready(system: System, side: RightHandSide, dtype: np.dtype[Any]) -> None:
    """Whatever can fail on one rank alone, before the ranks meet in the library."""
    system.ready(dtype)
    side.ready(dtype)
