// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "multigrid/rows_behind.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/vector/blas1.hpp"

namespace suan::multigrid {

namespace {

constexpr std::size_t most_cycles = 30;

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

/// With b = A x for a pseudo-random x, and c = A M b: |c^H M b - b^H M c| / c^H M b, which is zero
/// for a Hermitian M. For others the expected value of the difference is half of the square of what
/// is not Hermitian in M A, in the energy norm: nothing cancels. Infinite where M is not positive.
template <Scalar T>
double asymmetry_of(const Hierarchy<T>& hierarchy, std::size_t level) {
  const auto& a = hierarchy.levels()[level].a;
  Vector<T> b(a.row_layout());
  Vector<T> c(a.row_layout());
  Vector<T> of_b(a.row_layout());
  Vector<T> of_c(a.row_layout());
  a.apply(random_vector<T>(a.row_layout(), 2), b);
  const double size = norm2(b);
  if (!(size > 0)) return 0;
  scale(scalar_cast<T>(1 / size), b);
  hierarchy.cycle_from(level, b, of_b);
  a.apply(std::as_const(of_b), c);
  hierarchy.cycle_from(level, c, of_c);
  const T left = dot(c, of_b);
  const T right = dot(b, of_c);
  const auto positive = static_cast<double>(real_part(left));
  const auto difference = static_cast<double>(Kokkos::abs(left - right));
  if (!(positive > 0) || !std::isfinite(difference)) {
    return std::numeric_limits<double>::infinity();
  }
  return difference / positive;
}

using CheckedRows = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// The sum of the squares of what P B_c lacks of B beyond what A B explains: a prolongator that is
/// smoothed, or interpolates along A, leaves B as it is only where A B is zero.
template <Scalar T>
double unexplained(const DeviceView<const T>& rest, const DeviceView<const T>& product,
                   const DeviceView<const T>& diagonal) {
  constexpr double steps = 4;  // of Jacobi's method, undamped
  double squares = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_unexplained", CheckedRows(0, static_cast<LocalIndex>(rest.extent(0))),
      KOKKOS_LAMBDA(LocalIndex i, double& sum) {
        const auto allowed =
            steps * static_cast<double>(Kokkos::abs(product(i)) / Kokkos::abs(diagonal(i)));
        const double more = static_cast<double>(Kokkos::abs(rest(i))) - allowed;
        if (more > 0) sum += more * more;
      },
      squares);
  return squares;
}

/// ||B - P B_c|| / ||B||, as AmgCheck says.
template <Scalar T>
double missed_by(const Level<T>& level, const MultiVector<T>& fine, const MultiVector<T>& coarse) {
  const auto& comm = level.a.comm();
  DeviceView<const T> diagonal;
  together(comm, [&] { diagonal = level.a.local().diagonal(); });
  double most = 0;
  for (LocalIndex j = 0; j < fine.columns(); ++j) {
    Vector<T> rest = fine.column(j);
    Vector<T> product(level.a.row_layout());
    level.a.apply(std::as_const(rest), product);
    const double all = norm2(rest);
    level.p.apply(T(-1), coarse.column(j), T(1), rest);
    const double missed = comm.sum(
        unexplained<T>(std::as_const(rest).view(), std::as_const(product).view(), diagonal));
    if (all > 0) most = std::max(most, std::sqrt(missed) / all);
  }
  return most;
}

/// The near null space of the next level: what the set-up made of that of this one, or its values
/// in the rows behind those of the next level, where these are points. No vectors if unknown.
template <Scalar T>
MultiVector<T> coarse_near_null(const Level<T>& level, const MultiVector<T>& fine) {
  const auto& made = level.structure.tentative.near_null;
  if (made.columns() == fine.columns()) return made;
  const bool has_points =
      level.structure.splitting.coarse.global_size() > 0 || !level.behind.empty();
  if (level.a.comm().max(has_points ? 1 : 0) == 0) return {};
  const auto behind = rows_behind(level);
  const auto rows = static_cast<std::int64_t>(behind.size());
  MultiVector<T> coarse(Layout::from_local_size(rows, level.a.comm()), fine.columns());
  for (LocalIndex j = 0; j < fine.columns(); ++j) {
    const auto values = fine.column(j).to_host();
    std::vector<T> injected;
    for (const GlobalIndex row : behind) {
      injected.push_back(values[static_cast<std::size_t>(row - fine.layout().first())]);
    }
    coarse.set_column(j, Vector<T>::from_host(coarse.layout(), std::span<const T>(injected)));
  }
  return coarse;
}

/// Measures levels from k on, as far as their near null space is known. Collective over the ranks
/// of level k.
template <Scalar T>
void measure_missed(const Hierarchy<T>& hierarchy, std::size_t k, MultiVector<T> near_null,
                    std::vector<double>& missed) {
  const auto& levels = hierarchy.levels();
  for (; k + 1 < levels.size(); ++k) {
    const Level<T>& level = levels[k];
    MultiVector<T> coarse = coarse_near_null(level, near_null);
    if (coarse.columns() == 0) return;
    if (!level.agglomeration) {
      missed[k] = missed_by(level, near_null, coarse);
      near_null = std::move(coarse);
      continue;
    }
    const bool takes_part = level.agglomeration->takes_part();
    MultiVector<T> below = level.agglomeration->moved(coarse);
    const Layout& moved = level.p.column_layout();
    together(level.a.comm(), [&] {
      coarse = takes_part ? MultiVector<T>(moved, below.view())
                          : MultiVector<T>(moved, near_null.columns());
    });
    missed[k] = missed_by(level, near_null, coarse);
    on_some(level.a.comm(), takes_part, [&] { measure_missed(hierarchy, k + 1, below, missed); });
    return;
  }
}

/// For each level but the last, on all ranks. Collective.
template <Scalar T>
std::vector<double> missed_by_levels(const Hierarchy<T>& hierarchy,
                                     const MultiVector<T>& near_null) {
  constexpr double unknown = -1;
  std::vector<double> missed(hierarchy.report().levels.size() - 1, unknown);
  measure_missed(hierarchy, 0, near_null, missed);
  for (double& value : missed) {
    value = hierarchy.matrix().comm().max(value);
    if (value == unknown) value = std::numeric_limits<double>::quiet_NaN();
  }
  return missed;
}

}  // namespace

template <Scalar T>
AmgCheck check(const Hierarchy<T>& hierarchy, const MultiVector<T>& near_null) {
  AmgCheck result;
  const auto& cycle = hierarchy.options().cycle;
  const bool is_symmetric = hierarchy.is_hermitian() && cycle != "k" && cycle != "f";
  const Communicator& comm = hierarchy.matrix().comm();
  for (std::size_t k = 0; k < hierarchy.report().levels.size(); ++k) {
    double factor = 0;
    double asymmetry = 0;
    on_some(comm, hierarchy.takes_part(k), [&] {
      factor = factor_of(hierarchy, k);
      if (is_symmetric) asymmetry = asymmetry_of(hierarchy, k);
    });
    result.factors.push_back(comm.max(factor));
    if (is_symmetric) result.asymmetry.push_back(comm.max(asymmetry));
  }
  result.interpolation = missed_by_levels(hierarchy, near_null);
  result.notes = notes_on(result, hierarchy.report(), hierarchy.options(), near_null.columns(),
                          static_cast<double>(std::numeric_limits<Real<T>>::epsilon()));
  return result;
}

template <Scalar T>
std::vector<GlobalIndex> aggregates_of_rows(const Hierarchy<T>& hierarchy) {
  const auto& finest = hierarchy.levels().front();
  std::vector<GlobalIndex> result(static_cast<std::size_t>(finest.a.row_layout().local_size()),
                                  Aggregates::none);
  if (hierarchy.levels().size() < 2) return result;
  const auto& read = finest.structure.aggregates.of;  // row by row; of levels that were made, empty
  if (read.extent(0) > 0) {
    const auto of = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), read);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = of(i);
    return result;
  }
  const auto& tentative = finest.structure.tentative;
  if (tentative.of.extent(0) == 0) return result;
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

#define SUAN_INSTANTIATE(T)                                            \
  template AmgCheck check(const Hierarchy<T>&, const MultiVector<T>&); \
  template std::vector<GlobalIndex> aggregates_of_rows(const Hierarchy<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
