// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A CSR matrix as cuSPARSE needs it, shared by the products with one vector and with several. For
// the .cu files only.
#pragma once

#include <cstdint>
#include <string>

#include "kernels/cuda/cusparse_objects.hpp"

namespace suan::kernels::cuda {

/// cuSPARSE 12 writes results in vectors of this many bytes without checking their alignment.
inline constexpr std::uintptr_t output_alignment = 16;

template <class T>
bool is_aligned(const T* output) {
  return reinterpret_cast<std::uintptr_t>(output) % output_alignment == 0;
}

/// Handle, descriptor and 32-bit offsets of a matrix. A matrix without entries has none of them:
/// cuSPARSE accepts no null pointers.
template <Scalar T>
class CusparseCsr {
 public:
  /// @throws NotSupported where !cusparse_takes.
  CusparseCsr(const ExecutionSpace& space, const CsrView<T>& a);

  const CsrView<T>& view() const { return a_; }
  cusparseConstSpMatDescr_t descriptor() const { return matrix_.get(); }
  /// The handle, on the device and the stream of `space`.
  cusparseHandle_t handle(const ExecutionSpace& space) const;
  /// The matrix in words, for errors.
  std::string shape() const {
    return message("on a ", a_.rows, " x ", a_.columns, " matrix of ", a_.entries(), " ",
                   scalar_name<T>(), " entries");
  }
  std::int64_t bytes() const {
    return static_cast<std::int64_t>(offsets_.size() * sizeof(LocalIndex) +
                                     a_.indices.size() * sizeof(LocalIndex) +
                                     a_.values.size() * sizeof(T));
  }

 private:
  // Destroyed from last to first: the descriptor before the arrays that it points to.
  CsrView<T> a_;
  DeviceView<const LocalIndex> offsets_;
  cusparse::Handle handle_;
  cusparse::Owner<cusparseConstSpMatDescr_t, cusparseDestroySpMat> matrix_;
};

template <Scalar T>
CusparseCsr<T>::CusparseCsr(const ExecutionSpace& space, const CsrView<T>& a) : a_(a) {
  if (a_.entries() == 0) return;
  offsets_ = cusparse::narrow_offsets(space, a_, "products", "this one");
  handle_ = cusparse::make_handle(space, shape());
  cusparseConstSpMatDescr_t matrix = nullptr;
  check(cusparseCreateConstCsr(&matrix, a_.rows, a_.columns, a_.entries(), offsets_.data(),
                               a_.indices.data(), a_.values.data(), CUSPARSE_INDEX_32I,
                               CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO, data_type<T>),
        "cusparseCreateConstCsr", shape());
  matrix_.reset(matrix);
}

template <Scalar T>
cusparseHandle_t CusparseCsr<T>::handle(const ExecutionSpace& space) const {
  use_device_of(space);
  check(cusparseSetStream(handle_.get(), space.cuda_stream()), "cusparseSetStream", shape());
  return handle_.get();
}

}  // namespace suan::kernels::cuda
