// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with compact SELL on a device: a thread per row, so a warp per slice.
#pragma once

#include "kernels/sell/sell_view.hpp"

#if SUAN_HAVE_CUDA

namespace suan::kernels {

/// The sum of value(k) x[column(k)] over k from `begin` to `end`, in this order. The loads of a
/// batch of steps are issued before the first result is needed: columns, then elements of x. A
/// column below zero means no entry; x is not read there.
template <Scalar T, class Index, class Column, class Value>
KOKKOS_FORCEINLINE_FUNCTION T sum_in_batches(Index begin, Index end, const T* x,
                                             const Column& column, const Value& value) {
  constexpr int batch = is_complex<T> ? 2 : 4;
  T sum{};
  for (Index first = begin; first < end; first += batch) {
    LocalIndex columns[batch];
    T own[batch];
    T at_columns[batch];
#pragma unroll
    for (int step = 0; step < batch; ++step) {
      const Index k = first + step;
      columns[step] = k < end ? column(k) : LocalIndex(-1);
      own[step] = k < end ? value(k) : T{};
    }
#pragma unroll
    for (int step = 0; step < batch; ++step) {
      at_columns[step] = columns[step] >= 0 ? x[columns[step]] : T{};
    }
#pragma unroll
    for (int step = 0; step < batch; ++step) {
      if (columns[step] >= 0) sum += own[step] * at_columns[step];
    }
  }
  return sum;
}

/// (A x)_i: first the adjacent entries, then the tail. The form of a slice is the same for the
/// whole warp, so branches on it do not diverge.
template <Scalar T, class Code>
KOKKOS_FUNCTION T SellView<T, Code>::row_product(LocalIndex i,
                                                 const DeviceView<const T>& x_view) const {
  const SellSlice slice = slices.data()[i / slice_rows];
  const LocalIndex lane = i % slice_rows;
  const std::uint32_t* words_at = words.data() + slice.words;
  const Code* const values_at = values.data() + slice.values;
  const T* const x = x_view.data();
  const std::uint32_t* const ends = words_at;
  const bool uneven = slice.is(SellSlice::uneven);
  const bool shared = slice.is(SellSlice::shared);
  if (uneven) words_at += slice_rows;
  const auto shared_value = [&](LocalIndex k) { return codec.decode(values_at[k]); };
  const auto own_value = [&](LocalIndex k) {
    return codec.decode(values_at[Offset(k) * slice_rows + lane]);
  };
  const LocalIndex zero = 0;
  if (slice.is(SellSlice::gaps)) {
    const std::uint32_t* const present = words_at + slice.width;
    const auto column = [&](LocalIndex k) {
      return (present[k] >> lane & 1u) != 0 ? LocalIndex(words_at[k]) + lane : LocalIndex(-1);
    };
    return shared ? sum_in_batches(zero, slice.width, x, column, shared_value)
                  : sum_in_batches(zero, slice.width, x, column, own_value);
  }
  T sum{};
  const bool runs = slice.is(SellSlice::runs);
  if (runs) {
    const auto column = [&](LocalIndex k) { return LocalIndex(words_at[k]) + lane; };
    sum = shared ? sum_in_batches(zero, slice.width, x, column, shared_value)
                 : sum_in_batches(zero, slice.width, x, column, own_value);
    if (!uneven) return sum;
    words_at += slice.width;
  }
  const Offset side_by_side = Offset(slice.width) * slice_rows;
  const Code* const tail_values = values_at + (shared ? Offset(slice.width) : side_by_side);
  const auto tail_value = [&](std::uint32_t k) { return codec.decode(tail_values[k]); };
  const auto add_listed = [&](const auto* numbers, LocalIndex base) {
    if (!runs) {
      const auto column = [&](LocalIndex k) {
        return base + LocalIndex(numbers[Offset(k) * slice_rows + lane]);
      };
      sum = sum_in_batches(zero, slice.width, x, column, own_value);
      numbers += side_by_side;
    }
    if (!uneven) return;
    const auto column = [&](std::uint32_t k) { return base + LocalIndex(numbers[k]); };
    const std::uint32_t begin = lane == 0 ? 0 : ends[lane - 1];
    sum += sum_in_batches(begin, ends[lane], x, column, tail_value);
  };
  if (slice.is(SellSlice::near)) {
    add_listed(reinterpret_cast<const Distance*>(words_at + 1), LocalIndex(words_at[0]));
  } else {
    add_listed(words_at, 0);
  }
  return sum;
}

}  // namespace suan::kernels

#endif
