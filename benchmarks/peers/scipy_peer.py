# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""SciPy: products of a csr_array with vectors and with matrices, transposes, triangular solves, CG
with Jacobi, and mmread; one line of JSON per measurement. All but mmread are sequential.
"""

import argparse
import ctypes
import json
import statistics
import time

import numpy as np
import scipy
import scipy.io
import scipy.sparse as sp
import scipy.sparse.linalg


def read_csr(path):
    """A file of benchmark_matrix (csr_file.hpp has the format), with 32-bit offsets."""
    with open(path, "rb") as file:
        if file.read(8) != b"csr64-32":
            raise SystemExit(f"{path} is not a matrix file of the benchmarks")
        rows, columns, entries = np.fromfile(file, np.int64, 3)
        offsets = np.fromfile(file, np.int64, rows + 1).astype(np.int32)
        indices = np.fromfile(file, np.int32, entries)
        values = np.fromfile(file, np.float64, entries)
    a = sp.csr_array((values, indices, offsets), shape=(int(rows), int(columns)))
    a.has_sorted_indices = True
    return a


def status_bytes(key):
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(key):
                return 1024 * int(line.split()[1])
    return -1


class PeakMemory:
    """How far resident memory has risen since construction; as in support/memory.hpp."""

    def __init__(self):
        ctypes.CDLL(None).malloc_trim(0)
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
        self.before = status_bytes("VmRSS:")

    def bytes(self):
        return status_bytes("VmHWM:") - self.before


def test_vector(n):
    return 1.0 + (np.arange(n) % 17) / 16.0


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


def vector_bytes(a, vectors=1):
    return a.nnz * (8 + 4) + a.shape[0] * 4 + sum(a.shape) * 8 * vectors


def spmv(a, repetitions):
    x = test_vector(a.shape[1])
    seconds = measure(3, repetitions, lambda: a @ x)
    timed("SciPy", "spmv", seconds, bytes=vector_bytes(a), checksum=float((a @ x).sum()))


def spmm(a, vectors, repetitions):
    x = test_vector(a.shape[1] * vectors).reshape(a.shape[1], vectors)
    seconds = measure(1, repetitions, lambda: a @ x)
    timed("SciPy", "spmm", seconds, bytes=vector_bytes(a, vectors), checksum=float((a @ x).sum()))


def trsv(a, repetitions):
    b = test_vector(a.shape[0])
    seconds = measure(0, repetitions, lambda: sp.linalg.spsolve_triangular(a, b, lower=True))
    x = sp.linalg.spsolve_triangular(a, b, lower=True)
    timed(
        "SciPy",
        "trsv",
        seconds,
        bytes=vector_bytes(a),
        setup_seconds=0,
        checksum=float(x.sum()),
    )


def product(operation, repetitions, multiply):
    """A product of matrices; its rows are not sorted."""
    memory = PeakMemory()
    c = multiply()
    peak = memory.bytes()
    more = {
        "entries_of_c": int(c.nnz),
        "peak_bytes": peak,
        "output_bytes": c.nnz * (8 + 4) + (c.shape[0] + 1) * 4,
        "checksum": float(c.data.sum()),
    }
    del c
    timed("SciPy", operation, measure(0, repetitions, multiply), **more)


def transpose(a, repetitions):
    seconds = measure(1, repetitions, lambda: a.T.tocsr())
    t = a.T.tocsr()
    weights = test_vector(t.nnz)
    timed("SciPy", "transpose", seconds, checksum=float(weights @ t.data))


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
    """mmread gives coordinates; the second figure includes sorting them into rows, as Suan does."""
    scipy.io._fast_matrix_market.PARALLELISM = threads
    entries = scipy.io.mmread(path).nnz
    seconds = measure(0, repetitions, lambda: scipy.io.mmread(path))
    timed("SciPy mmread", "read", seconds, entries=entries)
    seconds = measure(0, repetitions, lambda: scipy.io.mmread(path).tocsr())
    timed("SciPy mmread, tocsr", "read", seconds, entries=entries)


def write_matrix(a, path):
    """The pattern with random values of 16 digits, which cost a reader as much as real ones."""
    a.data = np.random.default_rng(1).standard_normal(a.nnz)
    scipy.io.mmwrite(path, sp.coo_array(a), precision=16)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--operation", default="spmv")
    parser.add_argument("--repetitions", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--vectors", type=int, default=8)
    parser.add_argument("--file", required=True, help="of benchmark_matrix; to read: Matrix Market")
    parser.add_argument("--prolongator", help="the same, of P in P^T A P")
    parser.add_argument("--output", help="of the operation write")
    arguments = parser.parse_args()
    print(
        json.dumps({"contestant": "SciPy", "operation": "version", "version": scipy.__version__}),
        flush=True,
    )
    repetitions = arguments.repetitions
    if arguments.operation == "read":
        read(arguments.file, arguments.threads, repetitions)
        return
    a = read_csr(arguments.file)
    if arguments.operation == "galerkin":
        p = read_csr(arguments.prolongator)
        r = p.T.tocsr()
        product("galerkin", repetitions, lambda: r @ (a @ p))
        return
    {
        "spmv": lambda: spmv(a, repetitions),
        "spmm": lambda: spmm(a, arguments.vectors, repetitions),
        "spgemm": lambda: product("spgemm", repetitions, lambda: a @ a),
        "trsv": lambda: trsv(a, repetitions),
        "transpose": lambda: transpose(a, repetitions),
        "solve": lambda: solve(a),
        "write": lambda: write_matrix(a, arguments.output),
    }[arguments.operation]()


if __name__ == "__main__":
    main()
