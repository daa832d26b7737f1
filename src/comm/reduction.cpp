// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/reduction.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "comm/mpi_calls.hpp"
#include "suan/comm/detail/rank_order.hpp"
#include "suan/core/detail/host_loop.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

template <class T>
struct Reduction<T>::State {
  Communicator comm;
  ReductionKind kind;
  std::vector<T> values;  // before, and after
  std::vector<T> parts;   // of all ranks, where the order counts
  bool under_way = false;
#if SUAN_HAVE_MPI
  MPI_Request request = MPI_REQUEST_NULL;
#endif

  void start();
  void wait();
  void abandon() noexcept;
};

#if SUAN_HAVE_MPI

namespace {

using detail::is_exact;
using detail::mpi_type;
using detail::require_success;

MPI_Op operation(ReductionKind kind) {
  if (kind == ReductionKind::sum) return MPI_SUM;
  return kind == ReductionKind::max ? MPI_MAX : MPI_MIN;
}

template <class Op, class T>
void combine_all(const std::vector<T>& parts, std::vector<T>& values) {
  const std::size_t ranks = values.empty() ? 0 : parts.size() / values.size();
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = detail::combined<Op>(parts.data(), ranks, values.size(), k);
  }
}

}  // namespace

template <class T>
void Reduction<T>::State::start() {
  if (comm.size() == 1) return;
  detail::require_outside_host_loop("a reduction over ranks");
  const auto count = static_cast<int>(values.size());
  if constexpr (is_exact<T>) {
    require_success(MPI_Iallreduce(MPI_IN_PLACE, values.data(), count, mpi_type<T>(),
                                   operation(kind), comm.mpi(), &request),
                    "MPI_Iallreduce");
  } else {
    require_success(MPI_Iallgather(values.data(), count, mpi_type<T>(), parts.data(), count,
                                   mpi_type<T>(), comm.mpi(), &request),
                    "MPI_Iallgather");
  }
}

template <class T>
void Reduction<T>::State::wait() {
  if (comm.size() == 1) return;
  require_success(MPI_Wait(&request, MPI_STATUS_IGNORE), "MPI_Wait");
  if constexpr (!is_exact<T>) {
    if (kind == ReductionKind::sum) combine_all<detail::Sum>(parts, values);
    if constexpr (std::is_arithmetic_v<T>) {
      if (kind == ReductionKind::max) combine_all<detail::Max>(parts, values);
      if (kind == ReductionKind::min) combine_all<detail::Min>(parts, values);
    }
  }
}

template <class T>
void Reduction<T>::State::abandon() noexcept {
  if (request != MPI_REQUEST_NULL && detail::mpi_runs()) MPI_Wait(&request, MPI_STATUS_IGNORE);
}

#else  // one rank: the results are the values

template <class T>
void Reduction<T>::State::start() {}
template <class T>
void Reduction<T>::State::wait() {}
template <class T>
void Reduction<T>::State::abandon() noexcept {}

#endif

template <class T>
Reduction<T>::Reduction(const Communicator& comm, ReductionKind kind, std::size_t count) {
  if (!std::is_arithmetic_v<T> && kind != ReductionKind::sum) {
    throw InvalidArgument("Reduction: complex numbers have no order, only sums");
  }
  if (count > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw InvalidArgument(message("Reduction: ", count, " numbers are more than 2^31-1"));
  }
  const bool needs_parts = comm.size() > 1 && !std::is_integral_v<T>;
  state_.reset(
      new State{comm, kind, std::vector<T>(count),
                std::vector<T>(needs_parts ? count * static_cast<std::size_t>(comm.size()) : 0)});
}

template <class T>
Reduction<T>::Reduction(Reduction&&) noexcept = default;

template <class T>
Reduction<T>& Reduction<T>::operator=(Reduction&& other) noexcept {
  if (state_) state_->abandon();
  state_ = std::move(other.state_);
  return *this;
}

template <class T>
Reduction<T>::~Reduction() {
  if (state_) state_->abandon();
}

template <class T>
void Reduction<T>::start(std::span<const T> values) {
  if (state_->under_way) {
    throw InvalidArgument("Reduction: one is under way; wait for it before the next");
  }
  if (values.size() != count()) {
    throw DimensionMismatch(
        message("Reduction: there are ", values.size(), " numbers, not ", count()));
  }
  std::copy(values.begin(), values.end(), state_->values.begin());
  state_->start();
  state_->under_way = true;
}

template <class T>
std::span<const T> Reduction<T>::wait() {
  if (!state_->under_way) {
    throw InvalidArgument("Reduction: none is under way; start one before waiting");
  }
  state_->under_way = false;
  state_->wait();
  return state_->values;
}

template <class T>
std::size_t Reduction<T>::count() const noexcept {
  return state_->values.size();
}

template <class T>
bool Reduction<T>::under_way() const noexcept {
  return state_->under_way;
}

#define SUAN_INSTANTIATE(T) template class Reduction<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE
template class Reduction<std::int32_t>;
template class Reduction<std::int64_t>;
template class Reduction<std::uint64_t>;

}  // namespace suan
