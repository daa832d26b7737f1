// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Conjugate gradients for several right-hand sides: each has its own coefficients and stops by
// itself, but their steps are taken together, so that the matrix is read once for all.
#pragma once

#include <algorithm>
#include <cmath>

#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/cg_update.hpp"
#include "suan/kernels/detail/multi_level1.hpp"
#include "suan/matrix/detail/deferred_errors.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/detail/cg_steps.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace detail {

/// The active vectors, in arrays that shrink with their number.
template <Scalar T, class Run>
class CgMulti {
 public:
  CgMulti(std::vector<Run>& runs, MultiVector<T>& x, MultiVector<T>& r, const Access<T>& m)
      : runs_(runs),
        a_(runs.front().a),
        m_(runs.front().m),
        d_(m.diagonal),
        diagonal_(m.is_identity() || m.is_diagonal()),
        is_flexible_(!diagonal_ && m_.varies()),
        result_(x),
        x_(x.layout(), x.view()),
        r_(r.layout(), r.view()),
        p_(x.layout(), x.columns()) {
    make_room();
    for (LocalIndex c = 0; c < x.columns(); ++c) slots_.push_back({c});
  }

  void iterate(const EventLog& log) {
    m_.apply(r_, p_);  // P = M R
    const auto rho = dot(r_, p_);
    for (std::size_t s = 0; s < slots_.size(); ++s) slots_[s].rho = real_part(rho[s]);
    if (is_not_hermitian(rho, r_, p_)) {
      for (auto& slot : slots_) {
        end_not_hermitian(runs_[at(slot.number)], rho[at(slot.number)]);
        slot.runs = false;
      }
    }
    while (true) {
      end_at_limits();
      leave();
      if (slots_.empty()) return;
      if (!step()) return;
      note_farthest(log);
    }
  }

 private:
  using Number = kernels::WideReal<T>;

  /// The right-hand side of each column. One that has ended stays as a column of zeros until there
  /// are four of them.
  struct Slot {
    LocalIndex number;
    bool runs = true;
    bool cleared = false;
    bool finished_iteration = false;  // in the last step
    Number rho = 0;
  };

  static std::size_t at(LocalIndex number) { return static_cast<std::size_t>(number); }
  Run& run(std::size_t slot) { return runs_[at(slots_[slot].number)]; }

  bool leaves_range(std::size_t slot, const T& p_a_p) {
    return run(slot).leaves_range(static_cast<double>(slots_[slot].rho),
                                  static_cast<double>(real_part(p_a_p)));
  }

  /// Whether an active vector needs other units, which its run then records. In the first step.
  bool needs_other_units(const std::vector<T>& p_a_p) {
    is_first_ = false;
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      if (!slots_[s].runs || !leaves_range(s, p_a_p[s])) continue;
      const auto column = static_cast<LocalIndex>(s);
      const auto norm = [column](const MultiVector<T>& vectors) {
        return static_cast<double>(norm2(vectors.column(column)));
      };
      const double r_norm = norm(r_);
      if (run(s).rescale(norm(p_) / r_norm, norm(q_) / r_norm)) {
        return true;
      }
    }
    return false;
  }

  void end_at_limits() {
    std::optional<Reason> reason;
    bool has_looked = false;  // once for all, so that they stop together
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      if (!slots_[s].runs) continue;
      if (run(s).iterations_used_up()) {
        slots_[s].runs = false;
        continue;
      }
      if (!has_looked) reason = run(s).reason_to_stop();
      has_looked = true;
      if (!reason) continue;
      run(s).end(*reason);
      slots_[s].runs = false;
    }
  }

  // Per row, vector and iteration, besides the product, as with one vector: 10 values, 8 without D,
  // 12 with another M.
  /// False if nothing was done because the units must change.
  bool step() {
    const std::size_t k = slots_.size();
    std::vector<T> alpha(k);
    std::vector<T> beta(k);
    a_.apply(p_, q_);  // Q = A P
    const auto p_a_p = dot(p_, q_);
    const bool is_first = is_first_;
    if (is_first && needs_other_units(p_a_p)) return false;
    for (std::size_t s = 0; s < k; ++s) {
      Number length = 0;
      slots_[s].finished_iteration = false;
      if (!slots_[s].runs) continue;
      slots_[s].runs = (!is_first || positive(run(s), slots_[s].rho)) &&
                       step_length<Run, Number>(run(s), slots_[s].rho, real_part(p_a_p[s]), length);
      if (slots_[s].runs) alpha[s] = static_cast<T>(static_cast<Real<T>>(length));
    }
    // R = R - alpha Q
    std::vector<kernels::CgSumsOf<Number>> sums(k);
    kernels::cg_update_residual<T>(ExecutionSpace(), alpha.data(), q_.view(), d_, r_.view(),
                                   sums.data());
    std::vector<Number> both;
    for (const auto& sum : sums) {
      both.insert(both.end(), {sum.rr, sum.rz});
    }
    r_.layout().comm().sum(std::span<Number>(both));
    std::vector<Number> beta_of(k);
    if (!diagonal_) {
      m_.apply(r_, z());  // Z = M R
      const auto rz = dot(r_, z());
      for (std::size_t s = 0; s < k; ++s) both[2 * s + 1] = real_part(rz[s]);
      if (is_flexible_) {
        const auto zq = dot(z_, q_);
        for (std::size_t s = 0; s < k; ++s) {
          beta_of[s] = -static_cast<Number>(real_part(alpha[s])) * real_part(zq[s]);
        }
      }
    }
    const std::int64_t bytes = bytes_of_one();
    for (std::size_t s = 0; s < k; ++s) {
      if (!slots_[s].runs) continue;
      run(s).count_bytes(bytes);
      const Number rr = both[2 * s];
      const Number rz = both[2 * s + 1];
      if (!std::isfinite(rr)) alpha[s] = T(0);
      slots_[s].finished_iteration = true;
      if (run(s).finished(static_cast<double>(std::sqrt(rr))) || !positive(run(s), rz)) {
        slots_[s].runs = false;
        continue;
      }
      beta[s] =
          static_cast<T>(static_cast<Real<T>>((is_flexible_ ? beta_of[s] : rz) / slots_[s].rho));
      slots_[s].rho = rz;
    }
    // X = X + alpha P, P = M R + beta P
    kernels::cg_update_direction<T>(ExecutionSpace(), alpha.data(), beta.data(), d_,
                                    std::as_const(diagonal_ ? r_ : z()).view(), p_.view(),
                                    x_.view());
    return true;
  }

  /// Z shares the memory of Q, except in a flexible method, which still needs Q.
  MultiVector<T>& z() { return is_flexible_ ? z_ : q_; }

  /// Removes vectors that have ended, four columns at a time or all; until then their directions
  /// and residuals are zero, so that they affect nothing.
  void leave() {
    std::vector<Slot> kept;
    std::vector<LocalIndex> columns;
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      if (!slots_[s].runs) {
        if (slots_[s].cleared) continue;
        slots_[s].cleared = true;
        kernels::clear_column<T>(ExecutionSpace(), p_.view(), s);
        kernels::clear_column<T>(ExecutionSpace(), r_.view(), s);
        continue;
      }
      kept.push_back(slots_[s]);
      columns.push_back(static_cast<LocalIndex>(s));
    }
    const bool narrower = (kept.size() + 3) / 4 < (slots_.size() + 3) / 4;
    if (!narrower && !kept.empty()) return;
    if (is_narrower_) {
      std::vector<LocalIndex> numbers;
      for (const Slot& slot : slots_) numbers.push_back(slot.number);
      assign_columns<T>(x_, numbers, result_);
    }
    is_narrower_ = true;
    slots_ = std::move(kept);
    if (slots_.empty()) return;
    q_ = {};  // makes room
    z_ = {};
    together(result_.layout().comm(), [&] {
      x_ = select_columns<T>(x_, columns);
      r_ = select_columns<T>(r_, columns);
      p_ = select_columns<T>(p_, columns);
    });
    make_room();
  }

  void make_room() {
    q_ = MultiVector<T>(p_.layout(), p_.columns());
    if (is_flexible_) z_ = MultiVector<T>(p_.layout(), p_.columns());
  }

  /// One vector's share of the bytes of a step.
  std::int64_t bytes_of_one() const {
    const std::int64_t vector = static_cast<std::int64_t>(sizeof(T)) * x_.global_size();
    const std::int64_t values = m_.access().is_identity() ? 8 : diagonal_ ? 10 : 12;
    const auto shared = [&](const Operator<T>& op) {
      const std::int64_t of_all = std::max<std::int64_t>(op.bytes_per_apply() - 2 * vector, 0);
      return of_all / static_cast<std::int64_t>(slots_.size()) + 2 * vector;
    };
    return shared(a_) + (diagonal_ ? 0 : shared(m_)) + values * vector;
  }

  /// Among those that finished an iteration, the one farthest from its target.
  void note_farthest(const EventLog& log) {
    const Run* farthest = nullptr;
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      if (!slots_[s].finished_iteration || !std::isfinite(run(s).residual_norm())) continue;
      const Run& one = run(s);
      if (farthest == nullptr ||
          one.residual_norm() * farthest->target() > farthest->residual_norm() * one.target()) {
        farthest = &one;
      }
    }
    if (farthest == nullptr) return;
    try {
      log.iteration_finished(farthest->iterations(), farthest->residual_norm());
    } catch (...) {
      settle(std::current_exception());  // a logger may throw on one rank, too
    }
  }

  std::vector<Run>& runs_;
  const Operator<T>& a_;
  const Operator<T>& m_;
  DeviceView<const T> d_;
  bool diagonal_;
  bool is_flexible_;
  bool is_first_ = true;
  MultiVector<T>& result_;
  bool is_narrower_ = false;  // x_ is no longer result_
  MultiVector<T> x_;
  MultiVector<T> r_;
  MultiVector<T> p_;
  MultiVector<T> q_;  // also Z, except in flexible methods
  MultiVector<T> z_;
  std::vector<Slot> slots_;
};

}  // namespace detail

template <Scalar T>
void Cg<T>::iterate_multi(std::vector<Run>& runs, MultiVector<T>& x, MultiVector<T>& r) {
  const auto& m = runs.front().m;
  detail::CgMulti<T, Run>(runs, x, r, m.access()).iterate(this->log());
}

#define SUAN_INSTANTIATE(T) \
  SUAN_TEMPLATE void Cg<T>::iterate_multi(std::vector<Run>&, MultiVector<T>&, MultiVector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
