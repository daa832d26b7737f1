// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums, maxima and minima over ranks, computed in the order of ranks on every rank. MPI does not
// promise that for its own reductions: their order may depend on where ranks run, and nothing
// guarantees the same bits on all ranks, which they need to take the same decisions. MPI moves
// bytes here, so any trivially copyable type can be reduced.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "suan/comm/communicator.hpp"
#include "suan/comm/detail/rank_order.hpp"
#include "suan/core/detail/host_loop.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

namespace detail {

/// MPI's own reduction, for integers of the library.
template <class T>
void reduce_exact(const Communicator& comm, std::span<T> values, ReductionKind kind);

/// `all` = `bytes` bytes of each rank, in their order: a single MPI step, for few numbers.
void gather_all(const Communicator& comm, const void* mine, std::size_t bytes, void* all);

/// The slices of an array, one for each rank, in bytes.
struct Slices {
  std::vector<int> counts;
  std::vector<int> places;
};
/// `parts` = this rank's slice of all ranks' values, in the order of ranks.
void gather_slices(const Communicator& comm, const void* values, const Slices& slices, void* parts);
/// Puts all ranks' slices into the values of every rank.
void spread_slices(const Communicator& comm, const void* slice, const Slices& slices, void* values);

/// Sends all numbers to all ranks.
template <class Op, class T>
void reduce_few(const Communicator& comm, std::span<T> values) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  std::array<T, 64> small;
  std::vector<T> large;
  T* parts = small.data();
  if (values.size() * ranks > small.size()) {
    large.resize(values.size() * ranks);
    parts = large.data();
  }
  gather_all(comm, values.data(), values.size_bytes(), parts);
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = combined<Op>(parts, ranks, values.size(), k);
  }
}

/// Each rank gets a slice of all ranks' numbers, reduces it, and sends the result to the others.
template <class Op, class T>
void reduce_many(const Communicator& comm, std::span<T> values) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  const std::size_t each = (values.size() + ranks - 1) / ranks;
  Slices slices;
  for (std::size_t r = 0; r < ranks; ++r) {
    const std::size_t first = std::min(r * each, values.size());
    slices.counts.push_back(static_cast<int>(std::min(each, values.size() - first) * sizeof(T)));
    slices.places.push_back(static_cast<int>(first * sizeof(T)));
  }
  const auto self = static_cast<std::size_t>(comm.rank());
  const auto mine = static_cast<std::size_t>(slices.counts[self]) / sizeof(T);
  std::vector<T> parts(ranks * mine);
  gather_slices(comm, values.data(), slices, parts.data());
  std::vector<T> slice(mine);
  for (std::size_t k = 0; k < mine; ++k) slice[k] = combined<Op>(parts.data(), ranks, mine, k);
  spread_slices(comm, slice.data(), slices, values.data());
}

/// The most bytes for one step: MPI counts in int, and buffers need memory.
inline constexpr std::size_t bytes_per_step = std::size_t(1) << 25;
/// With more numbers than this, on all ranks together, they are not sent to every rank.
inline constexpr std::size_t few_numbers = std::size_t(1) << 16;

template <class Op, class T>
void reduce(const Communicator& comm, std::span<T> values) try {
  static_assert(std::is_trivially_copyable_v<T>, "numbers are sent to other ranks as bytes");
  detail::require_outside_host_loop("a reduction over ranks");
  while (!values.empty()) {
    const auto now = values.first(std::min(bytes_per_step / sizeof(T), values.size()));
    if constexpr (is_exact<T>) {
      reduce_exact(comm, now, Op::kind);
    } else if (now.size() * static_cast<std::size_t>(comm.size()) <= few_numbers ||
               now.size() == 1) {
      reduce_few<Op>(comm, now);
    } else {
      reduce_many<Op>(comm, now);
    }
    values = values.subspan(now.size());
  }
} catch (...) {
  rethrow_typed();
}

template <class Op, class T>
T reduce(const Communicator& comm, T value) {
  if (comm.size() > 1) reduce<Op>(comm, std::span<T>(&value, 1));
  return value;
}

}  // namespace detail

template <class T>
T Communicator::sum(T value) const {
  return detail::reduce<detail::Sum>(*this, value);
}
template <class T>
T Communicator::max(T value) const {
  return detail::reduce<detail::Max>(*this, value);
}
template <class T>
T Communicator::min(T value) const {
  return detail::reduce<detail::Min>(*this, value);
}
template <class T>
void Communicator::sum(std::span<T> values) const {
  if (size() > 1) detail::reduce<detail::Sum>(*this, values);
}
template <class T>
void Communicator::max(std::span<T> values) const {
  if (size() > 1) detail::reduce<detail::Max>(*this, values);
}
template <class T>
void Communicator::min(std::span<T> values) const {
  if (size() > 1) detail::reduce<detail::Min>(*this, values);
}

#define SUAN_INSTANTIATE(T)                   \
  SUAN_TEMPLATE T Communicator::sum(T) const; \
  SUAN_TEMPLATE void Communicator::sum(std::span<T>) const;
#define SUAN_INSTANTIATE_ORDERED(T)                         \
  SUAN_TEMPLATE T Communicator::max(T) const;               \
  SUAN_TEMPLATE T Communicator::min(T) const;               \
  SUAN_TEMPLATE void Communicator::max(std::span<T>) const; \
  SUAN_TEMPLATE void Communicator::min(std::span<T>) const;
#define SUAN_INSTANTIATE_INTEGER(T) SUAN_INSTANTIATE(T) SUAN_INSTANTIATE_ORDERED(T)
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
SUAN_INSTANTIATE_ORDERED(float)
SUAN_INSTANTIATE_ORDERED(double)
SUAN_INSTANTIATE_INTEGER(std::int32_t)
SUAN_INSTANTIATE_INTEGER(std::int64_t)
SUAN_INSTANTIATE_INTEGER(std::uint64_t)
#undef SUAN_INSTANTIATE
#undef SUAN_INSTANTIATE_ORDERED
#undef SUAN_INSTANTIATE_INTEGER

}  // namespace suan
