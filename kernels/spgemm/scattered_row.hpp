// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A row of a product of matrices: its columns and values in one pass.
#pragma once

#include <algorithm>

#include "core/pooled.hpp"
#include "kernels/common/host_csr.hpp"
#include "kernels/spgemm/marked_columns.hpp"

namespace suan::kernels {

/// Sums into an array with an element for each column and marks the columns: 65/64 bytes and a
/// value per column, which stay in the near caches for the matrices that use this. So a product
/// costs three stores, and no column is searched for or sorted. The sums are zero between rows;
/// each starts there and adds its products in order.
template <Scalar T>
class ScatteredRow {
 public:
  /// Products of one row. With more, each column has dozens of products, and finding columns and
  /// summing in two passes of fewer instructions is faster.
  static constexpr Offset most = Offset(1) << 12;
  /// Columns for which this pays.
  static constexpr LocalIndex most_columns = LocalIndex(1) << 17;
  /// What row() may overwrite behind the columns.
  static constexpr std::size_t beyond = MarkedColumns::beyond;

  /// With zero columns it takes no memory.
  explicit ScatteredRow(LocalIndex columns) : ScatteredRow(MarkedColumns(columns), columns) {}
  ScatteredRow(MarkedColumns marked, LocalIndex columns)
      : marked_(std::move(marked)), sums_(static_cast<std::size_t>(columns)) {
    std::fill_n(sums_.get(), sums_.size(), T{});
  }

  /// Of row i of A B, writes the columns in increasing order to `out` and the sums of their
  /// products to `values`. Returns the end of the columns.
  LocalIndex* row(const HostCsr<T>& a, const HostCsr<T>& b, LocalIndex i, LocalIndex* out,
                  T* __restrict values) const {
    // Local copies: after a store of a byte the compiler would reload everything else.
    const auto marks = marked_.marks();
    T* const sums = sums_.get();
    const Offset* const offsets = b.offsets;
    const LocalIndex* const columns = b.indices;
    const T* const numbers = b.values;
    const LocalIndex* const rows = a.indices;
    const T* const factors = a.values;
    const Offset last = a.offsets[i + 1];
    for (Offset k = a.offsets[i]; k < last; ++k) {
      const T factor = factors[k];
      const Offset end = offsets[rows[k] + 1];
      for (Offset l = offsets[rows[k]]; l < end; ++l) {
        const auto column = static_cast<std::size_t>(columns[l]);
        const T product = factor * numbers[l];
        marks.set(column);
        sums[column] += product;
      }
    }
    LocalIndex* const end = marked_.take(out);
    for (; out < end; ++out) {
      T& sum = sums[*out];
      *values++ = sum;
      sum = T{};
    }
    return end;
  }

 private:
  MarkedColumns marked_;
  detail::Pooled<T> sums_;
};

}  // namespace suan::kernels
