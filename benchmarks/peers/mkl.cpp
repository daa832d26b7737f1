// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// MKL's sparse BLAS: a CSR matrix as created, and after its inspector was asked to optimise it.
#include <mkl_service.h>
#include <mkl_spblas.h>

#include <numeric>

#include "common.hpp"

namespace {

void check(sparse_status_t status, const char* what) {
  if (status == SPARSE_STATUS_SUCCESS) return;
  std::fprintf(stderr, "mkl: %s failed with status %d\n", what, static_cast<int>(status));
  std::exit(1);
}

void run(const char* name, peers::Csr& a, bool optimise, int repetitions) {
  sparse_matrix_t handle = nullptr;
  check(
      mkl_sparse_d_create_csr(&handle, SPARSE_INDEX_BASE_ZERO, a.rows, a.columns, a.offsets.data(),
                              a.offsets.data() + 1, a.indices.data(), a.values.data()),
      "mkl_sparse_d_create_csr");
  matrix_descr description{};
  description.type = SPARSE_MATRIX_TYPE_GENERAL;
  const double start = peers::now();
  if (optimise) {
    check(mkl_sparse_set_mv_hint(handle, SPARSE_OPERATION_NON_TRANSPOSE, description, 1000),
          "mkl_sparse_set_mv_hint");
    check(mkl_sparse_optimize(handle), "mkl_sparse_optimize");
  }
  const double setup = peers::now() - start;
  const auto x = peers::test_vector(a.columns);
  std::vector<double> y(static_cast<std::size_t>(a.rows));
  const auto seconds = peers::measure(3, repetitions, [&] {
    check(mkl_sparse_d_mv(SPARSE_OPERATION_NON_TRANSPOSE, 1.0, handle, description, x.data(), 0.0,
                          y.data()),
          "mkl_sparse_d_mv");
  });
  peers::spmv_line(name, seconds, peers::spmv_bytes(a.entries(), a.rows, 4),
                   std::accumulate(y.begin(), y.end(), 0.0))
      .number("setup_seconds", setup)
      .print();
  check(mkl_sparse_destroy(handle), "mkl_sparse_destroy");
}

}  // namespace

int main(int argc, char** argv) {
  const peers::Arguments arguments(argc, argv);
  char version[200] = {};
  mkl_get_version_string(version, sizeof version);
  const int repetitions = arguments.integer("--repetitions", 20);
  auto a = arguments.matrix();
  peers::Line()
      .text("contestant", "MKL")
      .text("operation", "version")
      .text("version", version)
      .print();
  run("MKL plain", a, false, repetitions);
  run("MKL optimised", a, true, repetitions);
}
