// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/cg_single.hpp.
#pragma once

#include "suan/solvers/cg_single.hpp"

#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/solvers/detail/cg_fused_steps.hpp"

namespace suan {

// Per row and iteration, besides the products: u, w, p, s, x, r read, p, s, x, r written; r, u, w
// read (their products): 13 values. Without M, u is r: 11 values.
template <Scalar T>
void CgSingle<T>::iterate(Run& run, const Vector<T>&, Vector<T>& x, Vector<T>& r) {
  const bool plain = run.m.access().is_identity();
  const std::int64_t bytes =
      run.a.bytes_per_apply() + run.m.bytes_per_apply() +
      (plain ? 11 : 13) * static_cast<std::int64_t>(sizeof(T)) * x.global_size();
  const auto kept = run.vectors(plain ? 3 : 4);
  Vector<T>& p = kept[0];
  Vector<T>& s = kept[1];
  Vector<T>& w = kept[2];
  Vector<T>& u = plain ? r : kept[3];
  const auto multiply = [&] {
    if (!plain) run.m.apply(r, u);
    run.a.apply(u, w);
    detail::FusedSums<T> sums(r, u, w);
    sums.sum(run.a.comm());
    return sums;
  };
  auto sums = multiply();
  if (!detail::may_begin_fused<T>(run, r, u, w, sums)) return;
  detail::FusedStep<T> step;
  bool is_first = true;
  while (!run.limit_reached()) {
    if (!step.next(run, sums, is_first)) return;
    if (!is_first && detail::has_cancelled(step, sums)) {
      step.p_a_p = detail::product_with_direction<T>(sums, step.beta, u, p, s);
    }
    if (!detail::step_length(run, step.gamma, step.p_a_p, step.alpha)) return;
    is_first = false;
    // p = u + beta p, s = w + beta s, x = x + alpha p, r = r - alpha s
    kernels::fused_cg_update<T>(ExecutionSpace(), detail::real_scalar<T>(step.alpha),
                                detail::real_scalar<T>(step.beta), std::as_const(u).view(),
                                std::as_const(w).view(), p.view(), s.view(), x.view(), r.view());
    sums = multiply();
    run.count_bytes(bytes);
    if (run.finished(static_cast<double>(std::sqrt(sums.rr())))) return;
  }
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class CgSingle<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
