// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "multigrid/hierarchy.hpp"
#include "multigrid/two_steps.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/kernels/detail/multi_level1.hpp"
#include "suan/matrix/detail/deferred_errors.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::multigrid {

namespace {

/// How many vectors beside those of a V-cycle a level needs.
std::size_t vectors_of_cycle(const std::string& cycle) {
  if (cycle == "w" || cycle == "f") return 2;
  return cycle == "k" ? 4 : 0;
}

/// To be called in the body of together().
template <class V, class... Columns>
CycleVectors<V> made_vectors(bool is_finest, std::size_t more, const Layout& layout,
                             Columns... columns) {
  CycleVectors<V> made;
  if (!is_finest) made.b = V(layout, columns...);
  if (!is_finest) made.x = V(layout, columns...);
  made.residual = V(layout, columns...);
  for (std::size_t k = 0; !is_finest && k < more; ++k) made.more.emplace_back(layout, columns...);
  return made;
}

template <Scalar T>
CycleVectors<Vector<T>>& vectors_of(Level<T>& level, const Vector<T>&) {
  return level.vectors;
}
template <Scalar T>
CycleVectors<MultiVector<T>>& vectors_of(Level<T>& level, const MultiVector<T>&) {
  return level.multi;
}

template <class T>
double size_of(const T& x) {
  return static_cast<double>(Kokkos::abs(x));
}

}  // namespace

/// Collective over all ranks, also in a product, where the constructors of vectors alone are not.
/// If it throws there are no vectors, on any rank.
template <Scalar T>
template <class V, class... Columns>
void Hierarchy<T>::make_vectors(CycleVectors<V> Level<T>::*vectors, Columns... columns) const {
  // None that wraps the memory of another one is left, into which assignments would copy.
  for (auto& level : levels_) level.*vectors = {};
  std::vector<CycleVectors<V>> made;
  together(levels_.front().a.comm(), [&] {
    made.resize(levels_.size());
    for (std::size_t k = 0; k < levels_.size(); ++k) {
      if (takes_part(k)) {
        const std::size_t more = visits_twice(k) ? vectors_of_cycle(options_.cycle) : 0;
        made[k] = made_vectors<V>(k == 0, more, levels_[k].a.row_layout(), columns...);
      }
      if (k > 0 && levels_[k - 1].agglomeration) {
        const Layout& moved = levels_[k - 1].r.row_layout();
        made[k].moved_b = takes_part(k) ? V(moved, made[k].b.view()) : V(moved, columns...);
        made[k].moved_x = takes_part(k) ? V(moved, made[k].x.view()) : V(moved, columns...);
      }
    }
  });
  for (std::size_t k = 0; k < levels_.size(); ++k) levels_[k].*vectors = std::move(made[k]);
}

/// Not the finest level, nor one that is solved directly, nor one that is hardly smaller than the
/// one before: with many of these a cycle would take for ever.
template <Scalar T>
bool Hierarchy<T>::visits_twice(std::size_t k) const {
  if (options_.cycle == "v" || k == 0) return false;
  if (k + 1 == levels_.size() && is_direct_) return false;
  return 2 * report_.levels[k].entries <= report_.levels[k - 1].entries;
}

template <Scalar T>
template <class V>
void Hierarchy<T>::smooth_after(const Level<T>& level, const V& b, V& x) const {
  if (hermitian_) {
    level.smoother->smooth_adjoint(b, x, Guess::given);
  } else {
    level.smoother->smooth(b, x, Guess::given);
  }
}

template <Scalar T>
template <class V>
void Hierarchy<T>::visit(std::size_t k, const V& b, V& x, const std::string& cycle) const {
  auto& level = levels_[k];
  if (k + 1 == levels_.size()) {
    if (sparse_) return sparse_->solve(b, x);
    if (is_direct_) return coarsest_.solve(b, x);
    level.smoother->smooth(b, x, Guess::zero);
    smooth_after(level, b, x);
    return;
  }
  auto& own = vectors_of(level, b);
  auto& next = vectors_of(levels_[k + 1], b);
  const bool has_moved = level.agglomeration.has_value();
  auto& to = has_moved ? next.moved_b : next.b;
  if (level.smooths_before) {
    level.smoother->smooth_and_residual(b, x, own.residual, Guess::zero);
    level.r.apply(own.residual, to);
  } else {
    level.r.apply(b, to);
  }
  const auto below = [&] { correct(k + 1, next.b, next.x, cycle); };
  if (!has_moved) {
    below();
  } else if (takes_part(k + 1)) {
    // The other ranks wait for the messages of P.
    const auto error = suan::detail::attempt(next.x.view(), below);
    if (!failed_) failed_ = error;
  }
  level.p.apply(T(1), has_moved ? next.moved_x : next.x, level.smooths_before ? T(1) : T(0), x);
  smooth_after(level, b, x);
}

/// x = what the cycle makes of the problem A x = b of a coarse level.
template <Scalar T>
template <class V>
void Hierarchy<T>::correct(std::size_t k, const V& b, V& x, const std::string& cycle) const {
  if (cycle == "v" || !visits_twice(k)) {
    visit(k, b, x, cycle);
    return;
  }
  if constexpr (std::same_as<V, Vector<T>>) {
    if (cycle == "k") {
      accelerate(k, b, x);
      return;
    }
  }
  static const std::string once = "v";
  auto& more = vectors_of(levels_[k], b).more;
  visit(k, b, x, cycle);
  suan::detail::residual_alone<T>(levels_[k].a, b, x, more[0]);
  visit(k, std::as_const(more[0]), more[1], cycle == "f" ? once : cycle);
  suan::detail::add(T(1), std::as_const(more[1]), T(1), x);
}

// Two steps of flexible CG, or of the method of conjugate residuals where A is not Hermitian, in
// the form of the K-cycle of Y. Notay, P. S. Vassilevski, "Recursive Krylov-based multigrid
// cycles", Numer. Linear Algebra Appl. 15 (2008), 473-487, and Y. Notay, "An aggregation-based
// algebraic multigrid method", Electron. Trans. Numer. Anal. 37 (2010), 123-146: the second only if
// the first leaves more than a quarter of the residual.
template <Scalar T>
void Hierarchy<T>::accelerate(std::size_t k, const Vector<T>& b, Vector<T>& x) const {
  auto& level = levels_[k];
  auto& more = level.vectors.more;
  Vector<T>& v = more[0];
  Vector<T>& r = more[1];
  Vector<T>& d = more[2];
  Vector<T>& w = more[3];
  visit(k, b, x, options_.cycle);
  level.a.apply(std::as_const(x), v);
  const Vector<T>& left = hermitian_ ? x : v;
  const T rho = dot(left, std::as_const(v));
  const T alpha = dot(left, b);
  if (!(size_of(rho) > 0) || !std::isfinite(size_of(rho)) || !std::isfinite(size_of(alpha))) return;
  copy(b, r);
  axpy(-(alpha / rho), std::as_const(v), r);
  constexpr double enough = 0.25;
  if (static_cast<double>(norm2(r)) <= enough * static_cast<double>(norm2(b))) {
    scale(alpha / rho, x);
    return;
  }
  visit(k, std::as_const(r), d, options_.cycle);
  level.a.apply(std::as_const(d), w);
  const Vector<T>& second = hermitian_ ? d : w;
  const T gamma = dot(second, std::as_const(v));
  const T beta = dot(second, std::as_const(w));
  const T rest = dot(second, std::as_const(r));
  const double least = 1e-3 * size_of(beta);
  const bool is_other = size_of(beta - gamma * (conjugate(gamma) / rho)) > least;
  if (!is_other || !std::isfinite(size_of(rest))) {
    scale(alpha / rho, x);
    return;
  }
  const auto steps = two_steps(rho, alpha, gamma, beta, rest);
  scale(steps.first, x);
  axpy(steps.second, std::as_const(d), x);
}

/// A cycle on a level and those below it.
template <Scalar T>
template <class V>
void Hierarchy<T>::run(std::size_t k, const V& b, V& x) const {
  failed_ = nullptr;
  visit(k, b, x, options_.cycle);
  suan::detail::settle(std::exchange(failed_, nullptr));
}

/// The first cycle with so many vectors ends alike on all ranks, at the price of messages.
template <Scalar T>
template <class V>
void Hierarchy<T>::start(const V& b, V& x, LocalIndex columns) const {
  if (columns == last_columns_) {
    run(0, b, x);
    return;
  }
  last_columns_ = none;
  on_some(levels_.front().a.comm(), true, [&] { run(0, b, x); });
  last_columns_ = columns;
}

template <Scalar T>
void Hierarchy<T>::cycle(const Vector<T>& b, Vector<T>& x) const {
  start(b, x, single);
}

template <Scalar T>
void Hierarchy<T>::cycle_from(std::size_t level, const Vector<T>& b, Vector<T>& x) const {
  on_some(levels_[level].a.comm(), true, [&] { run(level, b, x); });
}

template <Scalar T>
void Hierarchy<T>::cycle(const MultiVector<T>& b, MultiVector<T>& x) const {
  if (options_.cycle == "k") {  // each vector has coefficients of its own
    Vector<T> given;
    Vector<T> result;
    // Not where each is needed: a rank without the memory would miss the messages of that cycle.
    together(b.layout().comm(), [&] {
      given = Vector<T>(b.layout());
      result = Vector<T>(x.layout());
    });
    std::exception_ptr first;
    for (LocalIndex j = 0; j < b.columns(); ++j) {
      kernels::copy_column<T>(ExecutionSpace(), b.view(), static_cast<std::size_t>(j),
                              given.view());
      // Ranks on which nothing failed go on to the next vector.
      const auto error =
          suan::detail::attempt(result.view(), [&] { cycle(std::as_const(given), result); });
      if (!first) first = error;
      x.set_column(j, result);
    }
    suan::detail::settle(first);
    return;
  }
  const auto& kept = levels_.front().multi.residual;
  if (kept.columns() != b.columns() || !(kept.layout() == b.layout())) {
    make_vectors(&Level<T>::multi, b.columns());
  }
  start(b, x, b.columns());
}

#define SUAN_INSTANTIATE(T)                                                                \
  template void Hierarchy<T>::make_vectors(CycleVectors<Vector<T>> Level<T>::*) const;     \
  template bool Hierarchy<T>::visits_twice(std::size_t) const;                             \
  template void Hierarchy<T>::cycle(const Vector<T>&, Vector<T>&) const;                   \
  template void Hierarchy<T>::cycle_from(std::size_t, const Vector<T>&, Vector<T>&) const; \
  template void Hierarchy<T>::cycle(const MultiVector<T>&, MultiVector<T>&) const;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
