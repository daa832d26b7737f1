#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What the program suan says to bad use and bad input: cli_case.py has the arguments."""
import gzip
import os
import subprocess
import time

from cli_case import SMALL, Case, main, options


class BadUse(Case):
    def test_names_the_nearest(self):
        self.refused("slove", "A.mtx", says="did you mean solve?")
        self.refused("solve", "A.mtx", "--tol", "1e-3", says='unknown option "--tol"')
        self.refused("solve", "A.mtx", "--max-iteration", "3", says="did you mean --max-iterations?")
        self.refused("solve", "--problem", "poison3d", says="did you mean poisson3d")
        self.refused("solve", "--problem", "poisson3d", "--solver", "cgg", says="did you mean cg")

    def test_contradictions(self):
        self.write("A.mtx", SMALL)
        self.refused(says="suan --help")
        self.refused("solve", says="there is no matrix")
        self.refused("solve", "A.mtx", "--problem", "poisson1d", says="A.mtx")
        self.refused("solve", "A.mtx", "--size", "5", says="size")
        self.refused("solve", "--problem", "poisson1d", "--rtol", "-1", says="rtol")
        self.refused("solve", "--problem", "poisson1d", "--rtol", "nan", says="rtol")
        self.refused("solve", "--problem", "poisson3d", "--size", "1000000000",
                     says="is not possible")
        self.refused("convert", "A.mtx", says="two files")
        self.refused("generate", "poisson1d", says="file")

    def test_sizes_that_do_not_match(self):
        self.write("A.mtx", SMALL)
        self.write("b.mtx", "%%MatrixMarket matrix array real general\n3 1\n1\n1\n1\n")
        self.refused("solve", "A.mtx", "--rhs", "b.mtx", says=["b.mtx", "3", "4"])
        self.write("R.mtx", "%%MatrixMarket matrix coordinate real general\n2 3 1\n1 1 1\n")
        self.refused("solve", "R.mtx", says=["2", "3", "square"])

    def test_malformed_files(self):
        header = "%%MatrixMarket matrix coordinate real general\n"
        cases = {
            "empty": "",
            "no banner": "4 4 1\n1 1 1\n",
            "binary": "\x00\x01\x7f" * 1000,
            "html": "<!DOCTYPE html>\n<html></html>\n",
            "too short": header + "4 4 3\n1 1 1\n2 2 2\n",
            "too long": header + "4 4 1\n1 1 1\n2 2 2\n",
            "zero based": header + "4 4 1\n0 0 1\n",
            "row too large": header + "4 4 1\n5 1 1\n",
            "column too large": header + "4 4 1\n1 5 1\n",
            "text for a number": header + "4 4 1\n1 1 one\n",
            "missing value": header + "4 4 1\n1 1\n",
            "nan": header + "4 4 1\n1 1 nan\n",
            "overflow": header + "4 4 1\n1 1 1e400\n",
            "hostile count": header + "2 2 18446744073709551615\n1 1 1\n",
            "hostile size": header + "4294967296 4294967296 4611686018427387904\n1 1 1\n",
            "negative": header + "-4 4 1\n1 1 1\n",
            "more entries than places": header + "1 1 2\n1 1 1\n1 1 1\n",
            "rectangular symmetric": header.replace("general", "symmetric") + "2 3 1\n1 1 1\n",
        }
        for name, text in cases.items():
            with self.subTest(name):
                path = self.write("bad.mtx", text)
                # One process is enough to show that solve refuses what info does; ranks cost time.
                for command in ("info",) if options.ranks else ("info", "solve"):
                    self.refused(command, path, says="bad.mtx")
        with self.subTest("truncated gzip"):
            with open(self.at("bad.mtx.gz"), "wb") as file:
                file.write(gzip.compress(SMALL.encode())[:-12])
            self.refused("info", "bad.mtx.gz", says="bad.mtx.gz")
        with self.subTest("missing"):
            self.refused("info", "none.mtx", says=["none.mtx", "No such file"])
        with self.subTest("folder"):
            os.mkdir(self.at("dir.mtx"))
            self.refused("info", "dir.mtx", says="dir.mtx")
        with self.subTest("extension"):
            self.refused("info", "A.txt", says="A.txt")

    def test_malformed_hdf5(self):
        self.needs_hdf5()
        self.write("A.mtx", SMALL)
        self.write("bad.h5", "not HDF5\n" * 100)
        self.refused("info", "bad.h5", says="bad.h5")
        self.refused("info", "none.h5", says="none.h5")
        self.succeed("convert", "A.mtx", "A.h5")
        with open(self.at("A.h5"), "rb") as file:
            whole = file.read()
        for length in (100, len(whole) // 2, len(whole) - 1):
            with open(self.at("cut.h5"), "wb") as file:
                file.write(whole[:length])
            self.refused("info", "cut.h5", says="cut.h5")
        self.refused("info", "A.h5:stiffness", says=["stiffness", "A"])

    def test_problems_that_need_too_much_memory(self):
        limit = ("--memory-limit-gib", "0.001")
        says = ["poisson3d, size 60", "216000 rows", "on this node", "memory_limit_gib", "1.02 MiB"]
        problem = ("--problem", "poisson3d", "--size", "60")
        self.refused("solve", *problem, *limit, says=says)
        self.refused("info", *problem, *limit, says=says)
        self.refused("generate", "poisson3d", "--size", "60", "A.mtx", *limit, says=says)
        self.succeed("info", *problem, "--memory-limit-gib", "1")
        # Without a limit that of the machine holds.
        self.refused("solve", "--problem", "poisson3d", "--size", "100000",
                     says=["1000000000000000 rows", "half of its free memory"])
        self.refused("generate", "poisson3d", "--size", "100000", "A.mtx", says="free memory")
        self.assertEqual(os.listdir(self.folder), [])

    def test_memory_that_the_system_does_not_give(self):
        # The limit is on what one process may address, below mpiexec; MPI and threads need some.
        for words in (("info", "--problem", "poisson2d", "--size", "30000"),
                      ("generate", "poisson2d", "--size", "30000", "A.mtx")):
            words = self.command(*words, "--memory-limit-gib", "1000")
            place = words.index(options.suan)
            words[place:place] = ["bash", "-c", 'ulimit -v 2000000; exec "$@"', "bash"]
            done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True,
                                  timeout=100)
            if "AddressSanitizer" in done.stderr:
                self.skipTest("the sanitizer needs more addresses itself")
            self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
            messages = [line for line in done.stderr.splitlines() if line.startswith("suan: ")]
            self.assertEqual(len(messages), 1, done.stderr)
            self.assertIn("not enough memory", messages[0])
            self.assertNotIn("Kokkos", done.stderr)
            self.assertEqual(os.listdir(self.folder), [])

    def test_outputs_that_cannot_be_written(self):
        self.write("A.mtx", SMALL)
        solve = ("solve", "A.mtx", "--quiet")
        self.refused(*solve, "--output", "no/such/x.mtx", says="no/such")
        self.refused(*solve, "--report", "no/such/r.json", says="no/such")
        self.refused(*solve, "--output", "x.txt", says="x.txt")
        self.refused(*solve, "--output", "A.mtx", says="same file")
        self.refused(*solve, "--report", self.folder, says="folder")
        if os.path.exists("/dev/full"):
            self.refused(*solve, "--report", "/dev/full", says=["/dev/full", "No space left"])
        self.assertEqual(sorted(os.listdir(self.folder)), ["A.mtx"])

    def test_a_failed_write_leaves_the_old_file(self):
        self.write("x.mtx", "old")
        # Files are limited to 8 MiB, so writing 16 fails half-way. The limit applies below mpiexec,
        # which has files of its own.
        words = self.command("generate", "poisson2d", "--size", "500", "x.mtx")
        place = words.index(options.suan)
        words[place:place] = ["bash", "-c", 'ulimit -f 8192; exec "$@"', "bash"]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("x.mtx", done.stderr)
        with open(self.at("x.mtx")) as file:
            self.assertEqual(file.read(), "old")
        self.assertEqual(os.listdir(self.folder), ["x.mtx"])

    def test_a_full_standard_output_is_an_error(self):
        if options.ranks or not os.path.exists("/dev/full"):
            self.skipTest("mpiexec reads the output itself")
        with open("/dev/full", "w") as full:
            done = subprocess.run(self.command("info", "--problem", "poisson1d"), stdout=full,
                                  stderr=subprocess.PIPE, text=True, timeout=100)
        self.assertEqual(done.returncode, 2)
        self.assertIn("standard output", done.stderr)


if __name__ == "__main__":
    main()
