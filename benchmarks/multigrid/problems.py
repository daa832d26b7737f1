# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The problems of the comparison of multigrid, by name, and the files in which everyone reads them.

problems.py NAME SIZE FOLDER writes one.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import grids
import meshes
import numpy as np
import scipy.io
import scipy.sparse as sp


@dataclass
class Problem:
    """A x = b. `near_null` has orthonormal columns that the matrix nearly maps to zero, beside the
    boundary; None means constants."""

    name: str
    size: int
    matrix: sp.csr_array
    is_symmetric: bool = True
    dimension: int = 3
    block_size: int = 1
    near_null: np.ndarray | None = None


class Unsuitable(ValueError):
    """A matrix that is not compared; the text says why."""


def graph_laplacian(size):
    """The Laplacian of a graph whose degrees follow a power law, with about size^3 / 4 vertices of
    which one component is kept and the vertex of most edges is ground. R-MAT: D. Chakrabarti, Y. Zhan,
    C. Faloutsos, "R-MAT: a recursive model for graph mining", SDM 2004."""
    bits = max(3, round(np.log2(size**3 / 4)))
    vertices, edges = 2**bits, 8 * 2**bits
    ends = np.zeros((2, edges), np.int64)
    for bit in range(bits):
        quadrant = np.searchsorted(
            [0.57, 0.76, 0.95], grids.hashed(np.arange(edges) * bits + bit), side="right"
        )
        ends[0] |= (quadrant >> 1) << bit
        ends[1] |= (quadrant & 1) << bit
    ends = ends[:, ends[0] != ends[1]]
    graph = sp.coo_array((np.ones(ends.shape[1]), tuple(ends)), shape=(vertices,) * 2).tocsr()
    graph = graph + graph.T
    graph.data[:] = 1
    _, component = sp.csgraph.connected_components(graph)
    kept = component == np.bincount(component).argmax()
    degrees = graph.sum(axis=0)
    kept[np.argmax(np.where(kept, degrees, 0))] = False
    return grids.narrow(sp.diags_array(degrees) - graph)[kept][:, kept]


def scalar(generate, **more):
    return lambda name, size: Problem(name, size, generate(size), **more)


def elastic(**more):
    def make(name, size):
        matrix, modes = meshes.cantilever(size, **more)
        return Problem(name, size, matrix, block_size=3, near_null=modes)

    return make


PROBLEMS = {
    "7pt": scalar(grids.poisson7),
    "27pt": scalar(grids.poisson27),
    "anisotropic": scalar(grids.anisotropic),
    "rotated": scalar(grids.rotated),
    "rotated-2d": scalar(grids.rotated_2d, dimension=2),
    "jumps": scalar(grids.jumps),
    "lognormal": scalar(grids.lognormal),
    "tetrahedra": scalar(meshes.tetrahedra),
    "elasticity": elastic(),
    "elasticity-stretched": elastic(lengths=(4.0, 1.0, 1.0)),
    "elasticity-contrast": elastic(contrast=1e3),
    "elasticity-mixed": elastic(lengths=(4.0, 1.0, 1.0), contrast=1e3),
    "convection": scalar(grids.convection, is_symmetric=False),
    "convection-2d": scalar(grids.convection_2d, is_symmetric=False, dimension=2),
    "circle-2d": scalar(grids.circle_2d, is_symmetric=False, dimension=2),
    "graph": scalar(graph_laplacian),
}


def generate(name, size):
    """@raises ValueError for an unknown name."""
    if name not in PROBLEMS:
        raise ValueError(f"there is no problem {name}; there are {', '.join(PROBLEMS)}")
    return PROBLEMS[name](name, size)


def read_matrix(path):
    """The problem of a Matrix Market file. Raises Unsuitable unless the matrix is square and real with
    a positive diagonal."""
    matrix = scipy.io.mmread(path)
    if not sp.issparse(matrix):
        matrix = sp.coo_array(matrix)
    rows, columns = matrix.shape
    if rows != columns:
        raise Unsuitable(f"{rows} x {columns}: not square")
    if np.iscomplexobj(matrix.data):
        raise Unsuitable("complex")
    a = grids.narrow(matrix.astype(np.float64).tocsr())
    if not np.all(a.diagonal() > 0):
        raise Unsuitable("its diagonal is not positive")
    difference = abs(a - a.T)
    is_symmetric = difference.nnz == 0 or difference.max() <= 1e-12 * abs(a).max()
    name = Path(path).name.removesuffix(".gz").removesuffix(".mtx")
    return Problem(name, rows, a, is_symmetric=bool(is_symmetric), dimension=0)


def write(problem, folder):
    """Writes the matrix (support/csr_file.hpp) and, if given, the vectors (support/dense_file.hpp);
    returns the paths by name."""
    a = problem.matrix
    files = {"matrix": str(Path(folder, "matrix.csr"))}
    with open(files["matrix"], "wb") as file:
        file.write(b"csr64-32")
        np.array([*a.shape, a.nnz], np.int64).tofile(file)
        a.indptr.astype(np.int64).tofile(file)
        a.indices.astype(np.int32).tofile(file)
        a.data.astype(np.float64).tofile(file)
    if problem.near_null is not None:
        files["near_null"] = str(Path(folder, "near_null.dense"))
        with open(files["near_null"], "wb") as file:
            file.write(b"dense-64")
            np.array(problem.near_null.shape, np.int64).tofile(file)
            np.ascontiguousarray(problem.near_null, np.float64).tofile(file)
    return files


def read_near_null(path):
    with open(path, "rb") as file:
        if file.read(8) != b"dense-64":
            raise ValueError(f"{path} is not a file of vectors of the benchmarks")
        rows, columns = np.fromfile(file, np.int64, 2)
        return np.fromfile(file, np.float64, rows * columns).reshape(rows, columns)


if __name__ == "__main__":
    print(write(generate(sys.argv[1], int(sys.argv[2])), sys.argv[3]))
