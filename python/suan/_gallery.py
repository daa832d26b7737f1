# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Model problems."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from . import _suan
from ._arrays import scalar_type, to_csr_array
from ._options import keywords, option_values


@keywords(_suan.gallery_options())
def generate(
    name: str, *, dtype: Any = np.float64, **options: bool | int | float | str
) -> sp.csr_array:
    """Generate the matrix of a model problem.

    Parameters
    ----------
    name : str
        One of {names}.
    dtype : data type, default numpy.float64
        float32, float64, complex64 or complex128.
    {options}

    Returns
    -------
    scipy.sparse.csr_array

    Examples
    --------
    >>> import suan
    >>> suan.generate("poisson3d", size=4).shape
    (64, 64)
    """
    scalar = scalar_type(("dtype", dtype)).name
    return to_csr_array(_suan.generate(name, scalar, option_values(options)))


if generate.__doc__:
    generate.__doc__ = generate.__doc__.replace("{names}", ", ".join(_suan.gallery_names()))
