# SPDX-FileCopyrightText: The Suan authors
# SPDX-License-Identifier: Apache-2.0
"""The problems of the comparison of multigrid, at tiny sizes: symmetric, definite, with the row sums
and the near null spaces that they should have."""

import sys
import tempfile
import unittest
from pathlib import Path

try:
    import numpy as np
    import scipy.io
    import scipy.sparse as sp
except ImportError:
    print("NumPy or SciPy is not installed.")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "benchmarks" / "multigrid"))
sys.path.insert(0, str(ROOT / "benchmarks" / "peers"))

import grids  # noqa: E402
import meshes  # noqa: E402
import problems  # noqa: E402
import scipy_peer  # noqa: E402

SIZE = 6


class EveryProblem(unittest.TestCase):
    def test_is_definite_and_symmetric_unless_it_says_so(self):
        for name in problems.PROBLEMS:
            with self.subTest(name):
                problem = problems.generate(name, SIZE)
                a = problem.matrix.toarray()
                asymmetry = np.abs(a - a.T).max()
                if problem.is_symmetric:
                    # Elements are added in another order above the diagonal than below.
                    self.assertLess(asymmetry, 1e-13 * np.abs(a).max())
                else:
                    self.assertGreater(asymmetry, 1e-3 * np.abs(a).max())
                self.assertGreater(np.linalg.eigvalsh((a + a.T) / 2)[0], 0)
                self.assertEqual(len(a) % problem.block_size, 0)

    def test_has_sorted_rows_and_narrow_indices(self):
        for name in problems.PROBLEMS:
            with self.subTest(name):
                a = problems.generate(name, SIZE).matrix
                self.assertEqual((a.indptr.dtype, a.indices.dtype), (np.int32, np.int32))
                for begin, end in zip(a.indptr[:-1], a.indptr[1:]):
                    self.assertTrue(np.all(np.diff(a.indices[begin:end]) > 0))

    def test_is_the_same_each_time(self):
        for name in problems.PROBLEMS:
            first, second = (problems.generate(name, SIZE).matrix for _ in range(2))
            self.assertEqual((first != second).nnz, 0, name)

    def test_that_does_not_exist_is_refused(self):
        with self.assertRaisesRegex(ValueError, "no problem 8pt; there are 7pt, 27pt"):
            problems.generate("8pt", SIZE)


class Grids(unittest.TestCase):
    def test_seven_points(self):
        a = grids.poisson7(3).toarray()
        self.assertTrue(np.all(np.diag(a) == 6))
        self.assertEqual(set(np.nonzero(a[13])[0]), {4, 10, 12, 13, 14, 16, 22})
        self.assertEqual(a[13].sum(), 0)
        self.assertEqual(a[0].sum(), 3)

    def test_twenty_seven_points(self):
        a = grids.poisson27(3).toarray()
        self.assertTrue(np.all(np.diag(a) == 26))
        self.assertTrue(np.all(a[13] == np.where(np.arange(27) == 13, 26, -1)))

    def test_the_strong_couplings_are_along_the_slowest_axis(self):
        a = grids.anisotropic(3).toarray()
        self.assertEqual([a[13, 13 + k] for k in (1, 3, 9)], [-1, -1, -1000])

    def test_harmonic_means(self):
        a = grids.diffusion(np.array([[1.0, 3.0]]), (1, 1)).toarray()
        # Along the long axis 1.5 between the two and their own at the ends; twice their own across.
        np.testing.assert_allclose(a, [[4.5, -1.5], [-1.5, 10.5]], rtol=1e-15)

    def test_hashed_numbers_fill_the_interval(self):
        numbers = grids.hashed(np.arange(10000))
        self.assertTrue(0 <= numbers.min() < 0.01 and 0.99 < numbers.max() < 1)
        self.assertLess(abs(numbers.mean() - 0.5), 4 * (1 / 12 / 10000) ** 0.5)

    def test_a_constant_tensor_acts_on_polynomials_as_the_operator_does(self):
        tensor = grids.along_direction((1.0, 2.0), 10)
        a = grids.tensor_diffusion((7, 7), tensor)
        y, x = np.meshgrid(np.arange(7.0), np.arange(7.0), indexing="ij")
        middle = 3 * 7 + 3
        for u, minus_divergence in ((x + 2 * y, 0), (x * y, -2 * tensor[0][1])):
            self.assertAlmostEqual((a @ u.ravel())[middle], minus_divergence, places=12)

    def test_convection_conserves_inside(self):
        a = grids.convection(5)
        inside = np.zeros((5, 5, 5), bool)
        inside[1:-1, 1:-1, 1:-1] = True
        sums = np.abs(a.sum(axis=1))[inside.ravel()], np.abs(a.sum(axis=0))[inside.ravel()]
        self.assertLess(np.max(sums), 1e-15)
        off_diagonal = a - sp.diags_array(a.diagonal())
        self.assertLessEqual(off_diagonal.max(), 0)
        self.assertGreaterEqual(a.sum(axis=1).min(), -1e-15)

    def test_flows_in_two_dimensions_are_upwind(self):
        a = grids.convection_2d(4)
        self.assertEqual(a.shape, (64, 64))
        self.assertEqual(sp.triu(a, 1).nnz, 0)
        np.testing.assert_allclose(a.diagonal(), 3 / 9, rtol=1e-14)
        for b in (a, grids.circle_2d(4), grids.circle_2d(4, 0)):
            self.assertLessEqual((b - sp.diags_array(b.diagonal())).max(), 0)
            self.assertGreaterEqual(b.sum(axis=1).min(), -1e-15)
        still = grids.circle_2d(4, 1) - grids.circle_2d(4, 0)
        np.testing.assert_allclose(still.diagonal(), 4, rtol=1e-14)


class Meshes(unittest.TestCase):
    def test_rigid_bodies_have_no_energy_in_an_element(self):
        lengths = (4.0, 1.0, 2.0)
        k = meshes.brick_stiffness(lengths).reshape(24, 24)
        modes = meshes.rigid_body_modes(np.array(meshes.CORNERS) * np.array(lengths))
        self.assertLess(np.abs(k @ modes).max(), 1e-14 * np.abs(k).max() * 24)
        self.assertEqual(np.sum(np.linalg.eigvalsh(k) > 1e-10), 18)

    def test_a_stretched_bar_has_the_stress_of_its_strain(self):
        # u = x along the first axis: the stress is lambda + 2 mu there, in each face of 4 nodes.
        k = meshes.brick_stiffness((1.0, 1.0, 1.0)).reshape(24, 24)
        u = np.zeros((8, 3))
        u[:, 0] = np.array(meshes.CORNERS)[:, 0]
        forces = (k @ u.ravel()).reshape(8, 3)
        expected = (0.3 / (1.3 * 0.4) + 1 / 1.3) / 4
        np.testing.assert_allclose(forces[:, 0], expected * (2 * u[:, 0] - 1), rtol=1e-13)

    def test_a_cantilever_is_one_of_assembled_elements(self):
        moduli = np.arange(1.0, 13).reshape(3, 2, 2)
        lengths = (1.0, 2.0, 3.0)
        nodes = np.arange(4 * 3 * 3).reshape(4, 3, 3)
        whole = np.zeros((36, 3, 36, 3))
        k = meshes.brick_stiffness(lengths)
        for (i, j, m), modulus in np.ndenumerate(moduli):
            corners = [nodes[i + a, j + b, m + c] for a, b, c in meshes.CORNERS]
            for a, b in np.ndindex(8, 8):
                whole[corners[a], :, corners[b], :] += modulus * k[a, :, b, :]
        expected = whole[9:, :, 9:, :].reshape(81, 81)
        found = meshes.assemble_bricks(moduli, lengths).toarray()
        np.testing.assert_allclose(found, expected, atol=1e-13 * np.abs(expected).max())

    def test_modes_are_orthonormal_and_nearly_in_the_null_space(self):
        a, modes = meshes.cantilever(8)
        self.assertEqual(modes.shape, (a.shape[0], 6))
        np.testing.assert_allclose(modes.T @ modes, np.eye(6), atol=1e-13)
        # Only the nodes beside the fixed ones feel a rigid motion.
        beside = 3 * 4 * 4
        self.assertLess(np.abs((a @ modes)[beside:]).max(), 1e-13)

    def test_linear_functions_are_harmonic_on_tetrahedra(self):
        a = meshes.tetrahedra(6)
        inside = np.abs(a.sum(axis=1)) < 1e-12
        self.assertTrue(0.1 < inside.mean() < 0.9, inside.mean())
        self.assertTrue(100 < a.shape[0] < 216)


class Graphs(unittest.TestCase):
    def test_a_grounded_laplacian_is_singular_but_for_the_edges_to_ground(self):
        a = problems.graph_laplacian(8)
        sums = a.sum(axis=1)
        self.assertTrue(np.all(sums >= 0) and np.all(sums <= 1) and sums.sum() > 0)
        off_diagonal = a - sp.diags_array(a.diagonal())
        self.assertTrue(np.all(off_diagonal.data[off_diagonal.data != 0] == -1))


class Files(unittest.TestCase):
    def test_come_back(self):
        problem = problems.generate("elasticity", SIZE)
        with tempfile.TemporaryDirectory() as folder:
            files = problems.write(problem, folder)
            a = scipy_peer.read_csr(files["matrix"])
            near_null = problems.read_near_null(files["near_null"])
        self.assertEqual((a != problem.matrix).nnz, 0)
        np.testing.assert_array_equal(near_null, problem.near_null)

    def test_of_matrix_market_are_taken_or_refused_in_words(self):
        cases = {
            "spd": (np.array([[2.0, -1], [-1, 2]]), None),
            "general": (np.array([[2.0, -1], [0, 2]]), None),
            "wide": (np.ones((2, 3)), "2 x 3: not square"),
            "complex": (np.array([[2.0, 1j], [-1j, 2]]), "complex"),
            "saddle": (np.array([[2.0, 1], [1, 0]]), "diagonal is not positive"),
        }
        with tempfile.TemporaryDirectory() as folder:
            for name, (matrix, refusal) in cases.items():
                path = Path(folder, f"{name}.mtx")
                scipy.io.mmwrite(path, sp.coo_array(matrix))
                if refusal:
                    with self.assertRaisesRegex(problems.Unsuitable, refusal):
                        problems.read_matrix(path)
                    continue
                problem = problems.read_matrix(path)
                self.assertEqual(problem.name, name)
                self.assertEqual(problem.is_symmetric, name == "spd")
                np.testing.assert_array_equal(problem.matrix.toarray(), matrix)


if __name__ == "__main__":
    unittest.main()
