// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/strength.hpp"

#include <iomanip>

#include "kernels/common/new_csr.hpp"
#include "multigrid/rows_view.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace {

using multigrid::GlobalOrder;
using multigrid::NodeIndex;
using multigrid::RowsView;
using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Writes 1 / sqrt(a_ii) to scales, unless that is empty, and returns the first row with an entry
/// that is not finite, or without a positive diagonal entry; or the number of rows.
template <Scalar T>
LocalIndex first_bad_row(const RowsView<T>& a, const DeviceView<Real<T>>& scales) {
  const LocalIndex rows = a.own.rows;
  const bool is_scaling = scales.extent(0) > 0;
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
        if (!(finite && real_part(diagonal) > 0) && i < first) first = i;
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
                     const DeviceView<Real<T>>& scales = {}) {
  const LocalIndex bad = first_bad_row<T>(a, scales);
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

/// The Frobenius norm of a block that measure() and then add() have seen all entries of, in any
/// order: squares are added as integers, in units of 2^-52 of the largest one. So a block and its
/// mirror image have the same norm, and no square is beyond the range of the numbers.
class BlockNorm {
 public:
  template <Scalar T>
  KOKKOS_FORCEINLINE_FUNCTION void measure(const T& value) {
    largest_ = Kokkos::max(largest_, static_cast<double>(Kokkos::abs(value)));
  }
  template <Scalar T>
  KOKKOS_FORCEINLINE_FUNCTION void add(const T& value) {
    if (!(largest_ > 0)) return;
    const double share = static_cast<double>(Kokkos::abs(value)) / largest_;
    squares_ += static_cast<std::int64_t>(share * share * 0x1p52);
  }
  KOKKOS_FORCEINLINE_FUNCTION double value() const {
    return largest_ * Kokkos::sqrt(static_cast<double>(squares_) * 0x1p-52);
  }

 private:
  double largest_ = 0;
  std::int64_t squares_ = 0;  // at most 32 * 32 of at most 2^52
};

/// The entries of a node's rows, merged by node: calls body(node, norm of the block) in the order
/// of global numbers.
template <Scalar T, class Body>
KOKKOS_INLINE_FUNCTION void visit_blocks(const RowsView<T>& a, const NodeIndex& nodes,
                                         const GlobalOrder& order, LocalIndex v, const Body& body) {
  Offset own[Nodes::most_rows];
  Offset ghost[Nodes::most_rows];
  const LocalIndex begin = nodes.begin(v);
  const LocalIndex rows = nodes.end(v) - begin;
  for (LocalIndex r = 0; r < rows; ++r) {
    own[r] = a.own.offsets(begin + r);
    ghost[r] = a.has_ghosts ? a.ghost.offsets(begin + r) : 0;
  }
  constexpr LocalIndex none = std::numeric_limits<LocalIndex>::max();
  while (true) {
    LocalIndex least = none;
    for (LocalIndex r = 0; r < rows; ++r) {
      if (own[r] < a.own.offsets(begin + r + 1)) {
        least = Kokkos::min(least, order.place(nodes.node(a.own.indices(own[r]))));
      }
      if (a.has_ghosts && ghost[r] < a.ghost.offsets(begin + r + 1)) {
        least = Kokkos::min(least, order.place(nodes.node(a.owned + a.ghost.indices(ghost[r]))));
      }
    }
    if (least == none) return;
    const LocalIndex node = order.number(least);
    BlockNorm norm;
    for (int pass = 0; pass < 2; ++pass) {
      for (LocalIndex r = 0; r < rows; ++r) {
        Offset k = own[r];
        for (; k < a.own.offsets(begin + r + 1) && nodes.node(a.own.indices(k)) == node; ++k) {
          if (pass == 0) norm.measure(a.own.values(k));
          if (pass == 1) norm.add(a.own.values(k));
        }
        if (pass == 1) own[r] = k;
        if (!a.has_ghosts) continue;
        for (k = ghost[r];
             k < a.ghost.offsets(begin + r + 1) && nodes.node(a.owned + a.ghost.indices(k)) == node;
             ++k) {
          if (pass == 0) norm.measure(a.ghost.values(k));
          if (pass == 1) norm.add(a.ghost.values(k));
        }
        if (pass == 1) ghost[r] = k;
      }
    }
    body(node, norm.value());
  }
}

/// The Frobenius norms of the blocks, one row for each owned node.
template <Scalar T>
RowsView<Real<T>> block_norms(const RowsView<T>& a, const Nodes& nodes) {
  const NodeIndex index(nodes);
  const GlobalOrder order(*nodes.exchange.map());
  const auto made = kernels::allocate_rows<Real<T>>(
      ExecutionSpace(), nodes.owned(), KOKKOS_LAMBDA(LocalIndex v) {
        Offset count = 0;
        visit_blocks(a, index, order, v, [&](LocalIndex, double) { ++count; });
        return count;
      });
  const auto offsets = made.offsets;
  const auto columns = made.indices;
  const auto norms = made.values;
  Kokkos::parallel_for(
      "suan::multigrid_block_norms", Range(0, nodes.owned()), KOKKOS_LAMBDA(LocalIndex v) {
        Offset at = offsets(v);
        visit_blocks(a, index, order, v, [&](LocalIndex node, double norm) {
          columns(at) = node;
          norms(at) = static_cast<Real<T>>(norm);
          ++at;
        });
      });
  RowsView<Real<T>> result;
  result.own = made.finish(nodes.owned(), nodes.size());
  result.owned = nodes.size();
  return result;
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

#define SUAN_INSTANTIATE(T)                                                          \
  template StrengthGraph strength(const DistributedMatrix<T>&, const Nodes&, double, \
                                  const StrengthMeasure&);                           \
  template void multigrid::require_rows(const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
