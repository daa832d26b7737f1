// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// An owning handle of MKL's sparse BLAS.
#pragma once

#include <mkl_service.h>
#include <mkl_spblas.h>

#include <utility>

#include "common.hpp"

namespace peers {

inline void check(sparse_status_t status, const char* what) {
  if (status == SPARSE_STATUS_SUCCESS) return;
  std::fprintf(stderr, "mkl: error: %s failed with status %d\n", what, static_cast<int>(status));
  std::exit(1);
}

inline matrix_descr general() {
  matrix_descr description{};
  description.type = SPARSE_MATRIX_TYPE_GENERAL;
  return description;
}

class MklMatrix {
 public:
  MklMatrix() = default;
  /// Uses the arrays of `a`, which must outlive it.
  explicit MklMatrix(Csr& a) {
    check(mkl_sparse_d_create_csr(&handle_, SPARSE_INDEX_BASE_ZERO, a.rows, a.columns,
                                  a.offsets.data(), a.offsets.data() + 1, a.indices.data(),
                                  a.values.data()),
          "mkl_sparse_d_create_csr");
  }
  MklMatrix(MklMatrix&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  MklMatrix& operator=(MklMatrix&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~MklMatrix() {
    if (handle_ != nullptr) mkl_sparse_destroy(handle_);
  }
  sparse_matrix_t get() const { return handle_; }
  /// Where an MKL function puts a new matrix, or finds the one to continue with.
  sparse_matrix_t* put() { return &handle_; }

  struct Arrays {
    MKL_INT rows = 0;
    std::int64_t entries = 0;
    const MKL_INT* begins = nullptr;
    const MKL_INT* ends = nullptr;
    const MKL_INT* indices = nullptr;
    const double* values = nullptr;
  };
  Arrays arrays() const {
    sparse_index_base_t base = SPARSE_INDEX_BASE_ZERO;
    Arrays a;
    MKL_INT columns = 0;
    MKL_INT* begins = nullptr;
    MKL_INT* ends = nullptr;
    MKL_INT* indices = nullptr;
    double* values = nullptr;
    check(mkl_sparse_d_export_csr(handle_, &base, &a.rows, &columns, &begins, &ends, &indices,
                                  &values),
          "mkl_sparse_d_export_csr");
    a.begins = begins;
    a.ends = ends;
    a.indices = indices;
    a.values = values;
    a.entries = a.rows == 0 ? 0 : ends[a.rows - 1] - begins[0];
    return a;
  }

 private:
  sparse_matrix_t handle_ = nullptr;
};

inline void print_mkl_version() {
  char version[200] = {};
  mkl_get_version_string(version, sizeof version);
  print_version("MKL", version);
}

}  // namespace peers
