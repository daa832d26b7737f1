# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""CuPy as a peer of gpu_bench: python3 benchmarks/gpu/cupy_peer.py SHAPE/SIZE=FILE.csr ...

The files are those of benchmark_matrix. Prints the JSON of gpu_bench for products with one and with 8
vectors: medians of several results, each of many calls.
"""

import json
import statistics
import sys

import cupy
import cupyx.scipy.sparse as sparse
import numpy

RESULTS = 5
SECONDS = 0.005  # of a result, roughly


def read(path):
    """The format is that of benchmarks/support/csr_file.hpp."""
    with open(path, "rb") as file:
        if file.read(8) != b"csr64-32":
            sys.exit(f"{path} is not a matrix file of the benchmarks")
        rows, columns, entries = numpy.fromfile(file, numpy.int64, 3)
        offsets = numpy.fromfile(file, numpy.int64, rows + 1)
        indices = numpy.fromfile(file, numpy.int32, entries)
        values = numpy.fromfile(file, numpy.float64, entries)
    parts = (cupy.asarray(values), cupy.asarray(indices), cupy.asarray(offsets.astype(numpy.int32)))
    return sparse.csr_matrix(parts, shape=(int(rows), int(columns)))


def seconds_of(call, calls):
    begin, end = cupy.cuda.Event(), cupy.cuda.Event()
    begin.record()
    for _ in range(calls):
        call()
    end.record()
    end.synchronize()
    return cupy.cuda.get_elapsed_time(begin, end) * 1e-3 / calls


def measure(call):
    call()
    once = max(seconds_of(call, 3), 1e-7)
    calls = max(1, min(1000, int(SECONDS / once)))
    times = [seconds_of(call, calls) for _ in range(RESULTS)]
    return statistics.median(times), min(times)


def main(arguments):
    results = []
    for argument in arguments:
        shape, path = argument.split("=", 1)
        a = read(path)
        elements = 1 + (cupy.arange(a.shape[1] * 8) % 17) / 16
        for operation, x in (("spmv", elements[: a.shape[1]]),
                             ("spmm8", elements.reshape(a.shape[1], 8))):
            median, least = measure(lambda: a @ x)
            vectors = 8 * (a.shape[0] + a.shape[1]) * (x.size // a.shape[1])
            results.append({"shape": shape, "operation": operation, "contestant": "cupy",
                            "detail": "CuPy " + cupy.__version__, "seconds": median,
                            "least_seconds": least, "bytes": vectors + 12 * a.nnz + 4 * a.shape[0]})
    print(json.dumps({"results": results}, indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
