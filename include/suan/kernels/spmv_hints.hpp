// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a product with a CSR matrix wants to know beyond the matrix's arrays.
#pragma once

#include "suan/kernels/long_rows.hpp"

namespace suan::kernels {

/// Found once when a product is prepared. Hints change the time of a product and, through the long
/// rows, the order of sums; without any, each row is summed by one thread. On a device there are
/// none.
template <Scalar T>
struct SpmvHints {
  SpmvHints() = default;
  SpmvHints(const ExecutionSpace& space, const CsrView<T>& a);

  LongRows<T> long_rows;
  /// Whether elements of x are worth asking for some entries ahead, because neither the caches nor
  /// the processor's own prefetching have them.
  bool scattered = false;
  /// The same of a line of 64 bytes in products with several vectors.
  bool scattered_block = false;
  /// Whether most rows have as many entries as the row before, so that code made for their length
  /// pays: a processor mispredicts the end of a short loop, in each row.
  bool alike = false;
  /// Whether rows are short and a quarter of them or more have another length than the row before,
  /// in too many rows to be learnt by heart: several entries are then multiplied at a time, whether
  /// they belong to the row or not.
  bool uneven = false;
};

/// Whether, in a sample of entries, a part that counts of the columns is far from all columns of
/// the thousands of entries before, and x, with `element_bytes` per element, is too large for the
/// caches near to the processor. Always false for a device.
template <Scalar T>
bool columns_are_scattered(const CsrView<T>& a, std::int64_t element_bytes);

/// Of a sample of rows, the part that is longer or shorter than the row before. Zero for a device.
template <Scalar T>
double changing_rows(const CsrView<T>& a);

}  // namespace suan::kernels
