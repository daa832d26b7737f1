// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The small least-squares problem of one cycle of GMRES.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "suan/kernels/detail/sums.hpp"

namespace suan::detail {

/// The scalars of recurrences: in double precision even for float.
template <Scalar T>
using Wide = kernels::SumOf<T>;

/// |x|, without squares that overflow or underflow.
template <Scalar S>
Real<S> magnitude(const S& x) {
  if constexpr (is_complex<S>) {
    return std::hypot(x.real(), x.imag());
  } else {
    return std::abs(x);
  }
}

/// The Hessenberg matrix, made triangular by plane rotations, and the rotated right-hand side.
template <Scalar S>
class LeastSquares {
  using Real = suan::Real<S>;

 public:
  /// For up to `size` columns; allocates everything here.
  explicit LeastSquares(std::size_t size)
      : stride_(size), columns_(size * size), rotations_(size), g_(size + 1), y_(size) {}

  void start(Real beta) {
    used_ = 0;
    std::fill(g_.begin(), g_.end(), S(0));
    g_[0] = S(beta);
  }
  std::size_t size() const { return used_; }

  /// The size() + 1 numbers of the next column, all zero, for the caller to fill.
  std::span<S> next_column() {
    S* const h = column(used_);
    std::fill(h, h + used_ + 1, S(0));
    return {h, used_ + 1};
  }
  /// Adds the next column as it was filled, with `below` under the diagonal; returns the residual
  /// norm. Only columns with a nonzero diagonal can be kept.
  Real add_column(Real below) {
    const std::size_t j = used_;
    S* const h = column(j);
    for (std::size_t k = 0; k < j; ++k) {
      const auto& [c, s] = rotations_[k];
      const S upper = c * h[k] + s * h[k + 1];
      h[k + 1] = -conjugate(s) * h[k] + c * h[k + 1];
      h[k] = upper;
    }
    // c real and s chosen so that [c s; -s^H c] maps (h_j, below) to (r, 0).
    const Real diagonal = magnitude(h[j]);
    const Real size = std::hypot(diagonal, below);
    Rotation rotation{1, S(0)};
    if (size > 0 && diagonal > 0) {
      const S phase = h[j] / S(diagonal);
      rotation = {diagonal / size, phase * S(below / size)};
      h[j] = phase * S(size);
    } else if (size > 0) {
      rotation = {0, S(1)};
      h[j] = S(size);
    }
    g_[j + 1] = -conjugate(rotation.s) * g_[j];
    g_[j] = rotation.c * g_[j];
    rotations_[j] = rotation;
    ++used_;
    return magnitude(g_[used_]);
  }

  /// Whether the diagonal of the last column is nonzero.
  bool regular() const { return magnitude(column(used_ - 1)[used_ - 1]) > 0; }
  void drop_last() { --used_; }

  /// The coefficients of the basis, until the next call.
  std::span<const S> solve() {
    std::copy_n(g_.begin(), used_, y_.begin());
    for (std::size_t i = used_; i-- > 0;) {
      for (std::size_t k = i + 1; k < used_; ++k) y_[i] -= column(k)[i] * y_[k];
      y_[i] /= column(i)[i];
    }
    return {y_.data(), used_};
  }

 private:
  struct Rotation {
    Real c = 1;
    S s{};
  };
  S* column(std::size_t k) { return columns_.data() + k * stride_; }
  const S* column(std::size_t k) const { return columns_.data() + k * stride_; }

  std::size_t stride_;
  std::vector<S> columns_;
  std::vector<Rotation> rotations_;
  std::vector<S> g_;
  std::vector<S> y_;
  std::size_t used_ = 0;
};

}  // namespace suan::detail
