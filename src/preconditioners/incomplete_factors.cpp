// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "preconditioners/incomplete_factors.hpp"

#include "kernels/common/new_csr.hpp"
#include "kernels/relaxation/gauss_seidel.hpp"
#include "kernels/trsv/trsv_analysis.hpp"
#include "matrix/distributed_pattern.hpp"
#include "matrix/local_rows.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/transform.hpp"

namespace suan::detail {

/// Rows by levels of the lower triangle.
struct LevelsOfRows {
  DeviceView<const LocalIndex> rows;
  std::vector<kernels::TrsvSegment> segments;
};

namespace {

using EliminationRange = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Rows in the making: those of the block, with the factors in the place of its entries.
template <Scalar T>
struct Elimination {
  DeviceView<const Offset> offsets;
  DeviceView<const LocalIndex> indices;
  DeviceView<const LocalIndex> diagonal;  // its place in the row
  DeviceView<T> values;
  DeviceView<const Real<T>> extra;
  bool compensates = false;

  KOKKOS_FORCEINLINE_FUNCTION void eliminate(LocalIndex i) const {
    const Offset end = offsets(i + 1);
    const Offset own = offsets(i) + diagonal(i);
    Real<T> added = extra.extent(0) > 0 ? extra(i) : Real<T>(0);
    for (Offset e = offsets(i); e < own; ++e) {
      const LocalIndex k = indices(e);
      const Offset pivot = offsets(k) + diagonal(k);
      const T factor = values(e) / values(pivot);
      values(e) = factor;
      Offset to = e + 1;
      for (Offset l = pivot + 1; l < offsets(k + 1); ++l) {
        const LocalIndex j = indices(l);
        while (to < end && indices(to) < j) ++to;
        const T change = factor * values(l);
        if (to < end && indices(to) == j) {
          values(to) -= change;
        } else if (compensates) {
          added += Kokkos::abs(change);
        }
      }
    }
    values(own) += T(added);
  }
};

template <Scalar T>
void eliminate_all(const Elimination<T>& elimination, const LevelsOfRows& levels) {
  const auto rows = levels.rows;
  for (const auto& segment : levels.segments) {
    if (segment.parallel) {
      Kokkos::parallel_for(
          "suan::ilu0_level", EliminationRange(segment.begin, segment.end),
          KOKKOS_LAMBDA(LocalIndex k) { elimination.eliminate(rows(k)); });
      continue;
    }
    const LocalIndex begin = segment.begin;
    const LocalIndex end = segment.end;
    Kokkos::parallel_for(
        "suan::ilu0_thin_levels", EliminationRange(0, 1), KOKKOS_LAMBDA(LocalIndex) {
          for (LocalIndex k = begin; k < end; ++k) elimination.eliminate(rows(k));
        });
  }
  Kokkos::fence("suan::ilu0");
}

/// The part of the structure on one side of the diagonal, which the upper one has.
template <Scalar T>
kernels::CsrView<T> triangle(const Elimination<T>& all, LocalIndex rows, bool upper) {
  const auto offsets = all.offsets;
  const auto diagonal = all.diagonal;
  const auto made = kernels::allocate_rows<T>(
      ExecutionSpace(), rows, KOKKOS_LAMBDA(LocalIndex i) {
        const auto below = static_cast<Offset>(diagonal(i));
        return upper ? offsets(i + 1) - offsets(i) - below : below;
      });
  const auto from = all.indices;
  const auto starts = made.offsets;
  const auto indices = made.indices;
  Kokkos::parallel_for(
      "suan::ilu0_triangle", EliminationRange(0, rows), KOKKOS_LAMBDA(LocalIndex i) {
        const Offset begin = offsets(i) + (upper ? diagonal(i) : 0);
        const Offset count = starts(i + 1) - starts(i);
        for (Offset k = 0; k < count; ++k) indices(starts(i) + k) = from(begin + k);
      });
  return made.finish(rows, rows);
}

/// The values of that part, in an array of its own.
template <Scalar T>
DeviceView<const T> values_of(const Elimination<T>& all, const kernels::CsrView<T>& part,
                              bool upper) {
  const auto values = allocate<T>("suan::ilu0::values", static_cast<std::size_t>(part.entries()));
  const auto starts = part.offsets;
  Kokkos::parallel_for(
      "suan::ilu0_values", EliminationRange(0, part.rows), KOKKOS_LAMBDA(LocalIndex i) {
        const Offset begin = all.offsets(i) + (upper ? all.diagonal(i) : 0);
        const Offset count = starts(i + 1) - starts(i);
        for (Offset k = 0; k < count; ++k) values(starts(i) + k) = all.values(begin + k);
      });
  return values;
}

template <Scalar T>
std::shared_ptr<const LevelsOfRows> levels_of(const kernels::CsrView<T>& lower) {
  constexpr LocalIndex thin = 128;  // a level of fewer rows is not worth waking up threads for
  const auto offsets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), lower.offsets);
  const auto indices = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), lower.indices);
  kernels::TrsvStructure structure;
  structure.rows = lower.rows;
  structure.offsets = offsets.data();
  structure.indices = indices.data();
  const auto found = kernels::analyse_levels(structure, thin);
  auto levels = std::make_shared<LevelsOfRows>();
  levels->rows = on_device<LocalIndex>("suan::ilu0::levels", found.rows);
  levels->segments = found.segments;
  return levels;
}

constexpr LocalIndex no_row = std::numeric_limits<LocalIndex>::max();

/// The first row without a diagonal entry.
template <Scalar T>
LocalIndex first_without_diagonal(const Elimination<T>& all, LocalIndex rows) {
  LocalIndex first = no_row;
  Kokkos::parallel_reduce(
      "suan::ilu0_diagonals", EliminationRange(0, rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & found) {
        if (all.diagonal(i) == all.offsets(i + 1) - all.offsets(i) && i < found) found = i;
      },
      Kokkos::Min<LocalIndex>(first));
  return first;
}

/// The first row whose pivot will not do. Rows before it do not depend on it.
template <Scalar T>
LocalIndex first_bad_pivot(const Elimination<T>& all, const kernels::CsrView<T>& block,
                           Pivots pivots, Real<T> least) {
  LocalIndex first = no_row;
  const bool is_positive = pivots == Pivots::positive;
  Kokkos::parallel_reduce(
      "suan::ilu0_pivots", EliminationRange(0, block.rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & found) {
        Real<T> largest = 0;
        for (Offset k = block.offsets(i); k < block.offsets(i + 1); ++k) {
          largest = Kokkos::max(largest, Kokkos::abs(block.values(k)));
        }
        const T pivot = all.values(all.offsets(i) + all.diagonal(i));
        const bool usable = is_finite(pivot) && is_finite(T(1) / pivot) &&
                            Kokkos::abs(pivot) >= least * largest &&
                            (!is_positive || real_part(pivot) > 0);
        if (!usable && i < found) found = i;
      },
      Kokkos::Min<LocalIndex>(first));
  return first;
}

/// The largest entry of row `row`.
template <Scalar T>
double largest_of_row(const kernels::CsrView<T>& block, LocalIndex row) {
  Real<T> largest = 0;
  Kokkos::parallel_reduce(
      "suan::ilu0_largest", EliminationRange(row, row + 1),
      KOKKOS_LAMBDA(LocalIndex i, Real<T> & most) {
        for (Offset k = block.offsets(i); k < block.offsets(i + 1); ++k) {
          most = Kokkos::max(most, Kokkos::abs(block.values(k)));
        }
      },
      Kokkos::Max<Real<T>>(largest));
  return static_cast<double>(largest);
}

/// Whether no entry beside the diagonal is positive, or not real.
template <Scalar T>
bool has_signs_of_m_matrix(const kernels::CsrView<T>& block) {
  LocalIndex others = 0;
  Kokkos::parallel_reduce(
      "suan::ilu0_signs", EliminationRange(0, block.rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & sum) {
        for (Offset k = block.offsets(i); k < block.offsets(i + 1); ++k) {
          const T value = block.values(k);
          const bool fits = real_part(value) <= 0 && value == T(real_part(value));
          if (block.indices(k) != i && !fits) ++sum;
        }
      },
      others);
  return others == 0;
}

}  // namespace

template <Scalar T>
IncompleteFactors<T> factorise(const Csr<T>& block, GlobalIndex first_row, Pivots pivots,
                               const DeviceView<const Real<T>>& extra,
                               const IncompleteFactors<T>* known, double least) {
  IncompleteFactors<T> factors;
  factors.sorted = sort_rows(block);
  const auto& a = factors.sorted.view();
  const ExecutionSpace space;
  const auto places =
      allocate<LocalIndex>("suan::ilu0::diagonal", static_cast<std::size_t>(a.rows));
  kernels::find_diagonals(space, a.offsets, a.indices, places);
  const auto values = allocate<T>("suan::ilu0::values", a.values.extent(0));
  Kokkos::deep_copy(values, a.values);
  const bool compensates = pivots == Pivots::positive && !has_signs_of_m_matrix(a);
  const Elimination<T> all{a.offsets, a.indices, places, values, extra, compensates};
  const LocalIndex missing = first_without_diagonal(all, a.rows);
  if (missing != no_row) {
    throw InvalidArgument(message("ilu0: row ", first_row + missing,
                                  " has no diagonal entry; store one, or use another "
                                  "preconditioner"));
  }
  const bool is_known = known != nullptr && has_structure_of(known->sorted, factors.sorted);
  factors.lower = is_known ? known->lower : triangle(all, a.rows, false);
  factors.upper = is_known ? known->upper : triangle(all, a.rows, true);
  factors.levels = is_known ? known->levels : levels_of(factors.lower);
  eliminate_all(all, *factors.levels);
  const LocalIndex bad = first_bad_pivot(all, a, pivots, static_cast<Real<T>>(least));
  if (bad != no_row) {
    T pivot{};
    LocalIndex place = 0;
    Offset begin = 0;
    Kokkos::deep_copy(place, Kokkos::subview(places, static_cast<std::size_t>(bad)));
    Kokkos::deep_copy(begin, Kokkos::subview(a.offsets, static_cast<std::size_t>(bad)));
    Kokkos::deep_copy(pivot, Kokkos::subview(values, static_cast<std::size_t>(begin + place)));
    throw UnusablePivot(
        message("ilu0: the pivot of row ", first_row + bad, " is ", pivot,
                pivots == Pivots::positive
                    ? ", so the matrix, which is Hermitian, is not positive definite"
                    : ", which is not finite or nothing beside the entries of its row",
                "; use another preconditioner, or order the rows otherwise"),
        static_cast<double>(real_part(pivot)) / largest_of_row(a, bad));
  }
  factors.lower.values = values_of(all, factors.lower, false);
  factors.upper.values = values_of(all, factors.upper, true);
  if (is_known) {
    factors.lower_plan = known->lower_plan;
    factors.upper_plan = known->upper_plan;
    factors.lower_plan.set_values(factors.lower.values);
    factors.upper_plan.set_values(factors.upper.values);
  } else {
    factors.lower_plan = {space, factors.lower, Triangle::lower, Diagonal::unit,
                          TrsvSchedule::automatic};
    factors.upper_plan = {space, factors.upper, Triangle::upper, Diagonal::stored,
                          TrsvSchedule::automatic};
  }
  return factors;
}

#define SUAN_INSTANTIATE(T)                                                   \
  template IncompleteFactors<T> factorise(const Csr<T>&, GlobalIndex, Pivots, \
                                          const DeviceView<const Real<T>>&,   \
                                          const IncompleteFactors<T>*, double);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
