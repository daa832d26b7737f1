// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "matrix/formats.hpp"

#include <algorithm>
#include <array>

#include "suan/core/instantiate.hpp"

namespace suan::detail {

namespace {

using kernels::ValueStorage;

/// The lossless storage that needs the fewest bytes over all ranks; among equals the fastest to
/// decode. Collective.
template <Scalar T>
ValueStorage common_storage(const Communicator& comm, const kernels::FormatPlan<T>& layout) {
  constexpr std::array storages = {ValueStorage::bfloat16, ValueStorage::float16,
                                   ValueStorage::same, ValueStorage::float32,
                                   ValueStorage::dictionary};
  // First the bytes, then the number of ranks that cannot use the storage.
  std::array<std::uint64_t, 2 * storages.size()> sums{};
  for (std::size_t k = 0; k < storages.size(); ++k) {
    const std::int64_t bytes = layout.lossless_bytes(storages[k]);
    sums[k] = bytes < 0 ? 0 : static_cast<std::uint64_t>(bytes);
    sums[storages.size() + k] = bytes < 0 ? 1 : 0;
  }
  comm.sum(std::span<std::uint64_t>(sums));
  std::size_t best = 2;  // same
  for (std::size_t k = 0; k < storages.size(); ++k) {
    if (sums[storages.size() + k] > 0) continue;
    if (sums[k] < sums[best] || (sums[k] == sums[best] && k < best)) best = k;
  }
  return storages[best];
}

/// Bytes of a value in blocks, judged by the values of all ranks. Collective.
template <Scalar T>
int narrowest_value(const Communicator& comm, const kernels::ValueFacts<T>& facts,
                    ValueStorage storage) {
  if (storage != ValueStorage::lossless) {
    return std::max(1, kernels::value_bytes<T>(storage));
  }
  std::int64_t bytes = sizeof(T);
  std::int64_t fewest = facts.entries() * bytes;
  for (const auto kept : {ValueStorage::bfloat16, ValueStorage::float16, ValueStorage::float32,
                          ValueStorage::dictionary}) {
    if (!facts.keeps(kept)) continue;
    if (kept == ValueStorage::dictionary && !facts.suits_dictionary()) continue;
    const std::int64_t one = kernels::value_bytes<T>(kept);
    std::int64_t all = facts.entries() * one;
    if (kept == ValueStorage::dictionary) {
      all += static_cast<std::int64_t>(facts.dictionary().size() * sizeof(T));
    }
    if (all >= fewest) continue;
    fewest = all;
    bytes = one;
  }
  return static_cast<int>(comm.max(bytes));
}

/// Whether SELL-C-sigma, with at least 2 bytes per column, can come near the bytes of compact SELL:
/// its layout takes two passes over the structure.
template <Scalar T>
bool could_sort(std::int64_t csr_bytes, std::int64_t sell_bytes, ValueStorage wanted) {
  if (SUAN_HAVE_CUDA != 0) return false;
  if (wanted != ValueStorage::lossless && wanted != ValueStorage::same) return false;
  constexpr auto value = static_cast<std::int64_t>(sizeof(T));
  return csr_bytes / (value + 4) * (value + 2) <= sell_bytes / 10 * 11;
}

struct BlockEstimate {
  int block;
  std::int64_t bytes;
};

/// The block size that needs the fewest bytes over all ranks, or `wanted` when that is not 0.
/// Collective.
template <Scalar T>
BlockEstimate estimate_blocks(const DistributedMatrix<T>& a, int value_bytes, int wanted) {
  std::array<std::int64_t, kernels::largest_block + 1> mine{};
  together(a.comm(), [&] {
    mine = kernels::estimate_bsr_bytes<T>(ExecutionSpace(), a.local().view(), value_bytes);
  });
  std::array<std::uint64_t, kernels::largest_block + 1> sums{};
  std::copy(mine.begin(), mine.end(), sums.begin());
  a.comm().sum(std::span<std::uint64_t>(sums));
  int best = wanted > 0 ? wanted : kernels::largest_block;
  for (int b = best; wanted == 0 && b >= kernels::smallest_block; --b) {
    if (sums[static_cast<std::size_t>(b)] < sums[static_cast<std::size_t>(best)]) best = b;
  }
  return {best, static_cast<std::int64_t>(sums[static_cast<std::size_t>(best)])};
}

}  // namespace

template <Scalar T>
std::vector<FormatLayout<T>> format_layouts(const DistributedMatrix<T>& a,
                                            const OptimizeOptions& options, std::int64_t csr_bytes,
                                            bool in_caches) {
  std::vector<FormatLayout<T>> result;
  if (options.format == "csr") return result;
  const auto& comm = a.comm();
  const auto& view = a.local().view();
  const auto wanted =
      in_caches ? ValueStorage::same : kernels::value_storage_from_string(options.storage);
  const bool chooses = options.format == "auto";
  std::shared_ptr<const kernels::ValueFacts<T>> facts;
  together(comm, [&] {
    facts = wanted == ValueStorage::same
                ? std::make_shared<const kernels::ValueFacts<T>>()
                : std::make_shared<const kernels::ValueFacts<T>>(ExecutionSpace(), view, wanted);
    if (wanted != ValueStorage::lossless) facts->require(wanted);
  });
  const auto add = [&](const char* name, int block, auto&& plan) {
    FormatLayout<T> format{name, block, nullptr, wanted, 0};
    together(comm, [&] { format.layout = plan(); });
    if (wanted == ValueStorage::lossless) format.storage = common_storage(comm, *format.layout);
    const std::int64_t bytes = format.layout->bytes(format.storage);
    const bool possible = comm.min(bytes) >= 0;
    format.bytes = comm.sum(bytes);
    // A requested format that is not possible throws when it is made.
    if (possible || !chooses) result.push_back(std::move(format));
  };
  if (chooses || options.format == "sell") {
    add("sell", 0, [&] { return kernels::plan_sell<T>(ExecutionSpace(), view, facts); });
  }
  if (options.format == "sell_sorted" ||
      (chooses && (in_caches || could_sort<T>(csr_bytes, result.front().bytes, wanted)))) {
    add("sell_sorted", 0,
        [&] { return kernels::plan_sorted_sell<T>(ExecutionSpace(), view, facts); });
  }
  if (options.format == "sell" || options.format == "sell_sorted") return result;
  const auto estimate = estimate_blocks(a, narrowest_value(comm, *facts, wanted), options.block);
  // The exact layout takes a pass over the structure, which only promising blocks justify.
  const std::int64_t others =
      result.empty() || options.measure ? csr_bytes : std::min(csr_bytes, result.front().bytes);
  if (!chooses || estimate.bytes < others) {
    add("bsr", estimate.block,
        [&] { return kernels::plan_bsr<T>(ExecutionSpace(), view, estimate.block, facts); });
  }
  return result;
}

#define SUAN_INSTANTIATE(T)                             \
  template std::vector<FormatLayout<T>> format_layouts( \
      const DistributedMatrix<T>&, const OptimizeOptions&, std::int64_t, bool);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
