// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums over several vectors side by side, in registers, on the host.
#pragma once

#include <algorithm>

#include "kernels/streaming.hpp"
#include "kernels/value_vectors.hpp"

#if !SUAN_HAVE_CUDA

namespace suan::kernels {

/// Sums of `width` neighbouring vectors in registers. A complex entry counts as two real ones, each
/// of which multiplies both parts of x: the loops over elements stay loops over real numbers, and
/// the parts are put together in the end.
template <Scalar T, int width>
class BlockSums {
 public:
  // No initializers: GCC would clear both arrays by rep stos, which takes as long as a short row.
  KOKKOS_FORCEINLINE_FUNCTION BlockSums() {
    for (auto& sum : sums_) sum = Vector{};
    for (auto& sum : turned_) sum = Vector{};
  }

  // Always inline: each caller's file decides whether products are fused with sums.
  KOKKOS_FORCEINLINE_FUNCTION void add(const T& value, const T* x) {
    const auto* parts = reinterpret_cast<const Real<T>*>(x);
    const Real<T> by = real_part(value);
    for (int v = 0; v < vectors; ++v) sums_[v] += by * load_lanes<lanes>(parts + v * lanes);
    if constexpr (is_complex<T>) {
      const Real<T> turned = value.imag();
      for (int v = 0; v < vectors; ++v) turned_[v] += turned * load_lanes<lanes>(parts + v * lanes);
    }
  }

  KOKKOS_FORCEINLINE_FUNCTION void add(const BlockSums& other) {
    for (int v = 0; v < vectors; ++v) sums_[v] += other.sums_[v];
    if constexpr (is_complex<T>) {
      for (int v = 0; v < vectors; ++v) turned_[v] += other.turned_[v];
    }
  }

  /// Writes alpha times the sums of real vectors past the caches.
  KOKKOS_FORCEINLINE_FUNCTION void stream_times(const T& alpha, T* target) const {
    for (int v = 0; v < vectors; ++v) stream(target + v * lanes, alpha * sums_[v]);
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

}  // namespace suan::kernels

#endif
