# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Sparse linear systems, solved and verified.

>>> import numpy as np, suan
>>> A = suan.generate("poisson3d", size=16)
>>> x, report = suan.solve(A, np.ones(A.shape[0]))
>>> report.reason
'converged'
"""

from . import _spinning  # before anything that loads OpenMP
from ._amg import Amg, amg
from ._amg_file import load_amg
from ._amg_report import AmgCheck, AmgLevel
from ._config import options, preconditioners, show_config, solvers
from ._direct import Factors, factorize
from ._direct_report import Determinant, DirectErrors, FactorsReport, Inertia
from ._errors import (
    DeviceError,
    DimensionMismatch,
    Error,
    InternalError,
    InvalidArgument,
    IoError,
    MpiError,
    NotSupported,
    OutOfMemory,
)
from ._gallery import generate
from ._info import MatrixInfo, info
from ._io import read, write
from ._report import SolveReport
from ._solve import solve, solve_many
from ._solver import Solver
from ._spsolve import spsolve
from ._suan import OptionDescription, build_info

__version__: str = build_info()["version"]

for _class in (
    Amg,
    AmgCheck,
    AmgLevel,
    Determinant,
    DeviceError,
    DimensionMismatch,
    DirectErrors,
    Error,
    Factors,
    FactorsReport,
    Inertia,
    InternalError,
    InvalidArgument,
    IoError,
    MatrixInfo,
    MpiError,
    NotSupported,
    OutOfMemory,
    SolveReport,
    Solver,
):
    # Messages and pickles name them by where users find them.
    _class.__module__ = "suan"
del _class, _spinning, build_info

__all__ = [
    "Amg",
    "AmgCheck",
    "AmgLevel",
    "Determinant",
    "DeviceError",
    "DimensionMismatch",
    "DirectErrors",
    "Error",
    "Factors",
    "FactorsReport",
    "Inertia",
    "InternalError",
    "InvalidArgument",
    "IoError",
    "MatrixInfo",
    "MpiError",
    "NotSupported",
    "OptionDescription",
    "OutOfMemory",
    "SolveReport",
    "Solver",
    "__version__",
    "amg",
    "factorize",
    "generate",
    "info",
    "load_amg",
    "options",
    "preconditioners",
    "read",
    "show_config",
    "solve",
    "solve_many",
    "solvers",
    "spsolve",
    "write",
]
