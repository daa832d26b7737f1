// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The vectors of a Krylov space.
#pragma once

#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include "suan/kernels/detail/krylov_basis.hpp"
#include "suan/solvers/detail/least_squares.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::detail {

/// A set of vectors over the columns of an array: the orthonormal basis V, or M V.
template <Scalar T>
class KrylovBasis {
 public:
  using Number = Real<Wide<T>>;

  KrylovBasis() = default;
  KrylovBasis(const Layout& layout, const kernels::Basis<T>& columns)
      : layout_(layout), v_(columns) {}

  /// Columns first, first + 1, ..., last - 1.
  kernels::Basis<T> columns(std::size_t first, std::size_t last) const {
    return Kokkos::subview(v_, Kokkos::ALL, std::make_pair(first, last));
  }
  Vector<T> column(std::size_t j) const {
    const auto rows = static_cast<std::size_t>(layout_.local_size());
    return Vector<T>::over(layout_, DeviceView<T>(v_.data() + j * v_.stride(1), rows));
  }
  void set(std::size_t j, const Vector<T>& w, Number norm) const {
    auto target = column(j);
    axpby(static_cast<T>(static_cast<Real<T>>(1 / norm)), w, T(0), target);
  }

  /// w = w - V V^H w for the first h.size() columns, adding V^H w to h; returns ||w||, and in
  /// `before` the original norm of w. Classical Gram-Schmidt, repeated when little of w is left
  /// (Daniel, Gragg, Kaufman and Stewart, Math. Comp. 30 (1976), 772-795): less than a tenth, so
  /// that cancellation costs at most one digit of orthogonality (W. Hoffmann, Computing 41 (1989),
  /// 335-348). Adds the values per row that it read and wrote to `traffic`. c has room for
  /// h.size() numbers.
  Number orthogonalize(Vector<T>& w, std::span<Wide<T>> h, std::vector<T>& c, Number& before,
                       std::int64_t& traffic) const {
    const auto& comm = layout_.comm();
    const std::span<T> own(c.data(), h.size());
    before = 0;
    Number after = 0;
    for (int pass = 0; pass < 2; ++pass) {
      traffic += 2 * static_cast<std::int64_t>(h.size()) + 3;
      kernels::multi_dot<T>(ExecutionSpace(), v_, w.view(), own);
      comm.sum(own);
      after =
          comm.sum(kernels::multi_axpy<T>(ExecutionSpace(), v_, std::span<const T>(own), w.view()));
      Number removed = 0;
      for (std::size_t j = 0; j < h.size(); ++j) {
        const Wide<T> wide = own[j];
        h[j] += wide;
        removed += abs_squared(wide);
      }
      if (pass == 0) before = std::sqrt(after + removed);
      constexpr auto kept = Number(0.1);
      if (!(after < kept * kept * (after + removed))) break;
    }
    return std::sqrt(after);
  }

  /// w = V y; c has room for y.size() numbers.
  void combine(std::span<const Wide<T>> y, std::vector<T>& c, Vector<T>& w) const {
    for (std::size_t j = 0; j < y.size(); ++j) c[j] = scalar_cast<T>(-y[j]);
    fill(w, T(0));
    kernels::multi_axpy<T>(ExecutionSpace(), v_, std::span<const T>(c.data(), y.size()), w.view());
  }

 private:
  Layout layout_;
  kernels::Basis<T> v_;
};

}  // namespace suan::detail
