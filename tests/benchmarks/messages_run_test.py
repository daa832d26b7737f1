# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""messages_run_test.py BIN: the count of the messages of a cycle, of Suan alone at a tiny size: two ranks
exchange with each other, and one has all coarse levels."""

import re
import subprocess
import sys
from pathlib import Path

try:
    import scipy  # noqa: F401
except ImportError:
    print("SciPy is not installed.")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]


def main():
    programs = Path(sys.argv[1])
    if not (programs / "libmessage_counter.so").exists():
        print("The counter was not built, because Google Benchmark is not there.")
        sys.exit(77)
    command = [sys.executable, str(ROOT / "benchmarks/multigrid/messages.py"), "--contestants", "suan",
               "--size", "12", "--problems", "7pt", "--ranks", "2", "--bin", str(programs)]
    done = subprocess.run(command, capture_output=True, text=True)
    found = re.search(r"^7pt 12, Suan, 2 ranks +([0-9.]+) +([0-9.]+) +([0-9.]+)", done.stdout, re.M)
    if done.returncode != 0 or not found:
        sys.exit(f"messages_run_test.py: {done.returncode}: {done.stdout}{done.stderr}")
    mean, most, collectives = map(float, found.groups())
    # The largest element scales vectors to single precision.
    if not 0 < mean <= most < 20 or collectives > 1:
        sys.exit(f"messages_run_test.py: {done.stdout}")


if __name__ == "__main__":
    main()
