# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The exceptions of the library. A solve that does not converge is none: its report says so."""


class Error(Exception):
    """The base of all exceptions that Suan raises."""


class InvalidArgument(Error, ValueError):
    """A value outside its range, an unknown option, a matrix that a method cannot take."""


class DimensionMismatch(Error, ValueError):
    """Two operands whose sizes do not fit; the message names both."""


class NotSupported(Error, NotImplementedError):
    """Something that this build cannot do; it is never substituted silently."""


class IoError(Error, OSError):
    """A file that cannot be read, written or understood; the message has its path and place."""


class DeviceError(Error):
    """An error of the accelerator."""


class MpiError(Error):
    """An error of MPI."""


class OutOfMemory(Error, MemoryError):
    """Memory that was needed and not there."""


class InternalError(Error):
    """A defect of Suan itself; please report it."""
