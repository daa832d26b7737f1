// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Plans belong to a structure. These functions check whether a matrix still has it.
#pragma once

#include "suan/core/detail/memory.hpp"
#include "suan/core/error.hpp"
#include "suan/matrix/csr.hpp"

namespace suan::detail {

/// "A (3 x 4, 7 entries)"
template <Scalar T>
std::string described(const char* name, const kernels::CsrView<T>& a) {
  return message(name, " (", a.rows, " x ", a.columns, ", ", a.indices.extent(0), " entries)");
}

template <class V>
bool same_elements(const V& a, const V& b) {
  if (a.extent(0) != b.extent(0)) return false;
  if (a.data() == b.data()) return true;
  std::int64_t different = 0;
  Kokkos::parallel_reduce(
      "suan::same_elements",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          0, static_cast<std::int64_t>(a.extent(0))),
      KOKKOS_LAMBDA(std::int64_t k, std::int64_t & count) { count += a(k) != b(k); }, different);
  return different == 0;
}

/// @throws DimensionMismatch or InvalidArgument unless `a` has the structure `known`. The check is
/// free for matrices that share the structure's arrays, and one pass over it for others.
template <Scalar T>
void require_pattern(const char* what, const char* name, const kernels::CsrView<T>& known,
                     const Csr<T>& a) {
  if (a.rows() != known.rows || a.columns() != known.columns) {
    throw DimensionMismatch(message(what, ": ", described(name, a.view()),
                                    " does not have the size that this was made for, ", known.rows,
                                    " x ", known.columns));
  }
  if (!same_elements(known.offsets, a.view().offsets) ||
      !same_elements(known.indices, a.view().indices)) {
    throw InvalidArgument(message(what, ": ", described(name, a.view()),
                                  " does not have the structure that this was made for, of ",
                                  known.indices.extent(0),
                                  " entries; only values may change, so make a new one"));
  }
}

template <Scalar T>
kernels::CsrView<T> pattern_of(const Csr<T>& a) {
  return {a.rows(), a.columns(), kept(a.view().offsets), kept(a.view().indices), {}};
}

/// Checked again by the constructor, like every matrix.
template <Scalar T>
Csr<T> to_csr(const kernels::CsrView<T>& a) {
  return Csr<T>(a.rows, a.columns, a.offsets, a.indices, a.values);
}

}  // namespace suan::detail
