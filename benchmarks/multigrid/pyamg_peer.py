# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""PyAMG in the comparison of multigrid: the same lines as suan_multigrid.cpp prints. One thread."""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import pyamg
import scipy.sparse as sp

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "peers"))

from problems import read_near_null  # noqa: E402
from scipy_peer import PeakMemory, measure, read_csr  # noqa: E402

TOLERANCE = 1e-8
MOST_ITERATIONS = 500


def set_up(a, arguments, near_null):
    """The hierarchy with PyAMG's defaults, told what is known of the problem."""
    if arguments.kind == "ruge-stueben":
        return pyamg.ruge_stuben_solver(a)
    if arguments.symmetric == "no":
        return pyamg.smoothed_aggregation_solver(a, symmetry="nonsymmetric")
    return pyamg.smoothed_aggregation_solver(a, B=near_null, symmetry="hermitian")


def solve(hierarchy, a, b, method):
    """Solves, and goes on from there where the recurrence has drifted from the true residual."""
    x = np.zeros_like(b)
    iterations = 0
    for _ in range(3):
        residuals = []
        x = hierarchy.solve(b, x0=x, tol=TOLERANCE, maxiter=MOST_ITERATIONS - iterations,
                            accel=method, residuals=residuals)
        iterations += len(residuals) - 1
        relative = float(np.linalg.norm(b - a @ x) / np.linalg.norm(b))
        if relative <= TOLERANCE or iterations >= MOST_ITERATIONS:
            break
    return iterations, relative


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--name", default="PyAMG")
    parser.add_argument("--kind", choices=["aggregation", "ruge-stueben"], default="aggregation")
    parser.add_argument("--file", required=True)
    parser.add_argument("--near-null")
    parser.add_argument("--block-size", type=int, default=1)
    parser.add_argument("--symmetric", choices=["yes", "no"], default="yes")
    parser.add_argument("--repetitions", type=int, default=2)
    arguments = parser.parse_args()
    print(json.dumps({"contestant": arguments.name, "operation": "version",
                      "version": pyamg.__version__}))
    a = sp.csr_matrix(read_csr(arguments.file))
    block = arguments.block_size
    if block > 1 and arguments.kind == "aggregation":
        a = a.tobsr((block, block))
    near_null = read_near_null(arguments.near_null) if arguments.near_null else None
    b = np.ones(a.shape[0])
    product = statistics.median(measure(3, 11, lambda: a @ b))
    for _ in range(arguments.repetitions):
        memory = PeakMemory()
        start = time.perf_counter()
        hierarchy = set_up(a, arguments, near_null)
        setup = time.perf_counter() - start
        start = time.perf_counter()
        method = "cg" if arguments.symmetric == "yes" else "fgmres"
        iterations, relative = solve(hierarchy, a, b, method)
        seconds = time.perf_counter() - start
        print(json.dumps({
            "contestant": arguments.name,
            "operation": "solve",
            "setup_seconds": setup,
            "seconds": seconds,
            "iterations": iterations,
            "relative_residual": relative,
            "rows": a.shape[0],
            "product_seconds": product,
            "operator_complexity": hierarchy.operator_complexity(),
            "levels": len(hierarchy.levels),
            "peak_bytes": memory.bytes(),
            "reason": "converged" if relative <= TOLERANCE else "most iterations",
        }), flush=True)
        del hierarchy


if __name__ == "__main__":
    try:
        main()
    except Exception as error:
        sys.exit(f"error: {error}")
