// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/cg_pipelined.hpp.
#pragma once

#include "suan/solvers/cg_pipelined.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "suan/comm/agreement.hpp"
#include "suan/comm/reduction.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/cg_fused_steps.hpp"

namespace suan {

template <Scalar T>
CgPipelined<T>::CgPipelined(const CgPipelinedOptions& options)
    : Solver<T>(options.krylov), replace_every_(options.replace_every) {
  CgPipelinedOptions::table().check(options);
}

template <Scalar T>
std::string CgPipelined<T>::told() const {
  return Solver<T>::told() + message("replace_every = ", replace_every_, "\n");
}

// The vectors are u = M r, w = A u, and of the direction p: s = A p, q = M s, z = A q. Without M,
// u is r and q is s. All but r are computed anew now and then; r is left as it is, because b - A x
// would add rounding errors that matter once r is small, and the frame computes it at the end.
//
// Per row and iteration, besides the products: u, w, p, s, x, r read, p, s, x, r written; n, z, w
// read, z, w written; m, q, u read, q, u written; r, u, w read (their products): 23 values. Without
// M: 16 values.
template <Scalar T>
void CgPipelined<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  const ExecutionSpace space;
  const bool plain = run.m.access().is_identity();
  const std::int64_t products = run.a.bytes_per_apply() + run.m.bytes_per_apply();
  const std::int64_t bytes =
      products + (plain ? 16 : 23) * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto kept = run.vectors(plain ? 5 : 8);
  Vector<T>& p = kept[0];
  Vector<T>& s = kept[1];
  Vector<T>& w = kept[2];
  Vector<T>& z = kept[3];
  Vector<T>& n = kept[4];
  Vector<T>& u = plain ? r : kept[5];
  Vector<T>& q = plain ? s : kept[6];
  Vector<T>& m = plain ? w : kept[7];
  std::optional<Reduction<double>> reduction;
  together(run.a.comm(), [&] { reduction.emplace(run.a.comm(), ReductionKind::sum, 5); });

  if (!plain) run.m.apply(r, u);
  run.a.apply(u, w);
  {
    detail::FusedSums<T> first(r, u, w);
    first.sum(run.a.comm());
    if (!detail::may_begin_fused<T>(run, r, u, w, first)) return;
  }
  const auto replace = [&] {
    if (!plain) run.m.apply(r, u);
    run.a.apply(u, w);
    run.a.apply(p, s);
    if (!plain) run.m.apply(s, q);
    run.a.apply(q, z);
    run.count_bytes(2 * products + run.a.bytes_per_apply());
  };
  detail::FusedStep<T> step;
  constexpr std::int64_t usual = std::is_same_v<Real<T>, float> ? 20 : 50;
  const std::int64_t period = replace_every_ > 0 ? replace_every_ : usual;
  bool is_first = true;
  bool has_moved = false;  // since the last residual was told
  std::int64_t since = 0;  // iterations since the vectors were computed anew
  double renewed = 0;      // ||r||^2 then
  while (true) {
    detail::FusedSums<T> sums(r, u, w);
    std::array<double, 5> numbers;
    std::copy(sums.all.begin(), sums.all.end(), numbers.begin());
    reduction->start(numbers);
    if (!plain) run.m.apply(w, m);  // meanwhile, m = M w and n = A m
    run.a.apply(m, n);
    const auto summed = reduction->wait();
    std::copy(summed.begin(), summed.end(), sums.all.begin());
    if (has_moved && run.finished(static_cast<double>(std::sqrt(sums.rr())))) return;
    has_moved = false;
    if (run.limit_reached()) return;
    auto next = step;
    if (!next.next(run, sums, is_first, since > 0)) return;
    if (since == 0) renewed = static_cast<double>(sums.rr());
    // M may be linear to a lower precision only, whose errors would count soon.
    constexpr double small = 1e-6;
    const bool is_worn = run.m.rounds() && static_cast<double>(sums.rr()) < small * renewed;
    const bool has_cancelled = !is_first && detail::has_cancelled(next, sums);
    if ((is_worn || has_cancelled || next.gamma <= 0) && since > 0) {
      replace();
      since = 0;
      continue;
    }
    // A is indefinite, or its eigenvalues are far apart.
    if (has_cancelled) {
      next.p_a_p = detail::product_with_direction<T>(sums, next.beta, u, p, s);
    }
    if (!detail::step_length(run, next.gamma, next.p_a_p, next.alpha)) return;
    step = next;
    is_first = false;
    const T alpha = detail::real_scalar<T>(step.alpha);
    const T beta = detail::real_scalar<T>(step.beta);
    // p = u + beta p, s = w + beta s, x = x + alpha p, r = r - alpha s
    kernels::fused_cg_update<T>(space, alpha, beta, std::as_const(u).view(),
                                std::as_const(w).view(), p.view(), s.view(), x.view(), r.view());
    // q = m + beta q, u = u - alpha q; z = n + beta z, w = w - alpha z
    if (!plain) {
      kernels::update_pair<T>(space, alpha, beta, std::as_const(m).view(), q.view(), u.view());
    }
    kernels::update_pair<T>(space, alpha, beta, std::as_const(n).view(), z.view(), w.view());
    run.count_bytes(bytes);
    has_moved = true;
    if (++since >= period) {
      replace();
      since = 0;
    }
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class CgPipelined<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
