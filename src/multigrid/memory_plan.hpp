// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory of a set-up: what it will take, forecast before it is allocated, and what it may.
#pragma once

#include "core/free_memory.hpp"
#include "multigrid/coarsest.hpp"
#include "multigrid/level.hpp"
#include "multigrid/reach.hpp"
#include "multigrid/sparse_coarsest.hpp"
#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

/// The set-up would need more than it may, on all ranks: other options may need less.
class OverBudget : public OutOfMemory {
 public:
  using OutOfMemory::OutOfMemory;
};

/// Bytes of a rank, beside A.
struct Need {
  double hierarchy = 0;
  double peak = 0;
};

/// What a set-up on some ranks may use.
class MemoryPlan {
 public:
  /// `memory` is that of AmgOptions. Collective.
  MemoryPlan(const Communicator& comm, std::int64_t memory);
  /// For a part of a set-up that is not worth asking.
  static MemoryPlan without_limit(const Communicator& comm);

  /// So many bytes of this rank. Collective. @throws OverBudget, with the numbers, if they are too
  /// many on any node.
  void require(double bytes) const;
  /// What the whole set-up needs by the knowledge of now, the levels that are made included.
  /// Collective. @throws as require().
  void expect(const Need& need);
  /// Bytes of this rank's levels that are made.
  void add(double bytes) { made_ += bytes; }
  double made() const noexcept { return made_; }
  /// The first forecast, of all ranks.
  const AmgMemory& forecast() const noexcept { return forecast_; }

 private:
  MemoryPlan(const Communicator& comm, bool is_given, double limit)
      : comm_(comm), is_given_(is_given), limit_(limit) {}

  Communicator comm_;
  bool is_given_;
  double limit_ = 0;  // of the ranks of this node
  double made_ = 0;
  AmgMemory forecast_;
};

/// A level, as far as it is known when its coarse one has been found.
struct LevelSizes {
  double rows = 0;
  double entries = 0;
  double nodes = 0;
  double edges = 0;    // of the graph
  double vectors = 1;  // of the near null space, or 1
  double coarse_nodes = 0;
  double coarse_rows = 0;
  double ghosts = 0;  // rows of other ranks in whose columns this one has entries
  int ranks = 1;
  Reach reach;
  bool is_row = true;  // nodes are rows
};

/// Bytes of this rank for strength of connection and coarse nodes of the finest level, if all
/// connections are strong: no set-up needs less at its peak.
template <Scalar T>
double start_bytes(const DistributedMatrix<T>& a, const AmgOptions& options, bool hermitian);

/// What a set-up by aggregation needs from this level on, the level itself included unless it is
/// the finest; `options.levels` count from here. `sizes` are of this
/// rank. Sizes of arrays by formula; below the next level, ratios as on grids.
template <Scalar T>
Need need_of_aggregation(const LevelSizes& sizes, const AmgOptions& options, bool hermitian,
                         bool is_finest);

/// The same from P and R of a level, which are made, with the entries of a sample of the rows of
/// R A P. Not collective.
template <Scalar T>
Need need_of_product(const Level<T>& level, const AmgOptions& options, bool hermitian,
                     bool is_finest);

/// By how much the processes of all ranks have grown at most since `before`; 0 if the system does
/// not tell, or one had been larger before. Collective.
std::int64_t peak_since(const suan::detail::ResidentBytes& before, const Communicator& comm);

/// To be called where arrays of a level have been freed and others will be made. On small levels
/// it would take longer than it is worth.
template <Scalar T>
void return_free_memory(const Level<T>& level) {
  constexpr LocalIndex small = 200000;
  if (level.a.row_layout().local_size() > small) suan::detail::return_free_memory();
}

/// Bytes of this rank that a level keeps; of the matrix only below the finest level.
template <Scalar T>
double kept_bytes(const Level<T>& level, bool is_finest);

/// Those of the factorisation of a last level with so many rows on all ranks.
template <Scalar T>
double factor_bytes(double rows, bool hermitian);

}  // namespace suan::multigrid
