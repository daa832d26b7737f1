// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Eigen: row-major sparse matrix, which its product runs on all OpenMP threads, and its CG with the
// diagonal preconditioner, whose tolerance is on ||b - A x|| / ||b||.
#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCore>

#include "common.hpp"

using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
using Map = Eigen::Map<const Matrix>;

int main(int argc, char** argv) {
  const peers::Arguments arguments(argc, argv);
  const auto csr = arguments.matrix();
  const Matrix a = Map(csr.rows, csr.columns, csr.entries(), csr.offsets.data(), csr.indices.data(),
                       csr.values.data());
  peers::Line()
      .text("contestant", "Eigen")
      .text("operation", "version")
      .text("version", std::to_string(EIGEN_WORLD_VERSION) + '.' +
                           std::to_string(EIGEN_MAJOR_VERSION) + '.' +
                           std::to_string(EIGEN_MINOR_VERSION))
      .print();

  if (arguments.text("--operation", "spmv") == "spmv") {
    const auto elements = peers::test_vector(csr.columns);
    const Eigen::VectorXd x = Eigen::Map<const Eigen::VectorXd>(elements.data(), csr.columns);
    Eigen::VectorXd y(csr.rows);
    const auto seconds =
        peers::measure(3, arguments.integer("--repetitions", 20), [&] { y.noalias() = a * x; });
    peers::spmv_line("Eigen", seconds, peers::spmv_bytes(csr.entries(), csr.rows, 4), y.sum())
        .print();
    return 0;
  }

  const Eigen::VectorXd b = Eigen::VectorXd::Ones(csr.rows);
  const double start = peers::now();
  Eigen::ConjugateGradient<Matrix, Eigen::Lower | Eigen::Upper> cg;
  cg.setTolerance(1e-8);
  cg.setMaxIterations(10000);
  cg.compute(a);
  const double setup = peers::now() - start;
  const double begin = peers::now();
  const Eigen::VectorXd x = cg.solve(b);
  const double seconds = peers::now() - begin;
  const double residual = (b - a * x).norm() / b.norm();
  peers::solve_line("Eigen CG + Jacobi", setup, seconds, static_cast<int>(cg.iterations()),
                    residual)
      .print();
}
