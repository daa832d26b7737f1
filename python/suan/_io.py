# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Matrices and vectors in files."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from . import _suan
from ._arrays import Csr, as_sparse, as_vector, plain, scalar_type, to_csr_array
from ._containers import sorted_csr
from ._errors import InvalidArgument, IoError, NotSupported
from ._options import option_values

_MATRIX_MARKET = (".mtx", ".mtx.gz")
_HDF5 = (".h5", ".hdf5")


def read(
    path: str | os.PathLike[str],
    name: str | None = None,
    **options: bool | int | float | str,
) -> sp.csr_array | NDArray[Any] | str:
    """Read a matrix, a vector or a text.

    Parameters
    ----------
    path : str or path
        A Matrix Market file (``.mtx``, ``.mtx.gz``) or an HDF5 file (``.h5``, ``.hdf5``).
    name : str, optional
        Which entry of an HDF5 file; needed when it has more than one and not exactly one matrix.
    **options
        Of Matrix Market files: ``duplicates``, ``allow_nonfinite``, ``memory_limit_gib``; see
        ``suan.options("read")``.

    Returns
    -------
    scipy.sparse.csr_array, numpy.ndarray or str
        A matrix, or a vector: one of an HDF5 file, or a Matrix Market array of one column, or a
        text of an HDF5 file. Integers and patterns become float64; both triangles of a symmetric
        file are stored.

    Raises
    ------
    IoError
        With the path and the line or the entry, for whatever does not follow the format.
    """
    file, kind = _kind_of(path)
    if kind == "hdf5":
        if options:
            raise InvalidArgument(
                f"{file}: an HDF5 file is read without options, but {', '.join(options)} was given"
            )
        return _read_hdf5(file, name)
    if name is not None:
        raise InvalidArgument(f"{file}: a Matrix Market file has no names, but {name!r} was given")
    values = option_values(options)
    header = _suan.matrix_market_header(file)
    scalar = "complex128" if header["complex"] else "float64"
    if header["array"] and header["columns"] == 1:
        return _suan.read_matrix_market_vector(file, scalar, header["rows"], values)
    return to_csr_array(_suan.read_matrix_market(file, scalar, values))


def write(path: str | os.PathLike[str], data: Any = None, **named: Any) -> None:
    """Write a matrix or a vector, or several into one HDF5 file.

    The file is written beside and renamed when it is complete, so that a failure destroys nothing.

    Parameters
    ----------
    path : str or path
        ``.mtx`` or ``.mtx.gz`` for Matrix Market, ``.h5`` or ``.hdf5`` for HDF5.
    data : scipy.sparse matrix or array, or array_like with one dimension
        In HDF5 it gets the name "matrix" or "vector".
    **named
        More matrices, vectors or texts for an HDF5 file, under these names:
        ``suan.write("system.h5", A=A, b=b, report=report.to_json())``.
    """
    file, kind = _kind_of(path)
    if kind == "matrix_market":
        if named or data is None:
            raise InvalidArgument(
                f"{file}: a Matrix Market file holds exactly one matrix or vector and no names"
            )
        item = _writable(data, "data")
        if isinstance(item, Csr):
            _suan.write_matrix_market(file, item.arrays)
        elif isinstance(item, str):
            raise InvalidArgument(f"{file}: a Matrix Market file holds no text")
        else:
            _suan.write_matrix_market_vector(file, item)
        return
    items: dict[str, Csr | NDArray[Any] | str] = {}
    if data is not None:
        item = _writable(data, "data")
        items["matrix" if isinstance(item, Csr) else "vector"] = item
    for name, value in named.items():
        if name in items:
            raise InvalidArgument(f'{file}: two entries are called "{name}"')
        items[name] = _writable(value, name)
    if not items:
        raise InvalidArgument(f"{file}: there is nothing to write")
    out = _suan.Hdf5File(file)
    try:
        for name, item in items.items():
            if isinstance(item, Csr):
                out.write_matrix(name, item.arrays)
            elif isinstance(item, str):
                out.write_text(name, item)
            else:
                out.write_vector(name, item)
        out.close()
    finally:
        out.abandon()


def _kind_of(path: str | os.PathLike[str]) -> tuple[str, str]:
    file = os.fspath(path)
    if isinstance(file, bytes):
        file = os.fsdecode(file)
    lower = file.lower()
    if lower.endswith(_MATRIX_MARKET):
        return file, "matrix_market"
    if lower.endswith(_HDF5):
        return file, "hdf5"
    raise InvalidArgument(
        f"{file}: what kind of file this is must be clear from its name, which ends in none of "
        f"{', '.join(_MATRIX_MARKET + _HDF5)}"
    )


def _read_hdf5(file: str, name: str | None) -> sp.csr_array | NDArray[Any] | str:
    entries = {entry["name"]: entry for entry in _suan.hdf5_entries(file)}
    if name is None:
        matrices = [n for n, entry in entries.items() if entry["kind"] == "csr_matrix"]
        candidates = matrices if matrices else list(entries)
        if len(candidates) != 1:
            raise InvalidArgument(
                f"{file} holds {_listed(entries)}; say which one: suan.read(path, name=...)"
            )
        name = candidates[0]
    if name not in entries:
        raise InvalidArgument(f'{file} has no entry "{name}"; it holds {_listed(entries)}')
    entry = entries[name]
    if entry["kind"] == "csr_matrix":
        return to_csr_array(_suan.read_hdf5_matrix(file, entry["scalar"], name))
    if entry["kind"] == "vector":
        return _suan.read_hdf5_vector(file, entry["scalar"], name, entry["rows"])
    return _suan.read_hdf5_text(file, name)


def _listed(entries: dict[str, dict[str, Any]]) -> str:
    return ", ".join(f'{e["kind"]} "{n}"' for n, e in entries.items()) or "nothing"


def _writable(data: Any, name: str) -> Csr | NDArray[Any] | str:
    if isinstance(data, str):
        return data
    if sp.issparse(data):
        matrix = as_sparse(data, name)
        assert matrix is not None
        dtype = scalar_type((name, matrix.dtype))
        return Csr(sorted_csr(matrix, name), dtype, np.int32, name)
    vector = plain(data, name)
    if vector.ndim == 2 and vector.shape[1] != 1:
        raise NotSupported(
            f"{name} is a dense matrix of shape {vector.shape}; files hold sparse matrices and "
            f"vectors: pass scipy.sparse.csr_array({name})"
        )
    vector = as_vector(vector, name)
    return np.ascontiguousarray(vector, dtype=scalar_type((name, vector.dtype)))
