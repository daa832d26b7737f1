#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The program suan, run as a user runs it: cli_case.py has the arguments."""
import gzip
import json
import math
import os
import pty
import re
import select
import subprocess
import time

from cli_case import SMALL, SMALL_RHS, Case, main, options


class Solve(Case):
    def test_model_problem(self):
        report = self.report("--problem", "poisson3d", "--size", "10", "--rtol", "1e-9")
        self.assertEqual(report["reason"], "converged")
        self.assertEqual(report["rows"], 1000)
        self.assertEqual(report["entries"], 7 * 1000 - 6 * 100)
        self.assertEqual(report["ranks"], options.ranks or 1)
        self.assertLessEqual(report["true_relative_residual"], 1e-9)
        self.assertGreater(report["iterations"], 0)
        for key in ("setup_seconds", "solve_seconds", "read_seconds"):
            self.assertGreaterEqual(report[key], 0)
        self.assertRegex(report["version"], r"^\d+\.\d+\.\d+$")

    def test_threads_that_wait_spin_for_a_short_time_only(self):
        if options.ranks:
            return  # each rank prints its own
        plain = {k: v for k, v in os.environ.items()
                 if k not in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")}
        for given, spins in ({}, "2000"), ({"GOMP_SPINCOUNT": "77"}, "77"):
            done = subprocess.run(self.command("--version"), capture_output=True, text=True,
                                  timeout=100, env={**plain, **given, "OMP_DISPLAY_ENV": "verbose"})
            self.assertEqual(done.returncode, 0, done.stderr)
            if "GOMP_SPINCOUNT" in done.stderr:  # otherwise it is not GNU's
                last = done.stderr.rindex("GOMP_SPINCOUNT = ")
                self.assertIn(f"'{spins}'", done.stderr[last:last + 40])

    def test_file_with_right_hand_side_gives_its_solution(self):
        self.write("A.mtx", SMALL)
        self.write("b.mtx", SMALL_RHS)
        for solver in ("cg", "gmres"):
            self.succeed("solve", "A.mtx", "--rhs", "b.mtx", "--solver", solver, "--rtol", "1e-12",
                         "--output", "x.mtx")
            for element in self.vector("x.mtx"):
                self.assertAlmostEqual(element, 1, places=10)

    def test_gzip_and_all_ones(self):
        with gzip.open(self.at("A.mtx.gz"), "wt") as file:
            file.write(SMALL)
        report = self.report("A.mtx.gz", "--output", "x.mtx")
        self.assertEqual(report["right_hand_side_norm"], 2)
        x = self.vector("x.mtx")
        self.assertAlmostEqual(4 * x[0] - x[1], 1, places=7)

    def test_exact_initial_guess(self):
        self.write("A.mtx", SMALL)
        self.write("b.mtx", SMALL_RHS)
        self.write("x0.mtx", "%%MatrixMarket matrix array real general\n4 1\n1\n1\n1\n1\n")
        report = self.report("A.mtx", "--rhs", "b.mtx", "--initial-guess", "x0.mtx")
        self.assertEqual(report["reason"], "exact_initial_guess")
        self.assertEqual(report["iterations"], 0)

    def test_not_converged_is_one_and_still_writes(self):
        report = self.report("--problem", "poisson2d", "--size", "30", "--max-iterations", "2",
                             "--output", "x.mtx", code=1)
        self.assertEqual(report["reason"], "max_iterations")
        self.assertEqual(report["iterations"], 2)
        self.assertEqual(len(self.vector("x.mtx")), 900)

    def test_indefinite_matrix_is_named(self):
        self.write("A.mtx", "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n2 2 -1\n")
        report = self.report("A.mtx", "--solver", "cg", "--preconditioner", "none", code=1)
        self.assertEqual(report["reason"], "indefinite_matrix")

    def test_complex_files_choose_complex_numbers(self):
        self.write("A.mtx", "%%MatrixMarket matrix coordinate complex general\n"
                            "2 2 3\n1 1 2 1\n2 2 3 -1\n1 2 0 1\n")
        report = self.report("A.mtx")
        self.assertEqual(report["scalar"], "complex128")
        self.assertTrue(report["converged"])
        self.refused("solve", "A.mtx", "--scalar", "float64", says="complex")
        single = self.report("A.mtx", "--scalar", "complex64")
        self.assertEqual(single["scalar"], "complex64")
        self.assertTrue(single["converged"])

    def test_single_complex_precision_stays_so_in_hdf5(self):
        self.needs_hdf5()
        self.succeed("generate", "poisson2d", "A.h5", "--size", "6", "--scalar", "complex64")
        self.succeed("convert", "A.h5", "B.h5")
        self.succeed("convert", "B.h5", "C.mtx")
        self.refused("solve", "B.h5", "--scalar", "float64", says="read it as complex64")
        self.assertEqual(self.report("B.h5", "--scalar", "complex64")["reason"], "converged")
        self.assertEqual(self.report("B.h5")["scalar"], "complex128")
        self.assertEqual(self.report("C.mtx")["scalar"], "complex128")

    def test_single_precision(self):
        report = self.report("--problem", "poisson2d", "--size", "8", "--scalar", "float32",
                             "--rtol", "1e-4")
        self.assertEqual(report["scalar"], "float32")

    def test_output_in_hdf5_can_be_read_back(self):
        self.needs_hdf5()
        self.write("A.mtx", SMALL)
        self.write("b.mtx", SMALL_RHS)
        self.succeed("solve", "A.mtx", "--rhs", "b.mtx", "--rtol", "1e-12", "--output", "x.h5")
        report = self.report("A.mtx", "--rhs", "b.mtx", "--initial-guess", "x.h5",
                             "--rtol", "1e-10")
        self.assertEqual(report["reason"], "exact_initial_guess")

    def test_without_hdf5_the_message_says_so(self):
        if "HDF5      yes" in self.succeed("--version"):
            self.skipTest("HDF5 is in this build")
        self.refused("solve", "A.h5", says="HDF5")

    def test_prints_a_table_and_no_progress_into_a_pipe(self):
        done = self.run_suan("solve", "--problem", "poisson2d", "--size", "50")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("poisson2d, size 50: solved: converged", done.stdout)
        self.assertEqual(done.stdout.count("relative residual"), 1)
        self.assertNotIn("iteration ", done.stderr)

    def test_quiet_prints_nothing(self):
        done = self.run_suan("solve", "--problem", "poisson2d", "--quiet")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_report_on_standard_output_is_pure_json(self):
        report = json.loads(self.succeed("solve", "--problem", "poisson1d", "--report", "-"))
        self.assertEqual(report["matrix"], "poisson1d, size 32")

    def test_unknown_kernel(self):
        self.refused("solve", "--problem", "poisson1d", "--kernel", "cusprase", says="cusparse")


class Help(Case):
    def test_components(self):
        text = self.succeed("solve", "--help")
        for words in ("Solvers (", "Conjugate gradients", "--restart <int>", "(of gmres; in [1, 1000]"):
            self.assertIn(words, text)
        self.assertIn("--solver.restart <int>", self.succeed("help", "gmres"))
        self.assertIn("--preconditioner.block-size <int>", self.succeed("help", "block_jacobi"))
        both = self.succeed("help", "chebyshev")
        self.assertIn("--solver.check-every <int>", both)
        self.assertIn("--preconditioner.degree <int>", both)
        self.assertEqual(self.succeed("help", "info"), self.succeed("info", "--help"))
        self.refused("help", "gmress", says="did you mean gmres?")


class Configuration(Case):
    def test_file_sets_options_and_the_command_line_wins(self):
        self.write("c.json", json.dumps({"problem": "poisson2d", "size": 6, "solver": "gmres",
                                         "rtol": 1e-3, "max_iterations": 500}))
        report = self.report("--config", "c.json", "--solver", "cg")
        self.assertEqual((report["solver"], report["rows"]), ("cg", 36))
        self.assertEqual(self.report("--config", "c.json")["solver"], "gmres")

    def test_nodes(self):
        self.write("c.json", json.dumps({
            "problem": "poisson2d", "size": 6, "solver": {"type": "gmres", "restart": 3, "rtol": 1e-3},
            "preconditioner": {"type": "block_jacobi", "block_size": 6}}))
        report = self.report("--config", "c.json")
        self.assertEqual((report["solver"], report["preconditioner"]), ("gmres", "block_jacobi"))
        more = self.report("--config", "c.json", "--solver.restart=30", "--rtol", "1e-9")
        self.assertLess(more["true_relative_residual"], 1.001e-9)
        self.assertEqual(self.report("--config", "c.json", "--solver", "cg")["solver"], "cg")
        same = self.report("--problem", "poisson2d", "--size", "6", "--solver.type=gmres",
                           "solver.restart=3", "--solver.rtol", "1e-3", "--block-size", "6",
                           "--preconditioner", "block_jacobi")
        self.assertEqual(same["history"], report["history"])
        for words, says in ((("--preconditioner", "jacobi", "--preconditioner.block_size=3"),
                             "preconditioner is jacobi, which has no options; block_jacobi, amg have it"),
                            (("--solver", "gmres", "--solver.restrt", "3"), "solver.restart?")):
            self.refused("solve", "--problem", "poisson1d", *words, says=says)

    def test_refusals(self):
        self.refused("solve", "--config", "none.json", says=["none.json", "No such file"])
        for text, says in (('{"max_iteration": 5}', "did you mean max_iterations"),
                           ('{"rtol": "small"}', "rtol"), ('{"rtol": 1e-8', "not JSON"),
                           ("[" * 40 + "]" * 40, "nested deeper"), ("5", "one JSON object"),
                           ('{"config": "d.json"}', "cannot name another"),
                           (" " * (1 << 20) + "{}", "longer than"), ("", "not JSON")):
            self.write("c.json", text)
            self.refused("solve", "--problem", "poisson1d", "--config", "c.json",
                         says=["c.json: ", says])


class Info(Case):
    def test_facts(self):
        self.write("A.mtx", SMALL)
        text = self.succeed("info", "A.mtx")
        self.assertIn("A.mtx: 4 x 4, 10 entries, float64", text)
        self.assertIn("positive definite", text)
        facts = json.loads(self.succeed("info", "A.mtx", "--json"))
        self.assertTrue(facts["symmetric"])
        self.assertEqual(facts["lower_bandwidth"], 1)
        self.assertEqual(facts["longest_row"], 3)
        self.assertEqual(facts["strictly_dominant_rows"], 4)
        self.assertEqual(facts["eigenvalue_upper_bound"], 6)
        self.assertGreaterEqual(facts["memory"]["csr"]["bytes"], 10 * 12 + 4 * 8)
        self.assertEqual(facts["row_lengths"], [0, 0, 4])

    def test_rectangular_and_pattern_files(self):
        self.write("R.mtx", "%%MatrixMarket matrix coordinate pattern general\n"
                            "2 3 2\n1 1\n2 3\n")
        self.assertIn("not square", self.succeed("info", "R.mtx"))

    def test_model_problem(self):
        self.assertIn("343 x 343", self.succeed("info", "--problem", "poisson3d", "--size", "7"))


class Convert(Case):
    def test_round_trip_through_all_formats(self):
        values = [math.pi, -1 / 3, 5e-324, 1.7976931348623157e308, 0.1, 1e-17]
        lines = [f"{i + 1} {6 - i} {value!r}" for i, value in enumerate(values)]
        self.write("a.mtx", "%%MatrixMarket matrix coordinate real general\n6 6 6\n" +
                   "\n".join(lines) + "\n")
        steps = ["a.mtx", "b.mtx.gz", "c.mtx"]
        if "HDF5      yes" in self.succeed("--version"):
            steps = ["a.mtx", "b.h5", "c.hdf5", "d.mtx.gz", "e.mtx"]
        for before, after in zip(steps, steps[1:]):
            self.assertEqual(self.succeed("convert", before, after), "")
        self.assertEqual(self.entries(steps[0]), self.entries(steps[-1]))
        self.assertEqual(self.entries(steps[0]), self.entries(steps[-2]))

    def test_vectors_stay_vectors(self):
        self.write("b.mtx", SMALL_RHS)
        steps = ["b.mtx", "c.mtx"]
        if "HDF5      yes" in self.succeed("--version"):
            steps = ["b.mtx", "b.h5", "c.mtx"]
        for before, after in zip(steps, steps[1:]):
            self.succeed("convert", before, after)
        self.assertEqual(self.vector("c.mtx"), [3, 2, 2, 4])

    def test_a_file_with_several_objects_needs_a_name(self):
        self.needs_hdf5()
        self.write("A.mtx", SMALL)
        self.succeed("convert", "A.mtx", "A.h5:stiffness")
        self.succeed("convert", "A.h5:stiffness", "B.mtx")
        self.assertEqual(self.entries("B.mtx")[0], ["4", "4", "10"])
        self.refused("convert", "A.h5:mass", "C.mtx", says=["mass", "stiffness"])
        self.assertFalse(os.path.exists(self.at("C.mtx")))

    def test_refuses(self):
        self.write("A.mtx", SMALL)
        os.symlink("A.mtx", self.at("link.mtx"))
        self.refused("convert", "A.mtx", "A.mtx", says="same file")
        self.refused("convert", "A.mtx", "link.mtx", says="same file")
        self.refused("convert", "A.mtx", "A.csv", says=["A.csv", ".mtx"])
        with open(self.at("A.mtx")) as file:
            self.assertEqual(file.read(), SMALL)


class Generate(Case):
    def test_list_and_file(self):
        names = self.succeed("generate", "--list").split()
        self.assertIn("poisson3d", names)
        for name in names:
            self.succeed("generate", name, "--size", "3", "A.mtx")
            self.assertIn("solved", self.succeed("solve", "A.mtx"))
        self.refused("generate", "poisson4d", "A.mtx", says="did you mean poisson")

    def test_has_the_stencil(self):
        self.succeed("generate", "poisson1d", "--size", "3", "A.mtx")
        _, entries = self.entries("A.mtx")
        self.assertEqual(entries, [(1, 1, 2), (1, 2, -1), (2, 1, -1), (2, 2, 2), (2, 3, -1),
                                   (3, 2, -1), (3, 3, 2)])


class Words(Case):
    COMMANDS = ("solve", "info", "convert", "generate")

    def test_help(self):
        overview = self.succeed("--help")
        for command in self.COMMANDS:
            self.assertIn(f"  {command} ", overview)
            text = self.succeed(command, "--help")
            self.assertEqual(text.count("Usage: suan " + command), 1)
        self.assertIn("--max-iterations <int>", self.succeed("solve", "--help"))

    def test_version(self):
        text = self.succeed("--version")
        self.assertRegex(text, r"^suan \d+\.\d+\.\d+\n")
        self.assertEqual(text.count("Kokkos"), 1)

    def test_the_document_has_every_flag_and_no_other(self):
        with open(options.documents) as file:
            document = file.read()
        flags = set()
        for command in self.COMMANDS:
            flags |= set(re.findall(r"^  (--[a-z0-9-]+)", self.succeed(command, "--help"), re.M))
        known = flags | {"--help", "--version", "--kokkos-num-threads"}
        self.assertEqual(sorted(flag for flag in flags if f"`{flag}`" not in document), [])
        self.assertEqual(sorted(set(re.findall(r"`(--[a-z0-9-]+)`", document)) - known), [])


class Terminal(Case):
    def setUp(self):
        super().setUp()
        if options.ranks:
            self.skipTest("mpiexec stands between the program and the terminal")

    def test_progress_line_comes_and_goes(self):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(self.command("solve", "--problem", "poisson2d", "--size", "200"),
                                   stdout=subprocess.PIPE, stderr=theirs)
        os.close(theirs)
        seen = b""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                data = os.read(ours, 65536)
            except OSError:
                break
            if not data:
                break
            seen += data
        process.communicate(timeout=60)
        os.close(ours)
        self.assertEqual(process.returncode, 0)
        self.assertRegex(seen.decode(), r"iteration \d+, residual \d\.\d\de[+-]\d\d, .* \d+ %")
        self.assertTrue(seen.endswith(b"\r\x1b[K"), seen[-80:])


if __name__ == "__main__":
    main()
