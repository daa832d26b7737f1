// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/comm/detail/reductions_impl.hpp"

#include "comm/mpi_calls.hpp"

namespace suan::detail {

#if SUAN_HAVE_MPI

namespace {

MPI_Op operation(ReductionKind kind) {
  if (kind == ReductionKind::sum) return MPI_SUM;
  return kind == ReductionKind::max ? MPI_MAX : MPI_MIN;
}

}  // namespace

template <class T>
void reduce_exact(const Communicator& comm, std::span<T> values, ReductionKind kind) {
  require_success(MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()),
                                mpi_type<T>(), operation(kind), comm.mpi()),
                  "MPI_Allreduce");
}

void gather_all(const Communicator& comm, const void* mine, std::size_t bytes, void* all) {
  const auto count = static_cast<int>(bytes);
  require_success(MPI_Allgather(mine, count, MPI_BYTE, all, count, MPI_BYTE, comm.mpi()),
                  "MPI_Allgather");
}

void gather_slices(const Communicator& comm, const void* values, const Slices& slices,
                   void* parts) {
  const int mine = slices.counts[static_cast<std::size_t>(comm.rank())];
  const std::vector<int> all_mine(slices.counts.size(), mine);
  std::vector<int> parts_at;
  for (int r = 0; r < comm.size(); ++r) parts_at.push_back(r * mine);
  require_success(MPI_Alltoallv(values, slices.counts.data(), slices.places.data(), MPI_BYTE, parts,
                                all_mine.data(), parts_at.data(), MPI_BYTE, comm.mpi()),
                  "MPI_Alltoallv");
}

void spread_slices(const Communicator& comm, const void* slice, const Slices& slices,
                   void* values) {
  const int mine = slices.counts[static_cast<std::size_t>(comm.rank())];
  require_success(MPI_Allgatherv(slice, mine, MPI_BYTE, values, slices.counts.data(),
                                 slices.places.data(), MPI_BYTE, comm.mpi()),
                  "MPI_Allgatherv");
}

#else  // never called: there is one rank

template <class T>
void reduce_exact(const Communicator&, std::span<T>, ReductionKind) {}
void gather_all(const Communicator&, const void*, std::size_t, void*) {}
void gather_slices(const Communicator&, const void*, const Slices&, void*) {}
void spread_slices(const Communicator&, const void*, const Slices&, void*) {}

#endif

template void reduce_exact(const Communicator&, std::span<std::int32_t>, ReductionKind);
template void reduce_exact(const Communicator&, std::span<std::int64_t>, ReductionKind);
template void reduce_exact(const Communicator&, std::span<std::uint64_t>, ReductionKind);

}  // namespace suan::detail
