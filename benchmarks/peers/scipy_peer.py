# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""SciPy: csr @ x, CG with Jacobi, and mmread; one line of JSON per measurement."""

import argparse
import json
import statistics
import time

import numpy as np
import scipy
import scipy.io
import scipy.sparse as sp
import scipy.sparse.linalg


def poisson3d(points, size, values="constant"):
    """The matrices of common.hpp as CSR with 32-bit indices and sorted rows."""
    ones = np.ones(size)
    identity = sp.identity(size, format="csr")
    neighbours = sp.diags([ones[1:], ones[1:]], [-1, 1], format="csr")
    if points == 7:
        off = (
            sp.kron(sp.kron(neighbours, identity), identity)
            + sp.kron(sp.kron(identity, neighbours), identity)
            + sp.kron(sp.kron(identity, identity), neighbours)
        )
        a = 6 * sp.identity(size**3) - off
    else:
        block = neighbours + identity
        a = 27 * sp.identity(size**3) - sp.kron(sp.kron(block, block), block)
    a = sp.csr_array(a)
    a.sort_indices()
    a.indices = a.indices.astype(np.int32)
    a.indptr = a.indptr.astype(np.int32)
    if values == "general":
        a.data *= np.repeat(1 + 0.001 * (np.arange(size**3) % 977), np.diff(a.indptr))
    return a


def measure(warm_up, repetitions, body):
    """Seconds of each of `repetitions` calls, after `warm_up` calls that do not count."""
    for _ in range(warm_up):
        body()
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        body()
        seconds.append(time.perf_counter() - start)
    return seconds


def timed(contestant, operation, seconds, **more):
    print(
        json.dumps(
            {
                "contestant": contestant,
                "operation": operation,
                "seconds_min": min(seconds),
                "seconds_median": statistics.median(seconds),
                "repetitions": len(seconds),
                **more,
            }
        ),
        flush=True,
    )


def spmv(a, repetitions):
    x = 1.0 + (np.arange(a.shape[0]) % 17) / 16.0
    seconds = measure(3, repetitions, lambda: a @ x)
    rows = a.shape[0]
    timed(
        "SciPy",
        "spmv",
        seconds,
        bytes=a.nnz * (8 + 4) + rows * 4 + rows * 16,
        checksum=float((a @ x).sum()),
    )


def solve(a):
    b = np.ones(a.shape[0])
    start = time.perf_counter()
    inverse = 1.0 / a.diagonal()
    jacobi = scipy.sparse.linalg.LinearOperator(a.shape, matvec=lambda r: inverse * r)
    setup = time.perf_counter() - start
    iterations = 0

    def count(_):
        nonlocal iterations
        iterations += 1

    start = time.perf_counter()
    x, _ = scipy.sparse.linalg.cg(
        a, b, rtol=1e-8, atol=0.0, maxiter=10000, M=jacobi, callback=count
    )
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {
                "contestant": "SciPy CG + Jacobi",
                "operation": "solve",
                "setup_seconds": setup,
                "seconds": seconds,
                "iterations": iterations,
                "relative_residual": float(np.linalg.norm(b - a @ x) / np.linalg.norm(b)),
            }
        ),
        flush=True,
    )


def read(path, threads, repetitions):
    """mmread gives coordinates; the second figure has them sorted into rows, as Suan's has."""
    scipy.io._fast_matrix_market.PARALLELISM = threads
    entries = scipy.io.mmread(path).nnz
    seconds = measure(0, repetitions, lambda: scipy.io.mmread(path))
    timed("SciPy mmread", "read", seconds, entries=entries)
    seconds = measure(0, repetitions, lambda: scipy.io.mmread(path).tocsr())
    timed("SciPy mmread, tocsr", "read", seconds, entries=entries)


def write_matrix(path, size):
    """The 7-point pattern with random values of 16 digits, which cost a reader what real ones do."""
    a = poisson3d(7, size)
    a.data = np.random.default_rng(1).standard_normal(a.nnz)
    scipy.io.mmwrite(path, sp.coo_array(a), precision=16)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=7)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--values", choices=["constant", "general"], default="constant")
    parser.add_argument("--operation", choices=["spmv", "solve", "read", "write"], default="spmv")
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--file")
    arguments = parser.parse_args()
    print(
        json.dumps({"contestant": "SciPy", "operation": "version", "version": scipy.__version__}),
        flush=True,
    )
    if arguments.operation == "write":
        write_matrix(arguments.file, arguments.size)
    elif arguments.operation == "read":
        read(arguments.file, arguments.threads, arguments.repetitions)
    elif arguments.operation == "spmv":
        matrix = poisson3d(arguments.points, arguments.size, arguments.values)
        spmv(matrix, arguments.repetitions)
    else:
        solve(poisson3d(arguments.points, arguments.size))


if __name__ == "__main__":
    main()
