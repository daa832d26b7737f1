# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Solving A x = b by a factorisation, with a verified result."""

from __future__ import annotations

import math
from typing import Any, NoReturn

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from . import _suan
from ._amg_hints import matrix_of
from ._arrays import plain, scalar_type
from ._direct import Factors
from ._errors import InvalidArgument, NotSupported
from ._options import Option, keywords
from ._ranks import together
from ._report import SolveReport
from ._solve import solve, solve_many


@keywords(_suan.direct_options())
def spsolve(
    A: Any, b: Any, *, rtol: float | None = None, comm: Any = None, **options: Option
) -> NDArray[Any]:
    """Solve A x = b by a factorisation, refine x, and verify it.

    As ``scipy.sparse.linalg.spsolve``, but a wrong result raises.

    Parameters
    ----------
    A : scipy.sparse matrix or array, or array_like with two dimensions
        Square.
    b : array_like
        The right-hand side, or several as the columns of a matrix.
    rtol : float, optional
        The largest relative residual that does not raise, by default the square root of eps: 1.5e-8
        in double precision.
    comm : mpi4py.MPI.Comm, optional
        As in solve().
    {options}

    Returns
    -------
    numpy.ndarray
        The solution, in the shape of b.

    Raises
    ------
    InvalidArgument
        For a singular matrix, and where the residual, computed anew, is larger than rtol allows.
    OutOfMemory, NotSupported
        As factorize().

    Examples
    --------
    >>> import numpy as np, suan
    >>> A = suan.generate("poisson2d", size=30)
    >>> x = suan.spsolve(A, np.ones(900))
    >>> bool(abs(A @ x - 1).max() < 1e-12)
    True
    """

    def made() -> tuple[tuple[Any, int], dict[str, Any], tuple[np.dtype[Any], np.dtype[Any]]]:
        a = matrix_of(A, "spsolve()")
        if sp.issparse(b):
            raise NotSupported("b is sparse; pass b.toarray()")
        array = plain(b, "b")
        types = scalar_type(("A", a.dtype)), scalar_type(("A", a.dtype), ("b", array.dtype))
        return (a.matrix, array.ndim), {"b": f"of {array.ndim} dimensions", "rtol": rtol}, types

    if comm is None:
        (a, dimensions), _, types = made()
        all_types = [types]
    else:
        (a, dimensions), all_types = together(comm, "spsolve", made)
    dtype = np.result_type(*(both for _, both in all_types))
    factors = Factors(a, dtype=_of_kind([of_a for of_a, _ in all_types], dtype), comm=comm, **options)
    eps = float(np.finfo(dtype).eps)
    target: dict[str, Any] = {"solver": "gmres", "rtol": 100 * eps, "max_iterations": 6}
    if dimensions == 2:
        x, reports = solve_many(a, b, x0=factors.solve(b), M=factors, comm=comm, **target)
    else:
        x, report = solve(a, b, M=factors, comm=comm, **target)
        reports = [report]
    allowed = math.sqrt(eps) if rtol is None else rtol
    for column, report in enumerate(reports):
        if not report.true_relative_residual <= allowed:
            which = f" of column {column}" if len(reports) > 1 else ""
            _refuse(which, report, allowed, factors)
    return x


def _of_kind(types: list[np.dtype[Any]], dtype: np.dtype[Any]) -> np.dtype[Any]:
    """With the digits of `dtype`, and complex only if one of `types` is."""
    if any(of_rank.kind == "c" for of_rank in types) or dtype.kind != "c":
        return dtype
    return np.dtype(np.float64 if dtype.itemsize == 16 else np.float32)


def _refuse(which: str, report: SolveReport, allowed: float, factors: Factors) -> NoReturn:
    if report.reason == "not_finite":
        raise InvalidArgument(f"the solution{which} is not finite: {report.detail}")
    _, errors = factors.errors(np.ones(factors.shape[0], factors.dtype))
    raise InvalidArgument(
        f"the relative residual{which} is {report.true_relative_residual:.2g} after refinement "
        f"({report.reason}), above {allowed:.2g}: A is singular, or so nearly that digits are lost "
        f"(its condition number is about {errors.condition:.1g}); rtol= allows more"
    )
