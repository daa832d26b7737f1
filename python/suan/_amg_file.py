# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Multigrid preconditioners from HDF5 files."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from . import _suan
from ._amg import Amg, arrays_of, require_digits
from ._amg_hints import matrix_of
from ._errors import about
from ._io import encoded
from ._maps import Map
from ._ranks import handle_of, together


def load_amg(
    path: str | bytes | os.PathLike[str] | os.PathLike[bytes],
    A: Any = None,
    name: str = "amg",
    *,
    comm: Any = None,
) -> Amg:
    """Read a multigrid preconditioner that Amg.save() has written, on any number of ranks.

    Parameters
    ----------
    path : str, bytes or path
        Of the HDF5 file.
    A : scipy.sparse matrix or array, or array_like with two dimensions, optional
        The matrix from which it was made, which then need not be read; a checksum tells whether it
        is the same one. With ``comm``, this rank's rows.
    name : str
        The group in the file.
    comm : mpi4py.MPI.Comm, optional
        As in amg(). Without A, each rank gets about the same number of whole nodes.

    Returns
    -------
    Amg
        Its cycles have the same bits as those of one made from A here. The first update() makes
        everything anew.

    Raises
    ------
    IoError
        With path and object, where something is missing, damaged or not understood.
    InvalidArgument, DimensionMismatch
        Where A is another matrix.
    """
    file, group = os.fsencode(path), encoded(name)

    def made() -> tuple[tuple[Map | None, np.dtype[Any]], dict[str, Any], int]:
        with about(path):
            found = np.dtype(_suan.hdf5_amg_scalar(file, group))
        a = None
        if A is not None:
            a = matrix_of(A)
            require_digits(
                "A", a.dtype, found, "the multigrid in the file is in {}, which loses digits of A ({})"
            )
            a.keep()
            a.ready(found, comm is not None)
        told = {"path": file, "name": name, "A": "given" if a is not None else "not given"}
        return (a, found), told, Amg._last

    if comm is None:
        (a, found), _, _ = made()
        handle, number = None, 0
    else:
        handle = handle_of(comm)
        (a, found), last = together(comm, "load_amg", made)
        Amg._last = number = 1 + max(last)
    arrays = None if a is None else arrays_of(a.ready(found, comm is not None)[0])
    with about(path):
        kept = _suan.KeptAmg(file, group, found.name, arrays, handle)
    return Amg._loaded(kept, found, comm, number)
