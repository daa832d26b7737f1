# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""A x = b with as little knowledge of solvers as possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import _suan
from ._arrays import as_columns, as_vector
from ._errors import DimensionMismatch, Error, InvalidArgument, MpiError
from ._options import keywords
from ._problem import Problem, Reader
from ._report import SolveReport


@keywords(_suan.solve_options())
def solve(
    A: Any,
    b: Any,
    *,
    x0: Any = None,
    callback: Callable[[int, float], object] | None = None,
    comm: Any = None,
    **options: bool | int | float | str,
) -> tuple[NDArray[Any], SolveReport]:
    """Solve A x = b.

    The solver and the preconditioner are chosen by looking at A, unless they are given. A solve
    that fails is no exception: look at ``report.converged`` and ``report.reason``.

    Parameters
    ----------
    A : scipy.sparse matrix or array, numpy.ndarray, LinearOperator or callable
        Square. A callable gets a vector and returns A times that vector. Matrices in CSR format
        with 32-bit indices are not copied, save for ``indptr``; see ``report.copied``.
    b : array_like
        The right-hand side, with one element for each row of A, or a single column of them.
    x0 : array_like, optional
        The initial guess; zero by default.
    callback : callable, optional
        Called as ``callback(iteration, residual_norm)``. An exception in it ends the solve.
    comm : mpi4py.MPI.Comm, optional
        Solves on the ranks of ``comm``, all of which call solve(): A holds this rank's rows with
        global columns, b and x this rank's elements.
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
        When shapes do not fit, naming both.

    Examples
    --------
    >>> import numpy as np, suan
    >>> A = suan.generate("poisson2d", size=20)
    >>> x, report = suan.solve(A, np.ones(400), rtol=1e-10)
    >>> report.converged
    True
    """
    x, reports = _solved(A, b, x0, callback, comm, options, as_vector)
    return x.reshape(np.shape(b)), reports[0]


@keywords(_suan.solve_options())
def solve_many(
    A: Any,
    b: Any,
    *,
    x0: Any = None,
    callback: Callable[[int, float], object] | None = None,
    comm: Any = None,
    **options: bool | int | float | str,
) -> tuple[NDArray[Any], list[SolveReport]]:
    """Solve A X = B for several right-hand sides, the columns of B.

    CG takes a step of all of them at a time, so that the matrix is read once for all; each ends
    when it is solved. Other methods solve one after the other.

    Parameters
    ----------
    A : scipy.sparse matrix or array, numpy.ndarray, LinearOperator or callable
        As in solve(). A callable gets one vector at a time.
    b : array_like
        The right-hand sides, with one row for each row of A. C order is not copied.
    x0 : array_like, optional
        The initial guesses, of the same shape; zero by default.
    callback : callable, optional
        Called as ``callback(iteration, residual_norm)``, where several are solved together for
        the one that is farthest from its tolerance. An exception in it ends the solve.
    comm : mpi4py.MPI.Comm, optional
        As in solve(); b and x have this rank's rows, and as many columns on all ranks.
    {options}

    Returns
    -------
    x : numpy.ndarray
        The solutions, in the shape of b.
    reports : list of SolveReport
        One for each column. Where several are solved together, the seconds and joules in each are
        those of all, and its bytes a share.

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
    return _solved(A, b, x0, callback, comm, options, as_columns)


def _solved(
    A: Any,
    b: Any,
    x0: Any,
    callback: Callable[[int, float], object] | None,
    comm: Any,
    options: dict[str, Any],
    read: Reader,
) -> tuple[NDArray[Any], list[SolveReport]]:
    if callback is not None and not callable(callback):
        raise InvalidArgument(f"callback is no function but {callback!r}")
    if comm is not None:
        return _solve_distributed(A, b, x0, callback, comm, options, read)
    problem = Problem(A, b, x0, options, None, read)
    return problem.solve(problem.dtype, callback, None)


def _solve_distributed(
    A: Any,
    b: Any,
    x0: Any,
    callback: Callable[[int, float], object] | None,
    comm: Any,
    options: dict[str, Any],
    read: Reader,
) -> tuple[NDArray[Any], list[SolveReport]]:
    try:
        handle = int(comm.py2f())
    except (AttributeError, TypeError):
        raise InvalidArgument(
            f"comm is no communicator of mpi4py but {type(comm).__name__}"
        ) from None
    # Every rank learns what went wrong on any of them, so that none waits for one that left.
    problem: Problem | None = None
    failure: Exception | None = None
    try:
        _require_same_mpi()
        problem = Problem(A, b, x0, options, 0, read)
    except Exception as error:
        failure = error
    found = comm.allgather(
        (failure, None, None, None, None)
        if problem is None
        else (
            None,
            problem.dtype,
            problem.function is not None,
            problem.options,
            problem.columns,
        )
    )
    for rank, (other, *_) in enumerate(found):
        if isinstance(other, Error):
            raise type(other)(f"rank {rank}: {other}")
        if other is not None:
            raise other
    assert problem is not None
    if len({is_function for _, _, is_function, *_ in found}) > 1:
        raise InvalidArgument("A is a function on some ranks and a matrix on others")
    for rank, (*_, columns) in enumerate(found):
        if columns != found[0][-1]:
            raise DimensionMismatch(
                f"b has {found[0][-1]} columns on rank 0, but {columns} on rank {rank}"
            )
    for rank, (_, _, _, values, _) in enumerate(found):
        if values != found[0][3]:
            raise InvalidArgument(
                f"the options differ between ranks: {found[0][3]} on rank 0, {values} on rank {rank}"
            )
    dtype = np.result_type(*(dtype for _, dtype, *_ in found))
    return problem.solve(dtype, callback, handle)


def _require_same_mpi() -> None:
    ours = _suan.mpi_library_version()
    if not ours:
        return  # The library says itself that it has no MPI.
    from mpi4py import MPI

    theirs = MPI.Get_library_version().rstrip("\0")
    if theirs != ours:
        raise MpiError(
            "mpi4py and Suan run with different MPI libraries, whose communicators do not fit: "
            f"mpi4py with {theirs.splitlines()[0]}, Suan with {ours.splitlines()[0]}"
        )
