// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What methods with a shadow residual share: inner products in one reduction, and new starts where
// one of these vanishes.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string>

#include "suan/core/report.hpp"
#include "suan/kernels/detail/short_recurrence.hpp"
#include "suan/solvers/detail/least_squares.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::detail {

template <Scalar S>
Real<S> imaginary_part(const S& x) {
  if constexpr (is_complex<S>) {
    return x.imag();
  } else {
    return 0;
  }
}

template <Scalar S>
S from_parts(Real<S> real, [[maybe_unused]] Real<S> imaginary) {
  if constexpr (is_complex<S>) {
    return S(real, imaginary);
  } else {
    return real;
  }
}

/// The sums of all ranks. Collective, as the next two.
template <Scalar T>
kernels::PairSums<T> sum_of_ranks(const Communicator& comm, const kernels::PairSums<T>& own) {
  std::array<kernels::WideReal<T>, 4> all = {own.xx, own.yy, real_part(own.xy),
                                             imaginary_part(own.xy)};
  comm.sum(std::span<kernels::WideReal<T>>(all.data(), is_complex<T> ? 4 : 3));
  return {from_parts<Wide<T>>(all[2], all[3]), all[0], all[1]};
}
template <Scalar T>
kernels::ShadowSums<T> sum_of_ranks(const Communicator& comm, const kernels::ShadowSums<T>& own) {
  std::array<kernels::WideReal<T>, 3> all = {own.rr, real_part(own.sr), imaginary_part(own.sr)};
  comm.sum(std::span<kernels::WideReal<T>>(all.data(), is_complex<T> ? 3 : 2));
  return {from_parts<Wide<T>>(all[1], all[2]), all[0]};
}

/// x^H y, x^H x and y^H y.
template <Scalar T>
kernels::PairSums<T> pair_sums(const Vector<T>& x, const Vector<T>& y) {
  return sum_of_ranks<T>(x.layout().comm(),
                         kernels::pair_sums<T>(ExecutionSpace(), x.view(), y.view()));
}

/// Whether x^H y consists of rounding errors only, whatever the units of x and y.
template <Scalar T>
bool vanishes(const Wide<T>& xy, kernels::WideReal<T> xx, kernels::WideReal<T> yy) {
  constexpr kernels::WideReal<T> eps = std::numeric_limits<Real<T>>::epsilon();
  return magnitude(xy) <= eps * std::sqrt(xx) * std::sqrt(yy);
}
template <Scalar T>
bool vanishes(const kernels::PairSums<T>& sums) {
  return vanishes<T>(sums.xy, sums.xx, sums.yy);
}

/// rho / x^H y, or zero if x^H y vanishes or the quotient is beyond the range of T.
template <Scalar T>
Wide<T> step_length(const Wide<T>& rho, const kernels::PairSums<T>& sums) {
  if (vanishes(sums)) return Wide<T>(0);
  const Wide<T> step = rho / sums.xy;
  const T rounded = scalar_cast<T>(step);
  return is_finite(rounded) && rounded != T(0) ? step : Wide<T>(0);
}

template <Scalar T>
bool are_finite(const kernels::PairSums<T>& sums) {
  return is_finite(sums.xy) && std::isfinite(sums.xx) && std::isfinite(sums.yy);
}

/// Counts the starts of a method that breaks down.
class Starts {
 public:
  /// A start with a residual of this norm. The number of starts before it that did not bring the
  /// residual to half, or -1 if those are enough.
  int next(double norm) {
    constexpr int most = 3;
    useless_ = norm < 0.5 * last_ ? 0 : useless_ + 1;
    last_ = norm;
    return useless_ < most ? useless_ : -1;
  }

 private:
  int useless_ = 0;
  double last_ = std::numeric_limits<double>::infinity();
};

/// Fills x with pseudo-random numbers, the same on any number of ranks.
template <Scalar T>
void fill_random(std::uint64_t seed, Vector<T>& x) {
  kernels::fill_random<T>(ExecutionSpace(), seed, x.layout().first(), x.view());
}

/// The shadow residual of a method: pseudo-random, another one in each start; or, where that is
/// asked for, the residual of the start, and pseudo-random where starts with that lead nowhere.
template <Scalar T>
class Shadow {
 public:
  Shadow(Vector<T>& vector, bool is_residual) : vector_(vector), is_residual_(is_residual) {}
  const Vector<T>& vector() const noexcept { return vector_; }

  /// Takes another one, for a start from r. False if that is not worth a try.
  bool choose(const Vector<T>& r, double norm) {
    const int useless = starts_.next(norm);
    if (useless >= 0) take(r, useless == 0);
    return useless >= 0;
  }
  /// Takes another one, for a start that is no answer to a breakdown.
  void renew(const Vector<T>& r) { take(r, true); }

 private:
  void take(const Vector<T>& r, bool may_be_residual) {
    if (is_residual_ && may_be_residual) {
      copy(r, vector_);
    } else {
      fill_random(seed_++, vector_);
    }
  }

  Vector<T>& vector_;
  bool is_residual_;
  Starts starts_;
  std::uint64_t seed_ = 0;
};

/// Records a breakdown that no other shadow residual avoids.
template <class Run>
void end_breakdown(Run& run, const std::string& what) {
  run.end(Reason::breakdown,
          message(what,
                  ", also with other shadow residuals: gmres has no such breakdown, unless A is "
                  "singular"));
}

/// Checks in the first step of a run from a residual of this norm, with the direction p that it
/// takes and q = A p, and `power` products in a row to come: whether the units must change, so that
/// the method must return.
template <Scalar T, class Run>
bool needs_other_units(Run& run, double norm, const Vector<T>& p, const Vector<T>& q, int power) {
  const auto image_gain = static_cast<double>(norm2(q)) / norm;
  if (!run.leaves_range(norm * norm, std::pow(image_gain, 2 * power) * norm * norm)) return false;
  return run.rescale(static_cast<double>(norm2(p)) / norm, image_gain);
}

}  // namespace suan::detail
