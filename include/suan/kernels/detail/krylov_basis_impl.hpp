// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/kernels/detail/krylov_basis.hpp.
#pragma once

#include "suan/kernels/detail/krylov_basis.hpp"

#include <algorithm>
#include <vector>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/simd.hpp"
#include "suan/kernels/detail/vector_loops.hpp"

namespace suan::kernels {

#if !SUAN_HAVE_CUDA

/// v^H w over first <= i < last.
template <Scalar T>
SumOf<T> dot_of_block(const T* v, const T* w, std::int64_t first, std::int64_t last) {
  using R = WideReal<T>;
  SumOf<T> sum{};
  for (; first < last; first += block_elements) {
    const std::int64_t end = Kokkos::min(last, first + block_elements);
    const R real = sum_over_block<R>(first, end, RealPartOfDot<T, const T*, const T*>{v, w});
    if constexpr (is_complex<T>) {
      sum += SumOf<T>(
          real, sum_over_block<R>(first, end, ImaginaryPartOfDot<T, const T*, const T*>{v, w}));
    } else {
      sum += real;
    }
  }
  return sum;
}

/// sums[j] += v_j^H w over first <= i < last for four columns at a distance: four streams from
/// memory at a time, as a single one does not fill its bandwidth.
template <Scalar T>
void add_dots_of_four(const T* v, std::size_t distance, const T* w, std::int64_t first,
                      std::int64_t last, SumOf<T>* sums) {
  if constexpr (!std::same_as<T, float> && !std::same_as<T, double>) {
    for (std::size_t j = 0; j < 4; ++j)
      sums[j] += dot_of_block<T>(v + j * distance, w, first, last);
  } else {
    // Explicit vectors: left to itself, GCC takes one element of the four columns at a time.
    using Lanes = typename VectorOf<double, lanes>::Type;
    const auto multiply_add = [](const T* numbers, const Lanes& by, Lanes& sum) {
      typename VectorOf<T, lanes>::Type loaded;
      __builtin_memcpy(&loaded, numbers, sizeof loaded);
      sum += __builtin_convertvector(loaded, Lanes) * by;
    };
    for (; first < last; first += block_elements) {
      const std::int64_t end = Kokkos::min(last, first + block_elements);
      Lanes s0{};
      Lanes s1{};
      Lanes s2{};
      Lanes s3{};
      std::int64_t i = first;
      for (; i + lanes <= end; i += lanes) {
        typename VectorOf<T, lanes>::Type loaded;
        __builtin_memcpy(&loaded, w + i, sizeof loaded);
        const Lanes wi = __builtin_convertvector(loaded, Lanes);
        multiply_add(v + i, wi, s0);
        multiply_add(v + distance + i, wi, s1);
        multiply_add(v + 2 * distance + i, wi, s2);
        multiply_add(v + 3 * distance + i, wi, s3);
      }
      for (int j = 0; j < lanes; ++j) {
        sums[0] += s0[j];
        sums[1] += s1[j];
        sums[2] += s2[j];
        sums[3] += s3[j];
      }
      for (std::size_t j = 0; j < 4; ++j) sums[j] += dot_of_block<T>(v + j * distance, w, i, end);
    }
  }
}

/// w -= V h over first <= i < last.
template <Scalar T>
void subtract_from_block(const T* v, std::size_t stride, std::span<const T> h, T* w,
                         std::int64_t first, std::int64_t last) {
  const auto column = [&](std::size_t c) { return v + stride * c; };
  std::size_t c = 0;
  for (; c + 4 <= h.size(); c += 4) {
    const T* const v0 = column(c);
    const T* const v1 = column(c + 1);
    const T* const v2 = column(c + 2);
    const T* const v3 = column(c + 3);
    const T h0 = h[c];
    const T h1 = h[c + 1];
    const T h2 = h[c + 2];
    const T h3 = h[c + 3];
#pragma GCC ivdep
    for (std::int64_t i = first; i < last; ++i) {
      w[i] = w[i] - (h0 * v0[i] + h1 * v1[i] + (h2 * v2[i] + h3 * v3[i]));
    }
  }
  for (; c < h.size(); ++c) {
    const T* const vc = column(c);
    const T hc = h[c];
#pragma GCC ivdep
    for (std::int64_t i = first; i < last; ++i) w[i] = w[i] - hc * vc[i];
  }
}

#endif

#if SUAN_HAVE_CUDA

/// Columns per pass: enough that w is read seldom, few enough for registers.
inline constexpr int basis_width = 4;

template <Scalar T>
struct FourSums {
  SumOf<T> value[basis_width] = {};
  KOKKOS_INLINE_FUNCTION FourSums& operator+=(const FourSums& other) {
    for (int j = 0; j < basis_width; ++j) value[j] += other.value[j];
    return *this;
  }
};

template <Scalar T>
void multi_dot(const ExecutionSpace& space, const Basis<T>& v, const DeviceView<const T>& w,
               std::span<T> h) {
  using Number = SumOf<T>;
  const int columns = static_cast<int>(h.size());
  for (int first = 0; first < columns; first += basis_width) {
    const int last = std::min(first + basis_width, columns) - 1;
    // A narrow last group repeats its last column, so that the loop below has a fixed length.
    const int c0 = first;
    const int c1 = std::min(first + 1, last);
    const int c2 = std::min(first + 2, last);
    const int c3 = std::min(first + 3, last);
    FourSums<T> sums;
    Kokkos::parallel_reduce(
        "suan::multi_dot",
        Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<std::int64_t>>(
            space, 0, static_cast<std::int64_t>(w.extent(0))),
        KOKKOS_LAMBDA(std::int64_t i, FourSums<T> & partial) {
          const Number wi(w(i));
          partial.value[0] += Number(conjugate(v(i, c0))) * wi;
          partial.value[1] += Number(conjugate(v(i, c1))) * wi;
          partial.value[2] += Number(conjugate(v(i, c2))) * wi;
          partial.value[3] += Number(conjugate(v(i, c3))) * wi;
        },
        sums);
    for (int j = first; j <= last; ++j) {
      h[static_cast<std::size_t>(j)] = scalar_cast<T>(sums.value[j - first]);
    }
  }
}

template <Scalar T>
WideReal<T> multi_axpy(const ExecutionSpace& space, const Basis<T>& v, std::span<const T> h,
                       const DeviceView<T>& w) {
  using Number = SumOf<T>;
  const int columns = static_cast<int>(h.size());
  WideReal<T> sum = 0;
  for (int first = 0; first < columns; first += basis_width) {
    const auto coefficient = [&](int j) {
      return first + j < columns ? h[static_cast<std::size_t>(first + j)] : T(0);
    };
    const T h0 = coefficient(0);
    const T h1 = coefficient(1);
    const T h2 = coefficient(2);
    const T h3 = coefficient(3);
    const int last = columns - 1;
    const int c0 = first;
    const int c1 = std::min(first + 1, last);
    const int c2 = std::min(first + 2, last);
    const int c3 = std::min(first + 3, last);
    sum = update_and_sum<WideReal<T>>(
              "suan::multi_axpy", space, w.extent(0),
              KOKKOS_LAMBDA(std::int64_t i) {
                w(i) = w(i) - (h0 * v(i, c0) + h1 * v(i, c1) + (h2 * v(i, c2) + h3 * v(i, c3)));
              },
              KOKKOS_LAMBDA(std::int64_t i) { return abs_squared(Number(w(i))); })
              .value[0];
  }
  return sum;
}

#else

// A block of w stays in the second-level cache while all columns pass by: V is read once and w
// once, whatever the number of columns. Much shorter blocks would not let the hardware prefetch a
// column.
inline constexpr std::int64_t long_block = 8 * block_elements;

template <Scalar T>
void multi_dot(const ExecutionSpace& space, const Basis<T>& v, const DeviceView<const T>& w,
               std::span<T> h) {
  using Number = SumOf<T>;
  const auto n = static_cast<std::int64_t>(w.extent(0));
  const int parts = parts_of_work(space, n * static_cast<std::int64_t>(h.size()));
  const std::size_t distance = v.stride(1);
  // With a cache line between the sums of the parts, which prevents false sharing.
  const std::size_t part_size = h.size() + 64 / sizeof(Number);
  // Kept: a Krylov method calls this in each iteration.
  static thread_local std::vector<Number> sums;
  sums.assign(static_cast<std::size_t>(parts) * part_size, Number{});
  Number* const all = sums.data();  // of this thread, for the others
  for_parts("suan::multi_dot", space, parts, [&](int part) {
    Number* const own = all + static_cast<std::size_t>(part) * part_size;
    for_blocks_of_part(
        n, part, parts,
        [&](std::int64_t first, std::int64_t last) {
          std::size_t c = 0;
          for (; c + 4 <= h.size(); c += 4) {
            add_dots_of_four<T>(v.data() + c * distance, distance, w.data(), first, last, own + c);
          }
          for (; c < h.size(); ++c) {
            own[c] += dot_of_block<T>(v.data() + c * distance, w.data(), first, last);
          }
        },
        long_block);
  });
  space.fence("suan::multi_dot");
  for (std::size_t c = 0; c < h.size(); ++c) {
    Number sum{};
    for (std::size_t at = c; at < sums.size(); at += part_size) sum += sums[at];
    h[c] = scalar_cast<T>(sum);
  }
}

template <Scalar T>
WideReal<T> multi_axpy(const ExecutionSpace& space, const Basis<T>& v, std::span<const T> h,
                       const DeviceView<T>& w) {
  using Number = SumOf<T>;
  using R = WideReal<T>;
  if (h.empty()) return 0;
  const auto n = static_cast<std::int64_t>(w.extent(0));
  const int parts = parts_of_work(space, n * static_cast<std::int64_t>(h.size()));
  return sum_of_parts<R>("suan::multi_axpy", space, parts, [&](int part, R& sum) {
    R own = 0;
    for_blocks_of_part(
        n, part, parts,
        [&](std::int64_t first, std::int64_t last) {
          T* const target = w.data();
          subtract_from_block<T>(v.data(), v.stride(1), h, target, first, last);
          own += sum_over_block<R>(first, last,
                                   [=](std::int64_t i) { return abs_squared(Number(target[i])); });
        },
        long_block);
    sum += own;
  });
}

#endif

#define SUAN_INSTANTIATE(T)                                                                        \
  SUAN_TEMPLATE void multi_dot(const ExecutionSpace&, const Basis<T>&, const DeviceView<const T>&, \
                               std::span<T>);                                                      \
  SUAN_TEMPLATE WideReal<T> multi_axpy(const ExecutionSpace&, const Basis<T>&, std::span<const T>, \
                                       const DeviceView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
