// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/chebyshev_iteration.hpp.
#pragma once

#include "suan/solvers/chebyshev_iteration.hpp"

#include <cmath>
#include <vector>

#include "suan/core/detail/tridiagonal.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/short_recurrence.hpp"
#include "suan/solvers/detail/lanczos.hpp"

namespace suan {

namespace detail {

/// The coefficients of one iteration after another: d = keep d + add M r, x = x + d / middle, with
/// middle that of the interval. So none of them has a size of its own.
class ChebyshevRecurrence {
 public:
  ChebyshevRecurrence(double smallest, double largest)
      : middle_((smallest + largest) / 2), half_((largest - smallest) / 2) {}
  double keep = 0;
  double add = 0;
  void first() {
    keep = 0;
    add = 1;
    rho_ = half_ / middle_;
  }
  void next() {
    const double rho = 1 / (2 * middle_ / half_ - rho_);
    keep = rho * rho_;
    add = 2 * rho * middle_ / half_;
    rho_ = rho;
  }
  /// The size of (middle - e) / half for an eigenvalue e outside of the interval whose error was
  /// multiplied by `factor` in so many iterations since the first; 1 if it need not be outside.
  double distance(double factor, double iterations) const {
    // The error of e is multiplied by T((middle - e) / half) / T(middle / half), where T is the
    // polynomial of this degree, T(y) = cosh(degree acosh(y)).
    const double exponent = iterations * std::acosh(middle_ / half_);
    constexpr double excess = 10;  // not every M A has orthogonal eigenvectors
    constexpr double large = 300;
    const double value = std::log(factor) + exponent;  // of log(2 T), where T is large
    if (exponent < large) {
      const double polynomial = factor * std::cosh(exponent);
      return polynomial > excess ? std::cosh(std::acosh(polynomial) / iterations) : 1;
    }
    return value > std::log(2 * excess) ? std::cosh(value / iterations) : 1;
  }
  double middle() const { return middle_; }
  double below(double distance) const { return middle_ - half_ * distance; }
  double above(double distance) const { return middle_ + half_ * distance; }

 private:
  double middle_;
  double half_;
  double rho_ = 0;
};

}  // namespace detail

template <Scalar T>
ChebyshevIteration<T>::ChebyshevIteration(const ChebyshevIterationOptions& options)
    : Solver<T>(options.krylov), own_(options) {
  ChebyshevIterationOptions::table().check(options);
  if (options.smallest > 0 && options.largest > 0 && options.smallest >= options.largest) {
    throw InvalidArgument(message("chebyshev: smallest is ", options.smallest,
                                  ", but must be less ", "than largest, ", options.largest));
  }
}

template <Scalar T>
std::string ChebyshevIteration<T>::told() const {
  return Solver<T>::told() + message("smallest = ", own_.smallest, "\nlargest = ", own_.largest,
                                     "\ncheck_every = ", own_.check_every,
                                     "\nbound_steps = ", own_.bound_steps, "\n");
}

/// The extreme eigenvalues of Lanczos' matrix for a random vector are within those of M A. The
/// largest is found to a few percent, for which there is a margin; the smallest takes more steps
/// than an estimate may have. False when the run has ended.
template <Scalar T>
bool ChebyshevIteration<T>::find_interval(Run& run, const Vector<T>& r) {
  const bool plain = run.m.access().is_identity();
  const auto kept = run.vectors(plain ? 3 : 4);
  Vector<T>& v = kept[0];
  kernels::fill_random<T>(ExecutionSpace(), 1, r.layout().first(), v.view());
  scale(detail::real_scalar<T>(norm2(r) / norm2(v)), v);
  detail::Lanczos<T, Run> lanczos(run, v, kept[1], kept[2], plain ? nullptr : &kept[3]);
  std::vector<double> alpha;
  std::vector<double> beta;
  constexpr auto eps = static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
  for (std::int64_t step = 0; step < own_.bound_steps; ++step) {
    if (!lanczos.multiply() || !lanczos.advance()) return false;
    run.count_bytes(run.a.bytes_per_apply() + run.m.bytes_per_apply() +
                    (plain ? 4 : 6) * static_cast<std::int64_t>(sizeof(T)) * v.global_size());
    alpha.push_back(static_cast<double>(lanczos.alpha()));
    if (!(lanczos.next_beta() > 10 * eps * lanczos.size())) break;
    beta.push_back(static_cast<double>(lanczos.next_beta()));
    lanczos.shift();
  }
  const double low = detail::eigenvalue(alpha, beta, 0);
  const double high = detail::eigenvalue(alpha, beta, alpha.size() - 1);
  if (!(high > 0) || low < -100 * eps * high) {
    run.end(Reason::indefinite_matrix,
            message("M A has eigenvalues of at most ", low, " and at least ", high));
    return false;
  }
  constexpr double margin = 1.1;
  interval_ = {std::max(low / margin, 100 * eps * high), margin * high};
  return true;
}

/// Whether the interval was changed because residuals were multiplied by this factor since the
/// first iteration. Only estimates change.
template <Scalar T>
bool ChebyshevIteration<T>::correct(double factor, std::int64_t iterations) {
  const detail::ChebyshevRecurrence now(interval_.smallest, interval_.largest);
  const double distance = now.distance(factor, static_cast<double>(iterations));
  if (!(distance > 1)) return false;
  constexpr double margin = 1.05;
  constexpr auto eps = static_cast<double>(std::numeric_limits<Real<T>>::epsilon());
  if (factor > 1) {  // errors grow above the interval alone
    if (own_.largest > 0) return false;
    interval_.largest = margin * now.above(distance);
  } else {
    if (own_.smallest > 0) return false;
    interval_.smallest = std::max(now.below(distance) / margin, eps * interval_.largest);
  }
  return true;
}

// Per row and iteration, besides the products, which read r and d more than others do: x, d read, x
// written: 6 values in all; and r read every check_every iterations, with x copied then.
template <Scalar T>
void ChebyshevIteration<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  const auto row_bytes = static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const std::int64_t bytes = run.a.bytes_per_apply() + run.m.bytes_per_apply() + 6 * row_bytes;
  auto kept = run.vectors(2);
  // The first product is kept apart from r, which must not change if the units do.
  run.m.apply(r, kept[0]);
  run.a.apply(std::as_const(kept[0]), kept[1]);
  if (detail::changes_units(run, std::as_const(r), std::as_const(kept[0]), std::as_const(kept[1])))
    return;
  // A solve that goes on after it has recomputed its residual keeps what it has found, in the units
  // of now.
  const int exponent = run.preconditioner_exponent();
  if (run.iterations() > 0) {
    interval_ = {std::ldexp(interval_.smallest, exponent - exponent_),
                 std::ldexp(interval_.largest, exponent - exponent_)};
  }
  exponent_ = exponent;
  if (run.iterations() == 0) {
    if (own_.smallest == 0 || own_.largest == 0) {
      if (run.limit_reached() || !find_interval(run, r)) return;
      kept = run.vectors(2);
    }
    if (own_.smallest > 0) {
      interval_.smallest = std::ldexp(own_.smallest, exponent);
    }
    if (own_.largest > 0) {
      interval_.largest = std::ldexp(own_.largest, exponent);
    }
    if (!(interval_.smallest < interval_.largest)) interval_.smallest = interval_.largest / 2;
  }
  Vector<T>& d = kept[0];
  Vector<T>& good = kept[1];  // x when its residual was last seen
  const auto scalar = [](double number) { return static_cast<T>(static_cast<Real<T>>(number)); };
  detail::ChebyshevRecurrence recurrence(interval_.smallest, interval_.largest);
  copy(x, good);
  auto start = static_cast<double>(norm2(r));
  std::int64_t since = 0;  // iterations since this residual, the first of the recurrence
  while (!run.limit_reached()) {
    if (since == 0) {
      recurrence.first();
    } else {
      recurrence.next();
    }
    ++since;
    run.m.apply(scalar(recurrence.add), std::as_const(r), scalar(recurrence.keep), d);
    axpy(scalar(1 / recurrence.middle()), std::as_const(d), x);
    run.a.apply(scalar(-1 / recurrence.middle()), std::as_const(d), T(1), r);  // r = b - A x
    run.count_bytes(bytes);
    if ((run.iterations() + 1) % own_.check_every != 0) {
      run.advanced();
      continue;
    }
    run.count_bytes(3 * row_bytes);
    const auto norm = static_cast<double>(norm2(r));
    const bool done = run.finished(norm);
    if (!std::isfinite(norm)) {
      copy(good, x);
    } else if (!done) {
      copy(x, good);
      if (correct(norm / start, since)) {
        recurrence = {interval_.smallest, interval_.largest};
        start = norm;
        since = 0;
      }
    }
    if (done) return;
  }
  // At a limit, the last check may be iterations ago.
  if (since > 0 && !std::isfinite(static_cast<double>(norm2(r)))) copy(std::as_const(good), x);
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class ChebyshevIteration<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
