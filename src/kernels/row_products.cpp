// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/row_products.hpp"

#include "kernels/parts.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

namespace {

// How far ahead of their use entries are asked for. Hardware prefetching follows too few streams
// for a product, which reads four, and stops at page ends.
constexpr Offset prefetch_distance = 128;
constexpr Offset cache_line = 64;

// Up to here the sums of four rows run side by side; in longer rows four sums of one row do. A sum
// alone waits for each of its additions to end.
constexpr Offset long_row = 16;

template <class V>
void prefetch(const V* entries, Offset begin, Offset end) {
  constexpr Offset step = cache_line / Offset(sizeof(V));
  for (Offset k = begin; k < end; k += step) {
    __builtin_prefetch(entries + k + prefetch_distance, 0, 0);  // read once: keep x in the caches
  }
}

template <Scalar T>
T short_row_product(Offset begin, Offset end, const LocalIndex* __restrict indices,
                    const T* __restrict values, const T* __restrict x) {
  T sum{};
  for (Offset k = begin; k < end; ++k) sum += values[k] * x[indices[k]];
  return sum;
}

template <Scalar T>
T long_row_product(Offset begin, Offset end, const LocalIndex* __restrict indices,
                   const T* __restrict values, const T* __restrict x) {
  T s0{}, s1{}, s2{}, s3{};
  Offset k = begin;
  for (; k + 4 <= end; k += 4) {
    s0 += values[k] * x[indices[k]];
    s1 += values[k + 1] * x[indices[k + 1]];
    s2 += values[k + 2] * x[indices[k + 2]];
    s3 += values[k + 3] * x[indices[k + 3]];
  }
  for (; k < end; ++k) s0 += values[k] * x[indices[k]];
  return (s0 + s1) + (s2 + s3);
}

template <Scalar T>
T row_product(Offset begin, Offset end, const LocalIndex* indices, const T* values, const T* x,
              Offset limit) {
  if (end - begin < long_row) return short_row_product(begin, end, indices, values, x);
  return end - begin < limit ? long_row_product(begin, end, indices, values, x) : T{};
}

/// Four short rows of one length, which stand one behind the other.
template <Scalar T>
void four_row_products(Offset begin, Offset length, const LocalIndex* __restrict indices,
                       const T* __restrict values, const T* __restrict x, T* __restrict products) {
  const LocalIndex* const j0 = indices + begin;
  const LocalIndex* const j1 = j0 + length;
  const LocalIndex* const j2 = j1 + length;
  const LocalIndex* const j3 = j2 + length;
  const T* const v0 = values + begin;
  const T* const v1 = v0 + length;
  const T* const v2 = v1 + length;
  const T* const v3 = v2 + length;
  T s0{}, s1{}, s2{}, s3{};
  for (Offset k = 0; k < length; ++k) {
    s0 += v0[k] * x[j0[k]];
    s1 += v1[k] * x[j1[k]];
    s2 += v2[k] * x[j2[k]];
    s3 += v3[k] * x[j3[k]];
  }
  products[0] = s0;
  products[1] = s1;
  products[2] = s2;
  products[3] = s3;
}

}  // namespace

template <Scalar T>
void row_products(const Offset* offsets, LocalIndex count, const LocalIndex* indices,
                  const T* values, const T* x, T* products, Offset limit) {
  LocalIndex i = 0;
  for (; i + 4 <= count; i += 4) {
    const Offset o0 = offsets[i];
    const Offset o1 = offsets[i + 1];
    const Offset o2 = offsets[i + 2];
    const Offset o3 = offsets[i + 3];
    const Offset o4 = offsets[i + 4];
    prefetch(values, o0, o4);
    prefetch(indices, o0, o4);
    const Offset length = o1 - o0;
    if (length < long_row && o2 - o1 == length && o3 - o2 == length && o4 - o3 == length) {
      four_row_products(o0, length, indices, values, x, products + i);
    } else {
      products[i] = row_product(o0, o1, indices, values, x, limit);
      products[i + 1] = row_product(o1, o2, indices, values, x, limit);
      products[i + 2] = row_product(o2, o3, indices, values, x, limit);
      products[i + 3] = row_product(o3, o4, indices, values, x, limit);
    }
  }
  for (; i < count; ++i) {
    products[i] = row_product(offsets[i], offsets[i + 1], indices, values, x, limit);
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
                             Offset);                                                              \
  template LocalIndex first_row_of_part(const CsrView<T>&, int, int, const LongRows<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels

#endif
