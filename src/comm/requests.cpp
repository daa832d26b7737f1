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
  statuses_.reserve(count);
}

void Requests::receive(void* to, std::size_t bytes, int rank, int tag, MPI_Comm comm) {
  in_pieces(bytes, [&](std::size_t first, int count) {
    reserve(requests_.size() + 1);
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
    reserve(requests_.size() + 1);
    MPI_Request request = MPI_REQUEST_NULL;
    require_success(MPI_Isend(static_cast<const char*>(from) + first, count, MPI_BYTE, rank, tag,
                              comm, &request),
                    "MPI_Isend");
    requests_.push_back(request);
    expected_.push_back({rank, -1});
  });
}

void Requests::wait() {
  const int code = wait_for_all();
  requests_.clear();
  require_received(code);
  expected_.clear();
}

void Requests::abandon() noexcept {
  if (!requests_.empty() && mpi_runs()) wait_for_all();
  requests_.clear();
  expected_.clear();
}

/// After an error MPI may leave some pending; then it is asked again, and the first error counts.
int Requests::wait_for_all() noexcept {
  const auto count = static_cast<int>(requests_.size());
  statuses_.resize(requests_.size());
  const int code = MPI_Waitall(count, requests_.data(), statuses_.data());
  int again = code;
  for (int k = 0; k < count && again != MPI_SUCCESS; ++k) {
    again = MPI_Waitall(count, requests_.data(), MPI_STATUSES_IGNORE);
  }
  return code;
}

void Requests::require_received(int code) const {
  for (std::size_t k = 0; k < expected_.size(); ++k) {
    const auto [rank, bytes] = expected_[k];
    if (code == MPI_ERR_IN_STATUS) {
      const int error = statuses_[k].MPI_ERROR;
      if (error == MPI_SUCCESS || error == MPI_ERR_PENDING) continue;
      int kind = error;
      MPI_Error_class(error, &kind);
      if (kind == MPI_ERR_TRUNCATE) throw_other_size(rank, "more", bytes);
      require_success(error, "MPI_Waitall");
    } else if (code == MPI_SUCCESS && bytes >= 0) {
      int received = 0;
      require_success(MPI_Get_count(&statuses_[k], MPI_BYTE, &received), "MPI_Get_count");
      if (received != bytes) throw_other_size(rank, message(received, " bytes, less"), bytes);
    }
  }
  require_success(code, "MPI_Waitall");
}

}  // namespace suan::detail

#endif
