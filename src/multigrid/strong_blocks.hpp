// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The filtered matrix by blocks, on the host: where the rows of each node have the same columns, it
// is not stored, but consists of blocks of A.
#pragma once

#include "kernels/common/new_csr.hpp"
#include "multigrid/equal_rows.hpp"

namespace suan::multigrid {

/// The strong blocks of each owned node and its own one, in the order of their global columns.
/// Bytes: 12 a block, where a copy has 8 and more an entry.
template <Scalar T>
struct StrongBlocks {
  RowsView<T> a;
  NodeIndex nodes;
  LocalIndex owned = 0;  // nodes
  DeviceView<Offset> offsets;
  DeviceView<LocalIndex> neighbours;
  DeviceView<LocalIndex> first;  // of a block's entries in each row of its part of A
  DeviceView<LocalIndex> length;

  /// A block of the rows of a node.
  struct Block {
    const kernels::CsrView<T>& part;
    LocalIndex node;    // of the columns
    LocalIndex shift;   // of local numbers
    LocalIndex length;  // columns
    Offset first;
    const LocalIndex* columns;

    LocalIndex column(LocalIndex j) const { return columns[j] + shift; }
    const T* values(LocalIndex i) const { return part.values.data() + part.offsets(i) + first; }
  };

  bool exist() const { return offsets.extent(0) > 0; }

  template <class Body>
  void visit(LocalIndex v, const Body& body) const {
    const LocalIndex row = nodes.begin(v);
    for (Offset b = offsets(v); b < offsets(v + 1); ++b) {
      const bool in_ghost = neighbours(b) >= owned;
      const auto& part = in_ghost ? a.ghost : a.own;
      body(Block{part, neighbours(b), in_ghost ? a.owned : 0, length(b), first(b),
                 part.indices.data() + part.offsets(row) + first(b)});
    }
  }

  /// sums[r] += the product of row r of a node's strong entries, without the diagonal one, and x.
  void multiply(LocalIndex v, const T* x, T* sums) const {
    const LocalIndex begin = nodes.begin(v);
    const LocalIndex rows = nodes.end(v) - begin;
    if (rows == 3) {
      multiply_three(v, x, sums);
      return;
    }
    visit(v, [&](const Block& block) { multiply(block, begin, rows, x, sums); });
  }

 private:
  static void multiply(const Block& block, LocalIndex begin, LocalIndex rows, const T* x, T* sums) {
    for (LocalIndex r = 0; r < rows; ++r) {
      const T* const values = block.values(begin + r);
      for (LocalIndex j = 0; j < block.length; ++j) {
        if (block.column(j) != begin + r) sums[r] += values[j] * x[block.column(j)];
      }
    }
  }
  /// For three rows, where most blocks have three columns.
  void multiply_three(LocalIndex v, const T* x, T* sums) const {
    const LocalIndex begin = nodes.begin(v);
    T s0 = sums[0];
    T s1 = sums[1];
    T s2 = sums[2];
    visit(v, [&](const Block& block) {
      if (block.node == v || block.length != 3) {
        T here[3] = {s0, s1, s2};
        multiply(block, begin, 3, x, here);
        s0 = here[0];
        s1 = here[1];
        s2 = here[2];
        return;
      }
      // All rows have the same length.
      const Offset row = block.part.offsets(begin + 1) - block.part.offsets(begin);
      const T* const first_row = block.values(begin);
      const T* const second_row = first_row + row;
      const T* const third_row = second_row + row;
      for (LocalIndex j = 0; j < 3; ++j) {
        const T y = x[block.column(j)];
        s0 += first_row[j] * y;
        s1 += second_row[j] * y;
        s2 += third_row[j] * y;
      }
    });
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
  }
};

#if !SUAN_HAVE_CUDA
/// Calls strong(node, k, end) or weak(in_ghost, k, end) for the blocks of node v, as
/// visit_equal_rows() does; returns how many are strong or its own, or -1 if its rows have
/// different columns.
template <Scalar T, class Strong, class Weak>
LocalIndex visit_strong_blocks(const RowsView<T>& a, const NodeIndex& nodes,
                               const GlobalOrder& order, const StrengthGraph& graph, LocalIndex v,
                               const Strong& strong, const Weak& weak) {
  const LocalIndex begin = nodes.begin(v);
  const LocalIndex end = nodes.end(v);
  if (begin == end) return 0;
  if (!have_same_columns(a, begin, end)) return -1;
  Offset at = graph.offsets(v);
  const Offset last = graph.offsets(v + 1);
  LocalIndex count = 0;
  visit_equal_rows(a, nodes, order, begin,
                   [&](LocalIndex node, bool in_ghost, Offset k, Offset k_end) {
                     const LocalIndex place = order.place(node);
                     while (at < last && order.place(graph.neighbours(at)) < place) ++at;
                     if (node == v || (at < last && graph.neighbours(at) == node)) {
                       strong(node, k, k_end);
                       ++count;
                     } else {
                       weak(in_ghost, k, k_end);
                     }
                   });
  return count;
}

/// None if the rows of some node have different columns.
template <Scalar T>
StrongBlocks<T> find_strong_blocks(const RowsView<T>& a, const NodeIndex& nodes,
                                   const GlobalOrder& order, const StrengthGraph& graph) {
  using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
  const LocalIndex owned = graph.nodes.owned();
  StrongBlocks<T> result{a, nodes, owned, {}, {}, {}, {}};
  const auto offsets = suan::detail::allocate<Offset>("suan::multigrid::block_offsets",
                                                      static_cast<std::size_t>(owned) + 1);
  LocalIndex least = 0;
  Kokkos::parallel_reduce(
      "suan::multigrid_count_blocks", Range(0, owned),
      [=](LocalIndex v, LocalIndex& below) {
        const LocalIndex count = visit_strong_blocks(
            a, nodes, order, graph, v, [](LocalIndex, Offset, Offset) {},
            [](bool, Offset, Offset) {});
        offsets(v) = count;
        below = std::min(below, count);
      },
      Kokkos::Min<LocalIndex>(least));
  if (owned > 0 && least < 0) return result;
  const auto size = static_cast<std::size_t>(kernels::scan_lengths(ExecutionSpace(), offsets));
  for (auto* each : {&result.neighbours, &result.first, &result.length}) {
    *each = suan::detail::allocate<LocalIndex>("suan::multigrid::blocks", size);
  }
  result.offsets = offsets;
  return result;
}

/// Fills them if they exist; and for each row the inverse of the diagonal, and the product of its
/// weak entries and the near null space `b`, to be added to zeros.
template <Scalar T>
void fill_strong_blocks(const StrongBlocks<T>& blocks, const GlobalOrder& order,
                        const StrengthGraph& graph, const RowMajor<const T>& b,
                        const RowMajor<T>& weak, const DeviceView<Real<T>>& inverse) {
  if (!blocks.exist()) return;
  const auto vectors = static_cast<LocalIndex>(b.extent(1));
  Kokkos::parallel_for(
      "suan::multigrid_filtered_blocks",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, blocks.owned),
      [=](LocalIndex v) {
        const auto& a = blocks.a;
        const LocalIndex begin = blocks.nodes.begin(v);
        const LocalIndex end = blocks.nodes.end(v);
        Offset at = blocks.offsets(v);
        const auto strong = [&](LocalIndex node, Offset k, Offset k_end) {
          blocks.neighbours(at) = node;
          blocks.first(at) = static_cast<LocalIndex>(k);
          blocks.length(at) = static_cast<LocalIndex>(k_end - k);
          ++at;
          for (LocalIndex i = begin; node == v && i < end; ++i) {
            Real<T> diagonal = 0;
            for (Offset e = a.own.offsets(i) + k; e < a.own.offsets(i) + k_end; ++e) {
              if (a.own.indices(e) == i) diagonal += real_part(a.own.values(e));
            }
            inverse(i) = 1 / diagonal;
          }
        };
        const auto add_weak = [&](bool in_ghost, Offset k, Offset k_end) {
          const auto& part = in_ghost ? a.ghost : a.own;
          for (LocalIndex i = begin; i < end; ++i) {
            for (Offset e = part.offsets(i) + k; e < part.offsets(i) + k_end; ++e) {
              const LocalIndex j = part.indices(e) + (in_ghost ? a.owned : 0);
              for (LocalIndex s = 0; s < vectors; ++s) weak(i, s) += part.values(e) * b(j, s);
            }
          }
        };
        visit_strong_blocks(a, blocks.nodes, order, graph, v, strong, add_weak);
      });
}
#endif

}  // namespace suan::multigrid
