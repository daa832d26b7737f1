// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Facts about a CSR matrix that make its products faster.
#pragma once

#include "suan/kernels/long_rows.hpp"

namespace suan::kernels {

/// Found once when a product is prepared. Hints change the time of a product and, through the long
/// rows, the order of sums; without any, one thread sums each row. On a device there are none.
template <Scalar T>
struct SpmvHints {
  SpmvHints() = default;
  SpmvHints(const ExecutionSpace& space, const CsrView<T>& a);

  LongRows<T> long_rows;
  /// Whether to prefetch elements of x, because neither the caches nor the hardware prefetcher have
  /// them.
  bool scattered = false;
  /// The same for lines of 64 bytes in products with several vectors.
  bool scattered_multi = false;
  /// Whether most rows have as many entries as the row before, so that code made for their length
  /// pays off: a processor mispredicts the end of a short loop in each row.
  bool alike = false;
  /// Whether rows are short and at least a quarter of them differ in length from the row before,
  /// with too many rows for a branch predictor to memorise: several entries are then multiplied at
  /// a time, whether they belong to the row or not.
  bool uneven = false;
};

/// Whether, in a sample of entries, a significant fraction of the columns is far from all columns
/// of the thousands of entries before, and x, with `element_bytes` per element, is too large for
/// the inner caches. Always false for a device.
template <Scalar T>
bool columns_are_scattered(const CsrView<T>& a, std::int64_t element_bytes);

/// The fraction of rows, in a sample, whose length differs from that of the row before. Zero for a
/// device.
template <Scalar T>
double changing_rows(const CsrView<T>& a);

}  // namespace suan::kernels
