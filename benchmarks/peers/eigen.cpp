// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Eigen: a row-major sparse matrix, whose product runs on all OpenMP threads, and its CG with the
// diagonal preconditioner and a tolerance on ||b - A x|| / ||b||. Products of two matrices,
// triangular solves and transposes are sequential.
#include <Eigen/IterativeLinearSolvers>
#include <Eigen/SparseCore>

#include "common.hpp"

namespace {

using Matrix = Eigen::SparseMatrix<double, Eigen::RowMajor>;
using Block = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Matrix to_eigen(const peers::Csr& a) {
  return Eigen::Map<const Matrix>(a.rows, a.columns, a.entries(), a.offsets.data(),
                                  a.indices.data(), a.values.data());
}

Eigen::VectorXd test_vector(Eigen::Index n) {
  const auto elements = peers::test_vector(static_cast<int>(n));
  return Eigen::Map<const Eigen::VectorXd>(elements.data(), n);
}

double count(Eigen::Index n) { return static_cast<double>(n); }

void run_spmv(const Matrix& a, int repetitions) {
  const auto x = test_vector(a.cols());
  Eigen::VectorXd y(a.rows());
  const auto seconds = peers::measure(3, repetitions, [&] { y.noalias() = a * x; });
  const double bytes = peers::spmv_bytes(count(a.nonZeros()), count(a.rows()), count(a.cols()));
  peers::vector_line("Eigen", "spmv", seconds, bytes, y.sum()).print();
}

void run_spmm(const Matrix& a, int vectors, int repetitions) {
  const auto elements = test_vector(a.cols() * vectors);
  const Block x = Eigen::Map<const Block>(elements.data(), a.cols(), vectors);
  Block y(a.rows(), vectors);
  const auto seconds = peers::measure(1, repetitions, [&] { y.noalias() = a * x; });
  const double bytes =
      peers::spmv_bytes(count(a.nonZeros()), count(a.rows()), count(a.cols()), vectors);
  peers::vector_line("Eigen", "spmm", seconds, bytes, y.sum()).print();
}

void run_trsv(const Matrix& a, int repetitions) {
  const auto b = test_vector(a.rows());
  Eigen::VectorXd x(a.rows());
  const auto seconds =
      peers::measure(1, repetitions, [&] { x = a.triangularView<Eigen::Lower>().solve(b); });
  const double bytes = peers::spmv_bytes(count(a.nonZeros()), count(a.rows()), count(a.cols()));
  peers::vector_line("Eigen", "trsv", seconds, bytes, x.sum()).number("setup_seconds", 0).print();
}

/// Each result is a new matrix, as with the other contestants.
template <class Body>
void run_product(const char* operation, int repetitions, Body&& body) {
  Matrix c;
  const suan::bench::PeakMemory memory;
  c = body();
  const double peak = memory.bytes();
  const auto seconds = peers::measure(0, repetitions, [&] {
    c = Matrix();
    c = body();
  });
  peers::product_line("Eigen", operation, seconds,
                      {count(c.nonZeros()), count(c.rows()), c.sum(), peak})
      .print();
}

void run_transpose(const Matrix& a, int repetitions) {
  Matrix t;
  const auto seconds = peers::measure(1, repetitions, [&] {
    t = Matrix();
    t = a.transpose();
  });
  peers::timed("Eigen", "transpose", seconds)
      .number("checksum", peers::ordered_sum(t.valuePtr(), t.nonZeros()))
      .print();
}

void run_solve(const Matrix& a) {
  const Eigen::VectorXd b = Eigen::VectorXd::Ones(a.rows());
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

}  // namespace

int main(int argc, char** argv) {
  const peers::Arguments arguments(argc, argv);
  peers::print_version("Eigen", std::to_string(EIGEN_WORLD_VERSION) + '.' +
                                    std::to_string(EIGEN_MAJOR_VERSION) + '.' +
                                    std::to_string(EIGEN_MINOR_VERSION));
  const Matrix a = to_eigen(arguments.matrix());
  const auto operation = arguments.operation();
  const int repetitions = arguments.repetitions();
  if (operation == "spmv") run_spmv(a, repetitions);
  if (operation == "spmm") run_spmm(a, arguments.vectors(), repetitions);
  if (operation == "trsv") run_trsv(a, repetitions);
  if (operation == "spgemm") {
    run_product("spgemm", repetitions, [&] { return Matrix(a * a); });
  }
  if (operation == "galerkin") {
    const Matrix p = to_eigen(arguments.prolongator());
    const Matrix r = p.transpose();
    run_product("galerkin", repetitions, [&] { return Matrix(r * Matrix(a * p)); });
  }
  if (operation == "transpose") run_transpose(a, repetitions);
  if (operation == "solve") run_solve(a);
}
