# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""suan.solve with its defaults, and SciPy's spsolve, on all square matrices of a folder.

    answers.py FOLDER [--rounds N]

Each gets A and b = A (1, ..., 1), twice or more by turns; the least time counts. A system is answered
where the residual that NumPy computes is at most 1e-8 of b. PYTHONPATH must find suan
(build/release/python).
"""

import argparse
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse as sp
import scipy.sparse.linalg
import suan

TOLERANCE = 1.01e-8


def residual(A, b, x):
    return np.linalg.norm(b - A @ x) / np.linalg.norm(b)


def timed(function):
    start = time.perf_counter()
    result = function()
    return time.perf_counter() - start, result


def by_suan(A, b):
    seconds, (x, report) = timed(lambda: suan.solve(A, b))
    return seconds, residual(A, b, x), f"{report.solver} with {report.preconditioner}"


def by_scipy(A, b):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of singular matrices: the residual tells
        start = time.perf_counter()
        try:
            x = scipy.sparse.linalg.spsolve(A, b)
        except RuntimeError:  # of one that it cannot factorise
            x = np.full_like(b, np.nan)
        seconds = time.perf_counter() - start
    return seconds, residual(A, b, x), "spsolve"


def systems(folder):
    for path in sorted(Path(folder).rglob("*.mtx*")):
        A = scipy.io.mmread(path)
        if not sp.issparse(A) or A.shape[0] != A.shape[1]:
            continue
        A = A.tocsr()
        b = A @ np.ones(A.shape[0], A.dtype)
        if not np.any(b):  # a null space of constants
            b = A @ np.cos(np.arange(A.shape[0]))
        yield path.name.removesuffix(".gz").removesuffix(".mtx"), A, b


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    print(f"{'matrix':24} {'rows':>7}  {'Suan ms':>9} {'residual':>8}  {'SciPy ms':>9} {'residual':>8}  by")
    answers, seconds, count = [0, 0], [0.0, 0.0], 0
    for name, A, b in systems(arguments.folder):
        csc = A.tocsc()
        rounds = [(by_suan(A, b), by_scipy(csc, b)) for _ in range(arguments.rounds)]
        best = [min(round[k][0] for round in rounds) for k in range(2)]
        errors = [max(round[k][1] for round in rounds) for k in range(2)]
        for k in range(2):
            answers[k] += errors[k] <= TOLERANCE
            seconds[k] += best[k]
        count += 1
        cells = "  ".join(f"{1e3 * best[k]:9.1f} {errors[k]:8.1e}" for k in range(2))
        print(f"{name:24} {A.shape[0]:7}  {cells}  {rounds[0][0][2]}", flush=True)
    print(f"answered: Suan {answers[0]} of {count} in {seconds[0]:.2f} s, SciPy {answers[1]} in {seconds[1]:.2f} s")
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
