# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Problems with elements: a cantilever of trilinear bricks with its rigid-body modes, and the Laplacian
on tetrahedra between random points."""

import itertools

import numpy as np
import scipy.sparse as sp
from grids import hashed, narrow

POISSON_RATIO = 0.3
CORNERS = list(itertools.product((0, 1), repeat=3))


def shape_gradients(point, lengths):
    """Gradients of the eight trilinear shape functions at a point of the unit cube, for a brick of
    these lengths: 8 x 3, in the order of CORNERS."""
    gradients = np.empty((8, 3))
    for corner, bits in enumerate(CORNERS):
        factors = [p if bit else 1 - p for bit, p in zip(bits, point)]
        for axis in range(3):
            others = factors[:axis] + factors[axis + 1:]
            gradients[corner, axis] = (1 if bits[axis] else -1) * np.prod(others) / lengths[axis]
    return gradients


def brick_stiffness(lengths):
    """Of linear elasticity with Young's modulus 1: [corner, axis, corner, axis], integrated with two
    points along each axis."""
    lame = POISSON_RATIO / ((1 + POISSON_RATIO) * (1 - 2 * POISSON_RATIO))
    shear = 0.5 / (1 + POISSON_RATIO)
    places = 0.5 + np.array([-0.5, 0.5]) / np.sqrt(3)
    total = np.zeros((8, 3, 8, 3))
    for point in itertools.product(places, repeat=3):
        g = shape_gradients(point, lengths)
        pairs = np.einsum("ai,bj->aibj", g, g)
        total += lame * pairs + shear * pairs.transpose(0, 3, 2, 1)
        total += shear * np.einsum("ab,ij->aibj", g @ g.T, np.eye(3))
    return total * np.prod(lengths) / 8


def assemble_bricks(moduli, lengths):
    """The matrix of a body of bricks, one for each modulus, fixed at its first plane of nodes along the
    first axis: a bsr_array with 3 x 3 blocks. The last axis is contiguous."""
    nodes = tuple(n + 1 for n in moduli.shape)
    stiffness = brick_stiffness(lengths)
    # For each node and each of its 27 neighbours, a block.
    blocks = np.zeros((*nodes, 3, 3, 3, 3, 3))

    def at(bits):
        return tuple(slice(bit, bit + n) for bit, n in zip(bits, moduli.shape))

    for (a, from_bits), (b, to_bits) in itertools.product(enumerate(CORNERS), repeat=2):
        step = tuple(1 + t - f for f, t in zip(from_bits, to_bits))
        blocks[at(from_bits) + step] += moduli[..., None, None] * stiffness[a, :, b, :]
    numbers = np.full(tuple(n + 2 for n in nodes), -1)
    free = (nodes[0] - 1, nodes[1], nodes[2])
    # Around the free nodes are the fixed ones and places outside of the body: -1.
    numbers[2:-1, 1:-1, 1:-1] = np.arange(np.prod(free)).reshape(free)
    neighbours = np.lib.stride_tricks.sliding_window_view(numbers, (3, 3, 3))[1:]
    exists = neighbours >= 0
    offsets = np.concatenate([[0], np.cumsum(exists.sum(axis=(3, 4, 5)).ravel())])
    indices, offsets = neighbours[exists].astype(np.int32), offsets.astype(np.int32)
    rows = 3 * int(np.prod(free))
    return sp.bsr_array((blocks[1:][exists], indices, offsets), shape=(rows, rows))


def rigid_body_modes(coordinates):
    """Three displacements and three rotations of points in space, orthonormal: rows x 6."""
    points = len(coordinates)
    x, y, z = (coordinates - coordinates.mean(axis=0)).T
    modes = np.zeros((points, 3, 6))
    modes[:, [0, 1, 2], [0, 1, 2]] = 1
    modes[:, 0, 3], modes[:, 1, 3] = -y, x
    modes[:, 1, 4], modes[:, 2, 4] = -z, y
    modes[:, 2, 5], modes[:, 0, 5] = -x, z
    return np.linalg.qr(modes.reshape(3 * points, 6))[0]


def cantilever(size, lengths=(1.0, 1.0, 1.0), contrast=1.0):
    """A beam twice as long (in elements) as wide, fixed at one end, with about size^3 unknowns; bricks
    of these lengths; Young's modulus 1 or `contrast`, at random for blocks of 4 x 4 x 4 elements.
    Returns the matrix and its rigid-body modes."""
    across = max(2, round(0.55 * size) - 1)
    shape = (2 * across, across, across)
    i, j, k = np.ogrid[: shape[0], : shape[1], : shape[2]]
    is_stiff = hashed(k // 4 + 1000 * (j // 4) + 1000000 * (i // 4)) < 0.5
    a = assemble_bricks(np.where(is_stiff, contrast, 1.0), lengths).tocsr()
    a.sort_indices()
    grid = np.stack(np.meshgrid(*(np.arange(n + 1) for n in shape), indexing="ij"), axis=-1)
    return sp.csr_array(a), rigid_body_modes((grid[1:] * np.asarray(lengths)).reshape(-1, 3))


def interleaved(points, bits=10):
    """The place of each point of the unit cube on a Z-curve."""
    cells = np.minimum((points * 2**bits).astype(np.int64), 2**bits - 1)
    place = np.zeros(len(points), np.int64)
    for bit in range(bits):
        for axis in range(3):
            place |= (cells[:, axis] >> bit & 1) << (3 * bit + axis)
    return place


def tetrahedra(size):
    """The Laplacian with linear elements on the Delaunay tetrahedra of about size^3 random points of
    the unit cube, zero on the hull. Points are numbered along a Z-curve. Signs are mixed: flat
    tetrahedra give positive entries."""
    import scipy.spatial

    points = np.random.default_rng(46).random((size**3, 3))
    points = points[np.argsort(interleaved(points), kind="stable")]
    mesh = scipy.spatial.Delaunay(points)
    corners = points[mesh.simplices]
    edges = corners[:, 1:] - corners[:, :1]
    volumes = np.abs(np.linalg.det(edges)) / 6
    solid = volumes > 1e-12 / size**3
    simplices, edges, volumes = mesh.simplices[solid], edges[solid], volumes[solid]
    gradients = np.empty((len(simplices), 4, 3))
    gradients[:, 1:] = np.linalg.inv(edges).transpose(0, 2, 1)
    gradients[:, 0] = -gradients[:, 1:].sum(axis=1)
    local = volumes[:, None, None] * np.einsum("eai,ebi->eab", gradients, gradients)
    rows, columns = np.repeat(simplices, 4, axis=1).ravel(), np.tile(simplices, 4).ravel()
    a = sp.coo_array((local.ravel(), (rows, columns)), shape=(len(points),) * 2).tocsr()
    inside = np.ones(len(points), bool)
    inside[mesh.convex_hull.ravel()] = False
    # Points that rounding left out of the mesh have no entry.
    inside &= a.diagonal() > 0
    return narrow(a[inside][:, inside])
