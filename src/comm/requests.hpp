// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Messages under way.
#pragma once

#include <cstddef>
#include <vector>

#include "comm/mpi_calls.hpp"

#if SUAN_HAVE_MPI

namespace suan::detail {

/// MPI counts in int: longer messages travel in pieces of this many bytes. All pieces have the same
/// tag, because MPI keeps the order of messages between two ranks. Tests lower it.
inline std::size_t largest_message = std::size_t(1) << 30;

/// The number of messages for so many bytes: at least one.
inline std::size_t pieces_of(std::size_t bytes) noexcept {
  return bytes == 0 ? 1 : (bytes + largest_message - 1) / largest_message;
}

/// Sends and receives in progress, of any size. They are completed with this object, however it
/// ends: MPI must not write to memory that has since been reused.
class Requests {
 public:
  Requests() = default;
  Requests(const Requests&) = delete;
  Requests& operator=(const Requests&) = delete;
  ~Requests() { abandon(); }

  /// Room for `count` pieces, so that the functions below do not allocate.
  void reserve(std::size_t count);
  /// @throws MpiError, like the next ones; what was started earlier ends with this object.
  void receive(void* to, std::size_t bytes, int rank, int tag, MPI_Comm comm);
  void send(const void* from, std::size_t bytes, int rank, int tag, MPI_Comm comm);
  /// Until all have ended. @throws MpiError also when less was received than expected.
  void wait();
  /// The same where failures cannot be reported, or are expected.
  void abandon() noexcept;

 private:
  struct Expected {
    int rank;
    int bytes;  // negative for a send
  };
  int wait_for_all() noexcept;
  void require_received(int code) const;

  std::vector<MPI_Request> requests_;
  std::vector<Expected> expected_;
  std::vector<MPI_Status> statuses_;
};

}  // namespace suan::detail

#endif
