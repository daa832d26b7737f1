# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""multigrid_run_test.py BIN: the comparison of multigrid with Suan alone at a tiny size and on a folder
of matrices, from the files to the results. Nothing looks at a time."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import scipy  # noqa: F401
except ImportError:
    print("SciPy is not installed.")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]
PROBLEMS = {"7pt": 8, "elasticity": 8, "convection": 8, "small": 2}
REFUSED = "%%MatrixMarket matrix coordinate real general\n2 3 1\n1 1 1\n"
SMALL = "%%MatrixMarket matrix coordinate real symmetric\n2 2 3\n1 1 2\n2 1 -1\n2 2 2\n"


def fail(text):
    sys.exit(f"multigrid_run_test.py: {text}")


def check(document):
    if document["absent"].keys() != {"everyone, wide.mtx"}:
        fail(f"absent: {document['absent']}")
    found = {case["name"]: case["size"] for case in document["summary"].values()}
    if found != PROBLEMS:
        fail(f"problems are missing or too many: {found}")
    for name, case in document["summary"].items():
        contestants = [row["contestant"] for row in case["rows"]]
        if contestants != ["Suan", "Suan, 2 ranks"]:
            fail(f"{name}: the contestants are {contestants}")
        for row in case["rows"]:
            if not row["converged"] or row["iterations"] < 1:
                fail(f"{name}: {row}")
            if not row["peak_bytes"] or not row["operator_complexity"] >= 1:
                fail(f"{name}: memory or complexity is missing: {row}")
    for key in ("commit", "dirty", "hardware", "configuration", "measurements", "geometric_means"):
        if key not in document:
            fail(f"the results have no {key}")


def main():
    programs = Path(sys.argv[1])
    if not (programs / "benchmark_multigrid").exists():
        print("The benchmarks were not built, because Google Benchmark is not there.")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        matrices = Path(folder, "matrices")
        matrices.mkdir()
        (matrices / "small.mtx").write_text(SMALL)
        (matrices / "wide.mtx").write_text(REFUSED)
        command = [
            sys.executable, str(ROOT / "benchmarks/multigrid/compare.py"), "--contestants", "suan",
            "--size", "8", "--problems", "7pt,elasticity,convection", "--repetitions", "1",
            "--matrices", str(matrices), "--bin", str(programs), "--build", folder,
            "--output", folder,
        ]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            fail(f"compare.py ended with {result.returncode}:\n{result.stdout}\n{result.stderr}")
        (path,) = Path(folder).glob("multigrid-*.json")
        check(json.loads(path.read_text()))


if __name__ == "__main__":
    main()
