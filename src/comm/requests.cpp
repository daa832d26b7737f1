// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "comm/requests.hpp"

#include <algorithm>

#if SUAN_HAVE_MPI

namespace suan::detail {

namespace {

/// Calls post(first byte, count) for each piece.
template <class Post>
void in_pieces(std::size_t bytes, const Post& post) {
  for (std::size_t k = 0; k < pieces_of(bytes); ++k) {
    const std::size_t done = k * largest_message;
    post(done, static_cast<int>(std::min(largest_message, bytes - done)));
  }
}

[[noreturn]] void throw_other_size(int rank, const std::string& what, int expected) {
  throw MpiError(message("rank ", rank, " sent ", what, " than the ", expected,
                         " bytes expected; it failed before it could send, or the ranks exchange "
                         "different types or numbers of columns"));
}

}  // namespace

void Requests::reserve(std::size_t count) {
  requests_.reserve(count);
  expected_.reserve(count);
}

/// For one more, before MPI knows of it.
void Requests::make_room() {
  if (requests_.size() == requests_.capacity()) reserve(2 * requests_.size() + 8);
}

void Requests::receive(void* to, std::size_t bytes, int rank, int tag, MPI_Comm comm) {
  in_pieces(bytes, [&](std::size_t first, int count) {
    make_room();
    MPI_Request request = MPI_REQUEST_NULL;
    require_success(
        MPI_Irecv(static_cast<char*>(to) + first, count, MPI_BYTE, rank, tag, comm, &request),
        "MPI_Irecv");
    requests_.push_back(request);
    expected_.push_back({rank, count});
  });
}

void Requests::send(const void* from, std::size_t bytes, int rank, int tag, MPI_Comm comm) {
  in_pieces(bytes, [&](std::size_t first, int count) {
    make_room();
    MPI_Request request = MPI_REQUEST_NULL;
    require_success(MPI_Isend(static_cast<const char*>(from) + first, count, MPI_BYTE, rank, tag,
                              comm, &request),
                    "MPI_Isend");
    requests_.push_back(request);
    expected_.push_back({rank, -1});
  });
}

void Requests::wait() {
  const Outcome first = wait_for_all();
  requests_.clear();
  const Expected expected = first.at < expected_.size() ? expected_[first.at] : Expected{0, -1};
  expected_.clear();
  int kind = first.code;
  if (first.code != MPI_SUCCESS) MPI_Error_class(first.code, &kind);
  if (kind == MPI_ERR_TRUNCATE) throw_other_size(expected.rank, "more", expected.bytes);
  require_success(first.code, "MPI_Wait");
  if (first.received != expected.bytes && expected.bytes >= 0) {
    throw_other_size(expected.rank, message(first.received, " bytes, less"), expected.bytes);
  }
}

void Requests::abandon() noexcept {
  if (!requests_.empty() && mpi_runs()) wait_for_all();
  requests_.clear();
  expected_.clear();
}

/// One by one: in Open MPI 4.1, MPI_Waitall never returns if one of them has failed before.
Requests::Outcome Requests::wait_for_all() noexcept {
  Outcome first{requests_.size(), MPI_SUCCESS, -1};
  for (std::size_t k = 0; k < requests_.size(); ++k) {
    MPI_Status status;
    int received = -1;
    const int code = MPI_Wait(&requests_[k], &status);
    if (code == MPI_SUCCESS && expected_[k].bytes >= 0) {
      MPI_Get_count(&status, MPI_BYTE, &received);
    }
    const bool fails = code != MPI_SUCCESS || received < expected_[k].bytes;
    if (fails && first.at == requests_.size()) first = {k, code, received};
  }
  return first;
}

}  // namespace suan::detail

#endif
