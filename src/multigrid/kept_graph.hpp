// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A graph of strong connections between updates, as bits.
#pragma once

#include <cstdint>

#include "multigrid/rows_view.hpp"

namespace suan::multigrid {

/// The graph of a matrix whose rows are nodes, each edge of which is an entry: a bit for each entry
/// instead of four bytes for each edge, which would be a third of the matrix. Other graphs, which
/// are small beside their matrices, are kept as they are.
class KeptGraph {
 public:
  KeptGraph() = default;
  /// Of `a`, in the order of whose entries the edges are. Not collective, so within together().
  template <Scalar T>
  KeptGraph(const DistributedMatrix<T>& a, StrengthGraph graph);

  const Nodes& nodes() const noexcept { return graph_.nodes; }
  /// The graph with these nodes; `a` has the structure of the matrix that this was made of. Not
  /// collective.
  template <Scalar T>
  StrengthGraph graph(const DistributedMatrix<T>& a, const Nodes& nodes) const;
  /// Bytes on this rank.
  std::int64_t bytes() const noexcept;

 private:
  StrengthGraph graph_;  // without edges if there are bits
  DeviceView<const std::uint32_t> bits_;
};

}  // namespace suan::multigrid
