// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A CSR matrix in the hands of cuSPARSE: what products with one vector and with several share. For
// the .cu files only.
#pragma once

#include <cstdint>
#include <string>
#include <type_traits>

#include "kernels/status.hpp"

namespace suan::kernels::cuda {

/// Calls the library's function that ends the life of what it holds.
template <auto Destroy>
struct Destroyer {
  template <class Object>
  void operator()(Object* object) const noexcept {
    Destroy(object);
  }
};
template <class Descriptor, auto Destroy>
using Owner = std::unique_ptr<std::remove_pointer_t<Descriptor>, Destroyer<Destroy>>;

/// cuSPARSE 12 writes results in vectors of this many bytes without looking where they begin.
inline constexpr std::uintptr_t output_alignment = 16;

template <class T>
bool is_aligned(const T* output) {
  return reinterpret_cast<std::uintptr_t>(output) % output_alignment == 0;
}

/// The offsets in the width of the column numbers. The caller has checked that they fit.
inline DeviceView<const LocalIndex> narrow(const ExecutionSpace& space,
                                           const DeviceView<const Offset>& offsets) {
  const DeviceView<LocalIndex> result(
      Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::cusparse offsets"),
      offsets.size());
  Kokkos::parallel_for(
      "suan::cusparse narrow offsets",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(
          space, 0, static_cast<Offset>(offsets.size())),
      KOKKOS_LAMBDA(Offset i) { result(i) = static_cast<LocalIndex>(offsets(i)); });
  return result;
}

/// Handle, descriptor and 32-bit offsets of a matrix. Without entries it has none of them, because
/// cuSPARSE takes no null pointers.
template <Scalar T>
class CusparseCsr {
 public:
  /// @throws NotSupported when `a` has more than max_cusparse_entries entries.
  CusparseCsr(const ExecutionSpace& space, const CsrView<T>& a);

  const CsrView<T>& view() const { return a_; }
  cusparseConstSpMatDescr_t descriptor() const { return matrix_.get(); }
  /// The handle, on the device and the stream of `space`.
  cusparseHandle_t handle(const ExecutionSpace& space) const;
  /// What is said in errors.
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
  // Destroyed from the last to the first: the descriptor before the arrays to which it points.
  CsrView<T> a_;
  DeviceView<const LocalIndex> offsets_;
  Owner<cusparseHandle_t, cusparseDestroy> handle_;
  Owner<cusparseConstSpMatDescr_t, cusparseDestroySpMat> matrix_;
};

template <Scalar T>
CusparseCsr<T>::CusparseCsr(const ExecutionSpace& space, const CsrView<T>& a) : a_(a) {
  if (a_.entries() > max_cusparse_entries) {
    throw NotSupported(message("the kernel path 'cusparse' takes matrices of at most ",
                               max_cusparse_entries, " entries on one rank, and this one has ",
                               a_.entries(), ": choose 'native' or 'automatic', or more ranks"));
  }
  if (a_.entries() == 0) return;
  use_device_of(space);
  offsets_ = narrow(space, a_.offsets);
  cusparseHandle_t raw_handle = nullptr;
  check(cusparseCreate(&raw_handle), "cusparseCreate", shape());
  handle_.reset(raw_handle);
  check(cusparseSetPointerMode(raw_handle, CUSPARSE_POINTER_MODE_HOST), "cusparseSetPointerMode",
        shape());
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

/// Memory for cuSPARSE: one byte at least, because it takes no null pointer for a workspace.
inline DeviceView<char> workspace_of(const ExecutionSpace& space, std::size_t bytes) {
  return DeviceView<char>(
      Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::cusparse workspace"),
      bytes > 0 ? bytes : 1);
}

}  // namespace suan::kernels::cuda
