// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/trsv.hpp"

#include <algorithm>
#include <initializer_list>

#include "kernels/trsv/trsv_rows.hpp"
#include "kernels/trsv/trsv_schedules.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/detail/threads.hpp"
#include "suan/core/error.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/options.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda/cuda.hpp"
#endif

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
    case TrsvSchedule::self_scheduling:
      return "self_scheduling";
    case TrsvSchedule::cusparse:
      return "cusparse";
    case TrsvSchedule::automatic:
      break;
  }
  return "auto";
}

TrsvSchedule trsv_schedule_from_string(std::string_view name) {
  std::vector<std::string> names;
  for (const auto schedule :
       {TrsvSchedule::automatic, TrsvSchedule::sequential, TrsvSchedule::levels,
        TrsvSchedule::blocks, TrsvSchedule::self_scheduling, TrsvSchedule::cusparse}) {
    if (to_string(schedule) == name) return schedule;
    names.emplace_back(to_string(schedule));
  }
  throw_unknown_name("schedule", name, names);
}

namespace kernels {

namespace {

/// In levels with fewer rows, synchronisation costs more than parallelism saves.
constexpr LocalIndex thin_level = 512;

/// Below this number of entries plus rows, starting the threads costs more than it saves.
constexpr Offset least_parallel_work = 1 << 15;

/// Entries plus rows of a block: the first size that is tried, and the mean below which claiming
/// blocks and waiting costs more than it saves.
constexpr Offset most_block_work = 4096;
constexpr Offset least_block_work = 128;

void keep_blocks(TrsvBlocks blocks, TrsvAnalysis& analysis) {
  analysis.done = std::vector<std::atomic<std::uint32_t>>(blocks.tasks.size());
  analysis.blocks = std::move(blocks);
}

void keep_levels(const ExecutionSpace& space, TrsvLevels levels, TrsvAnalysis& analysis) {
  analysis.level_rows = detail::allocate<LocalIndex>("suan::trsv::level_rows", levels.rows.size());
  Kokkos::deep_copy(space, analysis.level_rows,
                    HostView<const LocalIndex>(levels.rows.data(), levels.rows.size()));
  space.fence("suan::trsv_analysis");
  analysis.levels = std::move(levels);
}

/// Version numbers that distinguish values from earlier ones, also where plans share an analysis.
std::uint64_t next_version() {
  static std::atomic<std::uint64_t> versions{0};
  return ++versions;
}

void require_present(TrsvSchedule wanted) {
  constexpr bool on_host = SUAN_HAVE_CUDA == 0;
  const bool host_only = wanted == TrsvSchedule::blocks;
  const bool device_only =
      wanted == TrsvSchedule::self_scheduling || wanted == TrsvSchedule::cusparse;
  if (on_host ? device_only : host_only) {
    throw NotSupported(message("the schedule ", to_string(wanted),
                               " was requested for a triangular solve, but this build of Suan ",
                               on_host ? "has no CUDA" : "runs on CUDA", "; use auto, levels, ",
                               on_host ? "blocks" : "self_scheduling, cusparse", " or sequential"));
  }
}

/// The requested schedule, or the first one that keeps the threads busy.
TrsvSchedule analyse(const ExecutionSpace& space, const TrsvStructure& a, TrsvSchedule wanted,
                     TrsvAnalysis& analysis) {
  const bool choose = wanted == TrsvSchedule::automatic;
  constexpr bool on_host = SUAN_HAVE_CUDA == 0;
  analysis.threads = on_host ? detail::threads_of(space) : 1;
  if (wanted == TrsvSchedule::sequential || a.rows == 0) return TrsvSchedule::sequential;
  const Offset work = a.entries() + 2 * Offset{a.rows};
  if (choose && on_host && (analysis.threads == 1 || work < least_parallel_work)) {
    return TrsvSchedule::sequential;
  }
  if (on_host && wanted != TrsvSchedule::levels) {
    Offset block_rows = std::max<Offset>(8, most_block_work * a.rows / work);
    auto blocks = analyse_blocks(a, static_cast<LocalIndex>(block_rows));
    // With four times as many blocks per level as threads, no thread waits long for the last one.
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
  require_present(wanted);
  const auto offsets = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.offsets);
  const auto indices = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.indices);
  const TrsvStructure structure{a.rows, offsets.data(), indices.data(), triangle};
#if SUAN_HAVE_CUDA
  if (a.rows > 0 && wanted != TrsvSchedule::sequential && wanted != TrsvSchedule::levels) {
    version_ = next_version();
    prepared_ = wanted == TrsvSchedule::cusparse
                    ? cuda::make_cusparse_trsv<T>(space, a, triangle, diagonal, version_)
                    : cuda::make_self_scheduled_trsv<T>(a, structure, diagonal);
    schedule_ = prepared_->schedule();
    return;
  }
#endif
  schedule_ = analyse(space, structure, wanted, *analysis_);
}

template <Scalar T>
void TrsvPlan<T>::set_values(const DeviceView<const T>& values) {
  a_.values = values;
  version_ = next_version();
}

template <Scalar T>
std::string TrsvPlan<T>::description() const {
  if (prepared_) return prepared_->description();
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
  if (prepared_) return prepared_->memory_bytes();
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
  if (prepared_) return prepared_->solve(space, a_.values, version_, b, x);
  with_triangular_rows<T>(a_, triangle_, diagonal_, b, x, [&](const auto& rows) {
    run_schedule(space, schedule_, rows, *analysis_);
  });
}

#define SUAN_INSTANTIATE(T) template class TrsvPlan<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace kernels
}  // namespace suan
