// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/communicator.hpp"

#include <algorithm>

#include "comm/duplicates.hpp"
#include "comm/mpi_calls.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/detail/host_loop.hpp"

namespace suan {

Communicator::Communicator() {
  static const auto one_rank = std::make_shared<const detail::RankGroup>();
  group_ = one_rank;
}

namespace {

/// The place of this rank among `ranks`, if it is one of them. @throws InvalidArgument on all
/// ranks.
std::optional<int> require_subset(const Communicator& comm, std::span<const int> ranks) {
  std::string told = "ranks =";
  for (const int rank : ranks) told += ' ' + std::to_string(rank);
  require_agreement(comm, "Communicator::subset", told + '\n');
  std::optional<int> place;
  std::vector<bool> seen(static_cast<std::size_t>(comm.size()));
  for (std::size_t k = 0; k < ranks.size(); ++k) {
    const int rank = ranks[k];
    if (rank < 0 || rank >= comm.size() || seen[static_cast<std::size_t>(rank)]) {
      throw InvalidArgument(message("Communicator::subset: rank ", rank,
                                    " does not exist, or is there twice; the ranks are 0 to ",
                                    comm.size() - 1));
    }
    seen[static_cast<std::size_t>(rank)] = true;
    if (rank == comm.rank()) place = static_cast<int>(k);
  }
  return place;
}

}  // namespace

int Communicator::rank() const noexcept { return group_->rank; }
int Communicator::size() const noexcept { return group_->size; }

const detail::RankGroup& detail::group_of(const Communicator& comm) noexcept {
  return *comm.group_;
}

#if SUAN_HAVE_MPI

using detail::require_success;

Communicator::Communicator(MPI_Comm comm) {
  if (!detail::mpi_runs()) {
    throw MpiError(
        "MPI is not initialised, or finalised already; make a suan::Environment or call MPI_Init "
        "first, and keep it until the end");
  }
  if (comm == MPI_COMM_NULL) throw MpiError("the communicator is MPI_COMM_NULL");
  group_ = detail::duplicate_of(comm);
}

MPI_Comm Communicator::mpi() const noexcept { return group_->comm; }

Communicator Communicator::world() {
  return detail::mpi_runs() ? Communicator(MPI_COMM_WORLD) : Communicator();
}

Communicator Communicator::split(int color, int key) const {
  together(*this, [&] {
    if (color < 0) {
      throw InvalidArgument(message("Communicator::split: the color is ", color,
                                    ", but must not be negative; subset() leaves ranks out"));
    }
  });
  if (size() == 1) return *this;
  detail::require_outside_host_loop("Communicator::split");
  return Communicator(detail::part_of(*group_, color, key));
}

std::optional<Communicator> Communicator::subset(std::span<const int> ranks) const {
  const auto place = require_subset(*this, ranks);
  if (size() == 1) return place ? std::optional(*this) : std::nullopt;
  detail::require_outside_host_loop("Communicator::subset");
  auto part = detail::part_of(*group_, place ? 0 : MPI_UNDEFINED, place.value_or(0));
  if (!part) return std::nullopt;
  return Communicator(std::move(part));
}

Communicator Communicator::node() const {
  if (size() == 1) return *this;
  detail::require_outside_host_loop("Communicator::node");
  return Communicator(detail::node_of(*group_));
}

void Communicator::exclusive_sum(std::span<std::int64_t> values) const {
  if (size() > 1) {
    detail::require_outside_host_loop("MPI_Exscan");
    require_success(MPI_Exscan(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()),
                               MPI_INT64_T, MPI_SUM, mpi()),
                    "MPI_Exscan");
  }
  if (rank() == 0) std::fill(values.begin(), values.end(), 0);
}

std::int64_t Communicator::exclusive_sum(std::int64_t value) const {
  exclusive_sum(std::span<std::int64_t>(&value, 1));
  return value;
}

std::vector<std::int64_t> Communicator::all_gather(std::int64_t value) const {
  std::vector<std::int64_t> result(static_cast<std::size_t>(size()), value);
  if (size() == 1) return result;
  detail::require_outside_host_loop("MPI_Allgather");
  require_success(MPI_Allgather(&value, 1, MPI_INT64_T, result.data(), 1, MPI_INT64_T, mpi()),
                  "MPI_Allgather");
  return result;
}

void Communicator::barrier() const {
  if (size() == 1) return;
  detail::require_outside_host_loop("MPI_Barrier");
  require_success(MPI_Barrier(mpi()), "MPI_Barrier");
}

bool Communicator::congruent(const Communicator& other) const noexcept {
  if (group_ == other.group_) return true;
  if (size() == 1 && other.size() == 1) return true;
  if (size() != other.size()) return false;
  int result = MPI_UNEQUAL;
  MPI_Comm_compare(mpi(), other.mpi(), &result);
  return result == MPI_IDENT || result == MPI_CONGRUENT;
}

#else  // one rank

Communicator Communicator::world() { return {}; }
Communicator Communicator::split(int color, int) const {
  if (color >= 0) return *this;
  throw InvalidArgument(message("Communicator::split: the color is ", color,
                                ", but must not be negative; subset() leaves ranks out"));
}
std::optional<Communicator> Communicator::subset(std::span<const int> ranks) const {
  if (require_subset(*this, ranks)) return *this;
  return std::nullopt;
}
Communicator Communicator::node() const { return *this; }
std::int64_t Communicator::exclusive_sum(std::int64_t) const { return 0; }
void Communicator::exclusive_sum(std::span<std::int64_t> values) const {
  std::fill(values.begin(), values.end(), 0);
}
std::vector<std::int64_t> Communicator::all_gather(std::int64_t value) const { return {value}; }
void Communicator::barrier() const {}
bool Communicator::congruent(const Communicator&) const noexcept { return true; }

#endif

void throw_together(const Communicator& comm, const std::optional<Failure>& failed) {
#if SUAN_HAVE_MPI
  // Once the environment has ended, on all ranks, no communication is possible.
  if (failed && comm.size() > 1 && !detail::mpi_runs()) throw_error(failed->kind, failed->text);
#endif
  const std::int64_t none = 2 * std::int64_t{comm.size()};
  const bool is_of_mpi = failed && failed->kind == ErrorKind::mpi_error;
  const std::int64_t first =
      comm.min<std::int64_t>(failed ? comm.rank() + (is_of_mpi ? comm.size() : 0) : none);
  if (first == none) return;
  const int root = static_cast<int>(first % comm.size());
  // The kind is the first byte.
  std::string told;
  if (comm.rank() == root) told = static_cast<char>(failed->kind) + failed->text;
  told = comm.broadcast_text(told, root);
  throw_error(static_cast<ErrorKind>(told[0]), told.substr(1));
}

}  // namespace suan
