// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The memory of a set-up: what it will take, forecast before it is allocated, and what it may.
#pragma once

#include "core/free_memory.hpp"
#include "multigrid/level.hpp"
#include "multigrid/memory_needs.hpp"
#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

/// The set-up would need more than it may, on all ranks: other options may need less.
class OverBudget : public OutOfMemory {
 public:
  using OutOfMemory::OutOfMemory;
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
  void require(double bytes);
  /// What the whole set-up needs by the knowledge of now, the levels that are made included.
  /// Collective. @throws as require().
  void expect(const Need& need);
  /// Bytes of this rank's levels that are made.
  void add(double bytes) { made_ += bytes; }
  double made() const noexcept { return made_; }
  /// To be called where arrays of a level have been freed and others will be made. Gives their
  /// memory back to the system, but only if it may be short: else the allocator keeps the pages for
  /// what comes next, and fresh ones are a good part of the time of a set-up.
  template <Scalar T>
  void return_freed(const Level<T>& level) const {
    constexpr LocalIndex small = 200000;
    if (is_short_ && level.a.row_layout().local_size() > small) suan::detail::return_free_memory();
  }
  /// The first forecast, of all ranks.
  const AmgMemory& forecast() const noexcept { return forecast_; }

 private:
  MemoryPlan(const Communicator& comm, bool is_given, double limit)
      : comm_(comm), is_given_(is_given), limit_(limit) {}

  Communicator comm_;
  bool is_given_;
  double limit_ = 0;  // of the ranks of this node
  double made_ = 0;
  bool is_short_ = false;  // more than half of the limit is needed
  AmgMemory forecast_;
};

/// By how much the processes of all ranks have grown at most since `before`; 0 if the system does
/// not tell, or one had been larger before. Collective.
std::int64_t peak_since(const suan::detail::ResidentBytes& before, const Communicator& comm);

}  // namespace suan::multigrid
