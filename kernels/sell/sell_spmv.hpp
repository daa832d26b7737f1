// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with compact SELL on the host, a slice at a time in vector registers, with the vector
// extensions of GCC and Clang. Elements of x outside runs are loaded one by one: the gather
// instructions of common processors are slower.
#pragma once

#include "kernels/common/caches.hpp"
#include "kernels/sell/sell_view.hpp"
#include "kernels/values/value_lanes.hpp"
#include "suan/kernels/detail/thread_parts.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

/// The numbers of one slice in vectors; complex ones, which gain nothing from vectors, one by one.
template <Scalar T>
struct Lanes {
  static constexpr int per_vector = is_complex<T> ? 1 : 32 / int(sizeof(T));
  static constexpr int vectors = slice_rows / per_vector;
  using Vector = typename VectorOf<T, per_vector>::Type;
};

/// step(k) for all k below `count`, in this order. Four at a time, then two and one: the end of a
/// short loop is mispredicted in each slice, but these branches go the same way in all slices of
/// one width.
template <class Step>
KOKKOS_FORCEINLINE_FUNCTION void for_steps(LocalIndex count, const Step& step) {
  LocalIndex k = 0;
  for (; k + 4 <= count; k += 4) {
    step(k);
    step(k + 1);
    step(k + 2);
    step(k + 3);
  }
  if ((count & 2) != 0) {
    step(k);
    step(k + 1);
    k += 2;
  }
  if ((count & 1) != 0) step(k);
}

// The values are read in one stream; the hardware prefetcher stops at page ends. `far` says
// that they do not stay in the caches (caches.hpp).
template <class Code>
KOKKOS_FORCEINLINE_FUNCTION void prefetch_values(const Code* values, bool far) {
  if (far) __builtin_prefetch(reinterpret_cast<const char*>(values) + 1024, 0, 0);
}

/// products[l] = the sum of what add(k, sums) added to the sums of row l for all k below `width`.
/// The sums are local vectors: GCC would clear those in a struct and keep them in memory.
template <Scalar T, class Add>
KOKKOS_FORCEINLINE_FUNCTION void sum_side_by_side(LocalIndex width, T* products, const Add& add) {
  using L = Lanes<T>;
  typename L::Vector sums[L::vectors];
  for (auto& sum : sums) sum = typename L::Vector{};
  if constexpr (is_complex<T>) {
    for (LocalIndex k = 0; k < width; ++k) add(k, sums);
  } else {
    for_steps(
        width, [&](LocalIndex k) __attribute__((always_inline)) { add(k, sums); });
  }
  for (int v = 0; v < L::vectors; ++v) {
    __builtin_memcpy(products + v * L::per_vector, &sums[v], sizeof sums[v]);
  }
}

/// The products of a slice's runs.
template <bool shared, bool gaps, Scalar T, class Code>
void run_products(const Codec<T, Code>& codec, LocalIndex width, const std::uint32_t* bases,
                  const Code* values, const T* x, bool far, T* products) {
  using L = Lanes<T>;
  sum_side_by_side<T>(
      width, products, [&](LocalIndex k, auto& sums) __attribute__((always_inline)) {
        constexpr Offset stored = shared ? 1 : slice_rows;
        const Code* const own = values + k * stored;
        const T* const from = x + bases[k];
        if constexpr (!shared) prefetch_values(own, far);
        for (int v = 0; v < L::vectors; ++v) {
          const auto entries = load_lanes<L::per_vector>(from + v * L::per_vector);
          typename L::Vector product;
          if constexpr (shared) {
            product = codec.decode(*own) * entries;
          } else {
            product = decode_lanes<L::per_vector>(codec, own + v * L::per_vector) * entries;
          }
          if constexpr (gaps) {
            product =
                lanes_of<L::per_vector, T>(product, (bases + width)[k] >> (v * L::per_vector));
          }
          sums[v] += product;
        }
      });
}

/// The products of adjacent entries in arbitrary columns; `column` decodes a stored number.
template <Scalar T, class Code, class Number, class Column>
void column_products(const Codec<T, Code>& codec, LocalIndex width, const Number* numbers,
                     const Code* values, const T* x, const Column& column, bool far, T* products) {
  using L = Lanes<T>;
  sum_side_by_side<T>(
      width, products, [&](LocalIndex k, auto& sums) __attribute__((always_inline)) {
        const Code* const own = values + k * Offset(slice_rows);
        const Number* const own_numbers = numbers + k * Offset(slice_rows);
        prefetch_values(own, far);
        for (int v = 0; v < L::vectors; ++v) {
          T gathered[L::per_vector];
#pragma GCC unroll 8
          for (int l = 0; l < L::per_vector; ++l) {
            gathered[l] = x[column(own_numbers[v * L::per_vector + l])];
          }
          sums[v] += decode_lanes<L::per_vector>(codec, own + v * L::per_vector) *
                     load_lanes<L::per_vector>(gathered);
        }
      });
}

/// Sum of `count` entries of one row. Four sums if there are many, because a single one would wait
/// for each of its additions.
template <Scalar T, class Code, class Number, class Column>
T tail_product(const Codec<T, Code>& codec, const Code* values, const Number* numbers, Offset count,
               const T* x, const Column& column) {
  constexpr Offset long_tail = 16;
  T s0{}, s1{}, s2{}, s3{};
  Offset k = 0;
  if (count >= long_tail) {
    for (; k + 4 <= count; k += 4) {
      s0 += codec.decode(values[k]) * x[column(numbers[k])];
      s1 += codec.decode(values[k + 1]) * x[column(numbers[k + 1])];
      s2 += codec.decode(values[k + 2]) * x[column(numbers[k + 2])];
      s3 += codec.decode(values[k + 3]) * x[column(numbers[k + 3])];
    }
    s0 = (s0 + s1) + (s2 + s3);
  }
  for (; k < count; ++k) s0 += codec.decode(values[k]) * x[column(numbers[k])];
  return s0;
}

template <Scalar T, class Code, class Number, class Column>
void add_tails(const Codec<T, Code>& codec, const std::uint32_t* ends, const Number* numbers,
               const Code* values, const T* x, const Column& column, bool far, T* products) {
  std::uint32_t begin = 0;
  for (LocalIndex l = 0; l < slice_rows; ++l) {
    const std::uint32_t end = ends[l];
    if (far) {
      __builtin_prefetch(values + end + 128, 0, 0);
      __builtin_prefetch(numbers + end + 128, 0, 0);
    }
    products[l] += tail_product(codec, values + begin, numbers + begin, end - begin, x, column);
    begin = end;
  }
}

/// The slice's columns outside runs: adjacent entries, and the tails.
template <Scalar T, class Code, class Number, class Column>
void add_listed(const Codec<T, Code>& codec, const SellSlice& slice, const std::uint32_t* ends,
                const Number* numbers, const Code* values, const T* x, const Column& column,
                bool far, T* products) {
  const Offset side_by_side = Offset(slice.width) * slice_rows;
  const bool runs = slice.is(SellSlice::runs);
  if (!runs) column_products(codec, slice.width, numbers, values, x, column, far, products);
  if (!slice.is(SellSlice::uneven)) return;
  const Offset stored = slice.is(SellSlice::shared) ? Offset(slice.width) : side_by_side;
  add_tails(codec, ends, runs ? numbers : numbers + side_by_side, values + stored, x, column, far,
            products);
}

/// All slice_rows products of one slice.
template <Scalar T, class Code>
void slice_products(const Codec<T, Code>& codec, const SellSlice& slice, const std::uint32_t* words,
                    const Code* values, const T* x, bool far, T* products) {
  const std::uint32_t* const ends = words;
  if (slice.is(SellSlice::uneven)) words += slice_rows;
  const bool shared = slice.is(SellSlice::shared);
  if (slice.is(SellSlice::gaps)) {
    if (shared) {
      run_products<true, true>(codec, slice.width, words, values, x, far, products);
    } else {
      run_products<false, true>(codec, slice.width, words, values, x, far, products);
    }
    return;
  }
  if (slice.is(SellSlice::runs)) {
    if (shared) {
      run_products<true, false>(codec, slice.width, words, values, x, far, products);
    } else {
      run_products<false, false>(codec, slice.width, words, values, x, far, products);
    }
    if (!slice.is(SellSlice::uneven)) return;
    words += slice.width;
  }
  if (slice.is(SellSlice::near)) {
    const T* const base = x + words[0];
    const auto* const distances = reinterpret_cast<const Distance*>(words + 1);
    add_listed(
        codec, slice, ends, distances, values, base, [](Distance d) { return std::size_t(d); }, far,
        products);
  } else {
    add_listed(
        codec, slice, ends, words, values, x, [](std::uint32_t c) { return std::size_t(c); }, far,
        products);
  }
}

template <Scalar T, class Code>
void SellView<T, Code>::row_products(LocalIndex begin, LocalIndex count, const T* x,
                                     T* products) const {
  const LocalIndex first = begin / slice_rows;
  const LocalIndex whole = count / slice_rows;
  const bool far =
      !stays_in_caches(Offset(words.size() * sizeof(std::uint32_t) + values.size() * sizeof(Code)));
  for (LocalIndex s = 0; s < whole; ++s) {
    const SellSlice& slice = slices(first + s);
    slice_products(codec, slice, words.data() + slice.words, values.data() + slice.values, x, far,
                   products + s * slice_rows);
  }
  if (whole * slice_rows == count) return;
  // The last rows of the matrix, which do not fill a slice.
  T last[slice_rows];
  const SellSlice& slice = slices(first + whole);
  slice_products(codec, slice, words.data() + slice.words, values.data() + slice.values, x, far,
                 last);
  for (LocalIndex l = whole * slice_rows; l < count; ++l) {
    products[l] = last[l - whole * slice_rows];
  }
}

template <Scalar T, class Code>
LocalIndex SellView<T, Code>::first_row_of_part(int part, int parts) const {
  const auto count = static_cast<LocalIndex>(slices.extent(0));
  // Bytes before slice s, and its share of x and y. The division of rows is the same for all
  // storages of values, so that sums over rows have the same bits.
  const auto cost = [&](LocalIndex s) {
    const Offset own = s == count ? Offset(values.extent(0) * sizeof(T) + words.extent(0) * 4)
                                  : slices(s).values * Offset(sizeof(T)) + slices(s).words * 4;
    return own + s * Offset(sizeof(SellSlice) + 2 * slice_rows * sizeof(T));
  };
  const LocalIndex first = first_of_part(count, part, parts, cost);
  return first == count ? rows : first * slice_rows;
}

}  // namespace suan::kernels

#endif
