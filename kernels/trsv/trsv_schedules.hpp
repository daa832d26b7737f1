// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The schedules of a triangular solve, for one vector and for several. `Rows` has
//   rows                          their number,
//   solve(i)                      which solves row i,
//   row_at(position)              and solve_positions(first, last): see TrsvStructure,
// and on the host
//   offsets, indices, values      of the matrix,
//   prefetch_vectors(i)           which prefetches the elements of row i.
#pragma once

#include <thread>

#include "kernels/trsv/trsv_analysis.hpp"
#include "suan/core/detail/threads.hpp"

namespace suan::kernels {

template <class Rows>
void solve_sequential(const ExecutionSpace& space, const Rows& rows) {
  Kokkos::parallel_for(
      "suan::trsv_sequential",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, 1),
      KOKKOS_LAMBDA(LocalIndex) { rows.solve_positions(0, rows.rows); });
}

template <class Rows>
void solve_levels(const ExecutionSpace& space, const Rows& rows, const TrsvAnalysis& analysis) {
  using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;
  const LocalIndex* const order = analysis.level_rows.data();
  for (const auto& [begin, end, parallel] : analysis.levels.segments) {
    if (parallel) {
      Kokkos::parallel_for(
          "suan::trsv_level", Range(space, begin, end),
          KOKKOS_LAMBDA(LocalIndex k) { rows.solve(order[k]); });
    } else {
      const LocalIndex first = begin;
      const LocalIndex last = end;
      Kokkos::parallel_for(
          "suan::trsv_thin_levels", Range(space, 0, 1), KOKKOS_LAMBDA(LocalIndex) {
            for (LocalIndex k = first; k < last; ++k) rows.solve(order[k]);
          });
    }
  }
}

#if !SUAN_HAVE_CUDA

inline void wait_for(const std::atomic<std::uint32_t>& done, std::uint32_t solve) {
  // A thread that shares its core with the one it waits for yields to it.
  constexpr int patience = 2000;
  for (int spins = 0; done.load(std::memory_order_acquire) != solve; ++spins) {
    if (spins >= patience) std::this_thread::yield();
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

template <class V>
KOKKOS_FORCEINLINE_FUNCTION void prefetch(const V* entries, Offset count) {
  constexpr Offset step = 64 / Offset(sizeof(V));
  for (Offset k = 0; k < count; k += step) __builtin_prefetch(entries + k, 0, 2);
}

/// Solves the rows of `block` while prefetching those of a later block, which lies elsewhere, out
/// of the hardware prefetcher's sight.
template <class Rows>
void solve_block(const Rows& rows, const TrsvTask& block, const TrsvTask& later) {
  const LocalIndex shift = later.first - block.first;
  const LocalIndex last_ahead = later.last;
  for (LocalIndex p = block.first; p < block.last; ++p) {
    const LocalIndex i = rows.row_at(p);
    const Offset begin = rows.offsets[i];
    const Offset count = rows.offsets[i + 1] - begin;
    prefetch(rows.values + begin + later.entry - block.entry, count);
    prefetch(rows.indices + begin + later.entry - block.entry, count);
    if (p % 8 == 0 && p + shift < last_ahead) {
      const LocalIndex ahead = rows.row_at(p + shift);
      __builtin_prefetch(rows.offsets + ahead, 0, 2);
      rows.prefetch_vectors(ahead);
    }
    rows.solve(i);
  }
}

/// Blocks are claimed in an order in which each comes after its dependences, so every block that is
/// waited for has been claimed by a running thread: with any number of threads this terminates.
template <class Rows>
void solve_blocks(const ExecutionSpace& space, const Rows& rows, TrsvAnalysis& analysis) {
  const TrsvBlocks& blocks = analysis.blocks;
  const std::uint32_t solve = ++analysis.solve;
  const int threads = detail::threads_of(space);
  analysis.next.store(0, std::memory_order_relaxed);
  const auto work = [&](int) {
    for (;;) {
      const LocalIndex k = analysis.next.fetch_add(1, std::memory_order_relaxed);
      if (k >= blocks.count()) return;
      const TrsvTask& task = blocks.tasks[static_cast<std::size_t>(k)];
      const LocalIndex later = std::min(k + threads, blocks.count() - 1);
      for (Offset w = task.waits; w < (&task)[1].waits; ++w) {
        const auto needed = static_cast<std::size_t>(blocks.waits[static_cast<std::size_t>(w)]);
        wait_for(analysis.done[needed], solve);
      }
      solve_block(rows, task, blocks.tasks[static_cast<std::size_t>(later)]);
      analysis.done[static_cast<std::size_t>(k)].store(solve, std::memory_order_release);
    }
  };
  Kokkos::parallel_for(
      "suan::trsv_blocks",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>(space, 0, threads), work);
}

#endif

/// Runs `schedule` with the analysis that belongs to it.
template <class Rows>
void run_schedule(const ExecutionSpace& space, TrsvSchedule schedule, const Rows& rows,
                  TrsvAnalysis& analysis) {
  switch (schedule) {
    case TrsvSchedule::levels:
      return solve_levels(space, rows, analysis);
#if !SUAN_HAVE_CUDA
    case TrsvSchedule::blocks:
      return solve_blocks(space, rows, analysis);
#endif
    default:
      return solve_sequential(space, rows);
  }
}

}  // namespace suan::kernels
