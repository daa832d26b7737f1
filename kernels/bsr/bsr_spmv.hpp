// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with blocks on the host: the sums of a block row fill vector registers; each column of a
// block, times one element of x, is added to them.
#pragma once

#include "kernels/bsr/bsr_view.hpp"
#include "kernels/common/caches.hpp"
#include "kernels/values/value_lanes.hpp"
#include "suan/kernels/detail/thread_parts.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

/// The products of one block row. Columns that do not fill a vector register read beyond their end;
/// those lanes are not used.
template <int b, Scalar T, class Code>
struct BlockRow {
  static constexpr int widest = 32 / int(sizeof(T));
  static constexpr int lanes = is_complex<T>                   ? 1
                               : b == 2                        ? 2
                               : b <= 4 && int(sizeof(T)) == 4 ? 4
                                                               : widest;
  static constexpr int vectors = (b + lanes - 1) / lanes;
  // A single sum would wait for each of its additions.
  static constexpr int sets = vectors > 2 ? 1 : vectors == 2 ? 2 : 4;
  using Vector = typename VectorOf<T, lanes>::Type;

  KOKKOS_FORCEINLINE_FUNCTION static void prefetch(const Code* values) {
    constexpr int ahead = 1024;
    constexpr int bytes = b * b * int(sizeof(Code));
    for (int line = 0; line < bytes; line += 64) {
      __builtin_prefetch(reinterpret_cast<const char*>(values) + ahead + line, 0, 0);
    }
  }
  static void products(const Codec<T, Code>& codec, Offset count, const LocalIndex* columns,
                       const Code* values, const T* x, bool far, T* result) {
    Vector sums[sets][vectors] = {};
    for (Offset k = 0; k < count; ++k, values += b * b) {
      if (far) prefetch(values);
      const T* const from = x + columns[k];
#pragma GCC unroll 8
      for (int c = 0; c < b; ++c) {
#pragma GCC unroll 8
        for (int v = 0; v < vectors; ++v) {
          sums[c % sets][v] += decode_lanes<lanes>(codec, values + c * b + v * lanes) * from[c];
        }
      }
    }
    T all[vectors * lanes];
    for (int v = 0; v < vectors; ++v) {
      Vector sum = sums[0][v];
      for (int s = 1; s < sets; ++s) sum += sums[s][v];
      __builtin_memcpy(all + v * lanes, &sum, sizeof sum);
    }
    for (int r = 0; r < b; ++r) result[r] = all[r];
  }
};

template <int b, Scalar T, class Code>
struct BlockRows {
  const BsrView<T, Code>& m;
  const T* x;
  bool far = !stays_in_caches(Offset(m.values.size() * sizeof(Code)));  // caches.hpp

  void one(LocalIndex block_row, T* result) const {
    const Offset begin = m.offsets.data()[block_row];
    const Offset count = m.offsets.data()[block_row + 1] - begin;
    BlockRow<b, T, Code>::products(m.codec, count, m.columns.data() + begin,
                                   m.values.data() + begin * b * b, x, far, result);
  }
  /// Rows [begin, end), which may start and end within a block row.
  void operator()(LocalIndex begin, LocalIndex end, T* products) const {
    LocalIndex i = begin;
    while (i < end) {
      const LocalIndex block_row = i / b;
      const LocalIndex first = block_row * b;
      if (first == i && end - i >= b) {
        one(block_row, products + (i - begin));
        i += b;
        continue;
      }
      T all[b];
      one(block_row, all);
      for (; i < end && i - first < b; ++i) products[i - begin] = all[i - first];
    }
  }
};

template <Scalar T, class Code>
void BsrView<T, Code>::row_products(LocalIndex begin, LocalIndex count, const T* x,
                                    T* products) const {
  T copy[largest_block] = {};
  const T* from = x;
  if (matrix_columns < block) {
    for (LocalIndex j = 0; j < matrix_columns; ++j) copy[j] = x[j];
    from = copy;
  }
  const auto with = [&]<int b>() {
    BlockRows<b, T, Code>{*this, from}(begin, begin + count, products);
  };
  with_block(block, with);
  bool any_nan = false;
  for (LocalIndex i = 0; i < count; ++i) any_nan |= products[i] != products[i];
  if (!any_nan) return;
  for (LocalIndex i = 0; i < count; ++i) {
    if (products[i] != products[i]) products[i] = sum_of_row(begin + i, x);
  }
}

template <Scalar T, class Code>
LocalIndex BsrView<T, Code>::first_row_of_part(int part, int parts) const {
  const auto count = static_cast<LocalIndex>(offsets.extent(0)) - 1;
  // Bytes before a block row, and its share of x and y.
  const auto cost = [&](LocalIndex block_row) {
    const Offset per_block = Offset(block) * block * Offset(sizeof(Code)) + 4;
    const Offset per_row = Offset(sizeof(Offset)) + 2 * block * Offset(sizeof(T));
    return offsets(block_row) * per_block + block_row * per_row;
  };
  const LocalIndex first = first_of_part(count, part, parts, cost);
  return first == count ? rows : first * block;
}

}  // namespace suan::kernels

#endif
