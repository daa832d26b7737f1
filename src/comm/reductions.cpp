// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Sums, maxima and minima over ranks, computed in the order of ranks on every rank. MPI does not
// promise that for its own reductions: their order may depend on where ranks run, and nothing
// guarantees the same bits on all ranks, which they need to take the same decisions.
#include <algorithm>
#include <array>
#include <vector>

#include "comm/rank_order.hpp"
#include "suan/comm/communicator.hpp"
#include "suan/core/detail/host_loop.hpp"

namespace suan {

#if SUAN_HAVE_MPI

namespace {

using detail::combined;
using detail::is_exact;
using detail::Max;
using detail::Min;
using detail::mpi_type;
using detail::require_success;
using detail::Sum;

/// Sends all numbers to all ranks: a single MPI step, for few numbers.
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
  const int count = static_cast<int>(values.size());
  require_success(
      MPI_Allgather(values.data(), count, mpi_type<T>(), parts, count, mpi_type<T>(), comm.mpi()),
      "MPI_Allgather");
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = combined<Op>(parts, ranks, values.size(), k);
  }
}

/// Each rank gets a slice of all ranks' numbers, reduces it, and sends the result to the others.
template <class Op, class T>
void reduce_many(const Communicator& comm, std::span<T> values) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  const std::size_t each = (values.size() + ranks - 1) / ranks;
  std::vector<int> counts;
  std::vector<int> places;
  for (std::size_t r = 0; r < ranks; ++r) {
    const std::size_t first = std::min(r * each, values.size());
    counts.push_back(static_cast<int>(std::min(each, values.size() - first)));
    places.push_back(static_cast<int>(first));
  }
  const auto self = static_cast<std::size_t>(comm.rank());
  const auto mine = static_cast<std::size_t>(counts[self]);
  const std::vector<int> all_mine(ranks, counts[self]);
  std::vector<int> parts_at;
  for (std::size_t r = 0; r < ranks; ++r) parts_at.push_back(static_cast<int>(r * mine));
  std::vector<T> parts(ranks * mine);
  require_success(
      MPI_Alltoallv(values.data(), counts.data(), places.data(), mpi_type<T>(), parts.data(),
                    all_mine.data(), parts_at.data(), mpi_type<T>(), comm.mpi()),
      "MPI_Alltoallv");
  std::vector<T> slice(mine);
  for (std::size_t k = 0; k < mine; ++k) slice[k] = combined<Op>(parts.data(), ranks, mine, k);
  require_success(MPI_Allgatherv(slice.data(), counts[self], mpi_type<T>(), values.data(),
                                 counts.data(), places.data(), mpi_type<T>(), comm.mpi()),
                  "MPI_Allgatherv");
}

/// The most numbers for one step: MPI counts in int, and buffers need memory.
constexpr std::size_t numbers_per_step = std::size_t(1) << 22;
/// With more numbers than this, on all ranks together, they are not sent to every rank.
constexpr std::size_t few = std::size_t(1) << 16;

template <class Op, class T>
void reduce(const Communicator& comm, std::span<T> values) try {
  detail::require_outside_host_loop("a reduction over ranks");
  while (!values.empty()) {
    const auto now = values.first(std::min(numbers_per_step, values.size()));
    if constexpr (is_exact<T>) {
      require_success(MPI_Allreduce(MPI_IN_PLACE, now.data(), static_cast<int>(now.size()),
                                    mpi_type<T>(), Op::mpi(), comm.mpi()),
                      "MPI_Allreduce");
    } else if (now.size() * static_cast<std::size_t>(comm.size()) <= few || now.size() == 1) {
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

}  // namespace

template <class T>
T Communicator::sum(T value) const {
  return reduce<Sum>(*this, value);
}
template <class T>
T Communicator::max(T value) const {
  return reduce<Max>(*this, value);
}
template <class T>
T Communicator::min(T value) const {
  return reduce<Min>(*this, value);
}
template <class T>
void Communicator::sum(std::span<T> values) const {
  if (size() > 1) reduce<Sum>(*this, values);
}
template <class T>
void Communicator::max(std::span<T> values) const {
  if (size() > 1) reduce<Max>(*this, values);
}
template <class T>
void Communicator::min(std::span<T> values) const {
  if (size() > 1) reduce<Min>(*this, values);
}

#else  // one rank

template <class T>
T Communicator::sum(T value) const {
  return value;
}
template <class T>
T Communicator::max(T value) const {
  return value;
}
template <class T>
T Communicator::min(T value) const {
  return value;
}
template <class T>
void Communicator::sum(std::span<T>) const {}
template <class T>
void Communicator::max(std::span<T>) const {}
template <class T>
void Communicator::min(std::span<T>) const {}

#endif

#define SUAN_INSTANTIATE_SUM(T)          \
  template T Communicator::sum(T) const; \
  template void Communicator::sum(std::span<T>) const;
#define SUAN_INSTANTIATE(T)                            \
  SUAN_INSTANTIATE_SUM(T)                              \
  template T Communicator::max(T) const;               \
  template T Communicator::min(T) const;               \
  template void Communicator::max(std::span<T>) const; \
  template void Communicator::min(std::span<T>) const;
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(std::int32_t)
SUAN_INSTANTIATE(std::int64_t)
SUAN_INSTANTIATE(std::uint64_t)
SUAN_INSTANTIATE_SUM(Complex)
SUAN_INSTANTIATE_SUM(ComplexFloat)
#undef SUAN_INSTANTIATE
#undef SUAN_INSTANTIATE_SUM

}  // namespace suan
