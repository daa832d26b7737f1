# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""run_test.py BIN: the comparison with Suan alone on tiny matrices, from its drivers to the file of
results. Nothing looks at a time."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = {
    "spmv", "storage", "spmm", "spgemm", "spgemm again", "galerkin", "galerkin again", "trsv",
    "transpose", "transpose again", "convert", "solve",
}


def fail(text):
    sys.exit(f"run_test.py: {text}")


def main():
    programs = Path(sys.argv[1])
    if not (programs / "benchmark_matrix").exists():
        print("The benchmarks were not built, because Google Benchmark is not there.")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable, str(ROOT / "benchmarks/peers/run.py"), "--contestants", "suan",
            "--scale", "0.05", "--rounds", "1", "--stream-elements", "65536",
            "--bin", str(programs), "--build", folder, "--output", folder,
        ]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            fail(f"run.py ended with {result.returncode}:\n{result.stdout}\n{result.stderr}")
        (path,) = Path(folder).glob("peers-*.json")
        document = json.loads(path.read_text())
    unexpected = {k: v for k, v in document["absent"].items() if k != "everyone, read"}
    if unexpected:
        fail(f"absent: {unexpected}")
    found = {case["operation"] for case in document["summary"].values()}
    if found != OPERATIONS:
        fail(f"operations are missing or too many: {sorted(found ^ OPERATIONS)}")
    for name, case in document["summary"].items():
        first = next(iter(case["rows"][0]["time_over"]))
        own = [row["time_over"][first] for row in case["rows"] if row["contestant"] == first]
        if own != [1.0]:
            fail(f"{name}: {first} takes {own} times its own time")
    for key in ("commit", "dirty", "hardware", "configuration", "measurements", "geometric_means"):
        if key not in document:
            fail(f"the results have no {key}")
    if "cpu_model" not in document["configuration"]["suan"]:
        fail("the results do not say what Suan's drivers know of the machine")


if __name__ == "__main__":
    main()
