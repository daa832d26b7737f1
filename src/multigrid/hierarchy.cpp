// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/hierarchy.hpp"

#include "multigrid/near_null_rows.hpp"
#include "multigrid/prolongator.hpp"
#include "multigrid/zero_rows.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/timer.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/matrix/distributed_transform.hpp"
#include "suan/matrix/probe.hpp"
#include "suan/multigrid/smoother_registry.hpp"

namespace suan::multigrid {

namespace {

/// The seconds since the last call.
class Laps {
 public:
  double lap() {
    Kokkos::fence("suan::multigrid::lap");
    const double now = timer_.seconds();
    const double since = now - last_;
    last_ = now;
    return since;
  }

 private:
  Timer timer_;
  double last_ = 0;
};

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

/// What body(), which checks the rows of a level, returns. @throws InvalidArgument, on all ranks:
/// below the finest level, for the matrix as a whole.
template <class Body>
auto checked_on_level(std::size_t level, const Body& body) {
  if (level == 0) return body();
  try {
    return body();
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(message("amg: the matrix is indefinite, or not finite in products; on ",
                                  "level ", level, " of the hierarchy, ", error.what()));
  }
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
  if (!hermitian_) {
    report_.notes.push_back("A is not Hermitian: the restriction is P^H all the same");
  }
  MultiVector<T> vectors;
  together(a.comm(), [&] { vectors = near_null; });
  Nodes nodes = make_nodes(a, static_cast<LocalIndex>(options.block_size));
  levels_.push_back({.a = a});
  report_.levels.push_back(described(a));
  double theta = options.theta;
  if (theta < 0) theta = near_null.columns() > options.block_size ? 0.02 : 0.08;
  const auto most = static_cast<std::size_t>(options.levels);
  while (levels_.size() < most && levels_.back().a.global_rows() > options.coarse_rows) {
    const std::size_t k = levels_.size() - 1;
    const bool is_known = before != nullptr && k + 1 < before->levels_.size();
    const LevelStructure<T>* known = is_known ? &before->levels_[k].structure : nullptr;
    DistributedMatrix<T> coarse;
    Nodes coarse_nodes;
    if (!coarsen(levels_[k], nodes, vectors, coarse_nodes, coarse, known, theta)) break;
    levels_.push_back({.a = coarse});
    report_.levels.push_back(described(coarse));
    nodes = coarse_nodes;
    theta *= 0.5;
  }
  finish_last();
  for (std::size_t k = 0; k < levels_.size(); ++k) {
    levels_[k].vectors = make_vectors<Vector<T>>(k == 0, levels_[k].a.row_layout());
  }
  report_.seconds = a.comm().max(timer.seconds());
}

/// The next level, or false if there is none that is smaller.
template <Scalar T>
bool Hierarchy<T>::coarsen(Level<T>& fine, const Nodes& nodes, MultiVector<T>& near_null,
                           Nodes& coarse_nodes, DistributedMatrix<T>& coarse,
                           const LevelStructure<T>* known, double theta) {
  AmgLevel& report = report_.levels.back();
  const auto& a = fine.a;
  Laps laps;
  const std::size_t level = levels_.size() - 1;
  if (known != nullptr) {
    checked_on_level(level, [&] { require_rows(a); });
    fine.structure = *known;
    fine.structure.graph.nodes = nodes;
  } else {
    fine.structure.graph = checked_on_level(level, [&] { return strength(a, nodes, theta); });
    report.strength = laps.lap();
    fine.structure.aggregates = aggregate(fine.structure.graph);
    report.aggregation = laps.lap();
  }
  const auto& graph = fine.structure.graph;
  const GlobalIndex aggregates = fine.structure.aggregates.layout.global_size();
  if (aggregates == 0) {
    report_.notes.push_back(
        message("level ", level, " is the last: none of its rows have connections"));
    return false;
  }
  const auto rows = near_null_rows(a, near_null);
  auto tentative = make_tentative<T>(graph.nodes, fine.structure.aggregates, rows);
  report.tentative = laps.lap();
  const GlobalIndex coarse_rows = tentative.rows.global_size();
  if (coarse_rows == 0 ||
      static_cast<double>(coarse_rows) > 0.9 * static_cast<double>(a.global_rows())) {
    report_.notes.push_back(message("level ", level, " is the last: the next one would have ",
                                    coarse_rows, " of its ", a.global_rows(), " rows"));
    return false;
  }
  const auto filtered = make_filtered<T>(a, graph, rows);
  report.radius = spectral_radius(filtered, a.exchange());
  const double omega = 4.0 / 3 / report.radius;
  fine.p = make_prolongator<T>(a, filtered, tentative, rows, omega);
  report.interpolation_entries = fine.p.global_entries();
  report.interpolation = laps.lap();
  fine.r = conjugate_transpose(fine.p);
  report.restriction = laps.lap();
  coarse = galerkin_product(fine.r, a, fine.p);
  const GlobalIndex decoupled = decouple_zero_rows(a, fine.r, coarse);
  if (decoupled > 0) {
    report_.notes.push_back(message(
        "level ", levels_.size(), " has ", decoupled,
        " zero rows: parts of the matrix are singular, or nearly so for ", scalar_name<T>()));
  }
  report.product = laps.lap();
  fine.smoother = smoother_registry<T>().make(a, options_.smoother);
  report.smoother = fine.smoother->name();
  report.smoothing = laps.lap();
  near_null = std::move(tentative.near_null);
  coarse_nodes =
      tentative.vectors == 1 ? make_nodes(coarse, 1) : make_nodes(coarse, tentative.first_rows);
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
void Hierarchy<T>::cycle_from(std::size_t level, const Vector<T>& b, Vector<T>& x) const {
  visit(level, b, x);
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
