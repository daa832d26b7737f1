// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Messages of any length between ranks.
#include <algorithm>

#include "comm/mpi_calls.hpp"
#include "core/host_loop.hpp"
#include "suan/comm/communicator.hpp"

namespace suan {

#if SUAN_HAVE_MPI

namespace {

using detail::require_success;

// Messages too long for an int are sent in pieces of this many bytes.
constexpr std::size_t piece = std::size_t(1) << 30;

std::size_t pieces(std::size_t bytes) { return (bytes + piece - 1) / piece; }

/// Posts the receives or sends of a long message. All pieces have the same tag, which is safe
/// because MPI preserves the order of messages between two ranks.
template <class Post>
void in_pieces(std::size_t bytes, const Post& post) {
  for (std::size_t done = 0; done < bytes; done += piece) {
    post(done, static_cast<int>(std::min(piece, bytes - done)));
  }
}

constexpr std::int64_t not_one_per_rank = -1;

/// The number of bytes from each rank. @throws InvalidArgument on all ranks when one of them does
/// not have an entry for each rank.
std::vector<std::size_t> sizes_of_received(const Communicator& comm,
                                           const std::vector<std::span<const char>>& send) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  std::vector<std::int64_t> sizes(ranks, not_one_per_rank);
  if (send.size() == ranks) {
    for (std::size_t r = 0; r < ranks; ++r) sizes[r] = static_cast<std::int64_t>(send[r].size());
  }
  std::vector<std::int64_t> received(ranks);
  require_success(
      MPI_Alltoall(sizes.data(), 1, MPI_INT64_T, received.data(), 1, MPI_INT64_T, comm.mpi()),
      "MPI_Alltoall");
  const auto wrong = std::find(received.begin(), received.end(), not_one_per_rank);
  if (wrong != received.end()) {
    throw InvalidArgument(message("all_to_all: rank ", wrong - received.begin(),
                                  " does not give one list for each of the ", ranks, " ranks"));
  }
  return {received.begin(), received.end()};
}

}  // namespace

void Communicator::exchange(const Bytes& send, const Places& make_room) const {
  if (size() > 1) detail::require_outside_host_loop("all_to_all");
  const auto ranks = static_cast<std::size_t>(size());
  const auto self = static_cast<std::size_t>(rank());
  const auto sizes = sizes_of_received(*this, send);
  detail::Requests requests;
  std::vector<char*> places;
  together(*this, [&] {
    places = make_room(sizes);
    std::size_t messages = 0;
    for (std::size_t r = 0; r < ranks; ++r) messages += pieces(sizes[r]) + pieces(send[r].size());
    requests.reserve(messages);
  });
  std::copy(send[self].begin(), send[self].end(), places[self]);
  constexpr int tag = 11;
  for (std::size_t r = 0; r < ranks; ++r) {
    if (r == self) continue;
    in_pieces(sizes[r], [&](std::size_t first, int count) {
      requests.add(
          [&](MPI_Request* request) {
            return MPI_Irecv(places[r] + first, count, MPI_BYTE, static_cast<int>(r), tag, mpi(),
                             request);
          },
          "MPI_Irecv");
    });
  }
  for (std::size_t r = 0; r < ranks; ++r) {
    if (r == self) continue;
    in_pieces(send[r].size(), [&](std::size_t first, int count) {
      requests.add(
          [&](MPI_Request* request) {
            return MPI_Isend(send[r].data() + first, count, MPI_BYTE, static_cast<int>(r), tag,
                             mpi(), request);
          },
          "MPI_Isend");
    });
  }
  requests.wait();
}

std::string Communicator::broadcast_text(const std::string& text, int root) const {
  if (size() == 1) return text;
  detail::require_outside_host_loop("MPI_Bcast");
  auto length = static_cast<std::int64_t>(text.size());
  require_success(MPI_Bcast(&length, 1, MPI_INT64_T, root, mpi()), "MPI_Bcast");
  std::string result = text;
  result.resize(static_cast<std::size_t>(length));
  in_pieces(result.size(), [&](std::size_t first, int count) {
    require_success(MPI_Bcast(result.data() + first, count, MPI_BYTE, root, mpi()), "MPI_Bcast");
  });
  return result;
}

#else  // one rank

void Communicator::exchange(const Bytes& send, const Places& make_room) const {
  if (send.size() != 1) {
    throw InvalidArgument(message("all_to_all: there are ", send.size(), " lists for one rank"));
  }
  std::copy(send[0].begin(), send[0].end(), make_room({send[0].size()})[0]);
}

std::string Communicator::broadcast_text(const std::string& text, int) const { return text; }

#endif

std::string Communicator::broadcast(const std::string& text, int root) const {
  const std::int64_t lowest = min<std::int64_t>(root);
  const std::int64_t highest = max<std::int64_t>(root);
  if (lowest != highest) {
    throw InvalidArgument(message("broadcast: the ranks name different roots, from ", lowest,
                                  " to ", highest, "; tell all ranks the same"));
  }
  if (root < 0 || root >= size()) {
    throw InvalidArgument(
        message("broadcast: the root ", root, " is none of the ranks 0 to ", size() - 1));
  }
  return broadcast_text(text, root);
}

}  // namespace suan
