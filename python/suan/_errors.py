# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The exceptions of the library. A solve that does not converge raises none: its report says so."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager


class Error(Exception):
    """The base of all exceptions that Suan raises."""


class InvalidArgument(Error, ValueError):
    """A value outside its range, an unknown option, a matrix that is unsuitable for a method."""


class DimensionMismatch(Error, ValueError):
    """Two operands whose sizes do not match; the message names both."""


class NotSupported(Error, NotImplementedError):
    """Something that this build cannot do; it is never substituted silently."""


class IoError(Error, OSError):
    """A file that cannot be read, written or understood; the message has its path and place.

    Where the system refused, ``errno`` is its reason and ``filename`` the path that was given, and
    the exception is also a FileNotFoundError, PermissionError, IsADirectoryError or
    NotADirectoryError when it is one of these.
    """

    def __str__(self) -> str:
        # Not "[Errno 2] ...: 'path'": the message already says it.
        return super().__str__() if self.strerror is None else self.strerror


class _FileNotFound(IoError, FileNotFoundError):
    pass


class _NoPermission(IoError, PermissionError):
    pass


class _IsADirectory(IoError, IsADirectoryError):
    pass


class _NotADirectory(IoError, NotADirectoryError):
    pass


_CLASSES = {
    errno.ENOENT: _FileNotFound,
    errno.EACCES: _NoPermission,
    errno.EPERM: _NoPermission,
    errno.EISDIR: _IsADirectory,
    errno.ENOTDIR: _NotADirectory,
}


@contextmanager
def about(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> Iterator[None]:
    """Sets errno and filename of the IoError of a call about a file."""
    try:
        yield
    except IoError as error:
        if error.errno is not None:
            raise
        text = str(error)
        # The library's messages end with the system's error text.
        code = next((c for c in errno.errorcode if text.endswith(": " + os.strerror(c))), None)
        if code is None:
            raise
        kind = _CLASSES.get(code, IoError)
        raise kind(code, text, os.fspath(path)) from None


class DeviceError(Error):
    """An error of the accelerator."""


class MpiError(Error):
    """An error of MPI."""


class OutOfMemory(Error, MemoryError):
    """Too little memory."""


class InternalError(Error):
    """A bug in Suan itself; please report it."""
