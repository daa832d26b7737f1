// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/hierarchy.hpp"

#include "multigrid/air.hpp"
#include "multigrid/classical.hpp"
#include "multigrid/level_blocks.hpp"
#include "multigrid/level_bytes.hpp"
#include "multigrid/memory_needs.hpp"
#include "multigrid/moved_level.hpp"
#include "multigrid/shared_report.hpp"
#include "multigrid/smoothed_aggregation.hpp"
#include "multigrid/zero_rows.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/probe.hpp"
#include "suan/multigrid/smoother_registry.hpp"

namespace suan::multigrid {

namespace {

const char* restriction_of_unsymmetric(const AmgOptions& options) {
  if (options.coarsening == "air") return "nearly ideal";
  const bool is_smoothed = options.coarsening == "aggregation" && options.smooth_prolongator;
  return is_smoothed ? "made from A^H" : "P^H all the same";
}

template <Scalar T>
std::unique_ptr<Coarsening<T>> make_coarsening(const DistributedMatrix<T>& a,
                                               const MultiVector<T>& near_null,
                                               const AmgOptions& options, bool hermitian) {
  if (options.coarsening == "air") return make_air(a, near_null, options, hermitian);
  if (options.coarsening == "classical") return make_classical(a, near_null, options, hermitian);
  return make_smoothed_aggregation(near_null, options, hermitian);
}

/// The smoother of the coarsening for a level where none is named; null: any will do.
template <Scalar T>
std::unique_ptr<Smoother<T>> own_smoother(const Level<T>& level, const AmgOptions& options) {
  return options.coarsening == "air" ? make_air_smoother(level, options) : nullptr;
}

}  // namespace

template <Scalar T>
Hierarchy<T>::Hierarchy(const DistributedMatrix<T>& a, const MultiVector<T>& near_null,
                        const AmgOptions& options, const Hierarchy* before, Keep keep)
    : options_(options), keep_(keep) {
  const Timer timer;
  MemoryPlan memory(a.comm(), options.memory);
  hermitian_ = probe(a).hermitian;
  keeps_own_smoother_ = options_.smoother.type() == "auto";
  if (keeps_own_smoother_) options_.smoother = suitable_smoother(hermitian_);
  if (!hermitian_) {
    report_.notes.push_back(
        message("A is not Hermitian: the restriction is ", restriction_of_unsymmetric(options)));
  }
  const bool has_coarser = a.global_rows() > options.coarse_rows && options.levels > 1;
  if (before == nullptr && has_coarser) memory.require(start_bytes(a, options, hermitian_));
  const auto coarsening = make_coarsening(a, near_null, options, hermitian_);
  levels_.push_back({.a = a});
  describe(a, report_.levels.emplace_back());
  report_.levels.back().node_rows = options.block_size;
  add_levels(*coarsening, before, memory);
  make_vectors(&Level<T>::vectors);
  finish_report();
  report_.forecast = memory.forecast();
  report_.seconds = a.comm().max(timer.seconds());
}

/// Adds the levels below the last one. Collective over its ranks.
template <Scalar T>
void Hierarchy<T>::add_levels(Coarsening<T>& coarsening, const Hierarchy* before,
                              MemoryPlan& memory) {
  const auto most = static_cast<std::size_t>(options_.levels);
  while (levels_.size() < most && levels_.back().a.global_rows() > options_.coarse_rows &&
         coarsen_if_possible(coarsening, before, memory)) {
    const Level<T>& fine = levels_[levels_.size() - 2];
    if (!fine.agglomeration) continue;
    const Communicator comm = fine.a.comm();
    on_some(comm, fine.agglomeration->takes_part(), [&] {
      // Levels that move are small, and only some of the ranks could refuse them.
      auto unlimited = MemoryPlan::without_limit(levels_.back().a.comm());
      add_levels(coarsening, before, unlimited);
    });
    report_ = shared(comm, report_);
    return;
  }
  finish_last();
}

/// coarsen(), which goes no further from a level with rows that it refuses where that says nothing
/// of A: without symmetry a positive diagonal may get lost on the way down.
template <Scalar T>
bool Hierarchy<T>::coarsen_if_possible(Coarsening<T>& coarsening, const Hierarchy* before,
                                       MemoryPlan& memory) {
  const AmgReport report = report_;
  try {
    return coarsen(coarsening, before, memory);
  } catch (const InvalidArgument& error) {  // on all ranks
    const std::size_t k = levels_.size() - 1;
    if (hermitian_ || k == 0) throw;
    levels_.back() = {.a = std::move(levels_.back().a)};
    report_ = report;  // of a P that is no more
    report_.notes.push_back(message("level ", k, " is the last: ", error.what()));
    return false;
  }
}

/// That of the options, unless the level has one of its own.
template <Scalar T>
void Hierarchy<T>::set_up_smoother(Level<T>& level, AmgLevel& report) const {
  if (keeps_own_smoother_) level.smoother = own_smoother(level, options_);
  level.a = in_blocks(level.a, report.node_rows);
  level.smooths_before = level.smoother == nullptr;
  if (!level.smoother) level.smoother = smoother_registry<T>().make(level.a, options_.smoother);
  report.smoother = level.smoother->name();
}

/// P and R of the last level, as they were or anew; false if the next level would not be smaller.
template <Scalar T>
bool Hierarchy<T>::interpolate(Coarsening<T>& coarsening, const Hierarchy* before, LevelLog& log) {
  Level<T>& fine = levels_.back();
  const Level<T>* const known = before != nullptr ? &before->levels_[log.level] : nullptr;
  // Those of a level that has moved map to other rows.
  if (known != nullptr && keep_ == Keep::interpolation && !known->agglomeration &&
      coarsening.keep_interpolation(fine, *known, log)) {
    log.report.radius = before->report_.levels[log.level].radius;
    return true;
  }
  return coarsening.interpolate(fine, known, log);
}

/// Adds the next level, or returns false if there is none that is smaller.
template <Scalar T>
bool Hierarchy<T>::coarsen(Coarsening<T>& coarsening, const Hierarchy* before, MemoryPlan& memory) {
  Level<T>& fine = levels_.back();
  const std::size_t k = levels_.size() - 1;
  LevelLog log{k, report_.levels.back(), report_.notes, memory};
  const bool is_known = before != nullptr && k + 1 < before->levels_.size();
  if (!interpolate(coarsening, is_known ? before : nullptr, log)) return false;
  log.report.interpolation_entries = fine.p.global_entries();
  if (!is_known && !coarsening.forecasts()) {
    AmgOptions below = options_;
    below.levels -= static_cast<std::int64_t>(k);
    Need need;
    together(fine.a.comm(), [&] { need = need_of_product(fine, below, hermitian_, k == 0); });
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
  coarsening.filter(coarse);
  const GlobalIndex decoupled = decouple_zero_rows(fine.a, fine.r, coarse);
  if (decoupled > 0) {
    report_.notes.push_back(message(
        "level ", levels_.size(), " has ", decoupled,
        " zero rows: parts of the matrix are singular, or nearly so for ", scalar_name<T>()));
  }
  if (is_known) {
    fine.agglomeration = before->levels_[k].agglomeration;
  } else {
    fine.agglomeration = to_fewer_ranks(coarse, options_.rank_rows);
  }
  if (fine.agglomeration) move_coarse(fine, coarse);
  memory.return_freed(fine);
  log.report.product = log.laps.lap();
  set_up_smoother(fine, log.report);
  log.report.smoothing = log.laps.lap();
  coarsening.descend(coarse, fine.agglomeration ? &*fine.agglomeration : nullptr);
  memory.add(kept_bytes(fine, k == 0));
  const std::int64_t node_rows = rows_of_nodes(fine);
  describe(coarse, report_.levels.emplace_back());
  report_.levels.back().node_rows = node_rows;
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
  const bool needs_diagonal = hermitian_ || levels_.size() == 1;
  checked_on_level(levels_.size() - 1,
                   [&] { needs_diagonal ? require_rows(last.a) : require_finite_rows(last.a); });
  is_direct_ = last.a.global_rows() <=
               std::max<GlobalIndex>(options_.coarse_rows, most_dense_rows(hermitian_));
  if (is_direct_) {
    coarsest_ = Coarsest<T>(last.a, hermitian_);
    report.smoother = coarsest_.described();
  } else {
    factorise_sparsely();
  }
  if (sparse_) report.smoother = sparse_->described();
  if (!is_direct_) {
    checked_on_level(levels_.size() - 1, [&] { require_rows(last.a); });
    last.smoother = smoother_registry<T>().make(last.a, options_.smoother);
    report.smoother = last.smoother->name();
  }
  report.smoothing = laps.lap();
}

/// Of the last level, if that is possible; else a note says why not.
template <Scalar T>
void Hierarchy<T>::factorise_sparsely() {
  const auto& a = levels_.back().a;
  try {
    sparse_ = std::make_unique<SparseCoarsest<T>>(a, hermitian_);
    is_direct_ = true;
  } catch (const NotFactorised& error) {  // on all ranks
    report_.notes.push_back(message("the last level has ", a.global_rows(),
                                    " rows and is smoothed only: ", error.what()));
  }
}

template <Scalar T>
bool Hierarchy<T>::takes_part(std::size_t k) const {
  if (k >= levels_.size()) return false;
  return k == 0 || !levels_[k - 1].agglomeration || levels_[k - 1].agglomeration->takes_part();
}

#define SUAN_INSTANTIATE(T) template class Hierarchy<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
