// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "comm/exchange.hpp"

#include <algorithm>

#include "comm/mpi_calls.hpp"
#include "core/host_loop.hpp"

namespace suan::detail {

#if SUAN_HAVE_MPI

namespace {

/// Calls post(rank, first byte, count) for pieces that an int can count. All have the same tag: MPI
/// preserves the order of messages between two ranks.
template <class Part, class Post>
void in_pieces(const std::vector<Part>& parts, const Post& post) {
  constexpr std::size_t piece = std::size_t(1) << 30;
  for (std::size_t r = 0; r < parts.size(); ++r) {
    for (std::size_t done = 0; done < parts[r].size(); done += piece) {
      post(static_cast<int>(r), parts[r].data() + done,
           static_cast<int>(std::min(piece, parts[r].size() - done)));
    }
  }
}

}  // namespace

std::vector<std::int64_t> exchange_counts(const Communicator& comm,
                                          const std::vector<std::int64_t>& counts) {
  if (comm.size() == 1) return counts;
  require_outside_host_loop("MPI_Alltoall");
  std::vector<std::int64_t> result(counts.size());
  require_success(
      MPI_Alltoall(counts.data(), 1, MPI_INT64_T, result.data(), 1, MPI_INT64_T, comm.mpi()),
      "MPI_Alltoall");
  return result;
}

void exchange_bytes(const Communicator& comm, const std::vector<std::span<const std::byte>>& send,
                    const std::vector<std::span<std::byte>>& receive) {
  if (comm.size() == 1) return;
  require_outside_host_loop("MPI_Isend");
  constexpr int tag = 12;
  // Completed before the memory goes, should a call fail.
  Requests requests;
  in_pieces(receive, [&](int rank, std::byte* first, int count) {
    requests.add(
        [&](MPI_Request* request) {
          return MPI_Irecv(first, count, MPI_BYTE, rank, tag, comm.mpi(), request);
        },
        "MPI_Irecv");
  });
  in_pieces(send, [&](int rank, const std::byte* first, int count) {
    requests.add(
        [&](MPI_Request* request) {
          return MPI_Isend(first, count, MPI_BYTE, rank, tag, comm.mpi(), request);
        },
        "MPI_Isend");
  });
  requests.wait();
}

#else

std::vector<std::int64_t> exchange_counts(const Communicator&,
                                          const std::vector<std::int64_t>& counts) {
  return counts;
}
void exchange_bytes(const Communicator&, const std::vector<std::span<const std::byte>>&,
                    const std::vector<std::span<std::byte>>&) {}

#endif

}  // namespace suan::detail
