// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/row_products.hpp"

#include <type_traits>

#include "kernels/lanes.hpp"
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
KOKKOS_FORCEINLINE_FUNCTION void prefetch(const LocalIndex* indices, const T* values) {
  // Read once: keep x in the caches.
  __builtin_prefetch(values + prefetch_distance, 0, 0);
  __builtin_prefetch(indices + prefetch_distance, 0, 0);
}

template <bool fetch, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T short_row_product(Offset begin, Offset end,
                                                const LocalIndex* __restrict indices,
                                                const T* __restrict values, const T* __restrict x) {
  prefetch(indices + end, values + end);
  T sum{};
  for (Offset k = begin; k < end; ++k) {
    if constexpr (fetch) __builtin_prefetch(x + indices[k + fetch_distance]);
    sum += values[k] * x[indices[k]];
  }
  return sum;
}

/// Entries of a long row between two requests: a cache line of values, or four sums where those
/// take more than a line.
template <Scalar T>
constexpr Offset per_line = Kokkos::max<Offset>(4, 64 / Offset(sizeof(T)));

/// Four sums of products.
template <Scalar T, bool in_a_vector>
class FourSums {
 public:
  KOKKOS_FORCEINLINE_FUNCTION void add(const LocalIndex* indices, const T* values, const T* x) {
    for (int r = 0; r < 4; ++r) sums_[r] += values[r] * x[indices[r]];
  }
  KOKKOS_FORCEINLINE_FUNCTION void add_to_first(const T& product) { sums_[0] += product; }
  KOKKOS_FORCEINLINE_FUNCTION T sum() const {
    return (sums_[0] + sums_[1]) + (sums_[2] + sums_[3]);
  }

 private:
  T sums_[4] = {};
};

/// The same bits, with values loaded four at a time: one by one, the two loads of each product are
/// all that a processor does in a cycle. Elements of x that come late delay each other here.
template <Scalar T>
class FourSums<T, true> {
 public:
  KOKKOS_FORCEINLINE_FUNCTION void add(const LocalIndex* indices, const T* values, const T* x) {
    const Four elements = {x[indices[0]], x[indices[1]], x[indices[2]], x[indices[3]]};
    sums_ += load_lanes<4>(values) * elements;
  }
  KOKKOS_FORCEINLINE_FUNCTION void add_to_first(const T& product) { sums_[0] += product; }
  KOKKOS_FORCEINLINE_FUNCTION T sum() const {
    return (sums_[0] + sums_[1]) + (sums_[2] + sums_[3]);
  }

 private:
  using Four = typename VectorOf<T, 4>::Type;
  Four sums_{};
};

/// `tail`, a number or a constant, is how many entries stand behind the last whole line at `end`.
template <bool fetch, class Tail, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T long_row_product(Offset begin, Offset end, Tail tail,
                                               const LocalIndex* __restrict indices,
                                               const T* __restrict values, const T* __restrict x) {
  FourSums<T, !fetch && !is_complex<T>> sums;
  const auto add_four = [&](Offset k) {
    if constexpr (fetch) {
      for (int r = 0; r < 4; ++r) __builtin_prefetch(x + indices[k + r + fetch_distance]);
    }
    sums.add(indices + k, values + k, x);
  };
  for (Offset k = begin; k < end; k += per_line<T>) {
    prefetch(indices + k, values + k);
    for (Offset r = 0; r < per_line<T>; r += 4) add_four(k + r);
  }
  const Offset fours = tail / 4 * 4;
  for (Offset k = 0; k < fours; k += 4) add_four(end + k);
  for (Offset k = fours; k < tail; ++k) sums.add_to_first(values[end + k] * x[indices[end + k]]);
  return sums.sum();
}

/// short_row_product four entries at a time: rows of 1 to 4, 5 to 8, ... entries take the same way,
/// so that fewer ends are mispredicted. Up to three entries behind the row are read; their products
/// are left out, whatever they are.
template <bool fetch, Scalar T>
T uneven_row_product(Offset begin, Offset end, const LocalIndex* __restrict indices,
                     const T* __restrict values, const T* __restrict x) {
  using Word = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
  using Words = typename VectorOf<Word, 4>::Type;
  using Four = typename VectorOf<T, 4>::Type;
  prefetch(indices + end, values + end);
  const Words numbers = {0, 1, 2, 3};
  T sum{};
  for (Offset k = begin; k < end; k += 4) {
    if constexpr (fetch) {
      for (int r = 0; r < 4; ++r) __builtin_prefetch(x + indices[k + r + fetch_distance]);
    }
    const Four elements = {x[indices[k]], x[indices[k + 1]], x[indices[k + 2]], x[indices[k + 3]]};
    const Four all = load_lanes<4>(values + k) * elements;
    const auto of_row = reinterpret_cast<Four>(reinterpret_cast<Words>(all) &
                                               (numbers < static_cast<Word>(end - k)));
    for (int r = 0; r < 4; ++r) sum += of_row[r];
  }
  return sum;
}

template <bool fetch, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T row_product(Offset begin, Offset end, const LocalIndex* indices,
                                          const T* values, const T* x, Offset limit) {
  if (end - begin < long_row) {
    return short_row_product<fetch>(begin, end, indices, values, x);
  }
  if (end - begin >= limit) return T{};
  const Offset tail = (end - begin) % per_line<T>;
  return long_row_product<fetch>(begin, end - tail, tail, indices, values, x);
}

/// Calls use(constant) with std::integral_constant<int, n>, 0 <= n < bound <= 16.
template <Offset bound, class Use>
auto with_constant(Offset n, const Use& use) {
  static_assert(bound <= 16);
#define SUAN_CASE(n)                                                       \
  case n:                                                                  \
    if constexpr (n < bound) return use(std::integral_constant<int, n>()); \
    [[fallthrough]];
  switch (n) {
    SUAN_CASE(1)
    SUAN_CASE(2)
    SUAN_CASE(3)
    SUAN_CASE(4)
    SUAN_CASE(5)
    SUAN_CASE(6)
    SUAN_CASE(7)
    SUAN_CASE(8)
    SUAN_CASE(9)
    SUAN_CASE(10)
    SUAN_CASE(11)
    SUAN_CASE(12)
    SUAN_CASE(13)
    SUAN_CASE(14)
    SUAN_CASE(15)
    default:
      return use(std::integral_constant<int, 0>());
  }
#undef SUAN_CASE
}

/// short_row_product for a length that the compiler knows.
template <int length, Scalar T>
T fixed_row_product(Offset begin, const LocalIndex* __restrict indices, const T* __restrict values,
                    const T* __restrict x) {
  prefetch(indices + begin + length, values + begin + length);
  T sum{};
#pragma GCC unroll 16
  for (Offset k = begin; k < begin + length; ++k) sum += values[k] * x[indices[k]];
  return sum;
}

/// products[i] = product(begin of row i) for row i and those behind it that are as long. Returns
/// the row behind them.
template <class Product, Scalar T>
LocalIndex products_of_run(const Offset* offsets, LocalIndex i, LocalIndex count, T* products,
                           const Product product) {
  Offset begin = offsets[i];
  const Offset length = offsets[i + 1] - begin;
  do {
    products[i] = product(begin);
    begin += length;
    ++i;
  } while (i < count && offsets[i + 1] == begin + length);
  return i;
}

/// Rows of which most are as long as the row before.
template <Scalar T>
void alike_row_products(const Offset* offsets, LocalIndex count, const LocalIndex* indices,
                        const T* values, const T* x, T* products, Offset limit) {
  for (LocalIndex i = 0; i < count;) {
    const Offset length = offsets[i + 1] - offsets[i];
    if (length >= limit) {
      i = products_of_run(offsets, i, count, products, [](Offset) { return T{}; });
    } else if (length < long_row) {
      i = with_constant<long_row>(length, [=](auto constant) {
        return products_of_run(offsets, i, count, products, [=](Offset begin) {
          return fixed_row_product<constant.value>(begin, indices, values, x);
        });
      });
    } else {
      i = with_constant<per_line<T>>(length % per_line<T>, [=](auto tail) {
        return products_of_run(offsets, i, count, products, [=](Offset begin) {
          return long_row_product<false>(begin, begin + length - tail.value, tail, indices, values,
                                         x);
        });
      });
    }
  }
}

/// Rows whose lengths nobody can foresee.
template <Scalar T>
void uneven_row_products(const Offset* offsets, LocalIndex count, const LocalIndex* indices,
                         const T* values, const T* x, T* products, const RowOptions& options) {
  constexpr Offset read_behind = 3;
  const auto multiply = [&]<bool fetch>(LocalIndex i) {
    for (; i < count && offsets[i + 1] + read_behind + fetch_distance <= options.entries; ++i) {
      products[i] =
          offsets[i + 1] - offsets[i] < long_row
              ? uneven_row_product<fetch>(offsets[i], offsets[i + 1], indices, values, x)
              : row_product<fetch>(offsets[i], offsets[i + 1], indices, values, x, options.limit);
    }
    return i;
  };
  LocalIndex i = options.fetch ? multiply.template operator()<true>(0)
                               : multiply.template operator()<false>(0);
  for (; i < count; ++i) {
    products[i] = row_product<false>(offsets[i], offsets[i + 1], indices, values, x, options.limit);
  }
}

}  // namespace

template <Scalar T>
void row_products(const Offset* offsets, LocalIndex count, const LocalIndex* indices,
                  const T* values, const T* x, T* products, const RowOptions& options) {
  if constexpr (!is_complex<T>) {
    if (options.uneven) {
      uneven_row_products(offsets, count, indices, values, x, products, options);
      return;
    }
  }
  if (options.alike && !options.fetch) {
    alike_row_products(offsets, count, indices, values, x, products, options.limit);
    return;
  }
  // Apart, because each branch in the loop is one more to foresee.
  LocalIndex i = 0;
  if (options.fetch) {
    for (; i < count && offsets[i + 1] + fetch_distance <= options.entries; ++i) {
      products[i] =
          row_product<true>(offsets[i], offsets[i + 1], indices, values, x, options.limit);
    }
  }
  for (; i < count; ++i) {
    products[i] = row_product<false>(offsets[i], offsets[i + 1], indices, values, x, options.limit);
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
