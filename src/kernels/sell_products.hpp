// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Products with compact SELL on the host, a slice at a time in vector registers. The vectors are
// those of the compiler (GCC and Clang), which any processor has in some width. Columns that do not
// run are fetched one by one: the gather instructions of common processors are slower.
#pragma once

#include "kernels/parts.hpp"
#include "kernels/sell_view.hpp"
#include "kernels/value_vectors.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

/// Eight numbers of type T in registers.
template <Scalar T>
struct Lanes {
  static constexpr int per_vector = is_complex<T> ? 1 : 32 / int(sizeof(T));
  static constexpr int vectors = 8 / per_vector;
  using Vector = typename VectorOf<T, is_complex<T> ? 1 : 32 / int(sizeof(T))>::Type;
};

/// The sums of the entries that stand side by side in one slice of real numbers.
template <Scalar T, class Code>
struct SliceSums {
  using L = Lanes<T>;
  const Codec<T, Code>& codec;
  typename L::Vector sums[L::vectors] = {};

  // The values are read in one stream; a processor's own prefetching stops at page ends.
  static void prefetch(const Code* values) {
    __builtin_prefetch(reinterpret_cast<const char*>(values) + 1024, 0, 0);
  }

  void add_runs(const SellSlice& slice, const std::uint32_t* bases, const Code* values,
                const T* x) {
    for (LocalIndex k = 0; k < slice.width; ++k, values += slice_rows) {
      prefetch(values);
      const T* const from = x + bases[k];
      for (int v = 0; v < L::vectors; ++v) {
        sums[v] += decode_lanes<L::per_vector>(codec, values + v * L::per_vector) *
                   load_lanes<L::per_vector>(from + v * L::per_vector);
      }
    }
  }
  void add_shared_runs(const SellSlice& slice, const std::uint32_t* bases, const Code* values,
                       const T* x) {
    for (LocalIndex k = 0; k < slice.width; ++k) {
      const T value = codec.decode(values[k]);
      const T* const from = x + bases[k];
      for (int v = 0; v < L::vectors; ++v) {
        sums[v] += value * load_lanes<L::per_vector>(from + v * L::per_vector);
      }
    }
  }
  /// `column` turns a number of the array into a column.
  template <class Number, class Column>
  void add_columns(const SellSlice& slice, const Number* numbers, const Code* values, const T* x,
                   const Column& column) {
    for (LocalIndex k = 0; k < slice.width; ++k, values += slice_rows, numbers += slice_rows) {
      prefetch(values);
      for (int v = 0; v < L::vectors; ++v) {
        typename L::Vector gathered;
#pragma GCC unroll 8
        for (int l = 0; l < L::per_vector; ++l) {
          gathered[l] = x[column(numbers[v * L::per_vector + l])];
        }
        sums[v] += decode_lanes<L::per_vector>(codec, values + v * L::per_vector) * gathered;
      }
    }
  }
  void store(T* products) const { __builtin_memcpy(products, sums, sizeof sums); }
};

/// The same for complex numbers, which are not worth vectors of their own.
template <class Code>
struct SliceSums<Complex, Code> {
  const Codec<Complex, Code>& codec;
  Complex sums[slice_rows] = {};

  void add_runs(const SellSlice& slice, const std::uint32_t* bases, const Code* values,
                const Complex* x) {
    for (LocalIndex k = 0; k < slice.width; ++k, values += slice_rows) {
      for (LocalIndex l = 0; l < slice_rows; ++l) {
        sums[l] += codec.decode(values[l]) * x[bases[k] + std::uint32_t(l)];
      }
    }
  }
  void add_shared_runs(const SellSlice& slice, const std::uint32_t* bases, const Code* values,
                       const Complex* x) {
    for (LocalIndex k = 0; k < slice.width; ++k) {
      const Complex value = codec.decode(values[k]);
      for (LocalIndex l = 0; l < slice_rows; ++l) sums[l] += value * x[bases[k] + std::uint32_t(l)];
    }
  }
  template <class Number, class Column>
  void add_columns(const SellSlice& slice, const Number* numbers, const Code* values,
                   const Complex* x, const Column& column) {
    for (LocalIndex k = 0; k < slice.width; ++k, values += slice_rows, numbers += slice_rows) {
      for (LocalIndex l = 0; l < slice_rows; ++l) {
        sums[l] += codec.decode(values[l]) * x[column(numbers[l])];
      }
    }
  }
  void store(Complex* products) const {
    for (LocalIndex l = 0; l < slice_rows; ++l) products[l] = sums[l];
  }
};

/// Sum of `count` entries of one row. Four sums when there are many, because one alone would wait
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
               const Code* values, const T* x, const Column& column, T* products) {
  std::uint32_t begin = 0;
  for (LocalIndex l = 0; l < slice_rows; ++l) {
    const std::uint32_t end = ends[l];
    __builtin_prefetch(values + end + 128, 0, 0);
    __builtin_prefetch(numbers + end + 128, 0, 0);
    products[l] += tail_product(codec, values + begin, numbers + begin, end - begin, x, column);
    begin = end;
  }
}

/// The slice's columns that are not runs: side by side, and the tails.
template <Scalar T, class Code, class Number, class Column>
void add_listed(const SellSlice& slice, const std::uint32_t* ends, const Number* numbers,
                const Code* values, const T* x, const Column& column, SliceSums<T, Code>& sums,
                T* products) {
  const Offset side_by_side = Offset(slice.width) * slice_rows;
  const bool runs = slice.is(SellSlice::runs);
  if (!runs) sums.add_columns(slice, numbers, values, x, column);
  sums.store(products);
  if (!slice.is(SellSlice::uneven)) return;
  const Offset stored = slice.is(SellSlice::shared) ? Offset(slice.width) : side_by_side;
  add_tails(sums.codec, ends, runs ? numbers : numbers + side_by_side, values + stored, x, column,
            products);
}

/// All slice_rows products of one slice.
template <Scalar T, class Code>
void slice_products(const Codec<T, Code>& codec, const SellSlice& slice, const std::uint32_t* words,
                    const Code* values, const T* x, T* products) {
  const std::uint32_t* const ends = words;
  if (slice.is(SellSlice::uneven)) words += slice_rows;
  SliceSums<T, Code> sums{codec};
  if (slice.is(SellSlice::runs)) {
    if (slice.is(SellSlice::shared)) {
      sums.add_shared_runs(slice, words, values, x);
    } else {
      sums.add_runs(slice, words, values, x);
    }
    words += slice.width;
  }
  if (slice.is(SellSlice::near)) {
    const T* const base = x + words[0];
    const auto* const distances = reinterpret_cast<const Distance*>(words + 1);
    add_listed(
        slice, ends, distances, values, base, [](Distance d) { return std::size_t(d); }, sums,
        products);
  } else {
    add_listed(
        slice, ends, words, values, x, [](std::uint32_t c) { return std::size_t(c); }, sums,
        products);
  }
}

template <Scalar T, class Code>
void SellView<T, Code>::row_products(LocalIndex begin, LocalIndex count, const T* x,
                                     T* products) const {
  const LocalIndex first = begin / slice_rows;
  const LocalIndex whole = count / slice_rows;
  for (LocalIndex s = 0; s < whole; ++s) {
    const SellSlice& slice = slices(first + s);
    slice_products(codec, slice, words.data() + slice.words, values.data() + slice.values, x,
                   products + s * slice_rows);
  }
  if (whole * slice_rows == count) return;
  // The last rows of the matrix, which fill no slice.
  T last[slice_rows];
  const SellSlice& slice = slices(first + whole);
  slice_products(codec, slice, words.data() + slice.words, values.data() + slice.values, x, last);
  for (LocalIndex l = whole * slice_rows; l < count; ++l) {
    products[l] = last[l - whole * slice_rows];
  }
}

template <Scalar T, class Code>
LocalIndex SellView<T, Code>::first_row_of_part(int part, int parts) const {
  const auto count = static_cast<LocalIndex>(slices.extent(0));
  // Bytes before slice s, and its share of x and y.
  const auto cost = [&](LocalIndex s) {
    const Offset own = s == count ? Offset(values.extent(0) * sizeof(Code) + words.extent(0) * 4)
                                  : slices(s).values * Offset(sizeof(Code)) + slices(s).words * 4;
    return own + s * Offset(sizeof(SellSlice) + 2 * slice_rows * sizeof(T));
  };
  const LocalIndex first = first_of_part(count, part, parts, cost);
  return first == count ? rows : first * slice_rows;
}

}  // namespace suan::kernels

#endif
