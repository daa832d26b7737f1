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
from ._errors import InvalidArgument, NotSupported, about
from ._options import option_values

_MATRIX_MARKET = (".mtx", ".mtx.gz")
_HDF5 = (".h5", ".hdf5")


def read(
    path: str | bytes | os.PathLike[str] | os.PathLike[bytes],
    name: str | None = None,
    **options: bool | int | float | str,
) -> sp.csr_array | NDArray[Any] | str:
    """Read a matrix, a vector or a text.

    Parameters
    ----------
    path : str, bytes or path
        A Matrix Market file (``.mtx``, ``.mtx.gz``) or an HDF5 file (``.h5``, ``.hdf5``), in upper
        or lower case.
    name : str, optional
        The object in an HDF5 file, possibly in groups: ``"step_10/A"``; required if the top level has
        several objects and not exactly one matrix.
    **options
        ``memory_limit_gib``; for Matrix Market files also ``duplicates`` and ``allow_nonfinite``;
        see ``suan.options("read")``.

    Returns
    -------
    scipy.sparse.csr_array, numpy.ndarray or str
        A matrix; a vector, from an HDF5 file or a Matrix Market array of one column; or a text from
        an HDF5 file. Integers and patterns become float64; both triangles of a symmetric file are
        stored.

    Raises
    ------
    IoError
        With the path and the line or the object, for any violation of the format. For a system error
        it has ``errno`` and ``filename`` and is also a FileNotFoundError or the like.
    OutOfMemory
        When the file would need more memory than the limit.
    """
    file, kind = _kind_of(path)
    values = option_values(options)
    with about(path):
        if kind == "hdf5":
            return _read_hdf5(file, name, values)
        if name is not None:
            raise InvalidArgument(
                f"{_shown(path)}: a Matrix Market file has no names, but {name!r} was given"
            )
        header = _suan.matrix_market_header(file)
        scalar = "complex128" if header["complex"] else "float64"
        if header["array"] and header["columns"] == 1:
            return _suan.read_matrix_market_vector(file, scalar, header["rows"], values)
        return to_csr_array(_suan.read_matrix_market(file, scalar, values))


def write(
    path: str | bytes | os.PathLike[str] | os.PathLike[bytes],
    data: Any = None,
    *,
    append: bool = False,
    allow_nonfinite: bool = False,
    **named: Any,
) -> None:
    """Write a matrix or a vector, or several into one HDF5 file.

    The file is written under a temporary name and renamed when complete, so a failure destroys
    nothing.

    Parameters
    ----------
    path : str, bytes or path
        ``.mtx`` or ``.mtx.gz`` for Matrix Market, ``.h5`` or ``.hdf5`` for HDF5, in upper or lower
        case.
    data : scipy.sparse matrix or array, or array_like with one dimension
        In HDF5 its name is "matrix" or "vector".
    append : bool
        Keep the contents of an existing HDF5 file and add to them. The file is copied first (sharing
        blocks if the file system can) and replaced when everything is written, so a failure leaves
        the old contents.
    allow_nonfinite : bool
        Write infinities and NaN to Matrix Market files, which ``read`` accepts with the same option.
        Vectors in HDF5 files may always contain them, matrices never.
    **named
        More matrices, vectors or texts for an HDF5 file, under these names:
        ``suan.write("system.h5", A=A, b=b, report=report.to_json())``. They may have groups:
        ``suan.write("run.h5", append=True, **{"step_10/x": x})``.
    """
    file, kind = _kind_of(path)
    for word, value in (("append", append), ("allow_nonfinite", allow_nonfinite)):
        if not isinstance(value, bool | np.bool_):
            raise InvalidArgument(
                f"{_shown(path)}: {word} is an option, True or False; nothing can be called so, "
                f'unless it lies in a group ("data/{word}")'
            )
    with about(path):
        if kind == "matrix_market":
            _write_matrix_market(file, _shown(path), data, append, bool(allow_nonfinite), named)
        else:
            if allow_nonfinite:
                raise InvalidArgument(
                    f"{_shown(path)}: allow_nonfinite is for Matrix Market files; in HDF5 vectors "
                    f"may hold what is not finite, and matrices never"
                )
            _write_hdf5(file, _shown(path), data, bool(append), named)


def _write_matrix_market(
    file: bytes, words: str, data: Any, append: bool, allow_nonfinite: bool, named: dict[str, Any]
) -> None:
    if named or data is None:
        raise InvalidArgument(
            f"{words}: a Matrix Market file holds exactly one matrix or vector and no names"
        )
    if append:
        raise InvalidArgument(f"{words}: nothing can be appended to a Matrix Market file")
    item = _writable(data, "data")
    if isinstance(item, Csr):
        _suan.write_matrix_market(file, item.arrays, allow_nonfinite)
    elif isinstance(item, str):
        raise InvalidArgument(f"{words}: a Matrix Market file holds no text")
    else:
        _suan.write_matrix_market_vector(file, item, allow_nonfinite)


def _write_hdf5(file: bytes, words: str, data: Any, append: bool, named: dict[str, Any]) -> None:
    items: dict[str, Csr | NDArray[Any] | str] = {}
    if data is not None:
        item = _writable(data, "data")
        items["matrix" if isinstance(item, Csr) else "vector"] = item
    for name, value in named.items():
        if name in items:
            raise InvalidArgument(f'{words}: two entries are called "{name}"')
        items[name] = _writable(value, name)
    if not items:
        raise InvalidArgument(f"{words}: there is nothing to write")
    out = _suan.Hdf5File(file, append)
    try:
        for name, item in items.items():
            if isinstance(item, Csr):
                out.write_matrix(encoded(name), item.arrays)
            elif isinstance(item, str):
                out.write_text(encoded(name), encoded(item))
            else:
                out.write_vector(encoded(name), item)
        out.close()
    finally:
        out.abandon()


def encoded(text: str) -> bytes:
    """Names and texts as stored in files; bytes that were not UTF-8 when read are preserved."""
    return text.encode("utf-8", "surrogateescape")


def _shown(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> str:
    """A path for messages, with bytes that are not UTF-8 as \\xNN."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _kind_of(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> tuple[bytes, str]:
    file = os.fsencode(path)
    # ASCII letters only, as in the library.
    lower = file.lower()
    if lower.endswith(tuple(ending.encode() for ending in _MATRIX_MARKET)):
        return file, "matrix_market"
    if lower.endswith(tuple(ending.encode() for ending in _HDF5)):
        return file, "hdf5"
    raise InvalidArgument(
        f"{_shown(path)}: what kind of file this is must be clear from its name, which ends in none "
        f"of {', '.join(_MATRIX_MARKET + _HDF5)}"
    )


def _read_hdf5(
    file: bytes, name: str | None, options: dict[str, Any]
) -> sp.csr_array | NDArray[Any] | str:
    unknown = [o for o in options if o not in {d.name for d in _suan.hdf5_options()}]
    if unknown:
        raise InvalidArgument(
            f"{_shown(file)}: {', '.join(unknown)} was given, but of the options of read() an HDF5 "
            f"file takes only {', '.join(d.name for d in _suan.hdf5_options())}"
        )
    if name == "":
        raise InvalidArgument(f"{_shown(file)}: the name is empty; without one, leave it out")
    try:
        entry = _suan.hdf5_entry(file, b"" if name is None else encoded(name))
    except InvalidArgument as error:
        if name is not None:
            raise
        raise InvalidArgument(f"{error}; say which one: suan.read(path, name=...)") from None
    if entry["kind"] == "csr_matrix":
        return to_csr_array(
            _suan.read_hdf5_matrix(file, entry["scalar"], entry["name"], options)
        )
    if entry["kind"] == "vector":
        return _suan.read_hdf5_vector(
            file, entry["scalar"], entry["name"], entry["rows"], options
        )
    return _suan.read_hdf5_text(file, entry["name"]).decode("utf-8", "surrogateescape")


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
