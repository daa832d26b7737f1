// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/detail/units.hpp.
#pragma once

#include "suan/solvers/detail/units.hpp"

#include <algorithm>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/level1.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::detail {

/// y = 2^exponent M x.
template <Scalar T>
class Multiple final : public Operator<T> {
 public:
  /// Collective. @throws OutOfMemory on all ranks.
  Multiple(const Operator<T>& m, int exponent)
      : Operator<T>(m.row_layout(), m.column_layout()),
        m_(m),
        factor_(static_cast<T>(static_cast<Real<T>>(std::ldexp(1.0, exponent)))) {
    const auto access = m.access();
    if (!access.is_identity() && !access.is_diagonal()) return;
    together(m.comm(), [&] {
      // The identity has no stored entries, but its multiple does.
      Vector<T> entries_of_multiple(m.row_layout());
      if (access.is_identity()) {
        fill(entries_of_multiple, factor_);
      } else {
        kernels::axpby<T>(ExecutionSpace(), factor_, access.diagonal, T(0),
                          entries_of_multiple.view());
      }
      access_ = Access<T>::to_diagonal(entries_of_multiple.view());
    });
  }
  std::string name() const override { return m_.name(); }
  std::string path() const override { return m_.path(); }
  std::int64_t bytes_per_apply() const override { return m_.bytes_per_apply(); }
  Access<T> access() const override { return access_; }
  bool varies() const noexcept override { return m_.varies(); }
  bool rounds() const noexcept override { return m_.rounds(); }

 private:
  void do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const override {
    m_.apply(alpha * factor_, x, beta, y);
  }
  const Operator<T>& m_;
  T factor_;
  Access<T> access_;
};

template <Scalar T>
void Units<T>::choose(double b_size, double x_size) {
  const int b_exponent = exponent_of(b_size);
  const bool has_guess = x_size > 0 && std::isfinite(x_size);
  wanted_ = has_guess ? balanced<T>(exponent_of(x_size) - b_exponent) : 0;
  if (std::abs(b_exponent) <= safe_exponent<T> && wanted_ == 0) return;
  Vector<T> nothing;
  shift(wanted_ - b_exponent, nothing);
}

template <Scalar T>
int Units<T>::distance(double residual_norm) const noexcept {
  if (!std::isfinite(residual_norm) || residual_norm == 0) return 0;
  const int by = wanted_ - exponent_of(residual_norm);
  return std::abs(by) > safe_exponent<T> ? by : 0;
}

template <Scalar T>
void Units<T>::shift(int by, Vector<T>& r) {
  if (by == 0) return;
  exponent_ += by;
  together(x_.layout().comm(), [&] { b_ = given_b_; });
  multiply_by_power(exponent_, b_);
  multiply_by_power(by, x_);
  if (r.local_size() > 0) multiply_by_power(by, r);
}

template <Scalar T>
int Units<T>::respond(double residual_norm, double direction_gain, double image_gain, Goal& goal,
                      Vector<T>& r) {
  multiply_by_power(-measuring_, r);
  measuring_ = 0;
  goal.attempts += 1;
  goal.measures = !std::isfinite(direction_gain) || !std::isfinite(image_gain) || image_gain == 0;
  if (goal.measures) {
    constexpr int far = std::is_same_v<Real<T>, float> ? 60 : 430;
    measuring_ = (image_gain == 0 ? far : -far) - exponent_of(residual_norm);
    multiply_by_power(measuring_, r);
    return 0;
  }
  const int by = adapt(residual_norm, direction_gain, image_gain, r);
  goal.m_exponent = m_exponent_;
  goal.shift(by);
  return by;
}

template <Scalar T>
int Units<T>::adapt(double residual_norm, double direction_gain, double image_gain, Vector<T>& r) {
  const int r_exponent = exponent_of(residual_norm);
  // M' = 2^m M makes ||A M' r|| about ||r||.
  int m_exponent = -exponent_of(image_gain);
  constexpr int largest_factor = std::is_same_v<Real<T>, float> ? 126 : 1000;
  m_exponent = std::max(-largest_factor, std::min(largest_factor, m_exponent));
  if (std::abs(m_exponent) > safe_exponent<T> / 2) {
    m_exponent_ += m_exponent;
    m_ = std::make_unique<Multiple<T>>(given_m_, m_exponent_);
  } else {
    m_exponent = 0;
  }
  wanted_ = balanced<T>(exponent_of(direction_gain) + m_exponent);
  const int by = wanted_ - r_exponent;
  shift(by, r);
  return by;
}

template <Scalar T>
bool Units<T>::round_to_users() {
  if (exponent_ == 0) return true;
  multiply_by_power(-exponent_, x_);
  const bool fits = std::isfinite(largest(x_));
  if (fits) multiply_by_power(exponent_, x_);
  return fits;
}

template <Scalar T>
void Units<T>::leave() {
  multiply_by_power(-exponent_, x_);
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Units<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
