// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The symbolic phase of C = A B on the device: its structure, and its rows grouped by the kernel
// that computes them.
#pragma once

#include <array>

#include "suan/kernels/spmv.hpp"

namespace suan::kernels::cuda {

// Rows are binned by their number of columns in C, or by a bound before it is known: a power of two
// from 32 to 8192, or more. Up to `last_warp_bin` a row gets 8 lanes of a warp (the first bin) or a
// warp, beyond it a block. Bin 0 holds rows without products.
constexpr int first_bin = 1;
constexpr int last_warp_bin = 5;
constexpr int last_block_bin = 9;
constexpr int long_rows_bin = 10;
constexpr int bin_count = 11;
/// With more products than this, a warp would keep the others waiting.
constexpr Offset most_products_of_warp = 1 << 14;

constexpr KOKKOS_FUNCTION int capacity_of_bin(int bin) { return 16 << bin; }

/// For rows of at most `columns` columns that sum `products` products.
KOKKOS_INLINE_FUNCTION int bin_of_row(Offset columns, Offset products) {
  if (products == 0) return 0;
  int bin = first_bin;
  while (bin <= last_block_bin && capacity_of_bin(bin) < columns) ++bin;
  return bin <= last_warp_bin && products > most_products_of_warp ? last_warp_bin + 1 : bin;
}

/// The row numbers, grouped by bin, in any order within a bin.
struct RowBins {
  DeviceView<const LocalIndex> rows;
  std::array<LocalIndex, bin_count + 1> begin{};

  const LocalIndex* of(int bin) const { return rows.data() + begin[static_cast<std::size_t>(bin)]; }
  LocalIndex count(int bin) const {
    const auto b = static_cast<std::size_t>(bin);
    return begin[b + 1] - begin[b];
  }
};

struct ProductStructure {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> indices;
  RowBins bins;
  Offset products = 0;
  /// Whether the columns of B increase in each row; only used when there are long rows.
  bool b_increases = false;
};

/// The number of multiplications in A B.
Offset count_products(const ExecutionSpace& space, const DeviceView<const LocalIndex>& a_indices,
                      const DeviceView<const Offset>& b_offsets);

/// Whether columns increase strictly in each row.
bool rows_increase(const ExecutionSpace& space, const DeviceView<const Offset>& offsets,
                   const DeviceView<const LocalIndex>& indices);

/// Temporary workspace besides the structure and the bins: 21 bytes per row of C.
/// @throws DeviceError when CUDA fails.
ProductStructure find_product_structure(const ExecutionSpace& space,
                                        const DeviceView<const Offset>& a_offsets,
                                        const DeviceView<const LocalIndex>& a_indices,
                                        const DeviceView<const Offset>& b_offsets,
                                        const DeviceView<const LocalIndex>& b_indices,
                                        LocalIndex columns);

}  // namespace suan::kernels::cuda
