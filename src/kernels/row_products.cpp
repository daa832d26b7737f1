// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/row_products.hpp"

#include "kernels/parts.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

namespace {

// How far ahead of their use entries are asked for. Hardware prefetching follows too few streams
// for a product, which reads four, and stops at page ends.
constexpr Offset prefetch_distance = 256;

// The same for elements of x, where columns are scattered. So many misses are under way at once,
// which is more than a processor finds by itself behind the ends of short rows.
constexpr Offset fetch_distance = 64;

// Longer rows have four sums. A sum alone waits for each of its additions to end; in short rows the
// processor goes on with the next row meanwhile.
constexpr Offset long_row = 16;

/// Asks for a cache line of both streams. Once per short row, whatever its length: a loop over the
/// lines of a row would end after one line or two, which no processor predicts.
template <Scalar T>
void prefetch(const LocalIndex* indices, const T* values) {
  // Read once: keep x in the caches.
  __builtin_prefetch(values + prefetch_distance, 0, 0);
  __builtin_prefetch(indices + prefetch_distance, 0, 0);
}

template <bool fetch, Scalar T>
T short_row_product(Offset begin, Offset end, const LocalIndex* __restrict indices,
                    const T* __restrict values, const T* __restrict x) {
  prefetch(indices + end, values + end);
  T sum{};
  for (Offset k = begin; k < end; ++k) {
    if constexpr (fetch) __builtin_prefetch(x + indices[k + fetch_distance]);
    sum += values[k] * x[indices[k]];
  }
  return sum;
}

template <bool fetch, Scalar T>
T long_row_product(Offset begin, Offset end, const LocalIndex* __restrict indices,
                   const T* __restrict values, const T* __restrict x) {
  constexpr Offset per_line = Kokkos::max<Offset>(4, 64 / Offset(sizeof(T)));
  T s[4] = {};
  const auto add_four = [&](Offset k) {
    for (int r = 0; r < 4; ++r) {
      if constexpr (fetch) __builtin_prefetch(x + indices[k + r + fetch_distance]);
      s[r] += values[k + r] * x[indices[k + r]];
    }
  };
  Offset k = begin;
  for (; k + per_line <= end; k += per_line) {
    prefetch(indices + k, values + k);
    for (Offset r = 0; r < per_line; r += 4) add_four(k + r);
  }
  for (; k + 4 <= end; k += 4) add_four(k);
  for (; k < end; ++k) s[0] += values[k] * x[indices[k]];
  return (s[0] + s[1]) + (s[2] + s[3]);
}

template <bool fetch, Scalar T>
T row_product(Offset begin, Offset end, const LocalIndex* indices, const T* values, const T* x,
              Offset limit) {
  if (end - begin < long_row) {
    return short_row_product<fetch>(begin, end, indices, values, x);
  }
  return end - begin < limit ? long_row_product<fetch>(begin, end, indices, values, x) : T{};
}

}  // namespace

template <Scalar T>
void row_products(const Offset* offsets, LocalIndex count, const LocalIndex* indices,
                  const T* values, const T* x, T* products, const RowOptions& options) {
  Offset begin = offsets[0];
  for (LocalIndex i = 0; i < count; ++i) {
    const Offset end = offsets[i + 1];
    products[i] = end + fetch_distance <= options.fetched
                      ? row_product<true>(begin, end, indices, values, x, options.limit)
                      : row_product<false>(begin, end, indices, values, x, options.limit);
    begin = end;
  }
}

template <Scalar T>
LocalIndex first_row_of_part(const CsrView<T>& a, int part, int parts,
                             const LongRows<T>& left_out) {
  // A row costs about as much as two entries: its offset, its element of y.
  constexpr Offset row_cost = 2;
  const auto cost_before = [&](LocalIndex i) {
    return a.offsets(i) - left_out.entries_before(i) + row_cost * i;
  };
  return first_of_part(a.rows, part, parts, cost_before);
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template void row_products(const Offset*, LocalIndex, const LocalIndex*, const T*, const T*, T*, \
                             const RowOptions&);                                                   \
  template LocalIndex first_row_of_part(const CsrView<T>&, int, int, const LongRows<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels

#endif
