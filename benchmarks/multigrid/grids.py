# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Scalar problems on grids: finite differences and volumes with 7 points, and constant tensors with
multilinear elements. All have Dirichlet conditions on all sides.

The last axis of a grid is contiguous. Matrices are csr_array with sorted columns and 32-bit indices.
"""

import functools

import numpy as np
import scipy.sparse as sp


def hashed(numbers):
    """A pseudo-random number in [0, 1) for each number: splitmix64's last steps, so that a place has
    the same one at any size and on any machine."""
    z = (np.asarray(numbers).astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53


def narrow(a):
    """As csr_array with sorted columns and 32-bit indices, without stored zeros."""
    a = sp.csr_array(a)
    a.sum_duplicates()
    a.eliminate_zeros()
    a.indptr, a.indices = a.indptr.astype(np.int32), a.indices.astype(np.int32)
    return a


def on_faces(array, axis):
    """The parts of an array of cells before and after the faces between cells along an axis."""
    cells = array.shape[axis]
    first = [slice(None)] * array.ndim
    second = list(first)
    first[axis], second[axis] = slice(0, cells - 1), slice(1, cells)
    return tuple(first), tuple(second)


def from_couplings(diagonal, lower, upper):
    """The matrix of a grid of cells with diagonal entries and, for each axis, the entries of couplings
    over its faces: `upper[axis]` in the rows of the cells before, `lower[axis]` in those after."""
    rows = diagonal.size
    diagonals, offsets = [diagonal.ravel()], [0]
    for axis in range(diagonal.ndim):
        stride = int(np.prod(diagonal.shape[axis + 1:]))
        before, after = on_faces(diagonal, axis)
        for entries, cells, offset in ((upper[axis], before, stride), (lower[axis], after, -stride)):
            full = np.zeros(diagonal.shape)
            full[cells] = entries
            full = full.ravel()
            diagonals.append(full[: rows - stride] if offset > 0 else full[stride:])
            offsets.append(offset)
    return narrow(sp.diags_array(diagonals, offsets=offsets, shape=(rows, rows), format="csr"))


def diffusion(coefficients, scales=(1, 1, 1)):
    """Finite volumes on cells with these coefficients: harmonic means on the faces, multiplied by the
    scale of the axis. The boundary is as far away as a neighbour with the cell's own coefficient."""
    diagonal = np.zeros(coefficients.shape)
    couplings = []
    for axis, scale in enumerate(scales):
        before, after = on_faces(coefficients, axis)
        left, right = coefficients[before], coefficients[after]
        coupling = scale * (2 * left * right / (left + right))
        diagonal[before] += coupling
        diagonal[after] += coupling
        for end in (0, -1):
            outermost = [slice(None)] * coefficients.ndim
            outermost[axis] = end
            diagonal[tuple(outermost)] += scale * coefficients[tuple(outermost)]
        couplings.append(-coupling)
    return from_couplings(diagonal, couplings, couplings)


def poisson7(size):
    return diffusion(np.ones((size, size, size)))


def poisson27(size):
    """26 on the diagonal, -1 for the 26 neighbours."""
    neighbours = sp.diags_array([1.0, 1.0, 1.0], offsets=[-1, 0, 1], shape=(size, size))
    cube = functools.reduce(sp.kron, [neighbours] * 3)
    return narrow(27 * sp.eye_array(size**3) - cube)


def anisotropic(size):
    """Couplings 1 : 1 : 1000 along the axes."""
    return diffusion(np.ones((size, size, size)), (1000, 1, 1))


def jumps(size):
    """Coefficients 1 or 1e6, at random for each block of 4 x 4 x 4 cells."""
    z, y, x = np.ogrid[:size, :size, :size]
    block = x // 4 + 1000 * (y // 4) + 1000000 * (z // 4)
    return diffusion(np.where(hashed(block) < 0.5, 1.0, 1e6))


def lognormal(size):
    """exp(2 g) for each cell, with g normally distributed (Box and Muller)."""
    cells = np.arange(size**3).reshape(size, size, size)
    radius = np.sqrt(-2 * np.log(1 - hashed(2 * cells)))
    return diffusion(np.exp(2 * radius * np.cos(2 * np.pi * hashed(2 * cells + 1))))


def tensor_diffusion(shape, tensor):
    """-div(K grad u) with multilinear elements on unit cells, for a constant tensor K whose rows belong
    to the axes of `shape`. Integrals over a grid are products of integrals along its axes."""
    def along(size, lower, diagonal, upper):
        return sp.diags_array([lower, diagonal, upper], offsets=[-1, 0, 1], shape=(size, size))

    stiffness = [along(n, -1.0, 2.0, -1.0) for n in shape]
    mass = [along(n, 1 / 6, 2 / 3, 1 / 6) for n in shape]
    # The integral of phi_i' phi_j; that of phi_i phi_j' has the other sign.
    slope = [along(n, 0.5, 0.0, -0.5) for n in shape]
    total = sp.csr_array((int(np.prod(shape)),) * 2)
    for a in range(len(shape)):
        factors = list(mass)
        factors[a] = stiffness[a]
        total = total + tensor[a][a] * functools.reduce(sp.kron, factors)
        for b in range(a + 1, len(shape)):
            factors = list(mass)
            factors[a], factors[b] = slope[a], slope[b]
            total = total - 2 * tensor[a][b] * functools.reduce(sp.kron, factors)
    return narrow(total)


def along_direction(direction, strength):
    """The tensor that is `strength` along a direction and 1 across it."""
    d = np.asarray(direction) / np.linalg.norm(direction)
    return np.eye(len(d)) + (strength - 1) * np.outer(d, d)


def rotated(size):
    """1 : 1 : 1000, the strong direction along no axis and no diagonal; 27 points."""
    return tensor_diffusion((size, size, size), along_direction((1.0, 0.7, 0.4), 1000))


def rotated_2d(size):
    """1 : 1000 at 30 degrees in two dimensions, with about size^3 rows; 9 points."""
    points = max(2, round(size**1.5))
    direction = (np.sin(np.pi / 6), np.cos(np.pi / 6))
    return tensor_diffusion((points, points), along_direction(direction, 1000))


def convection(size, diffusivity=1e-3):
    """Diffusion and upwind convection by a vortex in each plane z = const, with a drift along z, on the
    unit cube; times h^2. The flow is free of divergence on the grid, so that this is an M-matrix."""
    h = 1 / size
    corners = np.sin(np.pi * np.linspace(0, 1, size + 1))
    stream = np.outer(corners, corners) / np.pi  # [y, x]
    # Through the faces of a cell, per unit of height: (dpsi/dy, -dpsi/dx).
    along_x = np.broadcast_to(np.diff(stream, axis=0), (size, size, size + 1))
    along_y = np.broadcast_to(-np.diff(stream, axis=1), (size, size + 1, size))
    along_z = np.full((size + 1, size, size), 0.3 * h)
    diagonal = np.zeros((size, size, size))
    lower, upper = [], []
    for axis, flux in enumerate((along_z, along_y, along_x)):
        begin, end = (np.moveaxis(flux, axis, 0)[part] for part in (slice(0, -1), slice(1, None)))
        out = np.maximum(end, 0) + np.maximum(-begin, 0)
        diagonal += np.moveaxis(out, 0, axis) + 2 * diffusivity
        inner = np.moveaxis(np.moveaxis(flux, axis, 0)[1:-1], 0, axis)
        upper.append(np.minimum(inner, 0) - diffusivity)
        lower.append(-np.maximum(inner, 0) - diffusivity)
    return from_couplings(diagonal, lower, upper)


def upwind_2d(along_x, along_y, diffusion):
    """Upwind differences on points in two dimensions for the flow at each of them, all times h^2."""
    west, east = (diffusion + np.maximum(sign * along_x, 0) for sign in (1, -1))
    south, north = (diffusion + np.maximum(sign * along_y, 0) for sign in (1, -1))
    lower = [-south[1:, :], -west[:, 1:]]
    upper = [-north[:-1, :], -east[:, :-1]]
    return from_couplings(west + east + south + north, lower, upper)


def convection_2d(size):
    """Convection along (2, 1) alone, with about size^3 rows: triangular in the order of the points."""
    points = max(2, round(size**1.5))
    flow = np.ones((points, points)) / (points + 1)
    return upwind_2d(2 * flow, flow, 0)


def circle_2d(size, diffusion=1e-3):
    """A flow in a circle on the unit square and this diffusion, with about size^3 rows."""
    points = max(2, round(size**1.5))
    h = 1 / (points + 1)
    x, y = np.meshgrid(*[h * np.arange(1, points + 1)] * 2)
    return upwind_2d(4 * x * (x - 1) * (1 - 2 * y) * h, -4 * y * (y - 1) * (1 - 2 * x) * h, diffusion)
