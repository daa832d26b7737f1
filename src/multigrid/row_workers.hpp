// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Loops over rows each of which needs memory for work.
#pragma once

#include <algorithm>

#include "suan/core/detail/memory.hpp"
#include "suan/core/detail/threads.hpp"

namespace suan::multigrid {

/// Rows are shared out among workers, each of which has memory of its own and does one row after
/// the other: consecutive ones on CPUs, for the caches; each count-th one on GPUs, where workers
/// run side by side.
struct RowWorkers {
  LocalIndex rows = 0;
  LocalIndex count = 0;

  RowWorkers() = default;
  /// For rows that need so many bytes each.
  RowWorkers(LocalIndex rows_to_do, std::size_t bytes) : rows(rows_to_do) {
    constexpr std::size_t most_bytes = std::size_t(1) << 28;  // of all workers on a GPU
    const auto threads = static_cast<std::size_t>(suan::detail::threads_of(ExecutionSpace()));
    const std::size_t wanted =
        on_host ? (threads == 1 ? 1 : 8 * threads) : most_bytes / (bytes + 1) + 1;
    count = static_cast<LocalIndex>(std::min(wanted, static_cast<std::size_t>(rows)));
  }

  static constexpr bool on_host =
      Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible;

  /// Calls body(i) for the rows of worker w.
  template <class Body>
  KOKKOS_FORCEINLINE_FUNCTION void each(LocalIndex w, const Body& body) const {
    if constexpr (on_host) {
      const auto all = static_cast<std::int64_t>(rows);
      const auto end = static_cast<LocalIndex>(all * (w + 1) / count);
      for (auto i = static_cast<LocalIndex>(all * w / count); i < end; ++i) body(i);
    } else {
      for (std::int64_t i = w; i < rows; i += count) body(static_cast<LocalIndex>(i));
    }
  }

  /// One worker at a time on each thread, as threads become free.
  using Policy = Kokkos::RangePolicy<ExecutionSpace, Kokkos::Schedule<Kokkos::Dynamic>,
                                     Kokkos::IndexType<LocalIndex>>;
  Policy policy() const { return Policy(0, count, Kokkos::ChunkSize(1)); }
};

/// The places of numbers in a list, found by their hashes in a table that is at most half full.
/// (D. E. Knuth, The Art of Computer Programming 3 (1973), 6.4.)
class PlaceTable {
 public:
  static constexpr LocalIndex none = -1;

  /// How many elements the memory must have for a list of `most` numbers.
  KOKKOS_FORCEINLINE_FUNCTION static std::size_t room(LocalIndex most) {
    std::size_t slots = 2;
    while (slots < 2 * static_cast<std::size_t>(most)) slots *= 2;
    return 2 * slots;
  }

  /// Empty, for at most `most` numbers that are not negative.
  KOKKOS_FORCEINLINE_FUNCTION void start(LocalIndex* memory, LocalIndex most) {
    slots_ = memory;
    std::uint32_t size = 2;
    shift_ = 31;
    while (size < 2 * static_cast<std::uint32_t>(most)) {
      size *= 2;
      --shift_;
    }
    mask_ = size - 1;
    for (std::uint32_t s = 0; s < size; ++s) slots_[2 * s] = none;
  }
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex find(LocalIndex number) const {
    std::uint32_t s = first_slot(number);
    while (slots_[2 * s] != number) {
      if (slots_[2 * s] == none) return none;
      s = (s + 1) & mask_;
    }
    return slots_[2 * s + 1];
  }
  /// The place of a number, which is `next` if the number is new.
  KOKKOS_FORCEINLINE_FUNCTION LocalIndex insert(LocalIndex number, LocalIndex next) const {
    std::uint32_t s = first_slot(number);
    while (slots_[2 * s] != none) {
      if (slots_[2 * s] == number) return slots_[2 * s + 1];
      s = (s + 1) & mask_;
    }
    slots_[2 * s] = number;
    slots_[2 * s + 1] = next;
    return next;
  }

 private:
  KOKKOS_FORCEINLINE_FUNCTION std::uint32_t first_slot(LocalIndex number) const {
    return (static_cast<std::uint32_t>(number) * 2654435769u) >> shift_;
  }

  LocalIndex* slots_ = nullptr;  // number and place, in turns
  std::uint32_t mask_ = 0;
  int shift_ = 0;
};

}  // namespace suan::multigrid
