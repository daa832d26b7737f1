// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Rows of a CSR matrix times a vector on the host: the loop shared by all its products.
#pragma once

#include <limits>

#include "kernels/common/caches.hpp"
#include "suan/kernels/spmv.hpp"

namespace suan::kernels {

struct RowOptions {
  /// Rows with at least this many entries are left out.
  Offset limit = std::numeric_limits<Offset>::max();
  /// The number of entries of the matrix: how far may be read. Without it `fetch` and `uneven` do
  /// nothing.
  Offset entries = 0;
  /// Whether to prefetch elements of x.
  bool fetch = false;
  /// Whether the matrix is so small that caches keep it from one product to the next. Does nothing
  /// where elements of x are fetched.
  bool cached = false;
  /// Whether most rows are as long as the row before. Does nothing where elements of x are fetched.
  bool alike = false;
  /// Whether rows are short and of very different lengths.
  bool uneven = false;

  template <Scalar T>
  static RowOptions from(const SpmvHints<T>& hints, Offset entries) {
    RowOptions options;
    options.entries = entries;
    options.fetch = hints.scattered;
    options.alike = hints.alike;
    options.uneven = hints.uneven;
    options.cached = stays_in_caches(entries * Offset(sizeof(T) + sizeof(LocalIndex)));
    return options;
  }
};

/// products[i] = sum over the entries k of row i of values[k] x[indices[k]], for i < count, where
/// row i has the entries offsets[i] to offsets[i + 1] - 1.
///
/// The order of a row's sum depends on the row's length alone, so a row has the same bits in any
/// block and on any number of threads.
template <Scalar T>
void row_products(const Offset* offsets, LocalIndex count, const LocalIndex* indices,
                  const T* values, const T* x, T* products, const RowOptions& options = {});

/// The first row of part `part` of `parts`. Parts have about equal numbers of entries and rows
/// taken together, because a row has a cost of its own; `left_out` does not count.
template <Scalar T>
LocalIndex first_row_of_part(const CsrView<T>& a, int part, int parts,
                             const LongRows<T>& left_out = {});

}  // namespace suan::kernels
