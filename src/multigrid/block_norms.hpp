// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A matrix of nodes from one of their unknowns: the norms of its blocks.
#pragma once

#include "kernels/common/new_csr.hpp"
#include "multigrid/equal_rows.hpp"

namespace suan::multigrid {

/// The Frobenius norm of a block that measure() and then add() have seen all entries of, in any
/// order: squares are added as integers, in units of 2^-52 of the largest one. So a block and its
/// mirror image have the same norm, and no square is beyond the range of the numbers.
class BlockNorm {
 public:
  template <Scalar T>
  KOKKOS_FORCEINLINE_FUNCTION void measure(const T& value) {
    largest_ = Kokkos::max(largest_, static_cast<double>(Kokkos::abs(value)));
  }
  /// Between the two.
  KOKKOS_FORCEINLINE_FUNCTION void scale() {
    constexpr double tiny = 1e-300;  // its inverse is finite
    scale_ = largest_ > tiny ? 1 / largest_ : 0;
  }
  template <Scalar T>
  KOKKOS_FORCEINLINE_FUNCTION void add(const T& value) {
    const double share = static_cast<double>(Kokkos::abs(value)) * scale_;
    squares_ += static_cast<std::int64_t>(share * share * 0x1p52);
  }
  KOKKOS_FORCEINLINE_FUNCTION double value() const {
    return scale_ > 0 ? largest_ * Kokkos::sqrt(static_cast<double>(squares_) * 0x1p-52) : largest_;
  }

 private:
  double largest_ = 0;
  double scale_ = 0;
  std::int64_t squares_ = 0;  // at most 32 * 32 of hardly more than 2^52
};

/// Of a block in rows that have the same columns: entries k to end - 1 of each.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION double block_norm(const kernels::CsrView<T>& part, LocalIndex row,
                                              LocalIndex rows, Offset k, Offset end) {
  BlockNorm norm;
  for (LocalIndex r = row; r < row + rows; ++r) {
    for (Offset e = k; e < end; ++e) norm.measure(part.values(part.offsets(r) + e));
  }
  norm.scale();
  for (LocalIndex r = row; r < row + rows; ++r) {
    for (Offset e = k; e < end; ++e) norm.add(part.values(part.offsets(r) + e));
  }
  return norm.value();
}

/// The entries of a node's rows, merged by node: calls body(node, norm of the block) in the order
/// of global numbers; with zeros if norms are not asked for.
template <bool with_norms, Scalar T, class Body>
KOKKOS_INLINE_FUNCTION void visit_blocks(const RowsView<T>& a, const NodeIndex& nodes,
                                         const GlobalOrder& order, LocalIndex v, const Body& body) {
  const LocalIndex begin = nodes.begin(v);
  const LocalIndex rows = nodes.end(v) - begin;
  if (rows == 0) return;
  if (have_same_columns(a, begin, begin + rows)) {
    visit_equal_rows(a, nodes, order, begin,
                     [&](LocalIndex node, bool in_ghost, Offset k, Offset end) {
                       double norm = 0;
                       if constexpr (with_norms) {
                         norm = block_norm(in_ghost ? a.ghost : a.own, begin, rows, k, end);
                       }
                       body(node, norm);
                     });
    return;
  }
  Offset own[Nodes::most_rows];
  Offset ghost[Nodes::most_rows];
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
      norm.scale();
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
        visit_blocks<false>(a, index, order, v, [&](LocalIndex, double) { ++count; });
        return count;
      });
  const auto offsets = made.offsets;
  const auto columns = made.indices;
  const auto norms = made.values;
  Kokkos::parallel_for(
      "suan::multigrid_block_norms",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, nodes.owned()),
      KOKKOS_LAMBDA(LocalIndex v) {
        Offset at = offsets(v);
        visit_blocks<true>(a, index, order, v, [&](LocalIndex node, double norm) {
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

}  // namespace suan::multigrid
