// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums over several vectors side by side, in registers, on the host.
#pragma once

#include "suan/core/types.hpp"

namespace suan::kernels {

/// Sums of `width` neighbouring vectors in registers. A complex entry counts as two real ones, each
/// of which multiplies both parts of x: the loops over elements stay loops over real numbers, and
/// the parts are put together in the end.
template <Scalar T, int width>
class BlockSums {
 public:
  static constexpr int reals = is_complex<T> ? 2 * width : width;

  void add(const T& value, const T* x) {
    const auto* parts = reinterpret_cast<const Real<T>*>(x);
    const Real<T> by = real_part(value);
    for (int r = 0; r < reals; ++r) sums_[r] += by * parts[r];
    if constexpr (is_complex<T>) {
      const Real<T> turned = value.imag();
      for (int r = 0; r < reals; ++r) turned_[r] += turned * parts[r];
    }
  }

  T operator[](int c) const {
    if constexpr (is_complex<T>) {
      return T(sums_[2 * c] - turned_[2 * c + 1], sums_[2 * c + 1] + turned_[2 * c]);
    } else {
      return sums_[c];
    }
  }

 private:
  Real<T> sums_[reals] = {};
  Real<T> turned_[is_complex<T> ? reals : 1] = {};
};

}  // namespace suan::kernels
