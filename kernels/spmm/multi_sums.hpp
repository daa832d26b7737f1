// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums over several adjacent vectors, in registers, and where they are written; on the host.
#pragma once

#include <algorithm>

#include "kernels/common/streaming_stores.hpp"
#include "kernels/values/value_lanes.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

/// Sums of `width` adjacent vectors in registers. A complex entry counts as two real ones, each of
/// which multiplies both parts of x: the loops stay loops over real numbers, and the parts are
/// combined at the end.
template <Scalar T, int width>
class MultiSums {
 public:
  // No initializers: GCC would clear both arrays by rep stos, which takes as long as a short row.
  KOKKOS_FORCEINLINE_FUNCTION MultiSums() {
    for (auto& sum : sums_) sum = Vector{};
    for (auto& sum : turned_) sum = Vector{};
  }

  // Always inline, so that each caller's file decides whether multiply and add are fused.
  KOKKOS_FORCEINLINE_FUNCTION void add(const T& value, const T* x) {
    const auto* parts = reinterpret_cast<const Real<T>*>(x);
    const Real<T> by = real_part(value);
    for (int v = 0; v < vectors; ++v) sums_[v] += by * load_lanes<lanes>(parts + v * lanes);
    if constexpr (is_complex<T>) {
      const Real<T> turned = value.imag();
      for (int v = 0; v < vectors; ++v) turned_[v] += turned * load_lanes<lanes>(parts + v * lanes);
    }
  }

  KOKKOS_FORCEINLINE_FUNCTION void add(const MultiSums& other) {
    for (int v = 0; v < vectors; ++v) sums_[v] += other.sums_[v];
    if constexpr (is_complex<T>) {
      for (int v = 0; v < vectors; ++v) turned_[v] += other.turned_[v];
    }
  }

  /// Writes alpha times the sums of real vectors with stores that bypass the caches.
  KOKKOS_FORCEINLINE_FUNCTION void stream_times(const T& alpha, T* target) const {
    for (int v = 0; v < vectors; ++v) stream(target + v * lanes, alpha * sums_[v]);
  }

  /// Whether a sum is NaN, or the sums hold infinities of both signs.
  KOKKOS_FORCEINLINE_FUNCTION bool has_nan() const {
    Vector all = sums_[0];
    for (int v = 1; v < vectors; ++v) all += sums_[v];
    if constexpr (is_complex<T>) {
      for (int v = 0; v < vectors; ++v) all += turned_[v];
    }
    bool found = false;
    for (int l = 0; l < lanes; ++l) found |= all[l] != all[l];
    return found;
  }

  T operator[](int c) const {
    if constexpr (is_complex<T>) {
      return T(at(sums_, 2 * c) - at(turned_, 2 * c + 1),
               at(sums_, 2 * c + 1) + at(turned_, 2 * c));
    } else {
      return at(sums_, c);
    }
  }

 private:
  static constexpr int reals = is_complex<T> ? 2 * width : width;
  static constexpr int lanes = std::min(reals, 32 / int(sizeof(Real<T>)));
  static constexpr int vectors = reals / lanes;
  static_assert(vectors * lanes == reals);
  using Vector = typename VectorOf<Real<T>, lanes>::Type;

  static Real<T> at(const Vector* sums, int r) { return sums[r / lanes][r % lanes]; }

  Vector sums_[vectors];
  Vector turned_[is_complex<T> ? vectors : 1];
};

/// How many vectors fill a cache line; that many sums of a few rows fit in registers.
template <Scalar T>
inline constexpr int widest_multi = int(line_bytes / sizeof(T));

/// Calls use.operator()<width>(c) for groups of `width` adjacent vectors, starting at vector c: as
/// many groups of `widest` (16, 8, 4 or 2) as fit, and the rest in powers of two.
template <int widest, class Use>
KOKKOS_FORCEINLINE_FUNCTION void for_widths(std::size_t vectors, const Use& use) {
  static_assert(widest >= 2 && widest <= 16);
  std::size_t c = 0;
  for (; c + widest <= vectors; c += widest) use.template operator()<widest>(c);
  if constexpr (widest > 8) {
    if (c + 8 <= vectors) {
      use.template operator()<8>(c);
      c += 8;
    }
  }
  if constexpr (widest > 4) {
    if (c + 4 <= vectors) {
      use.template operator()<4>(c);
      c += 4;
    }
  }
  if constexpr (widest > 2) {
    if (c + 2 <= vectors) {
      use.template operator()<2>(c);
      c += 2;
    }
  }
  if (c < vectors) use.template operator()<1>(c);
}

/// Where the sums of a product Y = alpha A X + beta Y go.
template <Scalar T>
struct MultiTarget {
  T alpha;
  T beta;
  T* y;
  std::size_t stride;
  bool streams;  ///< whole lines go past the caches; beta is zero

  MultiTarget(T by, T keep, const RowMajor<T>& result)
      : alpha(by),
        beta(keep),
        y(result.data()),
        stride(result.stride(0)),
        // Groups of 16 vectors come first, so all narrower groups start on a line, too.
        streams(beta == T(0) && result.size() * sizeof(T) >= streamed_bytes && is_line(y) &&
                stride * sizeof(T) % line_bytes == 0) {}

  /// Vectors c to c + width - 1 of row i.
  template <int width>
  KOKKOS_FORCEINLINE_FUNCTION void put(const MultiSums<T, width>& sums, LocalIndex i,
                                       std::size_t c) const {
    T* const target = y + static_cast<std::size_t>(i) * stride + c;
    if constexpr (!is_complex<T> && width * sizeof(T) % line_bytes == 0) {
      if (streams) {
        sums.stream_times(alpha, target);
        return;
      }
    }
    if (beta == T(0)) {
      for (int r = 0; r < width; ++r) target[r] = alpha * sums[r];
    } else {
      for (int r = 0; r < width; ++r) target[r] = alpha * sums[r] + beta * target[r];
    }
  }
  void put(const T& sum, LocalIndex i, std::size_t c) const {
    T& target = y[static_cast<std::size_t>(i) * stride + c];
    target = beta == T(0) ? alpha * sum : alpha * sum + beta * target;
  }
};

}  // namespace suan::kernels

#endif
