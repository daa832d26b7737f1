// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Passes over vectors. Every pass of the library that sums goes through here, so that none of them
// adds in a place that its stores may alias (the compiler would load and store the sum with each
// element), in single precision (sums of float stall at 2^24 terms), or in one chain of additions.
#pragma once

#include <cstdint>

#include "kernels/parts.hpp"
#include "suan/kernels/sums.hpp"

namespace suan::kernels {

/// Several sums that are formed in one pass.
template <int count>
struct Sums {
  double value[count] = {};
  KOKKOS_INLINE_FUNCTION Sums& operator+=(const Sums& other) {
    for (int k = 0; k < count; ++k) value[k] += other.value[k];
    return *this;
  }
};

/// A number as the terms of so many sums: the real and the imaginary part.
template <Scalar T>
inline constexpr int parts_of_number = is_complex<T> ? 2 : 1;

template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION Sums<parts_of_number<T>> as_terms(const T& x) {
  if constexpr (is_complex<T>) {
    return {{x.real(), x.imag()}};
  } else {
    return {{static_cast<double>(x)}};
  }
}

template <Scalar T>
SumOf<T> from_sums(const Sums<parts_of_number<T>>& sums) {
  if constexpr (is_complex<T>) {
    return {sums.value[0], sums.value[1]};
  } else {
    return sums.value[0];
  }
}

#if SUAN_HAVE_CUDA

template <class Element>
void for_vector(const char* label, const ExecutionSpace& space, std::size_t size,
                const Element& element) {
  Kokkos::parallel_for(label,
                       Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
                           space, 0, static_cast<std::int64_t>(size)),
                       element);
}

template <int count, class Term>
Sums<count> sum_over_vector(const char* label, const ExecutionSpace& space, std::size_t size,
                            const Term& term) {
  Sums<count> sums;
  Kokkos::parallel_reduce(
      label,
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          space, 0, static_cast<std::int64_t>(size)),
      KOKKOS_LAMBDA(std::int64_t i, Sums<count> & partial) { partial += term(i); }, sums);
  return sums;
}

#else

/// Elements that are summed before the next block begins: so many fit into the first-level cache
/// with those of other vectors, and a sum of one block has only some hundred terms in a chain.
constexpr std::int64_t block_elements = 1024;

/// Sums side by side, because one alone waits for each addition to end.
constexpr int lanes = 8;

/// Calls block(first, last) for the blocks of elements of one part.
template <class Block>
void for_blocks_of_part(std::int64_t size, int part, int parts, const Block& block) {
  // Blocks lie alike for any number of parts.
  const std::int64_t blocks = (size + block_elements - 1) / block_elements;
  const std::int64_t end = Kokkos::min(size, blocks * (part + 1) / parts * block_elements);
  for (std::int64_t first = blocks * part / parts * block_elements; first < end;
       first += block_elements) {
    block(first, Kokkos::min(end, first + block_elements));
  }
}

/// Calls element(i), which are independent of each other, for i < size.
template <class Element>
void for_vector(const char* label, const ExecutionSpace& space, std::size_t size,
                const Element& element) {
  const auto n = static_cast<std::int64_t>(size);
  const int parts = parts_of_work(space, n);
  for_parts(label, space, parts, [&](int part) {
    const std::int64_t end = n * (part + 1) / parts;
#pragma GCC ivdep
    for (std::int64_t i = n * part / parts; i < end; ++i) element(i);
  });
}

/// The sums of what term(i) returns, for first <= i < last.
template <int count, class Term>
Sums<count> sum_over_block(std::int64_t first, std::int64_t last, const Term& term) {
  double lane[count][lanes] = {};
  std::int64_t i = first;
  for (; i + lanes <= last; i += lanes) {
#pragma GCC ivdep
    for (int j = 0; j < lanes; ++j) {
      const Sums<count> terms = term(i + j);
      for (int k = 0; k < count; ++k) lane[k][j] += terms.value[k];
    }
  }
  for (; i < last; ++i) {
    const Sums<count> terms = term(i);
    for (int k = 0; k < count; ++k) lane[k][0] += terms.value[k];
  }
  Sums<count> sums;
  for (int k = 0; k < count; ++k) {
    for (int j = 0; j < lanes; ++j) sums.value[k] += lane[k][j];
  }
  return sums;
}

/// The sums of what term(i) returns for i < size. term may store to element i of vectors. Their
/// shape follows from the size and the number of threads.
template <int count, class Term>
Sums<count> sum_over_vector(const char* label, const ExecutionSpace& space, std::size_t size,
                            const Term& term) {
  const auto n = static_cast<std::int64_t>(size);
  const int parts = parts_of_work(space, n);
  return sum_of_parts<Sums<count>>(label, space, parts, [&](int part, Sums<count>& sums) {
    Sums<count> own;
    for_blocks_of_part(n, part, parts, [&](std::int64_t first, std::int64_t last) {
      own += sum_over_block<count>(first, last, term);
    });
    sums += own;
  });
}

#endif

}  // namespace suan::kernels
