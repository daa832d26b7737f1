// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/kept_graph.hpp"

#include "kernels/common/new_csr.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

/// Bit e is in word e / 32; rows may share a word.
KOKKOS_FORCEINLINE_FUNCTION void set_bit(const DeviceView<std::uint32_t>& words, Offset e) {
  Kokkos::atomic_or(&words(e / 32), std::uint32_t{1} << (e % 32));
}
KOKKOS_FORCEINLINE_FUNCTION bool bit(const DeviceView<const std::uint32_t>& words, Offset e) {
  return (words(e / 32) >> (e % 32) & 1u) != 0;
}

/// The number of the first entry of row i, among those of both parts.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION Offset first_entry(const RowsView<T>& a, LocalIndex i) {
  return a.own.offsets(i) + (a.has_ghosts ? a.ghost.offsets(i) : 0);
}

template <Scalar T>
void set_bits(const RowsView<T>& a, const StrengthGraph& graph,
              const DeviceView<std::uint32_t>& bits) {
  const auto offsets = graph.offsets;
  const auto neighbours = graph.neighbours;
  Kokkos::parallel_for(
      "suan::multigrid_keep_graph", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset entry = first_entry(a, i);
        Offset at = offsets(i);
        const Offset end = offsets(i + 1);
        a.visit(i, [&](LocalIndex j, const T&) {
          if (at < end && neighbours(at) == j) {
            set_bit(bits, entry);
            ++at;
          }
          ++entry;
        });
      });
}

template <Scalar T>
void read_bits(const RowsView<T>& a, const DeviceView<const std::uint32_t>& bits,
               StrengthGraph& graph) {
  const auto offsets = suan::detail::allocate<Offset>("suan::multigrid::offsets",
                                                      static_cast<std::size_t>(a.own.rows) + 1);
  Kokkos::parallel_for(
      "suan::multigrid_count_kept", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        const Offset first = first_entry(a, i);
        Offset count = 0;
        for (Offset e = first; e < first + a.length(i); ++e) count += bit(bits, e) ? 1 : 0;
        offsets(i) = count;
      });
  const auto edges = static_cast<std::size_t>(kernels::scan_lengths(ExecutionSpace(), offsets));
  const auto neighbours = suan::detail::allocate<LocalIndex>("suan::multigrid::neighbours", edges);
  Kokkos::parallel_for(
      "suan::multigrid_read_graph", Range(0, a.own.rows), KOKKOS_LAMBDA(LocalIndex i) {
        Offset entry = first_entry(a, i);
        Offset at = offsets(i);
        a.visit(i, [&](LocalIndex j, const T&) {
          if (bit(bits, entry)) neighbours(at++) = j;
          ++entry;
        });
      });
  graph.offsets = offsets;
  graph.neighbours = neighbours;
}

}  // namespace

template <Scalar T>
KeptGraph::KeptGraph(const DistributedMatrix<T>& a, StrengthGraph graph)
    : graph_(std::move(graph)) {
  if (!graph_.nodes.is_row()) return;
  const auto words = static_cast<std::size_t>(a.local_entries() / 32 + 1);
  const DeviceView<std::uint32_t> bits("suan::multigrid::kept_graph", words);
  set_bits(RowsView<T>(suan::detail::local_rows(a)), graph_, bits);
  Kokkos::fence("suan::multigrid_keep_graph");
  bits_ = bits;
  graph_.offsets = {};
  graph_.neighbours = {};
}

template <Scalar T>
StrengthGraph KeptGraph::graph(const DistributedMatrix<T>& a, const Nodes& nodes) const {
  StrengthGraph result = graph_;
  result.nodes = nodes;
  if (bits_.extent(0) == 0) return result;
  read_bits(RowsView<T>(suan::detail::local_rows(a)), bits_, result);
  return result;
}

std::int64_t KeptGraph::bytes() const noexcept {
  return static_cast<std::int64_t>(
      sizeof(Offset) * graph_.offsets.extent(0) +
      sizeof(LocalIndex) *
          (graph_.neighbours.extent(0) + graph_.nodes.first.extent(0) + graph_.nodes.of.extent(0)) +
      sizeof(std::uint32_t) * bits_.extent(0));
}

#define SUAN_INSTANTIATE(T)                                                  \
  template KeptGraph::KeptGraph(const DistributedMatrix<T>&, StrengthGraph); \
  template StrengthGraph KeptGraph::graph(const DistributedMatrix<T>&, const Nodes&) const;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
