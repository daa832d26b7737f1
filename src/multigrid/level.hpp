// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// One level of a multigrid method.
#pragma once

#include <memory>
#include <optional>

#include "multigrid/agglomeration.hpp"
#include "multigrid/kept_graph.hpp"
#include "multigrid/splitting.hpp"
#include "multigrid/tentative.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/matrix/distributed_transform.hpp"
#include "suan/preconditioners/smoother.hpp"
#include "suan/vector/multi_vector.hpp"

namespace suan::multigrid {

/// What values do not change, and plans for new ones: made by the first update.
template <Scalar T>
struct LevelStructure {
  KeptGraph graph;
  // Of aggregation. Which aggregate nodes belong to is in `tentative`, by local numbers.
  Aggregates aggregates;
  Tentative<T> tentative;
  // Of classical multigrid and of air.
  Splitting splitting;
  /// Of its coarse points among themselves, where coarsening is aggressive.
  Splitting second_splitting;
  // Of both, if P keeps its structure.
  std::optional<DistributedTransposition<T>> restriction;  // of what R is the transpose of
  std::optional<DistributedGalerkinProduct<T>> product;
};

/// Vectors of a level that a cycle needs. The finest level has no b and x of its own.
template <class V>
struct CycleVectors {
  V b;
  V x;
  /// Where the level has moved: the same elements as vectors of all ranks of the level before.
  V moved_b;
  V moved_x;
  V residual;
  std::vector<V> more;  // for cycles other than V, on coarse levels
};

template <Scalar T>
struct Level {
  DistributedMatrix<T> a;
  std::unique_ptr<Smoother<T>> smoother;
  bool smooths_before = true;  // and not only after the correction
  DistributedMatrix<T> p;      // from the next level
  DistributedMatrix<T> r;      // to it
  /// The ranks of the next level, where those are fewer. P and R map to moved rows then. On ranks
  /// that do not take part, the next level is empty, and the last.
  std::optional<Agglomeration> agglomeration;
  /// rows_behind() of a level without structure, on this rank.
  std::vector<GlobalIndex> behind;
  LevelStructure<T> structure;
  CycleVectors<Vector<T>> vectors;
  CycleVectors<MultiVector<T>> multi;  // made by the first cycle with as many vectors
};

}  // namespace suan::multigrid
