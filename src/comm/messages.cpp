// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "comm/messages.hpp"

#include <algorithm>
#include <numeric>

#include "comm/requests.hpp"
#include "suan/core/detail/host_loop.hpp"

namespace suan {

#if SUAN_HAVE_MPI

using detail::require_success;

void detail::exchange_messages(const Communicator& comm, std::span<const SendPart> send,
                               std::span<const ReceivePart> receive) {
  if (comm.size() == 1) return;
  require_outside_host_loop("MPI_Isend");
  // Completed before the memory goes, should a call fail.
  Requests requests;
  together(comm, [&] {
    std::size_t pieces = 0;
    for (const auto& part : receive) pieces += pieces_of(part.bytes.size());
    for (const auto& part : send) pieces += pieces_of(part.bytes.size());
    requests.reserve(pieces);
  });
  for (const auto& [rank, bytes] : receive) {
    if (bytes.empty()) continue;
    requests.receive(bytes.data(), bytes.size(), rank, tags::messages, comm.mpi());
  }
  for (const auto& [rank, bytes] : send) {
    if (bytes.empty()) continue;
    requests.send(bytes.data(), bytes.size(), rank, tags::messages, comm.mpi());
  }
  requests.wait();
}

namespace {

constexpr std::int64_t not_one_per_rank = -1;

/// What the others have for this rank: counts[r] goes to rank r.
std::vector<std::int64_t> transposed(const Communicator& comm,
                                     const std::vector<std::int64_t>& counts) {
  if (comm.size() == 1) return counts;
  detail::require_outside_host_loop("MPI_Alltoall");
  std::vector<std::int64_t> received(counts.size());
  require_success(
      MPI_Alltoall(counts.data(), 1, MPI_INT64_T, received.data(), 1, MPI_INT64_T, comm.mpi()),
      "MPI_Alltoall");
  return received;
}

/// The same for the lengths of `lists`. @throws InvalidArgument on all ranks when one of them does
/// not have an entry for each rank.
template <class Lists>
std::vector<std::int64_t> lengths_from_all(const Communicator& comm, const Lists& lists,
                                           const char* function) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  std::vector<std::int64_t> sizes(ranks, not_one_per_rank);
  if (lists.size() == ranks) std::copy(lists.begin(), lists.end(), sizes.begin());
  auto received = transposed(comm, sizes);
  const auto wrong = std::find(received.begin(), received.end(), not_one_per_rank);
  if (wrong != received.end()) {
    throw InvalidArgument(message(function, ": rank ", wrong - received.begin(),
                                  " does not give one list for each of the ", ranks, " ranks"));
  }
  return received;
}

}  // namespace

void Communicator::exchange(const Bytes& send, const Places& make_room) const {
  std::vector<std::int64_t> lengths;
  for (const auto& bytes : send) lengths.push_back(static_cast<std::int64_t>(bytes.size()));
  const auto from = lengths_from_all(*this, lengths, "all_to_all");
  const std::vector<std::size_t> sizes(from.begin(), from.end());
  const auto self = static_cast<std::size_t>(rank());
  std::vector<detail::SendPart> outgoing;
  std::vector<detail::ReceivePart> incoming;
  together(*this, [&] {
    const auto places = make_room(sizes);
    for (std::size_t r = 0; r < sizes.size(); ++r) {
      if (r == self) continue;
      outgoing.push_back({static_cast<int>(r), std::as_bytes(send[r])});
      incoming.push_back(
          {static_cast<int>(r), std::as_writable_bytes(std::span<char>(places[r], sizes[r]))});
    }
    std::copy(send[self].begin(), send[self].end(), places[self]);
  });
  detail::exchange_messages(*this, outgoing, incoming);
}

std::vector<std::int64_t> Communicator::all_to_all_counts(
    std::span<const std::int64_t> counts) const {
  return lengths_from_all(*this, counts, "all_to_all_counts");
}

std::string Communicator::broadcast_text(const std::string& text, int root) const {
  if (size() == 1) return text;
  detail::require_outside_host_loop("MPI_Bcast");
  auto length = static_cast<std::int64_t>(text.size());
  require_success(MPI_Bcast(&length, 1, MPI_INT64_T, root, mpi()), "MPI_Bcast");
  std::string result = text;
  result.resize(static_cast<std::size_t>(length));
  for (std::size_t done = 0; done < result.size(); done += detail::largest_message) {
    const auto count = std::min(detail::largest_message, result.size() - done);
    require_success(MPI_Bcast(result.data() + done, static_cast<int>(count), MPI_BYTE, root, mpi()),
                    "MPI_Bcast");
  }
  return result;
}

#else  // one rank

void detail::exchange_messages(const Communicator&, std::span<const SendPart>,
                               std::span<const ReceivePart>) {}

void Communicator::exchange(const Bytes& send, const Places& make_room) const {
  if (send.size() != 1) {
    throw InvalidArgument(message("all_to_all: there are ", send.size(), " lists for one rank"));
  }
  std::copy(send[0].begin(), send[0].end(), make_room({send[0].size()})[0]);
}

std::vector<std::int64_t> Communicator::all_to_all_counts(
    std::span<const std::int64_t> counts) const {
  if (counts.size() != 1) {
    throw InvalidArgument(
        message("all_to_all_counts: there are ", counts.size(), " numbers for one rank"));
  }
  return {counts.begin(), counts.end()};
}

std::string Communicator::broadcast_text(const std::string& text, int) const { return text; }

#endif

namespace {

void require_counts(const Communicator& comm, const char* side, std::size_t elements,
                    std::span<const std::int64_t> counts) {
  const auto ranks = static_cast<std::size_t>(comm.size());
  if (counts.size() != ranks) {
    throw InvalidArgument(message("all_to_all: there are ", counts.size(), " counts to ", side,
                                  " for ", ranks, " ranks"));
  }
  std::int64_t sum = 0;
  for (const std::int64_t count : counts) {
    if (count < 0) {
      throw InvalidArgument(message("all_to_all: a count to ", side, " is ", count));
    }
    sum += count;
  }
  if (sum != static_cast<std::int64_t>(elements)) {
    throw DimensionMismatch(message("all_to_all: the counts to ", side, " add up to ", sum,
                                    ", but there are ", elements, " elements"));
  }
}

}  // namespace

void Communicator::exchange_in_place(std::span<const std::byte> send,
                                     std::span<const std::int64_t> send_counts,
                                     std::span<std::byte> receive,
                                     std::span<const std::int64_t> receive_counts,
                                     std::size_t element) const {
  together(*this, [&] {
    require_counts(*this, "send", send.size() / element, send_counts);
    require_counts(*this, "receive", receive.size() / element, receive_counts);
  });
  const auto from = all_to_all_counts(send_counts);
  std::vector<detail::SendPart> outgoing;
  std::vector<detail::ReceivePart> incoming;
  together(*this, [&] {
    std::size_t sent = 0;
    std::size_t received = 0;
    for (int r = 0; r < size(); ++r) {
      const auto k = static_cast<std::size_t>(r);
      if (from[k] != receive_counts[k]) {
        throw DimensionMismatch(message("all_to_all: rank ", r, " sends ", from[k],
                                        " elements to rank ", rank(), ", which expects ",
                                        receive_counts[k]));
      }
      const auto out = send.subspan(sent, static_cast<std::size_t>(send_counts[k]) * element);
      const auto in = receive.subspan(received, static_cast<std::size_t>(from[k]) * element);
      sent += out.size();
      received += in.size();
      if (r == rank()) {
        std::copy(out.begin(), out.end(), in.begin());
      } else {
        outgoing.push_back({r, out});
        incoming.push_back({r, in});
      }
    }
  });
  detail::exchange_messages(*this, outgoing, incoming);
}

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
