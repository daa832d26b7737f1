// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/communicator.hpp"

#include "comm/duplicates.hpp"
#include "comm/mpi_calls.hpp"
#include "core/host_loop.hpp"

namespace suan {

Communicator::Communicator() {
  static const auto one_rank = std::make_shared<const detail::RankGroup>();
  group_ = one_rank;
}

int Communicator::rank() const noexcept { return group_->rank; }
int Communicator::size() const noexcept { return group_->size; }

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

std::int64_t Communicator::exclusive_sum(std::int64_t value) const {
  if (size() == 1) return 0;
  detail::require_outside_host_loop("MPI_Exscan");
  std::int64_t result = 0;
  require_success(MPI_Exscan(&value, &result, 1, MPI_INT64_T, MPI_SUM, mpi()), "MPI_Exscan");
  return rank() == 0 ? 0 : result;
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
std::int64_t Communicator::exclusive_sum(std::int64_t) const { return 0; }
std::vector<std::int64_t> Communicator::all_gather(std::int64_t value) const { return {value}; }
void Communicator::barrier() const {}
bool Communicator::congruent(const Communicator&) const noexcept { return true; }

#endif

void throw_together(const Communicator& comm, const std::optional<Failure>& failed) {
#if SUAN_HAVE_MPI
  // Once the environment has ended, on all ranks, no communication is possible.
  if (failed && comm.size() > 1 && !detail::mpi_runs()) throw_error(failed->kind, failed->text);
#endif
  const std::int64_t none = comm.size();
  const std::int64_t first = comm.min<std::int64_t>(failed ? comm.rank() : none);
  if (first == none) return;
  const int root = static_cast<int>(first);
  // The kind is the first byte.
  std::string told;
  if (comm.rank() == root) told = static_cast<char>(failed->kind) + failed->text;
  told = comm.broadcast_text(told, root);
  throw_error(static_cast<ErrorKind>(told[0]), told.substr(1));
}

}  // namespace suan
