// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/hierarchy.hpp"

#include "multigrid/classical.hpp"
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

}  // namespace

template <Scalar T>
Hierarchy<T>::Hierarchy(const DistributedMatrix<T>& a, const MultiVector<T>& near_null,
                        const AmgOptions& options, const Hierarchy* before)
    : options_(options) {
  const Timer timer;
  MemoryPlan memory(a.comm(), options.memory);
  hermitian_ = probe(a).hermitian;
  if (options_.smoother.type() == "auto") options_.smoother = suitable_smoother(hermitian_);
  if (!hermitian_) {
    report_.notes.push_back(message("A is not Hermitian: the restriction is ",
                                    options.coarsening != "classical" && options.smooth_prolongator
                                        ? "made from A^H"
                                        : "P^H all the same"));
  }
  const bool has_coarser = a.global_rows() > options.coarse_rows && options.levels > 1;
  if (before == nullptr && has_coarser) memory.require(start_bytes(a, options, hermitian_));
  const auto coarsening = options.coarsening == "classical"
                              ? make_classical(a, near_null, options, hermitian_)
                              : make_smoothed_aggregation(near_null, options, hermitian_);
  levels_.push_back({.a = a});
  report_.levels.push_back(described(a));
  const auto most = static_cast<std::size_t>(options.levels);
  while (levels_.size() < most && levels_.back().a.global_rows() > options.coarse_rows) {
    if (!coarsen(*coarsening, before, memory)) break;
  }
  finish_last();
  make_vectors();
  count_memory(memory);
  report_.seconds = a.comm().max(timer.seconds());
}

/// Adds the next level, or returns false if there is none that is smaller.
template <Scalar T>
bool Hierarchy<T>::coarsen(Coarsening<T>& coarsening, const Hierarchy* before, MemoryPlan& memory) {
  Level<T>& fine = levels_.back();
  const std::size_t k = levels_.size() - 1;
  LevelLog log{k, report_.levels.back(), report_.notes, memory};
  const bool is_known = before != nullptr && k + 1 < before->levels_.size();
  if (!coarsening.interpolate(fine, is_known ? &before->levels_[k] : nullptr, log)) return false;
  log.report.interpolation_entries = fine.p.global_entries();
  if (!is_known && !coarsening.forecasts()) {
    Need need;
    together(fine.a.comm(), [&] { need = need_of_product(fine, options_, hermitian_); });
    memory.expect({memory.made() + need.hierarchy, memory.made() + need.peak});
  }
  DistributedMatrix<T> coarse;
  auto& product = fine.structure.product;
  if (is_known && coarsening.keeps_structure()) {
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
  return_free_memory(fine);
  log.report.product = log.laps.lap();
  fine.smoother = smoother_registry<T>().make(fine.a, options_.smoother);
  log.report.smoother = fine.smoother->name();
  log.report.smoothing = log.laps.lap();
  coarsening.descend(coarse);
  memory.add(kept_bytes(fine, k == 0));
  report_.levels.push_back(described(coarse));
  levels_.push_back({.a = std::move(coarse)});
  return true;
}

template <Scalar T>
void Hierarchy<T>::finish_last() {
  auto& last = levels_.back();
  last.structure = {};  // and P, from which no level came
  last.p = {};
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
void Hierarchy<T>::count_memory(const MemoryPlan& memory) {
  double bytes = is_direct_ ? factor_bytes<T>(coarsest_.size(), hermitian_) : 0;
  for (const auto& level : levels_) bytes += kept_bytes(level, &level == &levels_.front());
  report_.forecast = memory.forecast();
  report_.memory.hierarchy = static_cast<std::int64_t>(levels_.front().a.comm().sum(bytes));
}

template <Scalar T>
std::int64_t Hierarchy<T>::bytes() const {
  constexpr std::int64_t most_visits = 1 << 20;
  std::int64_t bytes = 0;
  std::int64_t visits = 1;
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    const auto& level = levels_[k];
    std::int64_t of_level = 0;
    if (level.smoother) {
      of_level += level.smoother->bytes_per_smooth(Guess::zero) + level.a.bytes_per_apply() +
                  level.smoother->bytes_per_smooth(Guess::given);
    }
    if (k + 1 < levels_.size()) of_level += level.r.bytes_per_apply() + level.p.bytes_per_apply();
    if (visits_twice(k)) {
      if (visits < most_visits) visits *= 2;
      // A residual between two visits; or two products, and the vectors of the Krylov method.
      const auto vector = level.a.global_rows() * static_cast<std::int64_t>(sizeof(T));
      of_level += options_.cycle == "w" ? level.a.bytes_per_apply() / 2 + 2 * vector
                                        : level.a.bytes_per_apply() + 9 * vector;
    }
    bytes += visits * of_level;
  }
  const GlobalIndex rows = levels_.back().a.global_rows();
  const auto ranks = levels_.back().a.comm().size();
  if (is_direct_) bytes += visits * rows * rows * static_cast<std::int64_t>(sizeof(T)) * ranks;
  return bytes;
}

#define SUAN_INSTANTIATE(T) template class Hierarchy<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
