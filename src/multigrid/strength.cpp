// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/strength.hpp"

#include <iomanip>

#include "multigrid/block_norms.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

using multigrid::block_norms;
using multigrid::RowsView;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// What a row must have.
enum class RowNeeds : std::uint8_t { finite_entries, positive_diagonal };

/// Writes 1 / sqrt(a_ii) to scales, unless that is empty, and returns the first row with an entry
/// that is not finite, or without a positive diagonal entry if that is needed; or the number of
/// rows.
template <Scalar T>
LocalIndex first_bad_row(const RowsView<T>& a, RowNeeds needs, const DeviceView<Real<T>>& scales) {
  const LocalIndex rows = a.own.rows;
  const bool is_scaling = scales.extent(0) > 0;
  const bool needs_diagonal = needs == RowNeeds::positive_diagonal;
  LocalIndex bad = rows;
  Kokkos::parallel_reduce(
      "suan::multigrid_check_rows", Range(0, rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & first) {
        T diagonal{};
        bool finite = true;
        a.visit(i, [&](LocalIndex j, const T& value) {
          if (j == i) diagonal += value;
          finite = finite && is_finite(value);
        });
        const bool is_good = finite && (!needs_diagonal || real_part(diagonal) > 0);
        if (!is_good && i < first) first = i;
        if (is_scaling) scales(i) = 1 / Kokkos::sqrt(Kokkos::abs(diagonal));
      },
      Kokkos::Min<LocalIndex>(bad));
  return bad < rows ? bad : rows;
}

/// Of a row that is refused.
template <class R>
struct RowFacts {
  R diagonal;
  int has_diagonal;
  int finite;
};

/// Finds the scales, too, unless they are empty. @throws InvalidArgument, saying what is wrong with
/// the row.
template <Scalar T>
void refuse_bad_rows(const RowsView<T>& a, GlobalIndex first_row,
                     const DeviceView<Real<T>>& scales = {},
                     RowNeeds needs = RowNeeds::positive_diagonal) {
  const LocalIndex bad = first_bad_row<T>(a, needs, scales);
  if (bad == a.own.rows) return;
  using Facts = RowFacts<Real<T>>;
  const DeviceView<Facts> facts("suan::multigrid::facts", 1);
  Kokkos::parallel_for(
      "suan::multigrid_bad_row", Range(0, 1), KOKKOS_LAMBDA(LocalIndex) {
        Facts found{0, 0, 1};
        a.visit(bad, [&](LocalIndex j, const T& value) {
          if (j == bad) found.diagonal += real_part(value);
          if (j == bad) found.has_diagonal = 1;
          if (!is_finite(value)) found.finite = 0;
        });
        facts(0) = found;
      });
  Facts found{};
  Kokkos::deep_copy(found, Kokkos::subview(facts, 0));
  const GlobalIndex row = first_row + bad;
  if (found.finite == 0) {
    throw InvalidArgument(message("multigrid: row ", row, " has an entry that is NaN or infinite"));
  }
  if (found.has_diagonal == 0) {
    throw InvalidArgument(message("multigrid: row ", row,
                                  " has no diagonal entry; multigrid is for positive definite "
                                  "matrices: remove the unknown, or use preconditioner none"));
  }
  throw InvalidArgument(message("multigrid: the diagonal entry of row ", row, " is ",
                                found.diagonal,
                                "; multigrid is for matrices with a positive diagonal (positive "
                                "definite ones, or nearly): use preconditioner none"));
}

/// 1 / sqrt(|a_ii|)
template <Scalar T>
void find_scales(const RowsView<T>& a, const DeviceView<Real<T>>& scales) {
  Kokkos::parallel_for(
      "suan::multigrid_scales", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        T diagonal{};
        a.visit(i, [&](LocalIndex j, const T& value) {
          if (j == i) diagonal += value;
        });
        scales(i) = 1 / Kokkos::sqrt(Kokkos::abs(diagonal));
      });
}

/// Rows with more than `longest` entries get the scale 0, and with it no strong connections.
template <Scalar T>
void leave_out_long(const RowsView<T>& a, Offset longest, const DeviceView<Real<T>>& scales) {
  if (longest >= static_cast<Offset>(std::numeric_limits<LocalIndex>::max())) return;
  Kokkos::parallel_for(
      "suan::multigrid_long_rows", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        if (a.length(i) > longest) scales(i) = 0;
      });
}

/// The size of an entry beside the diagonal.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION Real<T> size_of_entry(const T& value, bool is_signed) {
  return is_signed ? Kokkos::max(-real_part(value), Real<T>(0)) : Kokkos::abs(value);
}

/// The largest w_ij of each row.
template <Scalar T>
void find_largest(const RowsView<T>& a, const DeviceView<Real<T>>& scales, bool is_signed,
                  const DeviceView<Real<T>>& largest) {
  Kokkos::parallel_for(
      "suan::multigrid_largest", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        const Real<T> scale = scales(i);
        Real<T> most = 0;
        a.visit(i, [&](LocalIndex j, const T& value) {
          if (j == i) return;
          most = Kokkos::max(most, size_of_entry(value, is_signed) * (scale * scales(j)));
        });
        largest(i) = most;
      });
}

/// Whether an entry is a strong connection. Symmetric in i and j.
template <Scalar T>
struct IsStrong {
  DeviceView<const Real<T>> scales;
  DeviceView<const Real<T>> largest;
  Real<T> theta;
  bool is_signed;
  KOKKOS_FORCEINLINE_FUNCTION bool operator()(LocalIndex i, LocalIndex j, const T& value) const {
    if (j == i) return false;
    const Real<T> weight = size_of_entry(value, is_signed) * (scales(i) * scales(j));
    const Real<T> half = Kokkos::min(largest(i), largest(j)) / 2;
    return weight > 0 && weight >= Kokkos::min(theta, half);
  }
};

template <Scalar T>
void find_neighbours(const RowsView<T>& a, const DeviceView<Real<T>>& scales,
                     const DeviceView<Real<T>>& largest, Real<T> theta, bool is_signed,
                     StrengthGraph& graph) {
  const IsStrong<T> strong{scales, largest, theta, is_signed};
  const auto offsets = detail::allocate<Offset>("suan::multigrid::offsets",
                                                static_cast<std::size_t>(a.own.rows) + 1);
  Kokkos::parallel_for(
      "suan::multigrid_count_strong", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset count = 0;
        a.visit(i, [&](LocalIndex j, const T& value) { count += strong(i, j, value) ? 1 : 0; });
        offsets(i) = count;
      });
  const Offset entries = kernels::scan_lengths(ExecutionSpace(), offsets);
  const auto neighbours = detail::allocate<LocalIndex>("suan::multigrid::neighbours",
                                                       static_cast<std::size_t>(entries));
  Kokkos::parallel_for(
      "suan::multigrid_fill_strong", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset at = offsets(i);
        a.visit(i, [&](LocalIndex j, const T& value) {
          if (strong(i, j, value)) neighbours(at++) = j;
        });
      });
  graph.offsets = offsets;
  graph.neighbours = neighbours;
}

/// The graph of a matrix whose rows are nodes, from the scales of owned ones. Collective.
template <Scalar T>
StrengthGraph graph_of(const RowsView<T>& a, const DeviceView<Real<T>>& scales, const Nodes& nodes,
                       double theta, const StrengthMeasure& measure) {
  StrengthGraph graph;
  graph.nodes = nodes;
  DeviceView<Real<T>> largest;
  leave_out_long(a, measure.longest, scales);
  multigrid::refresh(nodes.exchange, scales);
  together(nodes.layout.comm(), [&] {
    largest = detail::allocate<Real<T>>("suan::multigrid::largest", scales.extent(0));
    find_largest(a, scales, measure.is_signed, largest);
  });
  multigrid::refresh(nodes.exchange, largest);
  together(nodes.layout.comm(), [&] {
    find_neighbours(a, scales, largest, static_cast<Real<T>>(theta), measure.is_signed, graph);
  });
  return graph;
}

}  // namespace

template <Scalar T>
StrengthGraph strength(const DistributedMatrix<T>& a, const Nodes& nodes, double theta,
                       const StrengthMeasure& measure) {
  if (a.comm().size() > 1) {
    require_agreement(a.comm(), "strength",
                      message(std::setprecision(17), "theta = ", theta, "\nis_signed = ",
                              measure.is_signed, "\nlongest = ", measure.longest, "\n"));
  }
  if (measure.is_signed && a.comm().max(std::int64_t{!nodes.is_row()}) != 0) {
    throw InvalidArgument(
        "strength: norms of blocks have no sign: nodes with several rows have no "
        "signed strength");
  }
  RowsView<T> rows;
  RowsView<Real<T>> blocks;
  DeviceView<Real<T>> scales;
  together(a.comm(), [&] {
    rows = RowsView<T>(detail::local_rows(a));
    scales = detail::allocate<Real<T>>("suan::multigrid::scales",
                                       static_cast<std::size_t>(nodes.size()));
    if (nodes.is_row()) {
      refuse_bad_rows<T>(rows, a.row_layout().first(), scales);
    } else {
      refuse_bad_rows(rows, a.row_layout().first());
      blocks = block_norms(rows, nodes);
      find_scales(blocks, scales);
    }
  });
  return nodes.is_row() ? graph_of(rows, scales, nodes, theta, measure)
                        : graph_of(blocks, scales, nodes, theta, measure);
}

template <Scalar T>
void multigrid::require_rows(const DistributedMatrix<T>& a) {
  together(a.comm(),
           [&] { refuse_bad_rows(RowsView<T>(detail::local_rows(a)), a.row_layout().first()); });
}

template <Scalar T>
void multigrid::require_finite_rows(const DistributedMatrix<T>& a) {
  together(a.comm(), [&] {
    refuse_bad_rows(RowsView<T>(detail::local_rows(a)), a.row_layout().first(), {},
                    RowNeeds::finite_entries);
  });
}

#define SUAN_INSTANTIATE(T)                                                          \
  template StrengthGraph strength(const DistributedMatrix<T>&, const Nodes&, double, \
                                  const StrengthMeasure&);                           \
  template void multigrid::require_rows(const DistributedMatrix<T>&);                \
  template void multigrid::require_finite_rows(const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
