// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/smoothed_aggregation.hpp"

#include "multigrid/near_null_rows.hpp"
#include "multigrid/prolongator.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::multigrid {

namespace {

template <Scalar T>
class SmoothedAggregation final : public Coarsening<T> {
 public:
  SmoothedAggregation(const DistributedMatrix<T>& a, const MultiVector<T>& near_null,
                      const AmgOptions& options)
      : nodes_(make_nodes(a, static_cast<LocalIndex>(options.block_size))), theta_(options.theta) {
    together(a.comm(), [&] { near_null_ = near_null; });
    if (theta_ < 0) theta_ = near_null.columns() > options.block_size ? 0.02 : 0.08;
  }

  bool interpolate(Level<T>& fine, const Level<T>* before, LevelLog& log) override {
    find_aggregates(fine, before, log);
    if (fine.structure.aggregates.layout.global_size() == 0) {
      log.notes.push_back(
          message("level ", log.level, " is the last: none of its rows have connections"));
      return false;
    }
    const auto& a = fine.a;
    const auto& graph = fine.structure.graph;
    const auto rows = near_null_rows(a, near_null_);
    tentative_ = make_tentative<T>(graph.nodes, fine.structure.aggregates, rows);
    log.report.tentative = log.laps.lap();
    if (!is_smaller(tentative_.rows.global_size(), a.global_rows(), log)) return false;
    const auto filtered = make_filtered<T>(a, graph, rows);
    log.report.radius = spectral_radius(filtered, a.exchange());
    const double omega = 4.0 / 3 / log.report.radius;
    fine.p = make_prolongator<T>(a, filtered, tentative_, rows, omega);
    log.report.interpolation = log.laps.lap();
    fine.r = conjugate_transpose(fine.p);
    log.report.restriction = log.laps.lap();
    return true;
  }

  void descend(const DistributedMatrix<T>& coarse) override {
    near_null_ = std::move(tentative_.near_null);
    nodes_ =
        tentative_.vectors == 1 ? make_nodes(coarse, 1) : make_nodes(coarse, tentative_.first_rows);
    tentative_ = {};
    theta_ *= 0.5;
  }

 private:
  void find_aggregates(Level<T>& fine, const Level<T>* before, LevelLog& log) {
    if (before != nullptr) {
      checked_on_level(log.level, [&] { require_rows(fine.a); });
      fine.structure = before->structure;
      fine.structure.graph.nodes = nodes_;
      log.report.strength = log.laps.lap();
      return;
    }
    fine.structure.graph =
        checked_on_level(log.level, [&] { return strength(fine.a, nodes_, theta_); });
    log.report.strength = log.laps.lap();
    fine.structure.aggregates = aggregate(fine.structure.graph);
    log.report.aggregation = log.laps.lap();
  }

  Nodes nodes_;
  double theta_;
  MultiVector<T> near_null_;
  Tentative<T> tentative_;
};

}  // namespace

template <Scalar T>
std::unique_ptr<Coarsening<T>> make_smoothed_aggregation(const DistributedMatrix<T>& a,
                                                         const MultiVector<T>& near_null,
                                                         const AmgOptions& options) {
  return std::make_unique<SmoothedAggregation<T>>(a, near_null, options);
}

#define SUAN_INSTANTIATE(T)                                          \
  template std::unique_ptr<Coarsening<T>> make_smoothed_aggregation( \
      const DistributedMatrix<T>&, const MultiVector<T>&, const AmgOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
