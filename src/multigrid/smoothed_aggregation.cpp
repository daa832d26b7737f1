// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/smoothed_aggregation.hpp"

#include <algorithm>
#include <string>

#include "matrix/distributed_pattern.hpp"
#include "multigrid/memory_needs.hpp"
#include "multigrid/moved_nodes.hpp"
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
  /// `near_null` must outlive this.
  SmoothedAggregation(const MultiVector<T>& near_null, const AmgOptions& options, bool is_hermitian)
      : is_hermitian_(is_hermitian),
        is_smoothed_(options.smooth_prolongator),
        block_size_(static_cast<LocalIndex>(options.block_size)),
        theta_(options.theta < 0 ? 0.08 : options.theta),
        is_signed_(options.strength == "signed"),
        options_(options),
        near_null_(&near_null) {}

  bool interpolate(Level<T>& fine, const Level<T>* before, LevelLog& log) override {
    Sources<T> sources = checked_on_level(log.level, [&] { return sources_of(fine.a); });
    StrengthGraph graph = find_aggregates(sources.symmetric, fine, before, log);
    auto& structure = fine.structure;
    if (structure.aggregates.layout.global_size() == 0) {
      log.notes.push_back(
          message("level ", log.level, " is the last: none of its rows have connections"));
      return false;
    }
    const auto rows = near_null_rows(sources.symmetric, *near_null_);
    if (before == nullptr) {
      structure.tentative = make_tentative<T>(graph.nodes, structure.aggregates, rows);
      structure.aggregates.of = {};
    }
    log.report.tentative = log.laps.lap();
    if (!is_smaller(structure.tentative.rows.global_size(), fine.a.global_rows(), log)) {
      return false;
    }
    if (before == nullptr) forecast(sources.symmetric, graph, structure.tentative, log);
    log.memory.return_freed(fine);
    if (is_smoothed_) {
      interpolate_smoothly(std::move(sources), std::move(graph), rows, before, fine, log);
    } else {
      fine.p = has_prolongator(before)
                   ? before->p
                   : make_unsmoothed_prolongator<T>(fine.a, graph.nodes, structure.tentative, rows);
      if (before == nullptr) keep(sources.symmetric, std::move(graph), structure);
      log.report.interpolation = log.laps.lap();
      restrict_with(fine.p, before != nullptr, fine);
      log.report.restriction = log.laps.lap();
    }
    known_ = &structure;
    return true;
  }

  bool keep_interpolation(Level<T>& fine, const Level<T>& before, LevelLog& log) override {
    checked_on_level(log.level, [&] { require_rows(fine.a); });
    together(fine.a.comm(), [&] {
      fine.structure = before.structure;
      fine.p = before.p;
      fine.r = before.r;
    });
    known_ = &fine.structure;
    log.report.interpolation = log.laps.lap();
    return true;
  }

  bool keeps_structure() const override { return true; }
  bool forecasts() const override { return true; }

  void descend(const DistributedMatrix<T>& coarse, const Agglomeration* agglomeration) override {
    const Tentative<T>& tentative = known_->tentative;
    const bool is_scalar = tentative.vectors == 1;
    first_rows_ = is_scalar ? DeviceView<const LocalIndex>() : tentative.first_rows;
    if (agglomeration != nullptr) {
      coarse_near_null_ = agglomeration->moved(tentative.near_null);
      if (!is_scalar) {
        first_rows_ = moved_first_rows(*agglomeration, known_->aggregates.layout, first_rows_);
      }
    } else {
      together(coarse.comm(), [&] { coarse_near_null_ = tentative.near_null; });
    }
    near_null_ = &coarse_near_null_;
    block_size_ = 1;
    theta_ *= 0.5;
  }

 private:
  /// Whether the P of a level is that of the same coarsening, on all of its ranks.
  static bool has_prolongator(const Level<T>* before) {
    return before != nullptr && !before->agglomeration;
  }

  Sources<T> sources_of(const DistributedMatrix<T>& a) const {
    if (is_hermitian_) return {a, a, {}};
    require_rows(a);
    const auto adjoint = conjugate_transpose(a);
    const T half(Real<T>(0.5));
    if (!is_smoothed_) return {add(half, a, half, adjoint), {}, {}};
    if (suan::detail::has_structure_of(a, adjoint)) {
      return {with_values_of(a, add(half, a, half, adjoint)), a, adjoint};
    }
    return {add(half, a, half, adjoint), add(T(1), a, T(0), adjoint), add(T(0), a, T(1), adjoint)};
  }

  /// The graph as `fine` has it between updates.
  static void keep(const DistributedMatrix<T>& a, StrengthGraph graph,
                   LevelStructure<T>& structure) {
    together(a.comm(), [&] { structure.graph = KeptGraph(a, std::move(graph)); });
  }

  /// Of the hierarchy, once the first coarse level is known; of large levels below anew.
  void forecast(const DistributedMatrix<T>& a, const StrengthGraph& graph,
                const Tentative<T>& tentative, LevelLog& log) const {
    constexpr GlobalIndex large = 100000;
    if (log.level > 0 && a.global_rows() < large) return;
    Need need;
    together(a.comm(), [&] {
      LevelSizes m;
      m.rows = a.row_layout().local_size();
      m.entries = static_cast<double>(a.local_entries());
      m.nodes = graph.nodes.owned();
      m.edges = static_cast<double>(graph.neighbours.extent(0));
      m.vectors = tentative.vectors;
      m.coarse_nodes = tentative.exchange.map()->owned();
      m.coarse_rows = tentative.rows.local_size();
      m.ghosts = a.exchange().map()->ghosts();
      m.ranks = a.comm().size();
      m.reach = sample_reach(a, graph, tentative.of, is_smoothed_);
      m.is_row = graph.nodes.is_row();
      AmgOptions below = options_;
      below.levels -= static_cast<std::int64_t>(log.level);
      need = need_of_aggregation<T>(m, below, is_hermitian_, log.level == 0);
    });
    log.memory.expect({log.memory.made() + need.hierarchy, log.memory.made() + need.peak});
  }

  /// What is no longer needed is freed as soon as that is so: the peak of memory is here.
  static void interpolate_smoothly(Sources<T> sources, StrengthGraph graph,
                                   const RowMajor<const T>& rows, const Level<T>* before,
                                   Level<T>& fine, LevelLog& log) {
    auto& structure = fine.structure;
    auto filtered = make_filtered<T>(sources.symmetric, graph, rows);
    log.report.radius = spectral_radius(filtered, sources.symmetric.exchange());
    const double omega = 4.0 / 3 / log.report.radius;
    const auto filter = [&](const DistributedMatrix<T>& a) {
      filtered = {};
      log.memory.return_freed(fine);
      filtered = make_filtered<T>(a, graph, rows);
    };
    const auto smoothed = [&](const DistributedMatrix<T>& a) {
      return make_prolongator<T>(a, filtered, structure.tentative, rows, omega);
    };
    const bool is_hermitian = sources.adjoint.global_rows() == 0;
    sources.symmetric = {};
    if (!is_hermitian) filter(sources.a);
    fine.p = smoothed(sources.a);
    if (has_prolongator(before)) fine.p = with_values_of(before->p, fine.p);
    log.report.interpolation = log.laps.lap();
    auto q = fine.p;
    if (!is_hermitian) {
      filter(sources.adjoint);
      q = smoothed(sources.adjoint);
      sources.adjoint = {};
    }
    filtered = {};
    if (before == nullptr) keep(sources.a, std::move(graph), structure);
    sources = {};
    log.memory.return_freed(fine);
    restrict_with(q, before != nullptr, fine);
    log.report.restriction = log.laps.lap();
  }

  /// Their graph, too.
  StrengthGraph find_aggregates(const DistributedMatrix<T>& a, Level<T>& fine,
                                const Level<T>* before, LevelLog& log) const {
    const Nodes nodes =
        first_rows_.extent(0) > 0 ? make_nodes(a, first_rows_) : make_nodes(a, block_size_);
    if (before != nullptr) {
      checked_on_level(log.level, [&] { require_rows(fine.a); });
      fine.structure = before->structure;
      StrengthGraph graph;
      together(a.comm(), [&] { graph = before->structure.graph.graph(a, nodes); });
      log.report.strength = log.laps.lap();
      return graph;
    }
    const StrengthMeasure measure{.is_signed = is_signed_, .longest = longest_of(a, nodes)};
    auto graph = checked_on_level(log.level, [&] { return strength(a, nodes, theta_, measure); });
    log.report.strength = log.laps.lap();
    const auto why_large = log.level == 0 ? why_large_aggregates(graph) : std::string();
    if (!why_large.empty()) {
      log.notes.push_back("the aggregates of the first level are large: " + why_large);
    }
    fine.structure.aggregates = aggregate(graph, {.distance = why_large.empty() ? 2 : 3});
    log.report.aggregation = log.laps.lap();
    return graph;
  }

  /// Empty where those of the first level are not to be. Collective.
  std::string why_large_aggregates(const StrengthGraph& graph) const {
    if (options_.first_aggregates == "large") return "first_aggregates is large";
    const bool is_scalar = near_null_->columns() == 1 && block_size_ == 1;
    if (options_.first_aggregates == "small" || !is_smoothed_ || !is_scalar) return {};
    // With more of them, aggregates around roots at distance 2 are large enough.
    constexpr std::int64_t few = 10;
    const auto& nodes = graph.nodes.layout;
    const auto connections =
        nodes.comm().sum(static_cast<std::int64_t>(graph.neighbours.extent(0)));
    if (connections > few * nodes.global_size()) return {};
    return message("rows have at most ", few, " strong connections on average");
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
  AmgOptions options_;
  const MultiVector<T>* near_null_;
  MultiVector<T> coarse_near_null_;
  const LevelStructure<T>* known_ = nullptr;  // of the level that interpolate() has done
};

}  // namespace

template <Scalar T>
std::unique_ptr<Coarsening<T>> make_smoothed_aggregation(const MultiVector<T>& near_null,
                                                         const AmgOptions& options,
                                                         bool is_hermitian) {
  return std::make_unique<SmoothedAggregation<T>>(near_null, options, is_hermitian);
}

#define SUAN_INSTANTIATE(T)                                                                \
  template std::unique_ptr<Coarsening<T>> make_smoothed_aggregation(const MultiVector<T>&, \
                                                                    const AmgOptions&, bool);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
