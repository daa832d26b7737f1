# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Plane elasticity, made by NumPy and SciPy alone."""

import numpy as np
import scipy.sparse as sp


def _stiffness(ratio: float) -> np.ndarray:
    """Of a unit square with bilinear shapes, by two Gauss points in each direction."""
    material = np.array([[1, ratio, 0], [ratio, 1, 0], [0, 0, (1 - ratio) / 2]]) / (1 - ratio**2)
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])
    result = np.zeros((8, 8))
    for point in 0.5 + np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) / (2 * np.sqrt(3)):
        at = np.where(corners == 1, point, 1 - point)
        slope = np.where(corners == 1, 1.0, -1.0)
        x, y = slope[:, 0] * at[:, 1], at[:, 0] * slope[:, 1]
        strain = np.zeros((3, 8))
        strain[0, 0::2], strain[1, 1::2] = x, y
        strain[2, 0::2], strain[2, 1::2] = y, x
        result += strain.T @ material @ strain / 4
    return result


def cantilever(nx: int, ny: int) -> tuple[sp.csr_array, np.ndarray]:
    """A bar of nx x ny squares, held at its left end: the matrix, two unknowns a node, and the
    coordinates of the nodes."""
    number = np.arange((nx + 1) * (ny + 1)).reshape(nx + 1, ny + 1)
    nodes = np.stack([number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]], axis=-1)
    nodes = nodes.reshape(-1, 4)
    unknowns = (2 * nodes[:, :, None] + np.arange(2)).reshape(-1, 8)
    rows = np.repeat(unknowns, 8, axis=1).ravel()
    columns = np.tile(unknowns, (1, 8)).ravel()
    values = np.tile(_stiffness(0.3).ravel(), len(nodes))
    n = 2 * number.size
    A = sp.csr_array(sp.coo_array((values, (rows, columns)), shape=(n, n)))
    free = np.arange(2 * (ny + 1), n)
    points = np.stack(np.divmod(np.arange(number.size), ny + 1), axis=1).astype(float)
    return sp.csr_array(A[free][:, free]), points[ny + 1 :]


def modes(points: np.ndarray) -> np.ndarray:
    """Two translations and a rotation."""
    result = np.zeros((2 * len(points), 3))
    result[0::2, 0], result[1::2, 1] = 1, 1
    result[0::2, 2], result[1::2, 2] = -points[:, 1], points[:, 0]
    return result
