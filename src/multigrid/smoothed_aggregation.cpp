// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/smoothed_aggregation.hpp"

#include <algorithm>

#include "multigrid/near_null_rows.hpp"
#include "multigrid/prolongator.hpp"
#include "multigrid/scan.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::multigrid {

namespace {

/// The structure of `known`, with the arrays of which plans were made, and the values of `a`.
template <Scalar T>
DistributedMatrix<T> with_values_of(const DistributedMatrix<T>& known,
                                    const DistributedMatrix<T>& a) {
  DistributedMatrix<T> result;
  together(a.comm(), [&] { result = known; });
  result.update_values(a.local().view().values, a.remote().matrix.view().values);
  return result;
}

/// What P, R and the aggregates of a level are made from: all have the structure of the first.
template <Scalar T>
struct Sources {
  DistributedMatrix<T> symmetric;  // A, or (A + A^H) / 2
  DistributedMatrix<T> a;
  DistributedMatrix<T> adjoint;  // A^H, only if A is not Hermitian
};

template <Scalar T>
class SmoothedAggregation final : public Coarsening<T> {
 public:
  SmoothedAggregation(const DistributedMatrix<T>& a, const MultiVector<T>& near_null,
                      const AmgOptions& options, bool is_hermitian)
      : is_hermitian_(is_hermitian),
        is_smoothed_(options.smooth_prolongator),
        block_size_(static_cast<LocalIndex>(options.block_size)),
        theta_(options.theta),
        is_signed_(options.strength == "signed") {
    together(a.comm(), [&] { near_null_ = near_null; });
    if (theta_ < 0) theta_ = near_null.columns() > options.block_size ? 0.02 : 0.08;
  }

  bool interpolate(Level<T>& fine, const Level<T>* before, LevelLog& log) override {
    const Sources<T> sources = checked_on_level(log.level, [&] { return sources_of(fine.a); });
    find_aggregates(sources.symmetric, fine, before, log);
    auto& structure = fine.structure;
    if (structure.aggregates.layout.global_size() == 0) {
      log.notes.push_back(
          message("level ", log.level, " is the last: none of its rows have connections"));
      return false;
    }
    const auto rows = near_null_rows(sources.symmetric, near_null_);
    if (before == nullptr) {
      structure.tentative = make_tentative<T>(structure.graph.nodes, structure.aggregates, rows);
    }
    log.report.tentative = log.laps.lap();
    if (!is_smaller(structure.tentative.rows.global_size(), fine.a.global_rows(), log)) {
      return false;
    }
    if (is_smoothed_) {
      interpolate_smoothly(sources, rows, before, fine, log);
    } else {
      fine.p = before != nullptr ? before->p
                                 : make_unsmoothed_prolongator<T>(fine.a, structure.graph.nodes,
                                                                  structure.tentative, rows);
      log.report.interpolation = log.laps.lap();
      restrict_with(fine.p, before != nullptr, fine);
      log.report.restriction = log.laps.lap();
    }
    known_ = &structure;
    return true;
  }

  bool keeps_structure() const override { return true; }

  void descend(const DistributedMatrix<T>& coarse) override {
    const Tentative<T>& tentative = known_->tentative;
    together(coarse.comm(), [&] { near_null_ = tentative.near_null; });
    first_rows_ = tentative.vectors == 1 ? DeviceView<const LocalIndex>() : tentative.first_rows;
    block_size_ = 1;
    theta_ *= 0.5;
  }

 private:
  Sources<T> sources_of(const DistributedMatrix<T>& a) const {
    if (is_hermitian_) return {a, a, {}};
    require_rows(a);
    const auto adjoint = conjugate_transpose(a);
    const T half(Real<T>(0.5));
    if (!is_smoothed_) return {add(half, a, half, adjoint), {}, {}};
    return {add(half, a, half, adjoint), add(T(1), a, T(0), adjoint), add(T(0), a, T(1), adjoint)};
  }

  static void interpolate_smoothly(const Sources<T>& sources, const RowMajor<const T>& rows,
                                   const Level<T>* before, Level<T>& fine, LevelLog& log) {
    const auto& structure = fine.structure;
    auto filtered = make_filtered<T>(sources.symmetric, structure.graph, rows);
    log.report.radius = spectral_radius(filtered, sources.symmetric.exchange());
    const double omega = 4.0 / 3 / log.report.radius;
    const auto smoothed = [&](const DistributedMatrix<T>& a) {
      return make_prolongator<T>(a, filtered, structure.tentative, rows, omega);
    };
    const bool is_hermitian = sources.adjoint.global_rows() == 0;
    if (!is_hermitian) filtered = make_filtered<T>(sources.a, structure.graph, rows);
    fine.p = smoothed(sources.a);
    if (before != nullptr) fine.p = with_values_of(before->p, fine.p);
    log.report.interpolation = log.laps.lap();
    if (!is_hermitian) filtered = make_filtered<T>(sources.adjoint, structure.graph, rows);
    restrict_with(is_hermitian ? fine.p : smoothed(sources.adjoint), before != nullptr, fine);
    log.report.restriction = log.laps.lap();
  }

  void find_aggregates(const DistributedMatrix<T>& a, Level<T>& fine, const Level<T>* before,
                       LevelLog& log) const {
    const Nodes nodes =
        first_rows_.extent(0) > 0 ? make_nodes(a, first_rows_) : make_nodes(a, block_size_);
    if (before != nullptr) {
      checked_on_level(log.level, [&] { require_rows(fine.a); });
      fine.structure = before->structure;
      fine.structure.graph.nodes = nodes;
      log.report.strength = log.laps.lap();
      return;
    }
    const StrengthMeasure measure{.is_signed = is_signed_, .longest = longest_of(a, nodes)};
    fine.structure.graph =
        checked_on_level(log.level, [&] { return strength(a, nodes, theta_, measure); });
    log.report.strength = log.laps.lap();
    fine.structure.aggregates = aggregate(fine.structure.graph);
    log.report.aggregation = log.laps.lap();
  }

  /// Of nodes that are no hubs. Of larger nodes the mean is that of full blocks, and at least that
  /// of theirs.
  static Offset longest_of(const DistributedMatrix<T>& a, const Nodes& nodes) {
    const GlobalIndex rows = a.global_rows();
    const GlobalIndex count = nodes.layout.global_size();
    const GlobalIndex in_row = count > 0 ? (rows + count - 1) / count : 1;
    return longest_row(a.global_entries() / std::max<GlobalIndex>(in_row, 1), rows);
  }

  /// R = Q^H.
  static void restrict_with(const DistributedMatrix<T>& q, bool is_known, Level<T>& fine) {
    auto& plan = fine.structure.restriction;
    if (!is_known) {
      fine.r = conjugate_transpose(q);
      return;
    }
    if (!plan) plan.emplace(q);
    fine.r = plan->conjugate_transpose(q);
  }

  bool is_hermitian_;
  bool is_smoothed_;
  LocalIndex block_size_;
  DeviceView<const LocalIndex> first_rows_;  // of the nodes, and the end; or empty
  double theta_;
  bool is_signed_;
  MultiVector<T> near_null_;
  const LevelStructure<T>* known_ = nullptr;  // of the level that interpolate() has done
};

}  // namespace

template <Scalar T>
std::unique_ptr<Coarsening<T>> make_smoothed_aggregation(const DistributedMatrix<T>& a,
                                                         const MultiVector<T>& near_null,
                                                         const AmgOptions& options,
                                                         bool is_hermitian) {
  return std::make_unique<SmoothedAggregation<T>>(a, near_null, options, is_hermitian);
}

#define SUAN_INSTANTIATE(T)                                          \
  template std::unique_ptr<Coarsening<T>> make_smoothed_aggregation( \
      const DistributedMatrix<T>&, const MultiVector<T>&, const AmgOptions&, bool);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
