// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "suan/core/instantiate.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::multigrid {

namespace {

constexpr std::size_t most_cycles = 30;
constexpr double hardly = 0.9;

/// The factor by which a cycle reduces the residual, in the long run. The residual is divided by
/// its norm after each cycle, so that it stays in the range of T.
template <Scalar T>
double factor_of(const Hierarchy<T>& hierarchy, std::size_t level) {
  const auto& a = hierarchy.levels()[level].a;
  Vector<T> x(a.row_layout());
  Vector<T> r(a.row_layout());
  a.apply(random_vector<T>(a.row_layout(), 1), r);  // of -e, for A e = 0
  std::vector<double> factors;
  double before = norm2(r);
  // Where A is singular, what rounding adds to the residual stays.
  const double least = 50 * std::numeric_limits<Real<T>>::epsilon();
  for (double all = 1; before > 0 && all > least && factors.size() < most_cycles;) {
    scale(scalar_cast<T>(1 / before), r);
    hierarchy.cycle_from(level, r, x);
    a.apply(T(-1), x, T(1), r);
    before = norm2(r);
    if (!std::isfinite(before)) return std::numeric_limits<double>::infinity();
    factors.push_back(before);
    all *= before;
  }
  if (factors.empty()) return 0;
  // The first cycles remove what is easy: little of the residual belongs to smooth errors.
  const auto last = factors.size() - factors.size() * 2 / 3;
  double sum = 0;
  std::for_each(factors.end() - static_cast<std::ptrdiff_t>(last), factors.end(),
                [&](double factor) { sum += std::log(factor); });
  return std::exp(sum / static_cast<double>(last));
}

}  // namespace

template <Scalar T>
AmgCheck check(const Hierarchy<T>& hierarchy) {
  AmgCheck result;
  const Communicator& comm = hierarchy.matrix().comm();
  for (std::size_t k = 0; k < hierarchy.report().levels.size(); ++k) {
    double factor = 0;
    on_some(comm, hierarchy.takes_part(k), [&] { factor = factor_of(hierarchy, k); });
    factor = comm.max(factor);
    result.factors.push_back(factor);
    if (factor < hardly) continue;
    result.notes.push_back(message("level ", k,
                                   factor < 1 ? " hardly contracts" : " does not contract",
                                   ": a cycle from there multiplies the residual by ", factor));
  }
  if (!result.notes.empty()) {
    result.notes.push_back(
        "begin with the lowest of these levels: the near null space of the matrix may have vectors "
        "that were not given, as rigid-body modes, or nodes more unknowns than block_size, or "
        "another smoother or theta is needed");
  }
  return result;
}

template <Scalar T>
std::vector<GlobalIndex> aggregates_of_rows(const Hierarchy<T>& hierarchy) {
  const auto& finest = hierarchy.levels().front();
  std::vector<GlobalIndex> result(static_cast<std::size_t>(finest.a.row_layout().local_size()),
                                  Aggregates::none);
  const auto& tentative = finest.structure.tentative;
  if (hierarchy.levels().size() < 2 || tentative.of.extent(0) == 0) return result;
  const auto& map = *tentative.exchange.map();
  const auto of = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), tentative.of);
  const auto number = [&](std::size_t v) {
    const LocalIndex c = of(v);
    if (c < 0) return Aggregates::none;
    return c < map.owned() ? map.layout().first() + c
                           : map.ghost_numbers()[static_cast<std::size_t>(c - map.owned())];
  };
  const auto first = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(),
                                                         finest.structure.graph.nodes().first);
  if (first.extent(0) == 0) {
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = number(i);
    return result;
  }
  for (std::size_t v = 0; v + 1 < first.extent(0); ++v) {
    std::fill(result.begin() + first(v), result.begin() + first(v + 1), number(v));
  }
  return result;
}

#define SUAN_INSTANTIATE(T)                     \
  template AmgCheck check(const Hierarchy<T>&); \
  template std::vector<GlobalIndex> aggregates_of_rows(const Hierarchy<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
