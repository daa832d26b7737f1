// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/tfqmr.hpp.
#pragma once

#include "suan/solvers/tfqmr.hpp"

#include <cmath>
#include <utility>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/cg_update.hpp"
#include "suan/solvers/detail/shadow.hpp"

namespace suan {

namespace detail {

/// The quasi-minimal residual, from the residuals of CGS.
template <Scalar T>
class QuasiResidual {
 public:
  using Number = Wide<T>;
  using R = kernels::WideReal<T>;

  void start(R norm) {
    tau_ = norm;
    theta_squared_ = 0;
    eta_ = Number(0);
    steps_ = 0;
  }
  /// A step by alpha to a residual of CGS with this squared norm. Sets the factors of the direction
  /// before and of the step of x.
  void add(const Number& alpha, R squares, T& before, T& step) {
    before = scalar_cast<T>(Number(theta_squared_) * eta_ / alpha);
    theta_squared_ = squares / tau_ / tau_;
    const R cosine_squared = 1 / (1 + theta_squared_);
    tau_ = std::sqrt(squares) * std::sqrt(cosine_squared);
    eta_ = Number(cosine_squared) * alpha;
    step = scalar_cast<T>(eta_);
    ++steps_;
  }
  /// An upper bound on the norm of the residual.
  double bound() const { return static_cast<double>(tau_ * std::sqrt(R(steps_ + 1))); }

 private:
  R tau_ = 0;
  R theta_squared_ = 0;
  Number eta_{};
  std::int64_t steps_ = 0;
};

}  // namespace detail

template <Scalar T>
Tfqmr<T>::Tfqmr(const TfqmrOptions& options) : Solver<T>(options.krylov), shadow_(options.shadow) {
  TfqmrOptions::table().check(options);
}

template <Scalar T>
std::string Tfqmr<T>::told() const {
  return Solver<T>::told() + message("shadow = ", shadow_, "\n");
}

// r is the residual of CGS, and y is M times that of the paper, a combination of M r and M v alone,
// so that all fits together even if M varies or rounds. Per row and iteration, besides the
// products: the shadow and v read (sigma); twice r and u read, r written, the shadow read once
// more; twice y, d, x read, d, x written; y, v read, y written; r, y read, y written; u, u, v read,
// v written: 29 values.
template <Scalar T>
void Tfqmr<T>::iterate(Run& run, const Vector<T>& b, Vector<T>& x, Vector<T>& r) {
  using Number = detail::Wide<T>;
  const ExecutionSpace space;
  const bool plain = run.m.access().is_identity();
  const std::int64_t bytes = 2 * (run.a.bytes_per_apply() + run.m.bytes_per_apply()) +
                             29 * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto& comm = x.layout().comm();
  const auto kept = run.vectors(plain ? 6 : 7);
  Vector<T>& y = kept[0];
  Vector<T>& v = kept[1];
  Vector<T>& d = kept[2];
  Vector<T>& u_odd = kept[3];
  Vector<T>& u_even = kept[4];
  detail::Shadow<T> shadow(kept[5], shadow_ == "residual" || run.m.varies());
  const auto preconditioned = [&](const Vector<T>& w) -> const Vector<T>& {
    if (plain) return w;
    run.m.apply(w, kept[6]);
    return kept[6];
  };
  detail::QuasiResidual<T> quasi;
  // d = y + before d, x = x + step d
  const auto move = [&](const Number& alpha, kernels::WideReal<T> squares) {
    T before{};
    T step{};
    quasi.add(alpha, squares, before, step);
    kernels::add_direction<T>(space, std::as_const(y).view(), before, step, d.view(), x.view());
  };

  auto norm = static_cast<double>(norm2(r));
  Number rho{};
  // Where the residuals of CGS have lost their digits, the bound falls no more, for ever. But it
  // may take long to fall for the first time. If M varies, they must fall in each iteration: else
  // what depends on earlier products is useless.
  const bool varies = run.m.varies();
  std::int64_t patience = 100;
  bool has_risen = false;
  kernels::WideReal<T> squares = 0;  // of the residual of CGS, in the iteration before
  double best = norm;
  std::int64_t best_at = run.iterations();
  bool is_first = true;
  const char* lost = nullptr;  // what vanished, so that the method must start again
  while (!run.limit_reached()) {
    const bool is_stale = varies ? has_risen : run.iterations() - best_at >= patience;
    if (is_first || is_stale || lost != nullptr) {
      if (!is_first) norm = static_cast<double>(run.a.residual(b, x, r));
      if (is_stale) {
        shadow.renew(r);
        patience *= 2;
      } else if (!shadow.choose(r, norm)) {
        detail::end_breakdown(run, message(lost, " vanishes"));
        return;
      }
      lost = nullptr;
      has_risen = false;
      squares = static_cast<kernels::WideReal<T>>(norm) * norm;
      best = norm;
      best_at = run.iterations();
      rho = detail::pair_sums(shadow.vector(), r).xy;
      quasi.start(norm);
      copy(preconditioned(r), y);
      run.a.apply(y, u_odd);
      if (is_first && detail::needs_other_units(run, norm, y, u_odd, 1)) return;
      is_first = false;
      copy(u_odd, v);
    }
    const auto first = detail::pair_sums(shadow.vector(), v);
    if (!detail::are_finite(first)) {
      run.end(Reason::not_finite, "the product of the matrix and a search direction is not finite");
      return;
    }
    const Number alpha = detail::step_length(rho, first);
    const T step = scalar_cast<T>(alpha);
    if (alpha == Number(0)) {
      lost = "s^H A M p, with the shadow residual s and a search direction p,";
      continue;
    }
    const auto odd =
        comm.sum(kernels::cg_update_residual<T>(space, step, u_odd.view(), {}, r.view()).rr);
    if (std::isfinite(odd)) move(alpha, odd);
    const bool is_done = !std::isfinite(odd) || run.in_users_units(quasi.bound()) <= run.target();
    if (is_done && run.finished(std::isfinite(odd) ? quasi.bound() : static_cast<double>(odd))) {
      run.count_bytes(bytes / 2);
      return;
    }
    axpy(-step, preconditioned(v), y);  // y = y - alpha M v
    run.a.apply(y, u_even);
    const auto even = detail::sum_of_ranks<T>(
        comm, kernels::subtract_with_shadow<T>(space, step, u_even.view(), shadow.vector().view(),
                                               r.view()));
    if (std::isfinite(even.rr)) move(alpha, even.rr);
    run.count_bytes(bytes);
    if (run.finished(std::isfinite(even.rr) ? quasi.bound() : static_cast<double>(even.rr))) return;
    has_risen = !(even.rr < std::exchange(squares, even.rr));
    if (quasi.bound() < best) {
      best = quasi.bound();
      best_at = run.iterations();
    }
    const Number beta = even.sr / rho;
    const T direction = scalar_cast<T>(beta);
    if (detail::vanishes<T>(even.sr, first.xx, even.rr) || !is_finite(direction)) {
      lost = "s^H r, with the shadow residual s and a residual r,";
      continue;
    }
    rho = even.sr;
    axpby(T(1), preconditioned(r), direction, y);  // y = M r + beta y
    run.a.apply(y, u_odd);
    kernels::combine<T>(space, T(1), u_odd.view(), direction, u_even.view(),
                        scalar_cast<T>(beta * beta), v.view());  // v = u + beta (u_even + beta v)
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Tfqmr<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
