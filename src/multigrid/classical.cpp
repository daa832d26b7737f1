// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/classical.hpp"

#include <numeric>

#include "multigrid/classical_interpolation.hpp"
#include "multigrid/classical_strength.hpp"
#include "multigrid/unknowns.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::multigrid {

namespace {

template <Scalar T>
class Classical final : public Coarsening<T> {
 public:
  Classical(const DistributedMatrix<T>& a, const MultiVector<T>& near_null,
            const AmgOptions& options, bool hermitian)
      : hermitian_(hermitian),
        options_(ClassicalOptions::table().from(options.coarsening)),
        strength_{options.theta < 0 ? 0.25 : options.theta, options_.max_row_sum},
        truncation_{static_cast<LocalIndex>(options_.max_entries), options_.truncation} {
    const auto unknowns = static_cast<LocalIndex>(options.block_size);
    make_nodes(a, unknowns);  // checks the distribution
    require_constants(near_null, unknowns);
    is_system_ = unknowns > 1;
    if (is_system_) together(a.comm(), [&] { unknowns_ = unknowns_of_rows(a, unknowns); });
  }

  bool interpolate(Level<T>& fine, const Level<T>* before, LevelLog& log) override {
    const auto& a = fine.a;
    auto& structure = fine.structure;
    StrengthGraph graph;
    if (before != nullptr) {
      checked_on_level(log.level, [&] { require_rows(a); });
      structure = before->structure;
      if (log.level > 0) {
        adapt(a, graph, structure.splitting);
      } else {
        together(a.comm(), [&] { graph = structure.graph.graph(a, structure.graph.nodes()); });
      }
      log.report.strength = log.laps.lap();
    } else {
      graph = checked_on_level(
          log.level, [&] { return classical_strength(a, make_nodes(a, 1), unknowns_, strength_); });
      log.report.strength = log.laps.lap();
      structure.splitting = split(graph, Isolated::are_decoupled, options_.fewer_points);
      log.report.aggregation = log.laps.lap();
    }
    const Layout& coarse = structure.splitting.coarse;
    if (coarse.global_size() == 0) {
      log.notes.push_back(message("level ", log.level, " is the last: its rows depend strongly on ",
                                  "no others, or on decoupled ones only"));
      return false;
    }
    const bool is_aggressive = static_cast<std::int64_t>(log.level) < options_.aggressive_levels;
    if (!is_aggressive && !is_smaller(coarse.global_size(), a.global_rows(), log)) return false;
    log.memory.return_freed(fine);
    fine.p = interpolation(a, graph, structure.splitting, unknowns_, truncation_, hermitian_);
    if (before == nullptr && log.level == 0) {
      together(a.comm(), [&] { structure.graph = KeptGraph(a, graph); });
    }
    graph = {};
    log.memory.return_freed(fine);
    keep_coarse(structure.splitting);
    if (is_aggressive) {
      coarsen_again(fine, before != nullptr);
      if (!is_smaller(fine.p.global_columns(), a.global_rows(), log)) return false;
    }
    coarse_layout_ = fine.p.column_layout();
    log.report.interpolation = log.laps.lap();
    fine.r = conjugate_transpose(fine.p);
    log.report.restriction = log.laps.lap();
    return true;
  }

  void descend(const DistributedMatrix<T>& coarse, const Agglomeration* agglomeration) override {
    if (!is_system_ || agglomeration == nullptr) {
      add_ghosts(coarse);
      return;
    }
    unknowns_ = agglomeration->moved(coarse_layout_, unknowns_);
    on_some(coarse_layout_.comm(), agglomeration->takes_part(), [&] { add_ghosts(coarse); });
  }

 private:
  /// Unknowns of rows become those of coarse points, without ghosts.
  void keep_coarse(const Splitting& splitting) {
    if (!is_system_) return;
    together(splitting.coarse.comm(),
             [&] { unknowns_ = unknowns_of_coarse(splitting, unknowns_); });
  }
  void add_ghosts(const DistributedMatrix<T>& a) {
    if (is_system_) unknowns_ = with_ghosts(a.exchange(), unknowns_);
  }

  /// The graph and the ghosts of coarse points for a matrix with the rows of the one before, but
  /// maybe with other entries: truncation depends on values.
  void adapt(const DistributedMatrix<T>& a, StrengthGraph& graph, Splitting& splitting,
             bool refuses_rows = true) const {
    auto options = strength_;
    options.refuses_rows = refuses_rows;
    graph = classical_strength(a, make_nodes(a, 1), unknowns_, options);
    splitting = with_ghosts_of(a.exchange(), splitting);
  }

  /// P becomes the product of two interpolations. The second one is that of the coarse points by
  /// their rows of A P: what of each depends on the others once fine points are interpolated.
  void coarsen_again(Level<T>& fine, bool is_known) {
    const auto& a = fine.a;
    auto& structure = fine.structure;
    std::vector<GlobalIndex> rows;
    std::vector<GlobalIndex> columns;
    together(a.comm(), [&] {
      rows = coarse_rows(structure.splitting, a.row_layout());
      columns.resize(static_cast<std::size_t>(a.row_layout().local_size()));
      std::iota(columns.begin(), columns.end(), a.row_layout().first());
    });
    const auto of_coarse = select(a, std::span<const GlobalIndex>(rows), columns);
    const auto reduced = multiply(of_coarse, fine.p);
    add_ghosts(reduced);
    StrengthGraph graph;
    if (is_known) {
      adapt(reduced, graph, structure.second_splitting, false);
    } else {
      auto options = strength_;
      options.refuses_rows = false;
      graph = classical_strength(reduced, make_nodes(reduced, 1), unknowns_, options);
      structure.second_splitting = split(graph, Isolated::are_coarse, options_.fewer_points);
    }
    const auto second =
        interpolation(reduced, graph, structure.second_splitting, unknowns_, truncation_, false);
    keep_coarse(structure.second_splitting);
    fine.p = truncated(multiply(fine.p, second), truncation_);
  }

  bool hermitian_;
  ClassicalOptions options_;
  ClassicalStrength strength_;
  Truncation truncation_;
  bool is_system_ = false;
  /// Of each owned and ghost row; without elements unless this is a system.
  DeviceView<const LocalIndex> unknowns_;
  Layout coarse_layout_;  // of the level that interpolate() has made possible
};

}  // namespace

template <Scalar T>
std::unique_ptr<Coarsening<T>> make_classical(const DistributedMatrix<T>& a,
                                              const MultiVector<T>& near_null,
                                              const AmgOptions& options, bool hermitian) {
  return std::make_unique<Classical<T>>(a, near_null, options, hermitian);
}

#define SUAN_INSTANTIATE(T)                               \
  template std::unique_ptr<Coarsening<T>> make_classical( \
      const DistributedMatrix<T>&, const MultiVector<T>&, const AmgOptions&, bool);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
