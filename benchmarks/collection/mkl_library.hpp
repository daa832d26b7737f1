// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The few functions of MKL's sparse BLAS that the comparison calls, from the library found at run
// time: Suan is built without it.
#pragma once

#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "suan/core/error.hpp"
#include "suan/matrix/csr.hpp"

namespace suan::bench {

/// MKL with 32-bit integers and GNU's OpenMP, whose threads Suan's products use, too.
class MklLibrary {
 public:
  using Handle = void*;
  struct Description {  // matrix_descr of mkl_spblas.h
    int type;
    int mode;
    int diagonal;
  };
  static constexpr Description general = {20, 0, 0};
  static constexpr int not_transposed = 10;

  /// @throws NotSupported, with the loader's reason, if there is no such library.
  explicit MklLibrary(const std::string& path) {
    setenv("MKL_THREADING_LAYER", "GNU", 0);
    setenv("MKL_INTERFACE_LAYER", "LP64", 0);
    library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (library_ == nullptr) throw NotSupported(message("no MKL: ", dlerror()));
  }
  MklLibrary(const MklLibrary&) = delete;
  MklLibrary& operator=(const MklLibrary&) = delete;

  /// Calls a function that returns a status.
  template <class... Arguments>
  void call(const char* name, Arguments... arguments) const {
    using Function = int (*)(Arguments...);
    void* const symbol = dlsym(library_, name);
    if (symbol == nullptr) throw NotSupported(message("MKL has no function ", name));
    const int status = reinterpret_cast<Function>(symbol)(arguments...);
    if (status != 0) throw InternalError(message(name, " ended with status ", status));
  }
  /// The function itself, for loops that are measured.
  template <class Function>
  Function* function(const char* name) const {
    void* const symbol = dlsym(library_, name);
    if (symbol == nullptr) throw NotSupported(message("MKL has no function ", name));
    return reinterpret_cast<Function*>(symbol);
  }

 private:
  void* library_ = nullptr;  // stays: its threads may still run at the end
};

/// A matrix as MKL keeps it, prepared for many products with a vector.
template <Scalar T>
class MklCsr {
 public:
  MklCsr(const MklLibrary& mkl, const kernels::CsrView<T>& a)
      : mkl_(mkl),
        offsets_(a.offsets.data(), a.offsets.data() + a.offsets.size()),
        indices_(a.indices.data(), a.indices.data() + a.indices.size()),
        values_(a.values.data(), a.values.data() + a.values.size()) {
    for (MklLibrary::Handle* handle : {&plain_, &optimised_}) {
      mkl.call(is_complex<T> ? "mkl_sparse_z_create_csr" : "mkl_sparse_d_create_csr", handle, 0,
               static_cast<int>(a.rows), static_cast<int>(a.columns), offsets_.data(),
               offsets_.data() + 1, indices_.data(), values_.data());
    }
    mkl.call("mkl_sparse_set_mv_hint", optimised_, MklLibrary::not_transposed, MklLibrary::general,
             1000);
    mkl.call("mkl_sparse_optimize", optimised_);
    multiply_ = mkl.function<Multiply>(is_complex<T> ? "mkl_sparse_z_mv" : "mkl_sparse_d_mv");
    square_ = mkl.function<Square>("mkl_sparse_spmm");
    destroy_ = mkl.function<int(MklLibrary::Handle)>("mkl_sparse_destroy");
  }
  MklCsr(const MklCsr&) = delete;
  MklCsr& operator=(const MklCsr&) = delete;
  ~MklCsr() {
    for (MklLibrary::Handle handle : {plain_, optimised_, result_}) {
      if (handle != nullptr) destroy_(handle);
    }
  }

  void multiply(const T* x, T* y) const {
    multiply_(MklLibrary::not_transposed, Number{1}, optimised_, MklLibrary::general, x, Number{0},
              y);
  }
  /// A A, which replaces the last one.
  void square() {
    if (result_ != nullptr) destroy_(std::exchange(result_, nullptr));
    square_(MklLibrary::not_transposed, plain_, plain_, &result_);
  }
  std::int64_t entries_of_square() const {
    int base = 0;
    int rows = 0;
    int columns = 0;
    int* begins = nullptr;
    int* ends = nullptr;
    int* indices = nullptr;
    T* values = nullptr;
    mkl_.call(is_complex<T> ? "mkl_sparse_z_export_csr" : "mkl_sparse_d_export_csr", result_, &base,
              &rows, &columns, &begins, &ends, &indices, &values);
    return rows == 0 ? 0 : ends[rows - 1] - begins[0];
  }

 private:
  struct ComplexNumber {
    double real = 0;
    double imaginary = 0;
  };
  using Number = std::conditional_t<is_complex<T>, ComplexNumber, double>;
  using Multiply = int(int, Number, MklLibrary::Handle, MklLibrary::Description, const T*, Number,
                       T*);
  using Square = int(int, MklLibrary::Handle, MklLibrary::Handle, MklLibrary::Handle*);

  const MklLibrary& mkl_;
  std::vector<int> offsets_;
  std::vector<int> indices_;
  std::vector<T> values_;
  MklLibrary::Handle plain_ = nullptr;
  MklLibrary::Handle optimised_ = nullptr;
  MklLibrary::Handle result_ = nullptr;
  Multiply* multiply_ = nullptr;
  Square* square_ = nullptr;
  int (*destroy_)(MklLibrary::Handle) = nullptr;
};

}  // namespace suan::bench
