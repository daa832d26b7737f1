#!/usr/bin/env python3
# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""suan solve with what a user of multigrid knows of a matrix: cli_case.py has the arguments."""
import math
import os

from cli_case import SMALL, Case, main, options

# Squares of a bar that is held at its left end: 155 nodes. Rows that are divided evenly between 2 or 3
# ranks would divide a node.
WIDTH, HEIGHT = 31, 4


def stiffness(ratio=0.3):
    """Of a unit square with bilinear shapes, in plane stress, by two Gauss points each way."""
    corners = [(0, 0), (1, 0), (1, 1), (0, 1)]
    shear = (1 - ratio) / 2
    material = [[1, ratio, 0], [ratio, 1, 0], [0, 0, shear]]
    result = [[0.0] * 8 for _ in range(8)]
    for sx in (-1, 1):
        for sy in (-1, 1):
            x, y = 0.5 + sx / math.sqrt(12), 0.5 + sy / math.sqrt(12)
            strain = [[0.0] * 8 for _ in range(3)]
            for k, (cx, cy) in enumerate(corners):
                dx = (1 if cx else -1) * (y if cy else 1 - y)
                dy = (1 if cy else -1) * (x if cx else 1 - x)
                strain[0][2 * k] = strain[2][2 * k + 1] = dx
                strain[1][2 * k + 1] = strain[2][2 * k] = dy
            for i in range(8):
                for j in range(8):
                    result[i][j] += sum(strain[p][i] * material[p][q] * strain[q][j]
                                        for p in range(3) for q in range(3)) / (4 - 4 * ratio**2)
    return result


def bar():
    """The matrix and the coordinates of its nodes, as texts in Matrix Market."""
    square, entries = stiffness(), {}
    number = {(i, j): (i - 1) * (HEIGHT + 1) + j
              for i in range(1, WIDTH + 1) for j in range(HEIGHT + 1)}
    for i in range(WIDTH):
        for j in range(HEIGHT):
            nodes = [number.get(p) for p in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1))]
            unknowns = [None if node is None else 2 * node + c for node in nodes for c in (0, 1)]
            for p, row in enumerate(unknowns):
                for q, column in enumerate(unknowns):
                    if row is not None and column is not None:
                        entries[row, column] = entries.get((row, column), 0) + square[p][q]
    n = 2 * len(number)
    lines = [f"{row + 1} {column + 1} {value!r}" for (row, column), value in entries.items()]
    matrix = "\n".join(["%%MatrixMarket matrix coordinate real general",
                        f"{n} {n} {len(lines)}", *lines, ""])
    return matrix, list(number)


def array(rows):
    columns = [value for column in zip(*rows) for value in column]
    return "\n".join(["%%MatrixMarket matrix array real general", f"{len(rows)} {len(rows[0])}",
                      *(repr(float(value)) for value in columns), ""])


MATRIX, POINTS = bar()
# Two translations and a rotation.
MODES = [row for x, y in POINTS for row in ((1, 0, -y), (0, 1, x))]
AMG = ("A.mtx", "--preconditioner", "amg", "--coarse-rows", "30", "--preconditioner.block-size", "2",
       "--smoother", "chebyshev", "--max-iterations", "1000")


class Hints(Case):
    def setUp(self):
        super().setUp()
        self.write("A.mtx", MATRIX)
        self.write("xy.mtx", array(POINTS))
        self.write("B.mtx", array(MODES))

    def test_coordinates_and_a_near_null_space(self):
        without = self.report(*AMG)["iterations"]
        report = self.report(*AMG, "--coordinates", "xy.mtx", "--output", "x.mtx")
        self.assertEqual(report["reason"], "converged")
        self.assertEqual((report["solver"], report["preconditioner"]), ("cg", "amg"))
        self.assertLess(report["iterations"], 0.8 * without)
        self.assertGreater(report["setup_seconds"], 0)
        self.assertEqual(len(self.vector("x.mtx")), 2 * len(POINTS))
        same = self.report(*AMG, "--near-null-space", "B.mtx", "--time-limit", "100")
        self.assertLess(abs(same["iterations"] - report["iterations"]), 3)

    def test_reports_have_the_levels(self):
        levels = self.report(*AMG)["multigrid"]["levels"]
        self.assertEqual(levels[0]["rows"], 2 * len(POINTS))
        self.assertGreater(levels[0]["rows"], levels[1]["rows"])
        self.assertEqual(levels[0]["smoother"], "chebyshev")
        self.assertIn("product", levels[0]["seconds"])
        self.assertNotIn("multigrid", self.report("A.mtx", "--preconditioner", "jacobi",
                                                  "--max-iterations", "10000"))
        printed = self.run_suan("solve", *AMG, "--coordinates", "xy.mtx").stdout
        self.assertIn("operator complexity", printed)

    def test_any_scaling_in_single_precision(self):
        single = (*AMG, "--scalar", "float32")
        expected = self.report(*single, "--near-null-space", "B.mtx")
        self.assertEqual(expected["reason"], "converged")
        scales = (1e50, -1e-60, 3)
        rows = [[factor * value for factor, value in zip(scales, row)] for row in MODES]
        self.write("scaled.mtx", array(rows))
        report = self.report(*single, "--near-null-space", "scaled.mtx")
        self.assertEqual(report["reason"], "converged")
        self.assertLess(abs(report["iterations"] - expected["iterations"]), 3)

    def test_nodes_on_an_axis(self):
        self.write("line.mtx", array([(k, 5) for k in range(len(POINTS))]))
        self.write("place.mtx", array([(5, 5)] * len(POINTS)))
        for name in ("line.mtx", "place.mtx"):
            self.assertEqual(self.report(*AMG, "--coordinates", name)["reason"], "converged")

    def test_ranks_get_whole_nodes(self):
        report = self.report("A.mtx", "--preconditioner", "amg", "--max-iterations", "1000",
                             "--preconditioner.block-size", "5", "--output", "x.mtx")
        self.assertEqual(report["reason"], "converged")
        self.assertEqual(report["ranks"], options.ranks or 1)
        self.assertEqual(len(self.vector("x.mtx")), 2 * len(POINTS))

    def test_files_of_hdf5(self):
        self.needs_hdf5()
        expected = self.report(*AMG, "--coordinates", "xy.mtx")["iterations"]
        # A matrix of few columns, and a vector that has the points one after the other.
        self.succeed("convert", "xy.mtx", "xy.h5:points")
        self.write("flat.mtx", array([[value] for point in POINTS for value in point]))
        self.succeed("convert", "flat.mtx", "flat.h5")
        for name in ("xy.h5", "xy.h5:points", "flat.h5", "flat.mtx"):
            self.assertEqual(self.report(*AMG, "--coordinates", name)["iterations"], expected)
        self.write("flat.mtx", array([[value] for row in MODES for value in row]))
        self.succeed("convert", "B.mtx", "B.h5")
        self.succeed("convert", "flat.mtx", "C.h5")
        counts = [self.report(*AMG, "--near-null-space", name)["iterations"]
                  for name in ("B.mtx", "B.h5", "C.h5")]
        self.assertEqual(counts, [counts[0]] * 3)

    def test_configuration(self):
        self.write("c.json", '{"matrix": "A.mtx", "coordinates": "xy.mtx", "preconditioner": '
                             '{"type": "amg", "block_size": 2, "coarse_rows": 30}}')
        self.assertEqual(self.report("--config", "c.json")["preconditioner"], "amg")
        self.refused("solve", "--config", "c.json", "--preconditioner", "jacobi",
                     says="coordinates is for --preconditioner amg, but the preconditioner is jacobi")

    def test_refusals(self):
        amg = ("solve", *AMG)
        self.refused("solve", "A.mtx", "--coordinates", "xy.mtx",
                     says=["option coordinates is for --preconditioner amg, ", "preconditioner is auto"])
        self.refused("solve", "A.mtx", "--near-null-space", "B.mtx", "--preconditioner", "none",
                     says="option near_null_space is for --preconditioner amg")
        self.refused(*amg, "--near-null-space", "B.mtx", "--coordinates", "xy.mtx",
                     says=["both", "xy.mtx", "B.mtx"])
        self.refused("solve", "A.mtx", "--preconditioner", "amg", "--coordinates", "xy.mtx",
                     says=["block_size is 1", "2 or 3"])
        self.refused("solve", "A.mtx", "--preconditioner", "amg", "--preconditioner.block-size", "3",
                     "--coordinates", "xy.mtx", says=["310 rows", "block_size = 3"])
        self.refused(*amg, "--coordinates", "none.mtx", says=["none.mtx", "No such file"])
        # Found before the matrix is read, whose entries are missing.
        self.write("broken.mtx", "\n".join(MATRIX.splitlines()[:3]) + "\n")
        self.refused("solve", "broken.mtx", "--preconditioner", "amg", "--near-null-space", "none.mtx",
                     says=["none.mtx", "No such file"])
        self.refused(*amg, "--coordinates", "xy.txt", says=["xy.txt", ".mtx"])
        self.refused(*amg, "--coordinates", "xy.mtx", "--output", "xy.mtx", says="same file")
        self.refused(*amg, "--near-null-space", "B.mtx", "--report", "B.mtx", says="same file")
        self.write("short.mtx", array(POINTS[1:]))
        self.refused(*amg, "--coordinates", "short.mtx", says=["short.mtx", "154 x 2", "155 rows"])
        self.write("short.mtx", array(MODES[1:]))
        self.refused(*amg, "--near-null-space", "short.mtx", says=["short.mtx", "309 x 3", "310 rows"])
        self.write("flat.mtx", array([[1.0]] * 309))
        self.refused(*amg, "--near-null-space", "flat.mtx", says=["flat.mtx", "309", "310"])
        self.refused(*amg, "--coordinates", "flat.mtx", says=["flat.mtx", "309", "155"])
        self.write("three.mtx", array([(x, y, 0) for x, y in POINTS]))
        self.refused(*amg, "--coordinates", "three.mtx", says=["3 dimensions", "block_size is 2"])
        self.write("zero.mtx", array([[0.0]] * 310))
        self.refused(*amg, "--near-null-space", "zero.mtx", says="vector 0 of the near null space is")
        self.write("complex.mtx", "%%MatrixMarket matrix array complex general\n310 1\n"
                   + "1 1\n" * 310)
        self.refused(*amg, "--near-null-space", "complex.mtx", says=["complex.mtx", "complex"])
        self.assertNotIn("report.json", os.listdir(self.folder))

    def test_help(self):
        text = self.succeed("solve", "--help")
        self.assertIn("--coordinates <str>", text)
        self.assertIn("--near-null-space <str>", text)

    def test_a_small_matrix(self):
        self.write("S.mtx", SMALL)
        self.write("ones.mtx", array([[1.0]] * 4))
        report = self.report("S.mtx", "--preconditioner", "amg", "--near-null-space", "ones.mtx")
        self.assertEqual(report["reason"], "converged")


if __name__ == "__main__":
    main()
