# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Matrices that the tests share, made by SciPy alone."""

import numpy as np
import scipy.sparse as sp


def poisson2d(n: int, dtype=np.float64) -> sp.csr_array:
    """The 5-point Laplacian on n x n points."""
    line = sp.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n, n))
    eye = sp.eye_array(n)
    return sp.csr_array(sp.kron(line, eye) + sp.kron(eye, line), dtype=dtype)


def saddle(n: int) -> sp.csr_array:
    """Symmetric, not singular and indefinite: a Laplacian and a negative one side by side.

    Its diagonal is positive for a method that reads it, because the second part is shifted
    out of the diagonal by a constant coupling of equal size.
    """
    blocks = [[sp.eye_array(n), 3 * sp.eye_array(n)], [3 * sp.eye_array(n), sp.eye_array(n)]]
    return sp.csr_array(sp.block_array(blocks))


def relative_residual(A, x, b) -> float:
    return float(np.linalg.norm(b - A @ x) / np.linalg.norm(b))


def arrays_of(A) -> tuple[bytes, ...]:
    """Everything that a CSR matrix holds, to see whether somebody changed it."""
    return tuple(a.tobytes() + str(a.dtype).encode() for a in (A.data, A.indices, A.indptr))
