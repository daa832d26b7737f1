# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The comparison of multigrid: what is run, what is read, and the arithmetic, on solves made up by
hand."""

import sys
import tempfile
import unittest
from pathlib import Path

try:
    import numpy  # noqa: F401
    import scipy  # noqa: F401
except ImportError:
    print("NumPy or SciPy is not installed.")
    sys.exit(77)

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "multigrid"))

import bars  # noqa: E402
import compare  # noqa: E402
import problems  # noqa: E402
import solvers  # noqa: E402
import tables  # noqa: E402
from solvers import who  # noqa: E402

FACTS = {"name": "7pt", "size": 10, "rows_of_matrix": 1000, "entries": 6400, "is_symmetric": True}
MATRIX_BYTES = 12 * 6400 + 4 * 1000


def line(contestant, setup, solve, problem="7pt", **more):
    return {
        "contestant": contestant,
        "operation": "solve",
        "problem": problem,
        "size": 10,
        "round": 0,
        "repetition": 0,
        "setup_seconds": setup,
        "seconds": solve,
        "iterations": 10,
        "relative_residual": 1e-9,
        "rows": 1000,
        "product_seconds": 0.5,
        "peak_bytes": MATRIX_BYTES,
        "reason": "converged",
        **more,
    }


def rows_of(case):
    return {row["contestant"]: row for row in case["rows"]}


class Plan(unittest.TestCase):
    def test_is_all_at_one_size_and_seven_points_at_twice_that(self):
        plan = compare.planned(None, 64, quick=False)
        self.assertEqual(plan[-1], ("7pt", 128))
        self.assertEqual([size for _, size in plan[:-1]], [64] * len(problems.PROBLEMS))
        self.assertEqual(len(compare.planned(None, 24, quick=True)), len(problems.PROBLEMS))

    def test_is_what_was_named(self):
        plan = compare.planned(["7pt@128", "elasticity"], 32, quick=False)
        self.assertEqual(plan, [("7pt", 128), ("elasticity", 32)])
        self.assertEqual(compare.planned([], 64, quick=False), [])

    def test_names_what_there_is_not(self):
        with self.assertRaisesRegex(ValueError, "no problem 8pt; there are 7pt"):
            compare.planned(["8pt"], 64, quick=False)
        with self.assertRaises(ValueError):
            compare.planned(["7pt@large"], 64, quick=False)


class Sessions(unittest.TestCase):
    def test_go_on_from_a_file_of_the_same_commit(self):
        lines = [line("Suan", 1.0, 1.0)]
        document = {
            "commit": compare.machine.origin()["commit"],
            "seconds": 7,
            "measurements": lines,
            "summary": tables.summarise({"7pt 10": FACTS}, lines),
            "absent": {"PyAMG, 7pt 10": "failed"},
            "configuration": {"versions": {"PyAMG": "5"}, "arguments": {}},
        }
        session = compare.Session([], None)
        session.take(document)
        self.assertEqual(session.facts, {"7pt 10": FACTS})
        self.assertEqual((session.lines, session.seconds), (lines, 7))
        session.measure(problems.Problem("7pt", 10, None))  # is there already
        with self.assertRaisesRegex(ValueError, "of commit 123"):
            session.take({**document, "commit": "123"})


class Contestants(unittest.TestCase):
    def arguments(self, name, problem, files=None):
        (contestant,) = [c for c in solvers.everyone(2) if c.name == name]
        words = contestant.arguments(problem, files or {"matrix": "a.csr"})
        return {str(a): b for a, b in zip(words[::2], words[1::2])}

    def test_are_told_of_blocks_and_the_near_null_space(self):
        problem = problems.Problem("e", 4, None, block_size=3)
        for contestant in solvers.everyone(2):
            found = self.arguments(contestant.name, problem, {"matrix": "a", "near_null": "n"})
            self.assertEqual((found["--file"], found["--block-size"]), ("a", 3))
            takes_it = contestant.key not in ("classical", "air")
            self.assertEqual(found.get("--near-null"), "n" if takes_it else None)

    def test_use_a_method_for_unsymmetric_matrices(self):
        symmetric = problems.Problem("s", 4, None)
        other = problems.Problem("u", 4, None, is_symmetric=False)
        self.assertEqual(self.arguments("Suan", symmetric)["--method"], "cg")
        self.assertEqual(self.arguments("Suan", other)["--method"], "gmres")
        gamg = self.arguments("PETSc GAMG, 2 ranks", other)
        self.assertEqual((gamg["-ksp_type"], gamg["-ksp_pc_side"]), ("gmres", "right"))
        self.assertEqual(gamg["-mg_levels_pc_type"], "sor")
        self.assertNotIn("-mg_levels_pc_type", self.arguments("PETSc GAMG, 2 ranks", symmetric))
        self.assertEqual(self.arguments("PyAMG aggregation", other)["--symmetric"], "no")

    def test_take_part_where_they_can(self):
        symmetric = problems.Problem("s", 4, None)
        other = problems.Problem("u", 4, None, is_symmetric=False)
        for contestant in solvers.everyone(2):
            self.assertTrue(contestant.takes(other))
            self.assertEqual(contestant.takes(symmetric), contestant.key != "air")

    def test_of_hypre_have_the_threshold_of_the_dimension(self):
        for dimension, threshold in ((2, 0.25), (3, 0.5)):
            problem = problems.Problem("p", 4, None, dimension=dimension)
            found = self.arguments("hypre BoomerAMG, 1 rank", problem)
            self.assertEqual(found["-pc_hypre_boomeramg_strong_threshold"], threshold)

    def test_that_are_not_built_are_absent_with_the_reason(self):
        with tempfile.TemporaryDirectory() as folder:
            (first, *_) = solvers.prepare(2, Path(folder), Path(folder), ["suan"])
        self.assertEqual(first.absent, "not built: benchmark_multigrid")
        with self.assertRaisesRegex(ValueError, "no contestant ml; there are suan, classical, air, gamg"):
            solvers.prepare(2, Path("."), Path("."), ["ml"])


class Output(unittest.TestCase):
    def test_is_read_between_whatever_else_is_printed(self):
        text = """{"contestant": "h", "operation": "version", "version": "3.18.5"}
{"contestant": "h", "operation": "solve", "seconds": 1}
{"contestant": "h", "operation": "solve", "seconds": 2}
 Num levels = 6

     Complexity:   grid = 1.376495
                operator = 2.013457
                memory = 2.4
"""
        lines, version = solvers.parsed(text)
        self.assertEqual(version, "3.18.5")
        self.assertEqual([x["repetition"] for x in lines], [0, 1])
        self.assertEqual((lines[1]["operator_complexity"], lines[1]["levels"]), (2.013457, 6))

    def test_without_a_solve_is_a_failure(self):
        with self.assertRaisesRegex(who.Failed, "printed no solve"):
            solvers.parsed('{"operation": "version", "version": "1"}')

    def test_of_an_error_is_its_first_telling_line(self):
        text = "[0]PETSC ERROR: ---- Error Message ----\n[0]PETSC ERROR: Out of memory.\n"
        self.assertEqual(who.first_line(text), "[0]PETSC ERROR: Out of memory.")

    def test_that_takes_too_long_is_not_waited_for(self):
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        with self.assertRaisesRegex(who.Failed, "takes more than 0.1 s"):
            who.launch(command, 1, False, limit=0.1)


class Figures(unittest.TestCase):
    def test_are_in_products_of_the_first_contestant(self):
        lines = [line("Suan", 5.0, 10.0), line("hypre", 20.0, 25.0, product_seconds=0.1)]
        lines.append(line("Suan", 5.0, 10.0, product_seconds=0.7, round=1))
        case = tables.summarise_case(FACTS, lines)
        self.assertEqual((case["product_seconds"], case["product_of"]), (0.5, "Suan"))
        hypre = rows_of(case)["hypre"]
        self.assertEqual(hypre["setup_products"], 40)
        self.assertEqual(hypre["solve_products"], 50)
        self.assertEqual(hypre["time_over_first"], 3.0)
        self.assertEqual(hypre["memory_over_matrix"], 1.0)

    def test_take_the_least_time_and_the_most_memory_of_the_repetitions(self):
        lines = [
            line("Suan", 5.0, 12.0, peak_bytes=100.0, bytes_moved=3e6),
            line("Suan", 6.0, 10.0, peak_bytes=200.0, bytes_moved=3e6, repetition=1),
        ]
        row = rows_of(tables.summarise_case(FACTS, lines))["Suan"]
        self.assertEqual((row["setup_seconds"], row["solve_seconds"]), (5.0, 10.0))
        self.assertEqual((row["total_seconds"], row["peak_bytes"]), (15.0, 200.0))
        self.assertEqual(row["bytes_per_unknown_and_iteration"], 300.0)

    def test_without_memory_have_none(self):
        row = tables.summarise_case(FACTS, [line("Suan", 1.0, 1.0, peak_bytes=-1)])["rows"][0]
        self.assertIsNone(row["peak_bytes"])
        self.assertIsNone(row["memory_over_matrix"])

    def test_do_not_compare_who_misses_the_tolerance(self):
        lines = [line("Suan", 1.0, 1.0), line("hypre", 0.1, 0.1, relative_residual=2e-8)]
        row = rows_of(tables.summarise_case(FACTS, lines))["hypre"]
        self.assertFalse(row["converged"])
        self.assertIsNone(row["time_over_first"])
        nothing = line("Suan", 1.0, 1.0, relative_residual=float("nan"))
        self.assertFalse(tables.summarise_case(FACTS, [nothing])["rows"][0]["converged"])

    def test_means_are_over_the_problems_that_both_solve(self):
        facts = {f"{name} 10": {**FACTS, "name": name} for name in ("7pt", "27pt", "jumps")}
        lines = []
        for name, time, residual in (("7pt", 2.0, 0), ("27pt", 8.0, 0), ("jumps", 0.1, 1)):
            lines.append(line("Suan", 0.5, 0.5, problem=name))
            lines.append(line("hypre", 0, time, problem=name, relative_residual=residual))
        means = tables.means_of(tables.summarise(facts, lines))
        self.assertAlmostEqual(means["hypre"]["mean"], 4.0, places=14)
        self.assertEqual((means["hypre"]["problems"], means["hypre"]["not_solved"]), (2, 1))
        self.assertEqual(means["Suan"], {"mean": 1.0, "problems": 3, "not_solved": 0})

    def test_of_problems_without_a_result_are_left_out(self):
        self.assertEqual(tables.summarise({"7pt 10": FACTS}, []), {})


class Presentation(unittest.TestCase):
    def test_a_table_has_a_line_for_each_contestant(self):
        lines = [line("Suan", 1.0, 1.0), line("hypre", 1.0, 1.0, relative_residual=1e-3,
                                              reason="DIVERGED_ITS")]
        summary = tables.summarise({"7pt 10": FACTS}, lines)
        text = tables.tables(summary, tables.means_of(summary), {"PyAMG": "not installed"})
        self.assertIn("7pt 10: 1000 rows, 6400 entries; S = 500.00 ms (Suan)", text)
        self.assertIn("DIVERGED_ITS, 1e-03", text)
        self.assertIn("PyAMG: not installed", text)

    def test_a_picture_is_drawn(self):
        lines = [line("Suan", 1.0, 1.0), line("hypre", 1.0, 9.0, relative_residual=1e-3)]
        document = {"date": "2026-01-31T00:00:00",
                    "summary": tables.summarise({"7pt 10": FACTS}, lines)}
        with tempfile.TemporaryDirectory() as folder:
            path = bars.draw(document, folder)
            if path is None:
                self.skipTest("Matplotlib is not installed")
            self.assertEqual(path.name, "multigrid-2026-01-31.png")
            self.assertGreater(path.stat().st_size, 10000)
            self.assertIsNone(bars.draw({**document, "summary": {}}, folder))


if __name__ == "__main__":
    unittest.main()
