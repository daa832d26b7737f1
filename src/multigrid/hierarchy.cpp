// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/hierarchy.hpp"

#include "multigrid/smoothed_aggregation.hpp"
#include "multigrid/zero_rows.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/probe.hpp"
#include "suan/multigrid/smoother_registry.hpp"

namespace suan::multigrid {

namespace {

/// The last level is solved by a dense factorisation with at most so many rows even if that is more
/// than coarse_rows, because coarsening has stalled or the levels are limited. Gauss searches all
/// of the rest for each pivot.
constexpr GlobalIndex most_dense_rows(bool hermitian) { return hermitian ? 4000 : 1500; }

template <Scalar T>
AmgLevel described(const DistributedMatrix<T>& a) {
  AmgLevel level;
  level.rows = a.global_rows();
  level.entries = a.global_entries();
  return level;
}

/// Collective, also in a product, where the constructors of vectors alone are not.
template <class V, class... Columns>
CycleVectors<V> make_vectors(bool is_finest, const Layout& layout, Columns... columns) {
  CycleVectors<V> made;
  together(layout.comm(), [&] {
    if (!is_finest) made.b = V(layout, columns...);
    if (!is_finest) made.x = V(layout, columns...);
    made.residual = V(layout, columns...);
  });
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

}  // namespace

template <Scalar T>
Hierarchy<T>::Hierarchy(const DistributedMatrix<T>& a, const MultiVector<T>& near_null,
                        const AmgOptions& options, const Hierarchy* before)
    : options_(options) {
  const Timer timer;
  hermitian_ = probe(a).hermitian;
  if (options_.smoother.type() == "auto") options_.smoother = suitable_smoother(hermitian_);
  if (!hermitian_) {
    report_.notes.push_back("A is not Hermitian: the restriction is made from A^H");
  }
  const auto coarsening = make_smoothed_aggregation(a, near_null, options, hermitian_);
  levels_.push_back({.a = a});
  report_.levels.push_back(described(a));
  const auto most = static_cast<std::size_t>(options.levels);
  while (levels_.size() < most && levels_.back().a.global_rows() > options.coarse_rows) {
    if (!coarsen(*coarsening, before)) break;
  }
  finish_last();
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    levels_[k].vectors = make_vectors<Vector<T>>(k == 0, levels_[k].a.row_layout());
  }
  report_.seconds = a.comm().max(timer.seconds());
}

/// Adds the next level, or returns false if there is none that is smaller.
template <Scalar T>
bool Hierarchy<T>::coarsen(Coarsening<T>& coarsening, const Hierarchy* before) {
  Level<T>& fine = levels_.back();
  const std::size_t k = levels_.size() - 1;
  LevelLog log{k, report_.levels.back(), report_.notes};
  const bool is_known = before != nullptr && k + 1 < before->levels_.size();
  if (!coarsening.interpolate(fine, is_known ? &before->levels_[k] : nullptr, log)) return false;
  log.report.interpolation_entries = fine.p.global_entries();
  DistributedMatrix<T> coarse;
  auto& product = fine.structure.product;
  if (is_known) {
    if (!product) product.emplace(fine.r, fine.a, fine.p);
    coarse = product->multiply(fine.r, fine.a, fine.p);
  } else {
    coarse = galerkin_product(fine.r, fine.a, fine.p);
  }
  const GlobalIndex decoupled = decouple_zero_rows(fine.a, fine.r, coarse);
  if (decoupled > 0) {
    report_.notes.push_back(message(
        "level ", levels_.size(), " has ", decoupled,
        " zero rows: parts of the matrix are singular, or nearly so for ", scalar_name<T>()));
  }
  log.report.product = log.laps.lap();
  fine.smoother = smoother_registry<T>().make(fine.a, options_.smoother);
  log.report.smoother = fine.smoother->name();
  log.report.smoothing = log.laps.lap();
  coarsening.descend(coarse);
  report_.levels.push_back(described(coarse));
  levels_.push_back({.a = std::move(coarse)});
  return true;
}

template <Scalar T>
void Hierarchy<T>::finish_last() {
  auto& last = levels_.back();
  AmgLevel& report = report_.levels.back();
  Laps laps;
  checked_on_level(levels_.size() - 1, [&] { require_rows(last.a); });
  is_direct_ = last.a.global_rows() <=
               std::max<GlobalIndex>(options_.coarse_rows, most_dense_rows(hermitian_));
  if (is_direct_) {
    coarsest_ = Coarsest<T>(last.a, hermitian_);
    report.smoother = coarsest_.described();
  } else {
    last.smoother = smoother_registry<T>().make(last.a, options_.smoother);
    report.smoother = last.smoother->name();
    report_.notes.push_back(
        message("the last level has ", last.a.global_rows(), " rows and is smoothed only"));
  }
  report.smoothing = laps.lap();
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
void Hierarchy<T>::visit(std::size_t k, const V& b, V& x) const {
  auto& level = levels_[k];
  if (k + 1 == levels_.size()) {
    if (is_direct_) {
      coarsest_.solve(b, x);
      return;
    }
    level.smoother->smooth(b, x, Guess::zero);
    smooth_after(level, b, x);
    return;
  }
  auto& own = vectors_of(level, b);
  auto& next = vectors_of(levels_[k + 1], b);
  level.smoother->smooth_and_residual(b, x, own.residual, Guess::zero);
  level.r.apply(own.residual, next.b);
  visit(k + 1, next.b, next.x);
  level.p.apply(T(1), next.x, T(1), x);
  smooth_after(level, b, x);
}

template <Scalar T>
void Hierarchy<T>::cycle(const Vector<T>& b, Vector<T>& x) const {
  visit(0, b, x);
}

template <Scalar T>
void Hierarchy<T>::cycle(const MultiVector<T>& b, MultiVector<T>& x) const {
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    auto& level = levels_[k];
    const auto& kept = level.multi.residual;
    if (kept.columns() != b.columns() || !(kept.layout() == level.a.row_layout())) {
      level.multi = make_vectors<MultiVector<T>>(k == 0, level.a.row_layout(), b.columns());
    }
  }
  visit(0, b, x);
}

template <Scalar T>
std::int64_t Hierarchy<T>::bytes() const {
  std::int64_t bytes = 0;
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    const auto& level = levels_[k];
    if (level.smoother) {
      bytes += level.smoother->bytes_per_smooth(Guess::zero) + level.a.bytes_per_apply() +
               level.smoother->bytes_per_smooth(Guess::given);
    }
    if (k + 1 < levels_.size()) bytes += level.r.bytes_per_apply() + level.p.bytes_per_apply();
  }
  const GlobalIndex rows = levels_.back().a.global_rows();
  const auto ranks = levels_.back().a.comm().size();
  if (is_direct_) bytes += rows * rows * static_cast<std::int64_t>(sizeof(T)) * ranks;
  return bytes;
}

#define SUAN_INSTANTIATE(T) template class Hierarchy<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
