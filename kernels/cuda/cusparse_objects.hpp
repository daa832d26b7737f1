// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Shared by the products and solves through cuSPARSE: owning handles, and matrices in the form that
// cuSPARSE accepts.
#pragma once

#include <string>
#include <type_traits>

#include "kernels/cuda/status.hpp"

namespace suan::kernels::cuda::cusparse {

/// Calls the library's destroy function for what it owns.
template <auto Destroy>
struct Destroyer {
  template <class Object>
  void operator()(Object* object) const noexcept {
    Destroy(object);
  }
};
template <class Descriptor, auto Destroy>
using Owner = std::unique_ptr<std::remove_pointer_t<Descriptor>, Destroyer<Destroy>>;

using Handle = Owner<cusparseHandle_t, cusparseDestroy>;
using SparseMatrix = Owner<cusparseSpMatDescr_t, cusparseDestroySpMat>;
using DenseVector = Owner<cusparseDnVecDescr_t, cusparseDestroyDnVec>;
using DenseMatrix = Owner<cusparseDnMatDescr_t, cusparseDestroyDnMat>;

inline Handle make_handle(const ExecutionSpace& space, const std::string& what) {
  use_device_of(space);
  cusparseHandle_t raw = nullptr;
  check(cusparseCreate(&raw), "cusparseCreate", what);
  Handle handle(raw);
  check(cusparseSetStream(raw, space.cuda_stream()), "cusparseSetStream", what);
  check(cusparseSetPointerMode(raw, CUSPARSE_POINTER_MODE_HOST), "cusparseSetPointerMode", what);
  return handle;
}

/// The offsets in the width of the column numbers, as cuSPARSE's documentation has it.
/// @throws NotSupported, naming `operation` and `matrix`, where !cusparse_takes.
template <Scalar T>
DeviceView<LocalIndex> narrow_offsets(const ExecutionSpace& space, const CsrView<T>& a,
                                      const char* operation, const char* matrix) {
  const auto entries = static_cast<Offset>(a.indices.size());
  if (entries > max_cusparse_entries) {
    throw NotSupported(message("cuSPARSE's ", operation, " takes matrices of at most ",
                               max_cusparse_entries, " entries on one rank, and ", matrix, " has ",
                               entries, ": choose 'automatic', or more ranks"));
  }
  if (!cusparse_takes(a.rows, a.columns, entries)) {
    throw NotSupported(message("cuSPARSE's ", operation, " takes no matrix with more entries than ",
                               "places, and ", matrix, " has ", entries, " entries in ", a.rows,
                               " x ", a.columns, " places: add up duplicates, or choose ",
                               "'automatic'"));
  }
  const auto offsets = a.offsets;
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

/// The library accepts no const arrays where attributes are set, although it does not write them.
template <class T>
T* writable(const T* data) {
  return const_cast<T*>(data);
}

template <Scalar T>
SparseMatrix describe_csr(const CsrView<T>& a, const DeviceView<LocalIndex>& offsets) {
  cusparseSpMatDescr_t raw = nullptr;
  check(cusparseCreateCsr(&raw, a.rows, a.columns, static_cast<Offset>(a.indices.size()),
                          offsets.data(), writable(a.indices.data()), writable(a.values.data()),
                          CUSPARSE_INDEX_32I, CUSPARSE_INDEX_32I, CUSPARSE_INDEX_BASE_ZERO,
                          data_type<T>),
        "cusparseCreateCsr", "for ", a.rows, " x ", a.columns);
  return SparseMatrix(raw);
}

/// At least one byte: the library accepts no null pointer for a workspace.
inline DeviceView<char> make_workspace(const ExecutionSpace& space, std::size_t bytes) {
  return DeviceView<char>(
      Kokkos::view_alloc(space, Kokkos::WithoutInitializing, "suan::cusparse workspace"),
      bytes > 0 ? bytes : 1);
}

}  // namespace suan::kernels::cuda::cusparse
