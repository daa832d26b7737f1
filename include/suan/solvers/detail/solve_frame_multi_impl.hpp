// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The checks before and after a method that takes several right-hand sides at once.
#pragma once

#include <algorithm>
#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/multi_level1.hpp"
#include "suan/solvers/detail/argument_checks.hpp"
#include "suan/solvers/detail/verdict.hpp"
#include "suan/solvers/solver.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace detail {

inline std::size_t at(LocalIndex j) { return static_cast<std::size_t>(j); }

/// R = B - A X, without a product where X is zero.
template <Scalar T>
void residuals(const Operator<T>& a, const MultiVector<T>& b, const MultiVector<T>& x, bool is_zero,
               MultiVector<T>& r) {
  r = b;
  if (!is_zero) a.apply(T(-1), x, T(1), r);
}

/// Of the unfinished ones, the one farthest from its target.
inline LocalIndex farthest(const std::vector<LocalIndex>& open, const std::vector<double>& norms,
                           const std::vector<Goal>& aims) {
  return *std::max_element(open.begin(), open.end(), [&](LocalIndex j, LocalIndex k) {
    return norms[at(j)] * aims[at(k)].target < norms[at(k)] * aims[at(j)].target;
  });
}

}  // namespace detail

// Vectors that need their own units are solved separately: this is rare.
template <Scalar T>
void Solver<T>::run_and_verify(const detail::SolveClock& clock, const Operator<T>& a,
                               const Operator<T>& m, const MultiVector<T>& b, MultiVector<T>& x,
                               std::vector<SolveReport>& reports) {
  using detail::at;
  detail::require_distinct(b, x);
  const auto b_norms = norm2(b);
  const auto x_norms = norm2(x);
  const bool from_zero = std::all_of(x_norms.begin(), x_norms.end(), [](auto n) { return n == 0; });
  MultiVector<T> r;
  MultiVector<T> guess;
  together(a.comm(), [&] {
    detail::residuals(a, b, x, true, r);
    if (!from_zero) guess = x;
  });
  if (!from_zero) a.apply(T(-1), x, T(1), r);
  const auto r_norms = norm2(r);
  std::vector<double> norms;
  for (const auto norm : r_norms) norms.push_back(static_cast<double>(norm));

  std::vector<detail::Goal> aims(reports.size());
  std::vector<LocalIndex> open;
  std::vector<LocalIndex> alone;
  for (LocalIndex j = 0; j < b.columns(); ++j) {
    const auto b_norm = static_cast<double>(b_norms[at(j)]);
    const GlobalIndex bad_row = std::isfinite(b_norm) ? -1 : first_not_finite(b.column(j));
    if (!detail::usable(reports[at(j)], b_norm, bad_row)) {
      if (bad_row < 0) kernels::clear_column<T>(ExecutionSpace(), x.view(), at(j));
      continue;
    }
    if (!detail::is_safe<T>(b_norm) || !detail::is_safe<T>(norms[at(j)])) {
      alone.push_back(j);
      continue;
    }
    aims[at(j)] = goal(b_norm, norms[at(j)], 0);
    const auto no_row = [] { return GlobalIndex{-1}; };
    if (detail::to_solve(reports[at(j)], aims[at(j)], norms[at(j)], no_row, no_row)) {
      open.push_back(j);
    }
  }
  if (!open.empty()) {
    const LocalIndex j = detail::farthest(open, norms, aims);
    log_.solve_started(name(), norms[at(j)], aims[at(j)].target);
  }
  const typename detail::KeptWorkspace<T>::Loan workspace(workspace_);
  detail::Verified verified;
  verified.default_in_float = options_.rtol != relative_tolerance<T>(options_);
  while (!open.empty()) {
    std::vector<Run> runs;
    runs.reserve(open.size());
    for (const LocalIndex j : open) {
      runs.emplace_back(a, m, *this, log_, clock, aims[at(j)], reports[at(j)], *workspace, false);
    }
    MultiVector<T> some_b;
    MultiVector<T> some_x;
    MultiVector<T> some_r;
    together(a.comm(), [&] {
      some_b = select_columns<T>(b, open);
      some_x = select_columns<T>(x, open);
      some_r = select_columns<T>(r, open);
    });
    iterate_multi(runs, some_x, some_r);
    if (std::any_of(runs.begin(), runs.end(), [](const Run& run) { return run.rescales(); })) {
      alone.insert(alone.end(), open.begin(), open.end());
      break;
    }
    assign_columns<T>(some_x, open, x);
    detail::residuals(a, some_b, some_x, false, some_r);
    assign_columns<T>(some_r, open, r);
    const auto some_norms = norm2(some_r);
    std::vector<LocalIndex> still_open;
    for (std::size_t k = 0; k < open.size(); ++k) {
      const LocalIndex j = open[k];
      const auto column = static_cast<LocalIndex>(k);
      auto& report = reports[at(j)];
      verified.before = norms[at(j)];
      verified.norm = norms[at(j)] = static_cast<double>(some_norms[k]);
      verified.bad_row =
          std::isfinite(verified.norm) ? -1 : first_not_finite(some_r.column(column));
      verified.rounding =
          detail::asks_for_rounding(report, aims[at(j)], verified.norm)
              ? detail::rounding_errors<T>(a, some_r.column(column), some_x.column(column))
              : 0;
      if (detail::has_to_go_on(report, aims[at(j)], verified,
                               options_.max_iterations - clock.iterations)) {
        still_open.push_back(j);
        continue;
      }
      const auto less_energy = [&] {
        auto rest = some_r.column(column);
        return detail::has_less_energy<T>(a, b.column(j), from_zero ? Vector<T>() : guess.column(j),
                                          some_x.column(column), rest);
      };
      if (detail::guess_is_better(report, residual_may_grow(), less_energy)) {
        if (from_zero) {
          kernels::clear_column<T>(ExecutionSpace(), x.view(), at(j));
        } else {
          x.set_column(j, guess.column(j));
        }
      }
    }
    open = std::move(still_open);
  }
  for (const LocalIndex j : alone) run_alone(clock, a, m, b, x, j, reports[at(j)]);
}

#define SUAN_INSTANTIATE(T)                                                                   \
  SUAN_TEMPLATE void Solver<T>::run_and_verify(const detail::SolveClock&, const Operator<T>&, \
                                               const Operator<T>&, const MultiVector<T>&,     \
                                               MultiVector<T>&, std::vector<SolveReport>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
