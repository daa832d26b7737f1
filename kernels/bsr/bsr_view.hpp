// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory layout of a block matrix (BSR).
#pragma once

#include "kernels/values/value_codes.hpp"
#include "suan/kernels/bsr.hpp"

namespace suan::kernels {

/// Padding after the last block, because vector registers may read beyond it.
inline constexpr std::size_t spare_codes = 8;

/// Calls use.operator()<b>() with the block size as a constant.
template <class Use>
void with_block(int block, const Use& use) {
  switch (block) {
    case 2:
      return use.template operator()<2>();
    case 3:
      return use.template operator()<3>();
    case 4:
      return use.template operator()<4>();
    case 5:
      return use.template operator()<5>();
    case 6:
      return use.template operator()<6>();
    case 7:
      return use.template operator()<7>();
    default:
      return use.template operator()<8>();
  }
}

/// Block row I has the blocks offsets(I) to offsets(I + 1) - 1. Block k starts at column
/// columns(k); its values start at values(k b^2), column by column.
template <Scalar T, class Code>
struct BsrView {
  LocalIndex rows = 0;
  LocalIndex matrix_columns = 0;
  int block = 0;
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> columns;
  DeviceView<const Code> values;
  Codec<T, Code> codec;

  /// Sum over the entries of row i, without fill-in.
  template <class X>
  KOKKOS_FUNCTION T sum_of_row(LocalIndex i, const X& x) const {
    const LocalIndex block_row = i / block;
    // Narrower than a block where the matrix has fewer columns.
    const LocalIndex width = block < matrix_columns ? block : matrix_columns;
    T sum{};
    for (Offset k = offsets.data()[block_row]; k < offsets.data()[block_row + 1]; ++k) {
      const LocalIndex column = columns.data()[k];
      const Code* code = values.data() + k * block * block + (i - block_row * block);
      for (LocalIndex c = 0; c < width; ++c, code += block) {
        const T value = codec.decode(*code);
        if (!same_bits(value, marker<T>())) sum += value * x[column + c];
      }
    }
    return sum;
  }
  /// Calls entry(column, value) for each entry of row i, by increasing column; fill-in is left out.
  template <class Entry>
  KOKKOS_FUNCTION void visit_row(LocalIndex i, const Entry& entry) const {
    const LocalIndex block_row = i / block;
    for (Offset k = offsets(block_row); k < offsets(block_row + 1); ++k) {
      for (int c = 0; c < block; ++c) {
        const T value =
            codec.decode(values(k * block * block + c * block + (i - block_row * block)));
        if (!same_bits(value, marker<T>())) entry(columns(k) + c, value);
      }
    }
  }
#if !SUAN_HAVE_CUDA
  Offset work() const { return static_cast<Offset>(values.extent(0)) + rows; }
  LocalIndex first_row_of_part(int part, int parts) const;
  void row_products(LocalIndex begin, LocalIndex count, const T* x, T* products) const;
#endif
};

}  // namespace suan::kernels
