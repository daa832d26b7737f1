# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the program suan share. Each is a script:

<script> --suan <program> --documents <docs/cli.md> [--ranks n] [--mpiexec <words before it>]

With --ranks every command runs under mpiexec; without, directly. Only Python's own modules.
"""
import argparse
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

#: Of the command line; main() sets them.
options = argparse.Namespace()

SMALL = """%%MatrixMarket matrix coordinate real symmetric
4 4 7
1 1 4
2 2 4
3 3 4
4 4 5
2 1 -1
3 2 -1
4 3 -1
"""
# The sums of its rows: the right-hand side whose solution is all ones.
SMALL_RHS = "%%MatrixMarket matrix array real general\n4 1\n3\n2\n2\n4\n"


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="suan_cli_")
        self.addCleanup(shutil.rmtree, self.folder)

    def at(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.at(name), "w", newline="") as file:
            file.write(text)
        return self.at(name)

    def command(self, *words):
        before = options.mpiexec.split() + [str(options.ranks)] if options.ranks else []
        return before + [options.suan, *words]

    def run_suan(self, *words, **options):
        return subprocess.run(self.command(*words), cwd=self.folder, capture_output=True, text=True,
                              timeout=100, stdin=subprocess.DEVNULL, **options)

    def succeed(self, *words, code=0):
        done = self.run_suan(*words)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    # Not fail(), which unittest's own assertions call.
    def refused(self, *words, says=()):
        """Exit code 2 and one message, which has all the words of `says`."""
        done = self.run_suan(*words)
        messages = [line for line in done.stderr.splitlines() if line.startswith("suan: ")]
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(len(messages), 1, done.stderr)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, messages[0])
        return messages[0]

    def report(self, *words, code=0):
        self.succeed("solve", *words, "--report", "report.json", "--quiet", code=code)
        with open(self.at("report.json")) as file:
            return json.load(file)

    def vector(self, name):
        with open(self.at(name)) as file:
            lines = [line for line in file if not line.startswith("%")]
        return [float(line) for line in lines[1:]]

    def entries(self, name):
        opened = gzip.open if name.endswith(".gz") else open
        with opened(self.at(name), "rt") as file:
            lines = [line.split() for line in file if not line.startswith("%")]
        return lines[0], sorted((int(i), int(j), *map(float, v)) for i, j, *v in lines[1:])

    def needs_hdf5(self):
        if "HDF5      yes" not in self.succeed("--version"):
            self.skipTest("no HDF5 in this build")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--suan", required=True)
    parser.add_argument("--documents", required=True)
    parser.add_argument("--ranks", type=int, default=0)
    parser.add_argument("--mpiexec", default="mpiexec -n")
    _, rest = parser.parse_known_args(namespace=options)
    if options.ranks:
        os.environ["OMP_NUM_THREADS"] = "1"
    options.suan = os.path.abspath(options.suan)
    options.documents = os.path.abspath(options.documents)
    unittest.main(argv=[sys.argv[0], *rest])
