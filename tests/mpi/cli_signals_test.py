#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The program suan, asked to end before it is done: cli_case.py has the arguments."""
import glob
import json
import os
import pty
import select
import signal
import subprocess
import time

from cli_case import Case, main, options

# Would go on for minutes.
LONG = ("solve", "--problem", "poisson2d", "--size", "1500", "--rtol", "1e-15",
        "--max-iterations", "100000000")


class Signals(Case):
    def setUp(self):
        super().setUp()
        os.mkdir(self.at("ranks"))
        self.ours, self.theirs = pty.openpty()
        self.addCleanup(os.close, self.ours)
        self.addCleanup(os.close, self.theirs)

    def start(self, *words):
        """Ranks whose standard error is a terminal, and whose numbers are in the folder ranks."""
        words = self.command(*words)
        place = words.index(options.suan)
        words[place:place] = ["bash", "-c", 'touch ranks/$$; exec "$@" 2> "$0"',
                              os.ttyname(self.theirs)]
        process = subprocess.Popen(words, cwd=self.folder, stdin=subprocess.DEVNULL, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def ranks(self):
        return [int(name) for name in os.listdir(self.at("ranks"))]

    def wait_for_iterations(self):
        seen = b""
        deadline = time.monotonic() + 90
        while b": iteration " not in seen:
            self.assertLess(time.monotonic(), deadline, seen)
            if select.select([self.ours], [], [], 1)[0]:
                seen += os.read(self.ours, 65536)

    def wait_for_part(self, process):
        deadline = time.monotonic() + 90
        while not glob.glob(self.at("*.part")):
            self.assertLess(time.monotonic(), deadline)
            self.assertIsNone(process.poll())

    def send(self, numbers, *signals):
        for number in numbers:
            for each in signals:
                os.kill(number, each)

    def files(self):
        return sorted(name for name in os.listdir(self.folder) if name != "ranks")

    def test_in_a_solve_leave_the_solution_and_the_report(self):
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1):
            with self.subTest(each):
                for name in os.listdir(self.at("ranks")):
                    os.remove(self.at("ranks/" + name))
                self.write("x.mtx", "old")
                process = self.start(*LONG, "--output", "x.mtx", "--report", "r.json")
                self.wait_for_iterations()
                self.send(self.ranks(), each)
                printed, _ = process.communicate(timeout=90)
                self.assertEqual(process.returncode, 3, printed)
                self.assertIn("NOT SOLVED: interrupted", printed)
                with open(self.at("r.json")) as file:
                    report = json.load(file)
                self.assertEqual(report["reason"], "interrupted")
                self.assertGreater(report["iterations"], 0)
                self.assertEqual(len(self.vector("x.mtx")), 1500 * 1500)
                self.assertEqual(self.files(), ["r.json", "x.mtx"])

    def test_to_one_rank_stops_all(self):
        if not options.ranks:
            self.skipTest("there is one")
        process = self.start(*LONG, "--report", "r.json")
        self.wait_for_iterations()
        self.send([max(self.ranks())], signal.SIGTERM)
        process.communicate(timeout=90)
        self.assertEqual(process.returncode, 3)
        with open(self.at("r.json")) as file:
            self.assertEqual(json.load(file)["reason"], "interrupted")

    def test_twice_ends_at_once(self):
        self.write("x.mtx", "old")
        process = self.start(*LONG, "--output", "x.mtx")
        self.wait_for_iterations()
        self.send(self.ranks(), signal.SIGTERM, signal.SIGINT)
        process.communicate(timeout=90)
        self.assertNotIn(process.returncode, (0, 1, 2, 3))
        self.assertEqual(self.files(), ["x.mtx"])
        with open(self.at("x.mtx")) as file:
            self.assertEqual(file.read(), "old")

    def test_in_a_write_leave_the_old_file_alone(self):
        self.write("A.mtx.gz", "old")
        process = self.start("generate", "poisson3d", "--size", "90", "A.mtx.gz")
        self.wait_for_part(process)
        self.send(self.ranks(), signal.SIGTERM)
        process.communicate(timeout=90)
        self.assertNotIn(process.returncode, (0, 1, 2, 3))
        self.assertEqual(self.files(), ["A.mtx.gz"])
        with open(self.at("A.mtx.gz")) as file:
            self.assertEqual(file.read(), "old")

    def test_that_are_ignored_stay_so(self):
        words = self.command("solve", "--problem", "poisson2d", "--size", "300", "--quiet")
        place = words.index(options.suan)
        words[place:place] = ["bash", "-c", 'trap "" HUP; touch ranks/$$; exec "$@"', "bash"]
        process = subprocess.Popen(words, cwd=self.folder, stdin=subprocess.DEVNULL)
        while len(self.ranks()) < (options.ranks or 1):
            time.sleep(0.01)
        self.send(self.ranks(), signal.SIGHUP)
        self.assertEqual(process.wait(timeout=90), 0)


if __name__ == "__main__":
    main()
