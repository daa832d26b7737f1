// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/memory_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#if SUAN_HAVE_CUDA
#include "kernels/cuda/cuda.hpp"
#endif

namespace suan::multigrid {

namespace {

using suan::detail::in_units;

}  // namespace

MemoryPlan::MemoryPlan(const Communicator& comm, std::int64_t memory)
    : comm_(comm), is_given_(memory > 0), limit_(static_cast<double>(memory)) {
  if (is_given_) return;
#if SUAN_HAVE_CUDA
  // Ranks of a node may share devices.
  const auto node = comm.node();
  const std::int64_t device = kernels::cuda::device_number();
  const auto devices = node.all_gather(device);
  const auto sharers = std::count(devices.begin(), devices.end(), device);
  limit_ = node.sum(kernels::cuda::free_bytes() / static_cast<double>(sharers));
#else
  limit_ = comm.node().min(suan::detail::free_bytes());
#endif
}

MemoryPlan MemoryPlan::without_limit(const Communicator& comm) {
  return {comm, false, std::numeric_limits<double>::infinity()};
}

void MemoryPlan::require(double bytes) {
  if (std::isinf(limit_)) return;
  const double here = comm_.node().sum(bytes);
  is_short_ = is_short_ || here > limit_ / 2;
  const double excess = comm_.max(here - limit_);
  if (!(excess > 0)) return;
  // The numbers of the worst node, which all ranks must say alike.
  const bool is_worst = here - limit_ == excess;
  const double needed = comm_.max(is_worst ? here : 0.0);
  throw OverBudget(message("amg: the set-up would need about ", in_units(needed),
                           " on a node, beside the matrix, but ", is_given_ ? "memory allows " : "",
                           in_units(needed - excess), is_given_ ? "" : " are free",
                           "; use more nodes, or ", is_given_ ? "allow more memory" : "free some"));
}

void MemoryPlan::expect(const Need& need) {
  if (forecast_.peak == 0) {
    forecast_ = {static_cast<std::int64_t>(comm_.sum(need.hierarchy)),
                 static_cast<std::int64_t>(comm_.sum(need.peak))};
  }
  require(need.peak);
}

std::int64_t peak_since(const suan::detail::ResidentBytes& before, const Communicator& comm) {
  if constexpr (SUAN_HAVE_CUDA) return 0;  // what is resident says nothing of the device
  const auto now = suan::detail::resident_bytes();
  const bool is_known = before.now >= 0 && now.peak > before.peak;
  const double growth = comm.sum(is_known ? now.peak - before.now : 0.0);
  return comm.min(is_known ? 1 : 0) == 1 ? static_cast<std::int64_t>(growth) : 0;
}

}  // namespace suan::multigrid
