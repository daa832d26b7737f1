#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""Ranks of one mpirun that were told different things: cli_case.py has the arguments."""
import os
import subprocess

from cli_case import SMALL, Case, main, options

PROBLEM = ("solve", "--problem", "poisson2d", "--quiet")


class DifferentWords(Case):
    def differ(self, first, last, says=()):
        """The last rank gets other words than the ranks before it: exit code 2, one sentence."""
        launcher = options.mpiexec.split()
        words = [*launcher, str(options.ranks - 1), options.suan, *first, ":",
                 launcher[-1], "1", options.suan, *last]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=100,
                              stdin=subprocess.DEVNULL)
        messages = [line for line in done.stderr.splitlines() if line.startswith("suan: ")]
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(len(messages), 1, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertNotIn(" alone: ", messages[0])  # no rank waited for another one
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, messages[0])

    def test_commands(self):
        self.write("A.mtx", SMALL)
        self.differ(("solve", "A.mtx"), ("info", "A.mtx"), ["command = solve", "command = info"])
        self.differ(("--version",), ("solve", "A.mtx"), ["command = --version", "command = solve"])
        self.differ(("solve", "A.mtx"), ("--help",), "command = --help")
        self.differ(("solve", "A.mtx"), ("solve", "--help"), ["help = no", "help = yes"])
        self.differ(("solve", "--help"), ("solve", "A.mtx"), ["help = yes", "help = no"])

    def test_files(self):
        self.write("A.mtx", SMALL)
        self.write("B.mtx", SMALL)
        self.differ(("info", "A.mtx"), ("info", "B.mtx"), ["matrix = A.mtx", "matrix = B.mtx"])
        self.differ(("convert", "A.mtx", "C.mtx"), ("convert", "A.mtx", "D.mtx"), "output")
        self.assertEqual(sorted(os.listdir(self.folder)), ["A.mtx", "B.mtx"])

    def test_sizes(self):
        last = str(options.ranks - 1)
        self.differ((*PROBLEM, "--size", "30"), (*PROBLEM, "--size", "40"),
                    ["rank 0 has size = 30", f"rank {last} has size = 40"])
        generate = ("generate", "poisson1d")
        self.differ((*generate, "A.mtx"), (*generate, "A.mtx", "--size", "9"), "size is not given")

    def test_options_of_the_solve(self):
        for option, one, other in (("--rtol", "1e-6", "1e-9"), ("--solver", "cg", "gmres"),
                                   ("--max-iterations", "2", "100"), ("--format", "csr", "sell"),
                                   ("--scalar", "float32", "complex128")):
            with self.subTest(option):
                name = option[2:].replace("-", "_")
                self.differ((*PROBLEM, option, one), (*PROBLEM, option, other),
                            [f"{name} = {one}", f"{name} = {other}"])

    def test_an_option_on_one_rank_only(self):
        self.write("c.json", '{"rtol": 1e-3}')
        for option in (("--output", "x.mtx"), ("--report", "r.json"), ("--config", "c.json")):
            with self.subTest(option):
                says = [f"{option[0][2:]} = {option[1]}", f"{option[0][2:]} is not given"]
                self.differ(PROBLEM, (*PROBLEM, *option), says)
                self.differ((*PROBLEM, *option), PROBLEM, says)
        self.assertEqual(os.listdir(self.folder), ["c.json"])

    def test_configurations(self):
        self.write("c.json", '{"problem": "poisson1d", "rtol": 1e-3}')
        self.write("d.json", '{"problem": "poisson1d", "rtol": 1e-9}')
        self.differ(("solve", "--config", "c.json"), ("solve", "--config", "d.json"), "config")

    def test_words_that_one_rank_does_not_understand(self):
        last = options.ranks - 1
        for wrong in (("--tol", "1"), ("--rtol",), ("--output", ""), ("more", "words")):
            with self.subTest(wrong):
                self.differ((*PROBLEM, *wrong), PROBLEM, "on rank 0, but not on all")
                self.differ(PROBLEM, (*PROBLEM, *wrong), f"on rank {last}, but not on all")
        self.differ(PROBLEM, (), "a command is needed")
        self.differ(("slove",), PROBLEM, "did you mean solve")

    def test_the_same_in_other_words_is_the_same(self):
        launcher = options.mpiexec.split()
        words = [*launcher, "1", options.suan, *PROBLEM, "--rtol", "1e-6", ":", launcher[-1],
                 str(options.ranks - 1), options.suan, *PROBLEM, "--rtol=1e-6"]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=100)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    main()
