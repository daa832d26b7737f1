# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Several ranks that call the same function: none waits for one that has left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from . import _errors, _suan
from ._errors import DimensionMismatch, Error, InvalidArgument, MpiError, OutOfMemory

T = TypeVar("T")


def handle_of(comm: Any) -> int:
    """mpi4py's communicator in the library's form."""
    try:
        return int(comm.py2f())
    except (AttributeError, TypeError):
        raise InvalidArgument(
            f"comm is no communicator of mpi4py but {type(comm).__name__}"
        ) from None


def require_same_ranks(made_on: Any, comm: Any) -> None:
    """@raises InvalidArgument unless M's communicator has the same ranks in the same order."""
    from mpi4py import MPI

    if MPI.Comm.Compare(made_on, comm) not in (MPI.IDENT, MPI.CONGRUENT):
        raise InvalidArgument(
            f"M was made with a communicator of {made_on.size} ranks, and comm has {comm.size}, or "
            "the same in another order; make M with comm"
        )


def together(
    comm: Any, function: str, make: Callable[[], tuple[T, dict[str, Any], Any]]
) -> tuple[T, list[Any]]:
    """The first result of `make`, and the last one of all ranks.

    Its second result is what must be the same on all ranks, by name; the name of the function is
    added. An exception in `make` on one rank is raised on all.

    @raises InvalidArgument, DimensionMismatch on all ranks where these differ.
    """
    failure: BaseException | None = None
    message: tuple[Any, ...]
    try:
        _require_same_mpi()
        result, told, more = make()
        message = (None, {"function": function, **told}, more)
    except BaseException as error:  # another rank must not wait for this one, whatever it was
        failure = error
        # As text: an exception of a user's class may not survive being sent to another rank.
        message = ((type(error).__name__, str(error), _kind(error)), None, None)
    found = comm.allgather(message)
    for rank, (wrong, *_) in enumerate(found):
        if wrong is None:
            continue
        name, text, kind = wrong
        if rank == comm.rank and kind is None:
            assert failure is not None
            raise failure
        error_class = getattr(_errors, kind or "InvalidArgument")
        raise error_class(f"rank {rank}: {text if kind else f'{name}: {text}'}") from failure
    for rank, (_, other, _) in enumerate(found):
        for name, value in found[0][1].items():
            # Another function may pass fewer arguments.
            if other.get(name) != value:
                _refuse(name, value, other.get(name), rank)
    return result, [more for *_, more in found]


def agreed_type(
    comm: Any, function: str, types: list[np.dtype[Any]], make: Callable[[np.dtype[Any]], object]
) -> np.dtype[Any]:
    """The type that loses no digits of any rank. If it differs from a rank's own type, `make`, which each
    rank has called with its own, is called with it."""
    dtype = np.result_type(*types)
    if any(of_rank != dtype for of_rank in types):
        together(comm, function, lambda: (make(dtype), {}, None))
    return dtype


def _kind(error: BaseException) -> str | None:
    """Suan's own class for it; None for other exceptions."""
    if isinstance(error, Error):
        return type(error).__name__ if hasattr(_errors, type(error).__name__) else None
    return OutOfMemory.__name__ if isinstance(error, MemoryError) else None


def _refuse(name: str, first: Any, other: Any, rank: int) -> None:
    if name == "function":
        raise InvalidArgument(f"rank 0 calls {first}(), but rank {rank} {other}()")
    if name == "columns":
        if None in (first, other):
            raise DimensionMismatch(
                f"b is a vector on rank {0 if first is None else rank}, and several on rank "
                f"{rank if first is None else 0}"
            )
        raise DimensionMismatch(
            f"b has {first} columns on rank 0, but {other} on rank {rank}"
        )
    if name == "options":
        raise InvalidArgument(
            f"the options differ between ranks: {first} on rank 0, {other} on rank {rank}"
        )
    raise InvalidArgument(
        f"{name} differs between ranks: it is {first} on rank 0, but {other} on rank {rank}"
    )


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
