// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/trsv.hpp"

#include <algorithm>
#include <thread>

#include "kernels/trsv_analysis.hpp"
#include "suan/core/error.hpp"
#include "suan/core/options.hpp"

namespace suan {

std::string_view to_string(Triangle triangle) {
  return triangle == Triangle::lower ? "lower" : "upper";
}

std::string_view to_string(TrsvSchedule schedule) {
  switch (schedule) {
    case TrsvSchedule::sequential:
      return "sequential";
    case TrsvSchedule::levels:
      return "levels";
    case TrsvSchedule::blocks:
      return "blocks";
    case TrsvSchedule::automatic:
      break;
  }
  return "auto";
}

TrsvSchedule trsv_schedule_from_string(std::string_view name) {
  for (const auto schedule : {TrsvSchedule::automatic, TrsvSchedule::sequential,
                              TrsvSchedule::levels, TrsvSchedule::blocks}) {
    if (to_string(schedule) == name) return schedule;
  }
  throw_unknown_name("schedule", name, {"auto", "sequential", "levels", "blocks"});
}

namespace kernels {

namespace {

/// A level of fewer rows costs more in synchronisation than it saves.
constexpr LocalIndex thin_level = 512;

/// Below this number of entries and rows together, starting the threads costs more than it saves.
constexpr Offset least_parallel_work = 1 << 15;

/// Entries and rows of a block together: the first size that is tried, and the mean below which
/// taking blocks and waiting costs more than it saves.
constexpr Offset most_block_work = 4096;
constexpr Offset least_block_work = 128;

/// Solves one row at a time. The sum ends with the entry next to the diagonal, which on a grid is
/// the one that was computed last, so that little waits for it; for the same reason the diagonal is
/// inverted aside.
template <Scalar T, Triangle triangle, Diagonal diagonal>
struct Rows {
  const Offset* offsets;
  const LocalIndex* indices;
  const T* values;
  const T* b;
  T* x;
  LocalIndex rows;

  KOKKOS_FORCEINLINE_FUNCTION void solve(LocalIndex i) const {
    Offset begin = offsets[i];
    Offset end = offsets[i + 1];
    T inverse(1);
    if constexpr (diagonal == Diagonal::stored) {
      inverse /= triangle == Triangle::lower ? values[--end] : values[begin++];
    }
    T sum = b[i];
    if constexpr (triangle == Triangle::lower) {
      for (Offset k = begin; k < end; ++k) sum -= values[k] * x[indices[k]];
    } else {
      for (Offset k = end - 1; k >= begin; --k) sum -= values[k] * x[indices[k]];
    }
    x[i] = diagonal == Diagonal::stored ? sum * inverse : sum;
  }

  /// Rows at the positions [first, last); see TrsvStructure.
  KOKKOS_FORCEINLINE_FUNCTION void solve_positions(LocalIndex first, LocalIndex last) const {
    for (LocalIndex p = first; p < last; ++p) solve(row_at(p));
  }

  KOKKOS_FORCEINLINE_FUNCTION LocalIndex row_at(LocalIndex position) const {
    return triangle == Triangle::lower ? position : rows - 1 - position;
  }
};

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

void wait_for(const std::atomic<std::uint32_t>& done, std::uint32_t solve) {
  // A thread that shares its core with the one it waits for lets it go first.
  constexpr int patience = 2000;
  for (int spins = 0; done.load(std::memory_order_acquire) != solve; ++spins) {
    if (spins >= patience) std::this_thread::yield();
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
}

template <class V>
void prefetch(const V* entries, Offset count) {
  constexpr Offset step = 64 / Offset(sizeof(V));
  for (Offset k = 0; k < count; k += step) __builtin_prefetch(entries + k, 0, 2);
}

/// Solves the rows of `block` and meanwhile asks for those of a later one, which stands elsewhere,
/// so that the hardware would not foresee it.
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
      __builtin_prefetch(rows.b + ahead, 0, 2);
      __builtin_prefetch(rows.x + ahead, 1, 2);
    }
    rows.solve(i);
  }
}

/// Blocks are taken in an order in which each stands behind all that it waits for, so whoever is
/// waited for has been taken by a thread that runs: with any number of threads this ends.
template <class Rows>
void solve_blocks(const ExecutionSpace& space, const Rows& rows, TrsvAnalysis& analysis) {
  const TrsvBlocks& blocks = analysis.blocks;
  const std::uint32_t solve = ++analysis.solve;
  const int threads = space.concurrency();
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

/// Calls use(Rows<...>) with the rows of the plan's kind.
template <Scalar T, class Use>
void with_rows(const CsrView<T>& a, Triangle triangle, Diagonal diagonal,
               const DeviceView<const T>& b, const DeviceView<T>& x, const Use& use) {
  const auto call = [&]<Triangle t, Diagonal d>() {
    use(Rows<T, t, d>{a.offsets.data(), a.indices.data(), a.values.data(), b.data(), x.data(),
                      a.rows});
  };
  const bool stored = diagonal == Diagonal::stored;
  if (triangle == Triangle::lower) {
    if (stored) return call.template operator()<Triangle::lower, Diagonal::stored>();
    return call.template operator()<Triangle::lower, Diagonal::unit>();
  }
  if (stored) return call.template operator()<Triangle::upper, Diagonal::stored>();
  call.template operator()<Triangle::upper, Diagonal::unit>();
}

void keep_blocks(TrsvBlocks blocks, TrsvAnalysis& analysis) {
  analysis.done = std::vector<std::atomic<std::uint32_t>>(blocks.tasks.size());
  analysis.blocks = std::move(blocks);
}

void keep_levels(const ExecutionSpace& space, TrsvLevels levels, TrsvAnalysis& analysis) {
  analysis.level_rows = DeviceView<LocalIndex>(
      Kokkos::view_alloc(Kokkos::WithoutInitializing, "suan::trsv::level_rows"),
      levels.rows.size());
  Kokkos::deep_copy(space, analysis.level_rows,
                    HostView<const LocalIndex>(levels.rows.data(), levels.rows.size()));
  space.fence("suan::trsv_analysis");
  analysis.levels = std::move(levels);
}

/// The schedule that was asked for, or the first that keeps the threads busy.
TrsvSchedule analyse(const ExecutionSpace& space, const TrsvStructure& a, TrsvSchedule wanted,
                     TrsvAnalysis& analysis) {
  const bool choose = wanted == TrsvSchedule::automatic;
  constexpr bool on_host = SUAN_HAVE_CUDA == 0;
  analysis.threads = on_host ? space.concurrency() : 1;
  if (wanted == TrsvSchedule::sequential || a.rows == 0) return TrsvSchedule::sequential;
  const Offset work = a.entries() + 2 * Offset{a.rows};
  if (choose && on_host && (analysis.threads == 1 || work < least_parallel_work)) {
    return TrsvSchedule::sequential;
  }
  if (on_host && wanted != TrsvSchedule::levels) {
    Offset block_rows = std::max<Offset>(8, most_block_work * a.rows / work);
    auto blocks = analyse_blocks(a, static_cast<LocalIndex>(block_rows));
    // Four times as many blocks in a level as threads: nobody waits long for the last one.
    const auto wide = [&] { return blocks.count() / blocks.levels >= 4 * analysis.threads; };
    while (!wide() && block_rows > 8 && work / blocks.count() >= least_block_work) {
      block_rows = std::max<Offset>(8, block_rows / 4);
      blocks = analyse_blocks(a, static_cast<LocalIndex>(block_rows));
    }
    if (!choose || (wide() && work / blocks.count() >= least_block_work)) {
      keep_blocks(std::move(blocks), analysis);
      return TrsvSchedule::blocks;
    }
  }
  auto levels = analyse_levels(a, on_host ? thin_level * analysis.threads / 2 : 1);
  if (!choose || !on_host || 2 * levels.parallel_rows >= a.rows) {
    keep_levels(space, std::move(levels), analysis);
    return TrsvSchedule::levels;
  }
  return TrsvSchedule::sequential;
}

}  // namespace

template <Scalar T>
TrsvPlan<T>::TrsvPlan(const ExecutionSpace& space, const CsrView<T>& a, Triangle triangle,
                      Diagonal diagonal, TrsvSchedule wanted)
    : a_(a), triangle_(triangle), diagonal_(diagonal), analysis_(std::make_shared<TrsvAnalysis>()) {
  if (SUAN_HAVE_CUDA != 0 && wanted == TrsvSchedule::blocks) {
    throw NotSupported(
        "the triangular solve in blocks was asked for, but this build of Suan runs on CUDA; use "
        "auto, levels or sequential");
  }
  const auto offsets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.offsets);
  const auto indices = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.indices);
  schedule_ =
      analyse(space, {a.rows, offsets.data(), indices.data(), triangle}, wanted, *analysis_);
}

template <Scalar T>
std::string TrsvPlan<T>::description() const {
  std::string text(to_string(schedule_));
  if (schedule_ == TrsvSchedule::blocks) {
    text += message(": ", analysis_->blocks.count(), " blocks in ", analysis_->blocks.levels,
                    " levels, ", analysis_->threads, " threads");
  } else if (schedule_ == TrsvSchedule::levels) {
    text += message(": ", analysis_->levels.count, " levels in ", analysis_->levels.segments.size(),
                    " launches");
  }
  return text;
}

template <Scalar T>
std::int64_t TrsvPlan<T>::memory_bytes() const {
  if (!analysis_) return 0;
  const TrsvLevels& levels = analysis_->levels;
  const TrsvBlocks& blocks = analysis_->blocks;
  const std::size_t bytes =
      sizeof(LocalIndex) * (levels.rows.size() + analysis_->level_rows.span() +
                            blocks.waits.size() + analysis_->done.size()) +
      sizeof(TrsvSegment) * levels.segments.size() + sizeof(TrsvTask) * blocks.tasks.size();
  return static_cast<std::int64_t>(bytes);
}

template <Scalar T>
void TrsvPlan<T>::solve(const ExecutionSpace& space, const DeviceView<const T>& b,
                        const DeviceView<T>& x) const {
  with_rows<T>(a_, triangle_, diagonal_, b, x, [&](const auto& rows) {
    switch (schedule_) {
      case TrsvSchedule::levels:
        return solve_levels(space, rows, *analysis_);
#if !SUAN_HAVE_CUDA
      case TrsvSchedule::blocks:
        return solve_blocks(space, rows, *analysis_);
#endif
      default:
        return solve_sequential(space, rows);
    }
  });
}

template class TrsvPlan<float>;
template class TrsvPlan<double>;
template class TrsvPlan<Complex>;

}  // namespace kernels
}  // namespace suan
