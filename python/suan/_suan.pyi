"""
The compiled part of the package suan, which is where to look for functions.
"""

from collections.abc import Callable
from typing import Any, overload

import numpy
import numpy.typing


class OptionDescription:
    """One keyword: its name, default, range and one sentence."""

    @property
    def name(self) -> str: ...

    @property
    def path(self) -> str:
        """The full name, with the nodes that it is in: solver.restart."""

    @property
    def types(self) -> list[str]:
        """
        The solvers or preconditioners that have it; empty when it is always there.
        """

    @property
    def type(self) -> str:
        """The name of its type: bool, int, float or str."""

    @property
    def default(self) -> bool | int | float | str: ...

    @property
    def minimum(self) -> int | float | None:
        """The smallest value allowed; None when there is no such bound."""

    @property
    def maximum(self) -> int | float | None:
        """The largest value allowed; None when there is no such bound."""

    @property
    def choices(self) -> list[str]:
        """The words allowed; empty when any is."""

    @property
    def range(self) -> str:
        """The range in words; empty when there is none."""

    @property
    def sentence(self) -> str: ...

    def __repr__(self) -> str: ...

def build_info() -> dict[str, Any]:
    """What this build was made with."""

def thread_count() -> int:
    """Threads that a solve uses on the host."""

def mpi_library_version() -> str:
    """The MPI library that this build runs with; empty without MPI."""

class CsrArrays:
    """The arrays of a matrix in compressed sparse rows; they are not copied."""

    def __init__(self, rows: int, columns: int, offsets: numpy.typing.NDArray[numpy.int64], indices: numpy.typing.NDArray[numpy.int32] | numpy.typing.NDArray[numpy.int64], values: numpy.typing.NDArray[Any]) -> None: ...

    @property
    def addresses(self) -> tuple[int, int, int]:
        """Where the library will read offsets, indices and values."""

def analyse(a: CsrArrays) -> tuple[str, str]:
    """Facts about a matrix, as JSON and as a table."""

class ReportWords:
    """A report as text, which is made only on request."""

    def table(self) -> str: ...

    def json(self) -> str: ...

def hdf5_amg_scalar(path: bytes, name: bytes) -> str:
    """The type of numbers of a hierarchy in a file."""

def amg_options() -> list[OptionDescription]:
    """The keywords of amg()."""

def check_amg_options(options: dict[str, bool | int | float | str]) -> None:
    """Raises what amg() would raise for these options."""

class KeptAmg:
    """A multigrid preconditioner, kept between solves."""

    @overload
    def __init__(self, a: CsrArrays, near_null: numpy.typing.NDArray[Any] | None, coordinates: numpy.typing.NDArray[Any] | None, width: int, options: dict[str, bool | int | float | str], comm: int | None) -> None: ...

    @overload
    def __init__(self, path: bytes, name: bytes, scalar: str, a: CsrArrays | None, comm: int | None) -> None: ...

    def save(self, path: bytes, name: bytes, append: bool) -> None:
        """Writes it into an HDF5 file."""

    def update(self, a: CsrArrays) -> str:
        """Takes another matrix of the same scalar type; returns what was kept."""

    def report(self) -> dict[str, Any]:
        """The levels, and what was decided."""

    def check(self) -> dict[str, Any]:
        """The measured convergence of each level."""

    def aggregates(self) -> numpy.typing.NDArray[numpy.int64]:
        """The aggregate of each row of the finest level; -1 for none."""

    def apply(self, x: numpy.typing.NDArray[Any], y: numpy.typing.NDArray[Any], columns: int) -> None:
        """y = M x for so many vectors, row after row."""

def direct_options() -> list[OptionDescription]:
    """The keywords of factorize()."""

def check_direct_options(options: dict[str, bool | int | float | str]) -> None:
    """Raises what factorize() would raise for these options."""

class KeptDirect:
    """Sparse factors, kept between solves."""

    def __init__(self, a: CsrArrays, options: dict[str, bool | int | float | str], comm: int | None) -> None: ...

    def update(self, a: CsrArrays) -> str:
        """Takes another matrix of the same scalar type; returns what was kept."""

    def report(self) -> dict[str, Any]:
        """What the factorisation found and took."""

    def apply(self, x: numpy.typing.NDArray[Any], y: numpy.typing.NDArray[Any], columns: int) -> None:
        """y = A^-1 x for so many vectors, row after row."""

    def errors(self, b: numpy.typing.NDArray[Any], x: numpy.typing.NDArray[Any]) -> dict[str, float]:
        """x = A^-1 b, and estimates of its errors."""

def solve_options() -> list[OptionDescription]:
    """The keywords of solve()."""

def solvers() -> dict[str, tuple[str, list[OptionDescription]]]:
    """Name, sentence and options of each solver."""

def preconditioners() -> dict[str, tuple[str, list[OptionDescription]]]:
    """Name, sentence and options of each preconditioner."""

def check_solve_options(options: dict[str, bool | int | float | str]) -> None:
    """Raises what solve() would raise for these options."""

def solve(a: CsrArrays | Callable[[numpy.typing.NDArray[Any]], numpy.typing.NDArray[Any]], m: CsrArrays | Callable[[numpy.typing.NDArray[Any]], numpy.typing.NDArray[Any]] | KeptAmg | KeptDirect | None, b: numpy.typing.NDArray[Any], x: numpy.typing.NDArray[Any], columns: int | None, options: dict[str, bool | int | float | str], callback: Callable[[int, float], object] | None, comm: int | None, may_stop: bool) -> list[dict[str, Any]]:
    """
    Solves A x = b from the guess in x, which is overwritten; returns the reports. a and m are matrices, or functions that return an array of b's type and size; m may be a KeptAmg or a KeptDirect. With columns, b and x are the rows of so many vectors, each of which has a report. comm is a Fortran handle: then matrices hold this rank's rows with global columns.
    """

class KeptSolver:
    """What solve() makes of A, kept between solves."""

    def __init__(self, a: CsrArrays | Callable[[numpy.typing.NDArray[Any]], numpy.typing.NDArray[Any]], m: CsrArrays | Callable[[numpy.typing.NDArray[Any]], numpy.typing.NDArray[Any]] | KeptAmg | KeptDirect | None, like: numpy.typing.NDArray[Any], rows: int, options: dict[str, bool | int | float | str], comm: int | None) -> None: ...

    def solve(self, a: CsrArrays | Callable[[numpy.typing.NDArray[Any]], numpy.typing.NDArray[Any]] | None, m: CsrArrays | Callable[[numpy.typing.NDArray[Any]], numpy.typing.NDArray[Any]] | KeptAmg | KeptDirect | None, b: numpy.typing.NDArray[Any], x: numpy.typing.NDArray[Any], columns: int | None, callback: Callable[[int, float], object] | None, may_stop: bool) -> list[dict[str, Any]]:
        """
        As the function solve(); a and m are what the solver was made of, needed for functions.
        """

    def update(self, a: CsrArrays | Callable[[numpy.typing.NDArray[Any]], numpy.typing.NDArray[Any]], m: CsrArrays | Callable[[numpy.typing.NDArray[Any]], numpy.typing.NDArray[Any]] | KeptAmg | KeptDirect | None) -> str:
        """Takes another matrix in place of A; returns what was done."""

def matrix_market_header(path: bytes) -> dict[str, Any]:
    """What the banner and the size line say."""

def matrix_market_options() -> list[OptionDescription]:
    """The keywords of read() for Matrix Market files."""

def hdf5_options() -> list[OptionDescription]:
    """The keywords of read() for HDF5 files."""

def read_matrix_market(path: bytes, scalar: str, options: dict[str, bool | int | float | str]) -> tuple[int, int, numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.int32], numpy.typing.NDArray[Any]]:
    """(rows, columns, offsets, indices, values)"""

def read_matrix_market_vector(path: bytes, scalar: str, size: int, options: dict[str, bool | int | float | str]) -> numpy.typing.NDArray[Any]:
    """A file of one column."""

def write_matrix_market(path: bytes, a: CsrArrays, allow_nonfinite: bool) -> None:
    """Writes a matrix whose rows are sorted."""

def write_matrix_market_vector(path: bytes, vector: numpy.typing.NDArray[Any], allow_nonfinite: bool) -> None:
    """Writes an array of one column."""

def hdf5_entry(path: bytes, name: bytes) -> dict[str, Any]:
    """
    What a name stands for; an empty one for the only matrix, or the only entry.
    """

def read_hdf5_matrix(path: bytes, scalar: str, name: bytes, options: dict[str, bool | int | float | str]) -> tuple[int, int, numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.int32], numpy.typing.NDArray[Any]]:
    """(rows, columns, offsets, indices, values)"""

def read_hdf5_vector(path: bytes, scalar: str, name: bytes, size: int, options: dict[str, bool | int | float | str]) -> numpy.typing.NDArray[Any]:
    """A vector of `size` elements."""

def read_hdf5_text(path: bytes, name: bytes) -> bytes:
    """A piece of text, in UTF-8."""

class Hdf5File:
    """A file that is being written."""

    def __init__(self, path: bytes, append: bool) -> None: ...

    def write_matrix(self, name: bytes, a: CsrArrays) -> None: ...

    def write_vector(self, name: bytes, vector: numpy.typing.NDArray[Any]) -> None: ...

    def write_text(self, name: bytes, text: bytes) -> None: ...

    def close(self) -> None:
        """Completes the file."""

    def abandon(self) -> None:
        """Leaves whatever stood at the path before."""

def gallery_names() -> list[str]:
    """The problems that generate() knows."""

def gallery_options() -> list[OptionDescription]:
    """The keywords of generate()."""

def generate(name: str, scalar: str, options: dict[str, bool | int | float | str]) -> tuple[int, int, numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.int32], numpy.typing.NDArray[Any]]:
    """(rows, columns, offsets, indices, values)"""
