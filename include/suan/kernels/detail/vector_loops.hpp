// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Passes over vectors. Every pass of the library that sums uses this file, so that none accumulates
// in memory that its stores may alias (the compiler would load and store the sum with each
// element), in single precision (sums of float stall at 2^24 terms), or in a single chain of
// additions.
#pragma once

#include <cstdint>

#include "suan/kernels/detail/sums.hpp"
#include "suan/kernels/detail/thread_parts.hpp"

namespace suan::kernels {

/// Several sums formed in one pass.
template <int count, class R>
struct Sums {
  R value[count] = {};
  KOKKOS_INLINE_FUNCTION Sums& operator+=(const Sums& other) {
    for (int k = 0; k < count; ++k) value[k] += other.value[k];
    return *this;
  }
};

}  // namespace suan::kernels

namespace Kokkos {
template <int count, class R>
struct reduction_identity<suan::kernels::Sums<count, R>> {
  KOKKOS_FORCEINLINE_FUNCTION static suan::kernels::Sums<count, R> sum() { return {}; }
};
}  // namespace Kokkos

namespace suan::kernels {

/// The real part of conj(x_i) y_i. X and Y are views or pointers to T.
template <Scalar T, class X, class Y>
struct RealPartOfDot {
  X x;
  Y y;
  KOKKOS_FORCEINLINE_FUNCTION WideReal<T> operator()(std::int64_t i) const {
    using R = WideReal<T>;
    if constexpr (is_complex<T>) {
      return R(x[i].real()) * R(y[i].real()) + R(x[i].imag()) * R(y[i].imag());
    } else {
      return static_cast<R>(x[i]) * static_cast<R>(y[i]);
    }
  }
};

/// The imaginary part, for complex T.
template <Scalar T, class X, class Y>
struct ImaginaryPartOfDot {
  X x;
  Y y;
  KOKKOS_FORCEINLINE_FUNCTION WideReal<T> operator()(std::int64_t i) const {
    using R = WideReal<T>;
    return R(x[i].real()) * R(y[i].imag()) - R(x[i].imag()) * R(y[i].real());
  }
};

#if SUAN_HAVE_CUDA

template <class Element>
void for_vector(const char* label, const ExecutionSpace& space, std::size_t size,
                const Element& element) {
  Kokkos::parallel_for(label,
                       Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
                           space, 0, static_cast<std::int64_t>(size)),
                       element);
}

/// Functions of an element, side by side: nvcc captures no parameter packs in its lambdas.
template <class... Terms>
struct TermList {
  template <class R>
  KOKKOS_FORCEINLINE_FUNCTION void add(std::int64_t, R*) const {}
};
template <class First, class... Rest>
struct TermList<First, Rest...> {
  First first;
  TermList<Rest...> rest;
  template <class R>
  KOKKOS_FORCEINLINE_FUNCTION void add(std::int64_t i, R* sums) const {
    *sums += first(i);
    rest.add(i, sums + 1);
  }
  static TermList of(const First& first_term, const Rest&... others) {
    if constexpr (sizeof...(Rest) == 0) {
      return {first_term, {}};
    } else {
      return {first_term, TermList<Rest...>::of(others...)};
    }
  }
};

template <class R, class Update, class... Terms>
struct UpdateAndSum {
  Update update;
  TermList<Terms...> terms;
  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::int64_t i,
                                              Sums<int(sizeof...(Terms)), R>& partial) const {
    update(i);
    terms.add(i, partial.value);
  }
};

template <class R, class Update, class... Terms>
Sums<int(sizeof...(Terms)), R> update_and_sum(const char* label, const ExecutionSpace& space,
                                              std::size_t size, const Update& update,
                                              const Terms&... terms) {
  Sums<int(sizeof...(Terms)), R> sums;
  Kokkos::parallel_reduce(
      label,
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
          space, 0, static_cast<std::int64_t>(size)),
      UpdateAndSum<R, Update, Terms...>{update, TermList<Terms...>::of(terms...)}, sums);
  return sums;
}

#else

/// Elements per block of a sum: few enough to fit in the first-level cache together with those of
/// other vectors, so that a sum has only some hundred terms in a chain.
constexpr std::int64_t block_elements = 1024;

/// Running sums, because a single one would wait for each addition to end.
constexpr int lanes = 8;

/// Calls block(first, last) for the blocks of elements of one part.
template <class Block>
void for_blocks_of_part(std::int64_t size, int part, int parts, const Block& block,
                        std::int64_t block_size = block_elements) {
  // The blocks are the same for any number of parts.
  const std::int64_t blocks = (size + block_size - 1) / block_size;
  const std::int64_t end = Kokkos::min(size, blocks * (part + 1) / parts * block_size);
  for (std::int64_t first = blocks * part / parts * block_size; first < end; first += block_size) {
    block(first, Kokkos::min(end, first + block_size));
  }
}

/// Calls element(i) for i < size, independently of each other.
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

/// The sum of term(i) for first <= i < last.
template <class R, class Term>
R sum_over_block(std::int64_t first, std::int64_t last, const Term& term) {
  R lane[lanes] = {};
  std::int64_t i = first;
  for (; i + lanes <= last; i += lanes) {
#pragma GCC ivdep
    for (int j = 0; j < lanes; ++j) lane[j] += term(i + j);
  }
  for (; i < last; ++i) lane[0] += term(i);
  for (int j = 1; j < lanes; ++j) lane[0] += lane[j];
  return lane[0];
}

/// Calls update(i), which stores to element i of vectors, for i < size, and returns the sums of
/// what each of `terms` returns for element i afterwards. Their order depends on the size and the
/// number of threads. A block is updated in one loop and summed in others, from the first-level
/// cache, because compilers vectorise each of these loops, but not a single one for everything.
template <class R, class Update, class... Terms>
Sums<int(sizeof...(Terms)), R> update_and_sum(const char* label, const ExecutionSpace& space,
                                              std::size_t size, const Update& update,
                                              const Terms&... terms) {
  using Result = Sums<int(sizeof...(Terms)), R>;
  const auto n = static_cast<std::int64_t>(size);
  const int parts = parts_of_work(space, n);
  return sum_of_parts<Result>(label, space, parts, [&](int part, Result& sums) {
    Result own;
    for_blocks_of_part(n, part, parts, [&](std::int64_t first, std::int64_t last) {
#pragma GCC ivdep
      for (std::int64_t i = first; i < last; ++i) update(i);
      own += Result{{sum_over_block<R>(first, last, terms)...}};
    });
    sums += own;
  });
}

#endif

struct NoUpdate {
  KOKKOS_FORCEINLINE_FUNCTION void operator()(std::int64_t) const {}
};

/// The sums of each of `terms` for i < size, of type R.
template <class R, class... Terms>
Sums<int(sizeof...(Terms)), R> sum_over_vector(const char* label, const ExecutionSpace& space,
                                               std::size_t size, const Terms&... terms) {
  return update_and_sum<R>(label, space, size, NoUpdate(), terms...);
}

/// x^H y of vectors with a view each. conj(x) y has a sum for its real and one for its imaginary
/// part.
template <Scalar T, class X, class Y>
SumOf<T> dot_over_vector(const char* label, const ExecutionSpace& space, std::size_t size,
                         const X& x, const Y& y) {
  using R = WideReal<T>;
  if constexpr (is_complex<T>) {
    const auto sums = sum_over_vector<R>(label, space, size, RealPartOfDot<T, X, Y>{x, y},
                                         ImaginaryPartOfDot<T, X, Y>{x, y});
    return {sums.value[0], sums.value[1]};
  } else {
    return sum_over_vector<R>(label, space, size, RealPartOfDot<T, X, Y>{x, y}).value[0];
  }
}

}  // namespace suan::kernels
