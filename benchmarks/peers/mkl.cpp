// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// MKL's sparse BLAS with vectors: a CSR matrix as created ("plain"), and after optimisation by its
// inspector. Products of matrices are in mkl_products.cpp.
#include <numeric>

#include "mkl_matrix.hpp"

namespace {

using peers::check;
using peers::MklMatrix;

/// The number of calls given as a hint: many, so that MKL may take its time to prepare.
constexpr MKL_INT many_calls = 1000;

double sum(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }

template <class Hint>
double optimise(const MklMatrix& a, Hint&& hint) {
  const double start = peers::now();
  hint();
  check(mkl_sparse_optimize(a.get()), "mkl_sparse_optimize");
  return peers::now() - start;
}

void hint_mv(const MklMatrix& a) {
  check(
      mkl_sparse_set_mv_hint(a.get(), SPARSE_OPERATION_NON_TRANSPOSE, peers::general(), many_calls),
      "mkl_sparse_set_mv_hint");
}

void multiply(const MklMatrix& a, const std::vector<double>& x, std::vector<double>& y) {
  check(mkl_sparse_d_mv(SPARSE_OPERATION_NON_TRANSPOSE, 1.0, a.get(), peers::general(), x.data(),
                        0.0, y.data()),
        "mkl_sparse_d_mv");
}

void run_spmv(const char* name, peers::Csr& csr, bool optimised, int repetitions) {
  const MklMatrix a(csr);
  const double setup = optimised ? optimise(a, [&] { hint_mv(a); }) : 0;
  const auto x = peers::test_vector(csr.columns);
  std::vector<double> y(static_cast<std::size_t>(csr.rows));
  const auto seconds = peers::measure(3, repetitions, [&] { multiply(a, x, y); });
  const double bytes = peers::spmv_bytes(csr.entries(), csr.rows, csr.columns);
  peers::vector_line(name, "spmv", seconds, bytes, sum(y)).number("setup_seconds", setup).print();
}

void run_spmm(const char* name, peers::Csr& csr, bool optimised, int vectors, int repetitions) {
  const MklMatrix a(csr);
  const auto hint = [&] {
    check(mkl_sparse_set_mm_hint(a.get(), SPARSE_OPERATION_NON_TRANSPOSE, peers::general(),
                                 SPARSE_LAYOUT_ROW_MAJOR, vectors, many_calls),
          "mkl_sparse_set_mm_hint");
  };
  const double setup = optimised ? optimise(a, hint) : 0;
  const auto x = peers::test_vector(csr.columns * vectors);
  std::vector<double> y(static_cast<std::size_t>(csr.rows) * static_cast<std::size_t>(vectors));
  const auto seconds = peers::measure(1, repetitions, [&] {
    check(mkl_sparse_d_mm(SPARSE_OPERATION_NON_TRANSPOSE, 1.0, a.get(), peers::general(),
                          SPARSE_LAYOUT_ROW_MAJOR, x.data(), vectors, vectors, 0.0, y.data(),
                          vectors),
          "mkl_sparse_d_mm");
  });
  const double bytes = peers::spmv_bytes(csr.entries(), csr.rows, csr.columns, vectors);
  peers::vector_line(name, "spmm", seconds, bytes, sum(y)).number("setup_seconds", setup).print();
}

void run_trsv(const char* name, peers::Csr& csr, bool optimised, int repetitions) {
  const MklMatrix a(csr);
  matrix_descr lower{};
  lower.type = SPARSE_MATRIX_TYPE_TRIANGULAR;
  lower.mode = SPARSE_FILL_MODE_LOWER;
  lower.diag = SPARSE_DIAG_NON_UNIT;
  const auto hint = [&] {
    check(mkl_sparse_set_sv_hint(a.get(), SPARSE_OPERATION_NON_TRANSPOSE, lower, many_calls),
          "mkl_sparse_set_sv_hint");
  };
  const double setup = optimised ? optimise(a, hint) : 0;
  const auto b = peers::test_vector(csr.rows);
  std::vector<double> x(static_cast<std::size_t>(csr.rows));
  const auto seconds = peers::measure(1, repetitions, [&] {
    check(
        mkl_sparse_d_trsv(SPARSE_OPERATION_NON_TRANSPOSE, 1.0, a.get(), lower, b.data(), x.data()),
        "mkl_sparse_d_trsv");
  });
  const double bytes = peers::spmv_bytes(csr.entries(), csr.rows, csr.columns);
  peers::vector_line(name, "trsv", seconds, bytes, sum(x)).number("setup_seconds", setup).print();
}

/// The transpose, and the time of the inspector for products, which is MKL's counterpart of Suan's
/// conversion to another format.
void run_transpose(peers::Csr& csr, int repetitions) {
  const MklMatrix a(csr);
  MklMatrix t;
  const auto seconds = peers::measure(1, repetitions, [&] {
    t = MklMatrix();
    check(mkl_sparse_convert_csr(a.get(), SPARSE_OPERATION_TRANSPOSE, t.put()),
          "mkl_sparse_convert_csr");
  });
  const auto arrays = t.arrays();
  peers::timed("MKL", "transpose", seconds)
      .number("checksum", peers::ordered_sum(arrays.values, arrays.entries))
      .print();
  std::vector<double> preparing;
  for (int i = -1; i < repetitions; ++i) {
    const MklMatrix fresh(csr);
    const double duration = optimise(fresh, [&] { hint_mv(fresh); });
    if (i >= 0) preparing.push_back(duration);
  }
  peers::timed("MKL optimised", "convert", preparing).print();
}

}  // namespace

int main(int argc, char** argv) {
  const peers::Arguments arguments(argc, argv);
  const auto operation = arguments.operation();
  const int repetitions = arguments.repetitions();
  const int vectors = arguments.vectors();
  peers::print_mkl_version();
  auto a = arguments.matrix();
  for (const bool optimised : {false, true}) {
    const char* const name = optimised ? "MKL optimised" : "MKL plain";
    if (operation == "spmv") run_spmv(name, a, optimised, repetitions);
    if (operation == "spmm") run_spmm(name, a, optimised, vectors, repetitions);
    if (operation == "trsv") run_trsv(name, a, optimised, repetitions);
  }
  if (operation == "transpose") run_transpose(a, repetitions);
}
