// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Reductions over ranks that leave time for other work.
#pragma once

#include <memory>
#include <span>

#include "suan/comm/communicator.hpp"

namespace suan {

enum class ReductionKind { sum, max, min };

/// A sum, maximum or minimum of a few numbers over all ranks, with time between start() and wait()
/// for work that does not need the result. Its bits are those of Communicator::sum(), max() and
/// min(): numbers are combined in the order of ranks.
///
/// Several objects may be under way, together with exchanges and with reductions that block; all
/// ranks start them in the same order. An object can be used again and again, and allocates nothing
/// then. One that is destroyed under way, also by an exception, waits first.
///
/// T: a scalar of the library, int32_t, int64_t, uint64_t. Memory: `count` numbers of each rank.
template <class T>
class Reduction {
 public:
  /// Of `count` numbers on each rank. Not collective.
  /// @throws InvalidArgument for a maximum or minimum of complex numbers, or for 2^31 or more.
  Reduction(const Communicator& comm, ReductionKind kind, std::size_t count);
  Reduction(Reduction&&) noexcept;
  /// Waits for the one that is replaced.
  Reduction& operator=(Reduction&&) noexcept;
  ~Reduction();

  /// Begins with these numbers, which may change at once. Collective. @throws DimensionMismatch
  /// unless there are count() of them, InvalidArgument while one is under way, MpiError.
  void start(std::span<const T> values);
  /// Waits. Returns the results, which are valid until the next start(). @throws InvalidArgument
  /// unless one is under way, MpiError.
  std::span<const T> wait();

  std::size_t count() const noexcept;
  bool under_way() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace suan
