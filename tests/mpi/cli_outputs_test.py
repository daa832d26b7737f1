#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""What the program suan leaves behind, whatever goes wrong: cli_case.py has the arguments."""
import json
import os
import subprocess

from cli_case import SMALL, SMALL_RHS, Case, main, options

# Bytes that are no UTF-8, as Python writes them: "b\xe2ti_\xe9t\xe9" in Latin-1.
LATIN = os.fsdecode(b"b\xe2ti_\xe9t\xe9")
ESCAPED = r"b\xe2ti_\xe9t\xe9"


class EachOutput(Case):
    def test_a_report_that_fails_does_not_lose_the_solution(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        self.write("A.mtx", SMALL)
        self.refused("solve", "A.mtx", "--output", "x.mtx", "--report", "/dev/full", says="/dev/full")
        self.assertEqual(len(self.vector("x.mtx")), 4)

    def test_a_solution_that_fails_does_not_lose_the_report(self):
        # Files may have 8 MiB, of which the solution needs more; below mpiexec, which has its own.
        words = self.command("solve", "--problem", "poisson2d", "--size", "800", "--quiet",
                             "--max-iterations", "2", "--output", "x.mtx", "--report", "r.json")
        place = words.index(options.suan)
        words[place:place] = ["bash", "-c", 'ulimit -f 8192; exec "$@"', "bash"]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("x.mtx", done.stderr)
        with open(self.at("r.json")) as file:
            self.assertEqual(json.load(file)["reason"], "max_iterations")
        self.assertEqual(os.listdir(self.folder), ["r.json"])

    def test_a_table_that_nobody_reads_does_not_lose_the_solution(self):
        if options.ranks:
            self.skipTest("mpiexec reads the output itself")
        self.write("A.mtx", SMALL)
        ours, theirs = os.pipe()
        os.close(ours)
        subprocess.run(self.command("solve", "A.mtx", "--output", "x.mtx"), cwd=self.folder,
                       stdout=theirs, stderr=subprocess.PIPE, timeout=100)
        os.close(theirs)
        self.assertEqual(len(self.vector("x.mtx")), 4)

    def test_places_that_cannot_be_are_refused_before_the_work(self):
        self.write("A.mtx", SMALL)
        os.mkfifo(self.at("pipe.mtx"))
        self.refused("solve", "A.mtx", "--output", "pipe.mtx", says="not an ordinary file")
        os.symlink("no/such/place.mtx", self.at("link.mtx"))
        os.mkdir(self.at("no"))
        self.refused("solve", "A.mtx", "--output", "A.mtx", says="same file")
        self.refused("solve", "A.mtx", "--report", "A.mtx", says="same file")
        with open(self.at("A.mtx")) as file:
            self.assertEqual(file.read(), SMALL)
        self.assertEqual(sorted(os.listdir(self.folder)), ["A.mtx", "link.mtx", "no", "pipe.mtx"])

    def test_places_in_hdf5_that_cannot_be_are_refused_before_the_work(self):
        self.needs_hdf5()
        self.write("A.mtx", SMALL)
        self.refused("solve", "A.mtx", "--output", "x.h5:a//b", says=["a//b", "cannot name"])
        self.refused("solve", "A.mtx", "--output", "x.h5:report", says=["report", "x.h5:x"])
        self.assertEqual(os.listdir(self.folder), ["A.mtx"])

    def test_hdf5_that_the_build_lacks_is_refused_before_the_work(self):
        if "HDF5      yes" in self.succeed("--version"):
            self.skipTest("HDF5 is in this build")
        self.write("A.mtx", SMALL)
        self.refused("solve", "A.mtx", "--output", "x.h5", says="HDF5")


class NamesThatAreNoUtf8(Case):
    def setUp(self):
        super().setUp()
        try:
            self.write(LATIN + ".mtx", SMALL)
        except OSError:
            self.skipTest("the file system takes no such name")

    def test_solve_and_its_report(self):
        name = LATIN + ".mtx"
        report = self.report(name, "--output", "x.mtx")
        self.assertEqual(report["matrix"], ESCAPED + ".mtx")
        self.assertEqual(len(self.vector("x.mtx")), 4)
        self.assertIn(ESCAPED, self.succeed("solve", name))
        self.write(LATIN + "_b.mtx", SMALL_RHS)
        self.report(name, "--rhs", LATIN + "_b.mtx", "--output", LATIN + "_x.mtx")
        self.assertEqual(len(self.vector(LATIN + "_x.mtx")), 4)
        self.succeed("solve", name, "--report", LATIN + ".json")
        with open(self.at(LATIN + ".json"), encoding="utf-8") as file:
            json.load(file)

    def test_info_convert_and_messages(self):
        name = LATIN + ".mtx"
        self.assertEqual(json.loads(self.succeed("info", name, "--json"))["matrix"],
                         ESCAPED + ".mtx")
        self.assertIn(ESCAPED, self.succeed("info", name))
        self.succeed("convert", name, LATIN + "_2.mtx")
        self.refused("info", LATIN + "_absent.mtx", says=ESCAPED + "_absent.mtx")
        self.refused("info", "--" + LATIN, says=ESCAPED)
        self.refused("info", "two\nlines.mtx", says=r"two\x0alines.mtx")

    def test_a_report_in_hdf5(self):
        self.needs_hdf5()
        self.succeed("solve", LATIN + ".mtx", "--output", LATIN + ".h5")
        self.succeed("convert", LATIN + ".h5", "x.mtx")
        self.assertEqual(len(self.vector("x.mtx")), 4)


class EmptyValues(Case):
    """A variable of a script that is not set leaves an empty word."""

    def test_is_refused_for_every_option(self):
        self.write("A.mtx", SMALL)
        for command, given, names in (
                ("solve", ("A.mtx",), ("output", "report", "rhs", "config", "initial-guess", "rtol",
                                       "solver", "kernel", "quiet")),
                ("info", (), ("matrix", "problem", "memory-limit-gib")),
                ("convert", ("A.mtx",), ("output", "scalar")),
                ("generate", ("poisson1d",), ("output", "size"))):
            for name in names:
                with self.subTest(command=command, option=name):
                    option = name.replace("-", "_")
                    self.refused(command, *given, f"--{name}=", says=f"option {option} is empty")
                    if name != "quiet":  # a flag takes no word
                        self.refused(command, *given, f"--{name}", "", says=f"option {option} is")
                if options.ranks:
                    break
        self.refused("solve", "", says="option matrix is empty")
        self.refused("convert", "A.mtx", "", says="option output is empty")
        self.write("c.json", '{"output": ""}')
        self.refused("solve", "A.mtx", "--config", "c.json", says=["c.json", "output is empty"])
        self.assertEqual(sorted(os.listdir(self.folder)), ["A.mtx", "c.json"])

    def test_counts_only_when_nothing_follows(self):
        self.write("A.mtx", SMALL)
        self.succeed("solve", "A.mtx", "--output", "", "--output", "x.mtx")
        self.assertEqual(len(self.vector("x.mtx")), 4)


if __name__ == "__main__":
    main()
