# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of the comparison with other libraries, on measurements made up by hand."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks" / "peers"))

import plan  # noqa: E402
import report  # noqa: E402
import suan_runs  # noqa: E402


def line(contestant, seconds, turn=0, operation="spmv", shape="7pt", **more):
    return {
        "contestant": contestant,
        "operation": operation,
        "group": operation.split()[0],
        "shape": shape,
        "size": 10,
        "round": turn,
        "seconds_min": seconds,
        "seconds_median": seconds,
        "repetitions": 1,
        "bytes": 1e9,
        "checksum": 5.0,
        "entries": 1e6,
        **more,
    }


def stream(rate, turn=0, shape="7pt", group="spmv"):
    return {
        "contestant": report.READ,
        "operation": "stream",
        "group": group,
        "shape": shape,
        "size": 10,
        "round": turn,
        "gigabytes_per_second": rate,
        "gigabytes_per_second_best": rate,
    }


def rows_of(case):
    return {row["contestant"]: row for row in case["rows"]}


class GeometricMean(unittest.TestCase):
    def test_is_the_root_of_the_product(self):
        self.assertAlmostEqual(report.geometric_mean([2.0, 8.0]), 4.0, places=14)
        self.assertAlmostEqual(report.geometric_mean([0.5, 2.0, 1.0]), 1.0, places=14)
        self.assertAlmostEqual(report.geometric_mean([3.0]), 3.0, places=14)

    def test_of_nothing_or_of_zero_is_refused(self):
        for values in ([], [1.0, 0.0], [-1.0]):
            with self.assertRaises(ValueError):
                report.geometric_mean(values)


class Ratios(unittest.TestCase):
    def test_are_formed_within_a_round(self):
        # The machine slows down by two, then by four; MKL stays 1.5 times as slow as Suan.
        lines = []
        for turn, slowness in enumerate((1.0, 2.0, 4.0)):
            lines += [
                stream(20.0 / slowness, turn),
                line("Suan", 0.1 * slowness, turn),
                line("MKL optimised", 0.15 * slowness, turn),
            ]
        summary, _ = report.summarise(lines)
        rows = rows_of(summary["spmv 7pt"])
        self.assertAlmostEqual(rows["MKL optimised"]["time_over"]["Suan"], 1.5, places=14)
        self.assertAlmostEqual(rows["Suan"]["time_over"]["Suan"], 1.0, places=14)
        # 1 GB in 0.1 s under 20 GB/s, in every round.
        self.assertAlmostEqual(rows["Suan"]["fraction_of_read"], 0.5, places=14)

    def test_take_the_median_and_leave_out_rounds_that_one_has_missed(self):
        a = {0: line("a", 1.0), 1: line("a", 9.0), 2: line("a", 3.0), 3: line("a", 50.0)}
        b = {0: line("b", 1.0), 1: line("b", 3.0), 2: line("b", 1.5)}
        self.assertEqual(report.ratio(a, b), 2.0)
        self.assertIsNone(report.ratio(a, {7: line("b", 1.0)}))

    def test_best_peer_is_chosen_in_each_round_and_is_never_suan(self):
        lines = [stream(20.0), stream(20.0, 1)]
        lines += [line("Suan", 1.0), line("MKL optimised", 2.0), line("Eigen", 4.0)]
        lines += [line("Suan", 1.0, 1), line("MKL optimised", 5.0, 1), line("Eigen", 3.0, 1)]
        best = report.summarise(lines)[0]["spmv 7pt"]["best_peer"]
        self.assertEqual(best["names"], ["Eigen", "MKL optimised"])
        self.assertEqual(best["time_over"]["Suan"], 2.5)


class Means(unittest.TestCase):
    def test_are_over_the_shapes_that_a_contestant_was_measured_on(self):
        lines = []
        for shape, mkl, eigen in (("7pt", 2.0, 3.0), ("rmat", 8.0, None)):
            lines += [stream(20.0, shape=shape), line("Suan", 1.0, shape=shape)]
            lines += [line("Suan optimised", 0.5, shape=shape)]
            lines += [line("MKL optimised", mkl, shape=shape)]
            if eigen:
                lines += [line("Eigen", eigen, shape=shape)]
        means = report.summarise(lines)[1]["spmv"]
        self.assertAlmostEqual(means["MKL optimised"]["Suan"]["mean"], 4.0, places=14)
        self.assertAlmostEqual(means["MKL optimised"]["Suan optimised"]["mean"], 8.0, places=13)
        self.assertEqual(means["MKL optimised"]["Suan"]["shapes"], 2)
        self.assertEqual(means["Eigen"]["Suan"]["shapes"], 1)
        self.assertAlmostEqual(means["best peer"]["Suan"]["mean"], 4.0, places=14)


class Figures(unittest.TestCase):
    def test_products_of_matrices_have_flops_and_memory_beside(self):
        lines = [stream(20.0, group="spgemm")]
        lines += [line("Suan", 0.5, operation="spgemm", multiply_adds=1e9, peak_bytes=7e8,
                       output_bytes=5e8)]
        lines += [line("MKL", 1.0, operation="spgemm", peak_bytes=-1, output_bytes=5e8)]
        rows = rows_of(report.summarise(lines)[0]["spgemm 7pt"])
        self.assertAlmostEqual(rows["Suan"]["gigaflops"], 4.0, places=14)
        self.assertAlmostEqual(rows["MKL"]["gigaflops"], 2.0, places=14)
        self.assertAlmostEqual(rows["Suan"]["working_bytes"], 2e8)
        self.assertIsNone(rows["MKL"]["working_bytes"])

    def test_transposes_are_counted_in_products_of_the_same_round(self):
        lines = [stream(20.0, group="transpose")]
        lines += [line("Suan", 0.5, operation="transpose", spmv_seconds=0.1)]
        lines += [line("MKL", 1.0, operation="transpose")]
        rows = rows_of(report.summarise(lines)[0]["transpose 7pt"])
        self.assertAlmostEqual(rows["MKL"]["in_products"], 10.0, places=14)

    def test_tables_show_every_contestant_and_who_is_absent(self):
        lines = [stream(20.0), line("Suan", 0.1), line("MKL optimised", 0.2)]
        summary, means = report.summarise(lines)
        text = report.tables(summary, means, {"petsc": "it is not installed"})
        for word in ("Suan", "MKL optimised", "2.00", "petsc: it is not installed", "best peer"):
            self.assertIn(word, text)


class Check(unittest.TestCase):
    def test_passes_sums_that_agree(self):
        self.assertEqual(report.check([line("Suan", 1.0), line("MKL", 2.0, checksum=5.0 + 1e-9)]), [])

    def test_names_who_differs(self):
        lines = [line("Suan", 1.0), line("MKL", 1.0), line("Eigen", 1.0, checksum=5.1)]
        (sentence,) = report.check(lines)
        self.assertIn("Eigen", sentence)

    def test_a_sum_that_is_no_number_is_wrong(self):
        lines = [line("Suan", 1.0), line("MKL", 1.0), line("Eigen", 1.0, checksum=float("nan"))]
        self.assertIn("Eigen", " ".join(report.check(lines)))

    def test_rounded_storage_may_differ_by_its_rounding_and_no_more(self):
        def storage(difference):
            return report.check(
                [
                    line("Suan, 64 bits", 1.0, operation="storage", magnitude=100.0),
                    line("Suan, 16 bits", 1.0, operation="storage", magnitude=100.0,
                         checksum=5.0 + difference),
                ]
            )

        self.assertEqual(storage(0.3), [])  # 100 / 2^8 = 0.39
        self.assertEqual(len(storage(0.5)), 1)

    def test_residuals_beyond_the_tolerance_are_wrong(self):
        good = line("Suan CG + Jacobi", 1.0, operation="solve", relative_residual=1e-8)
        bad = line("Eigen CG + Jacobi", 1.0, operation="solve", relative_residual=2e-8)
        self.assertEqual(report.check([good]), [])
        self.assertEqual(len(report.check([good, bad])), 1)


class Plan(unittest.TestCase):
    def test_names_are_checked(self):
        with self.assertRaisesRegex(ValueError, "no operation spmw"):
            plan.chosen(["spmw"], None, False, 1.0, None)
        with self.assertRaisesRegex(ValueError, "no shape 8pt"):
            plan.chosen(None, ["8pt"], False, 1.0, None)

    def test_cuts_down_to_what_was_asked_for(self):
        (group,) = plan.chosen(["spmv"], ["rmat", "road"], False, 0.5, 7)
        self.assertEqual(group.shapes, {"rmat": 51, "road": 64})
        self.assertEqual(group.rounds, 7)
        quick = {group.name for group in plan.chosen(None, None, True, 1.0, None)}
        self.assertEqual(quick & {"solve", "read"}, set())
        self.assertIn("spgemm", quick)

    def test_quick_shapes_are_among_the_shapes(self):
        for group in plan.GROUPS:
            self.assertLessEqual(set(group.quick_shapes), set(group.shapes), group.name)


class SuanLines(unittest.TestCase):
    @staticmethod
    def document(ending):
        rows = []
        for statistic, milliseconds in (("min", 1.0), ("median", 2.0), ("max", 3.0)):
            rows.append(
                {
                    "run_name": f"spmv/a/float64{ending}/iterations:1/repeats:3/manual_time",
                    "aggregate_name": statistic,
                    "real_time": milliseconds,
                    **{key: 7.0 for key in ("bytes", "checksum", "entries", "rows",
                                            "setup_seconds", "magnitude")},
                }
            )
        return {"benchmarks": rows}

    def test_take_minimum_and_median_in_seconds(self):
        run = suan_runs.spmv("Suan")
        (found,) = suan_runs.lines(run, self.document("/apply"), 3)
        self.assertEqual((found["seconds_min"], found["seconds_median"]), (1e-3, 2e-3))
        self.assertEqual(found["checksum"], 7.0)

    def test_a_result_that_is_not_there_is_an_error(self):
        with self.assertRaises(suan_runs.Unreadable):
            suan_runs.lines(suan_runs.spmv("Suan"), self.document("/other"), 3)


if __name__ == "__main__":
    unittest.main()
