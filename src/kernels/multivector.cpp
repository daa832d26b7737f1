// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/multivector.hpp"

#include <algorithm>
#include <vector>

#include "kernels/vector_loops.hpp"

namespace suan::kernels {

namespace {

/// Columns that a loop goes through side by side: enough that w is read seldom, few enough for
/// registers.
constexpr int width = 4;

#if SUAN_HAVE_CUDA

/// Sums over `width` columns.
template <Scalar T>
using ColumnSums = Sums<width * parts_of_number<T>>;

template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION void set_terms(ColumnSums<T>& sums, int j, const SumOf<T>& x) {
  constexpr int parts = parts_of_number<T>;
  const auto terms = as_terms(x);
  for (int k = 0; k < parts; ++k) sums.value[j * parts + k] = terms.value[k];
}

#else

/// The terms of conj(v_j) w for some columns v.
template <int columns, Scalar T>
struct DotTerms {
  static constexpr int parts = parts_of_number<T>;
  const T* v[columns];
  const T* w;
  Sums<columns * parts> operator()(std::int64_t i) const {
    const SumOf<T> wi(w[i]);
    Sums<columns * parts> terms;
    for (int j = 0; j < columns; ++j) {
      const Sums<parts> own = as_terms(SumOf<T>(conjugate(v[j][i])) * wi);
      for (int k = 0; k < parts; ++k) terms.value[j * parts + k] = own.value[k];
    }
    return terms;
  }
};

/// sums[j] += v_j^H w over first <= i < last, for some columns v, which lie at a distance.
template <int columns, Scalar T>
void add_dots(const T* v, std::size_t distance, const T* w, std::int64_t first, std::int64_t last,
              SumOf<T>* sums) {
  constexpr int parts = parts_of_number<T>;
  DotTerms<columns, T> terms{{}, w};
  for (int j = 0; j < columns; ++j) terms.v[j] = v + distance * static_cast<std::size_t>(j);
  const Sums<columns* parts> block = sum_over_block<columns * parts>(first, last, terms);
  for (int j = 0; j < columns; ++j) {
    Sums<parts> own;
    for (int k = 0; k < parts; ++k) own.value[k] = block.value[j * parts + k];
    sums[j] += from_sums<T>(own);
  }
}

/// w -= V h over first <= i < last.
template <Scalar T>
void subtract_from_block(const T* v, std::size_t stride, std::span<const T> h, T* w,
                         std::int64_t first, std::int64_t last) {
  const auto column = [&](std::size_t c) { return v + stride * c; };
  std::size_t c = 0;
  for (; c + width <= h.size(); c += width) {
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

}  // namespace

#if SUAN_HAVE_CUDA

template <Scalar T>
void multi_dot(const ExecutionSpace& space, const Basis<T>& v, const DeviceView<const T>& w,
               std::span<T> h) {
  using Number = SumOf<T>;
  constexpr int parts = parts_of_number<T>;
  const int columns = static_cast<int>(h.size());
  for (int first = 0; first < columns; first += width) {
    const int last = std::min(first + width, columns) - 1;
    // A narrow last group repeats its last column, so that the loop below has a fixed length.
    const int c0 = first;
    const int c1 = std::min(first + 1, last);
    const int c2 = std::min(first + 2, last);
    const int c3 = std::min(first + 3, last);
    const auto sums = sum_over_vector<width * parts>(
        "suan::multi_dot", space, w.extent(0), KOKKOS_LAMBDA(std::int64_t i) {
          const Number wi(w(i));
          ColumnSums<T> terms;
          set_terms<T>(terms, 0, Number(conjugate(v(i, c0))) * wi);
          set_terms<T>(terms, 1, Number(conjugate(v(i, c1))) * wi);
          set_terms<T>(terms, 2, Number(conjugate(v(i, c2))) * wi);
          set_terms<T>(terms, 3, Number(conjugate(v(i, c3))) * wi);
          return terms;
        });
    for (int j = first; j <= last; ++j) {
      Sums<parts> own;
      for (int k = 0; k < parts; ++k) own.value[k] = sums.value[(j - first) * parts + k];
      h[static_cast<std::size_t>(j)] = static_cast<T>(from_sums<T>(own));
    }
  }
}

template <Scalar T>
double multi_axpy(const ExecutionSpace& space, const Basis<T>& v, std::span<const T> h,
                  const DeviceView<T>& w) {
  using Number = SumOf<T>;
  const int columns = static_cast<int>(h.size());
  double sum = 0;
  for (int first = 0; first < columns; first += width) {
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
    sum = sum_over_vector<1>(
              "suan::multi_axpy", space, w.extent(0),
              KOKKOS_LAMBDA(std::int64_t i) {
                const T wi =
                    w(i) - (h0 * v(i, c0) + h1 * v(i, c1) + (h2 * v(i, c2) + h3 * v(i, c3)));
                w(i) = wi;
                return Sums<1>{{abs_squared(Number(wi))}};
              })
              .value[0];
  }
  return sum;
}

#else

// A block of w stays in the first-level cache while all columns pass by: V is read once and w once,
// whatever the number of columns.

template <Scalar T>
void multi_dot(const ExecutionSpace& space, const Basis<T>& v, const DeviceView<const T>& w,
               std::span<T> h) {
  using Number = SumOf<T>;
  const auto n = static_cast<std::int64_t>(w.extent(0));
  const int parts = parts_of_work(space, n * static_cast<std::int64_t>(h.size()));
  const std::size_t distance = v.stride(1);
  // A cache line between the sums of the parts, so that none waits for another one.
  const std::size_t part_size = h.size() + 64 / sizeof(Number);
  std::vector<Number> sums(static_cast<std::size_t>(parts) * part_size);
  for_parts("suan::multi_dot", space, parts, [&](int part) {
    Number* const own = sums.data() + static_cast<std::size_t>(part) * part_size;
    for_blocks_of_part(n, part, parts, [&](std::int64_t first, std::int64_t last) {
      std::size_t c = 0;
      for (; c + width <= h.size(); c += width) {
        add_dots<width, T>(v.data() + c * distance, distance, w.data(), first, last, own + c);
      }
      for (; c < h.size(); ++c) {
        add_dots<1, T>(v.data() + c * distance, distance, w.data(), first, last, own + c);
      }
    });
  });
  space.fence("suan::multi_dot");
  for (std::size_t c = 0; c < h.size(); ++c) {
    Number sum{};
    for (std::size_t at = c; at < sums.size(); at += part_size) sum += sums[at];
    h[c] = static_cast<T>(sum);
  }
}

template <Scalar T>
double multi_axpy(const ExecutionSpace& space, const Basis<T>& v, std::span<const T> h,
                  const DeviceView<T>& w) {
  using Number = SumOf<T>;
  if (h.empty()) return 0;
  const auto n = static_cast<std::int64_t>(w.extent(0));
  const int parts = parts_of_work(space, n * static_cast<std::int64_t>(h.size()));
  return sum_of_parts<double>("suan::multi_axpy", space, parts, [&](int part, double& sum) {
    double own = 0;
    for_blocks_of_part(n, part, parts, [&](std::int64_t first, std::int64_t last) {
      T* const target = w.data();
      subtract_from_block<T>(v.data(), v.stride(1), h, target, first, last);
      own += sum_over_block<1>(first, last, [=](std::int64_t i) {
               return Sums<1>{{abs_squared(Number(target[i]))}};
             }).value[0];
    });
    sum += own;
  });
}

#endif

#define SUAN_INSTANTIATE(T)                                                                   \
  template void multi_dot(const ExecutionSpace&, const Basis<T>&, const DeviceView<const T>&, \
                          std::span<T>);                                                      \
  template double multi_axpy(const ExecutionSpace&, const Basis<T>&, std::span<const T>,      \
                             const DeviceView<T>&);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
