// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The messages of one exchange, and the buffers that they come from and go to.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "suan/comm/communicator.hpp"

namespace suan {

/// The two ways of an exchange: owners send and ghosts receive, or the reverse.
enum class Direction { to_ghosts, to_owners };

namespace detail {

/// One neighbour's share of a buffer, in elements.
struct Part {
  int rank = 0;
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// What one exchange uses: a buffer for elements that are shared with others, one for ghosts, and
/// the messages that fill or empty them.
struct Buffers;

/// Between whom a kind of exchange takes place, and the buffers that are not in use: a pool, so
/// that an exchange allocates nothing once another one like it has been.
struct Channel {
  /// Allocates no buffers.
  Channel(const Communicator& ranks, std::vector<Part> of_shared, std::vector<Part> of_ghosts);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// A tag that the messages of the 16383 channels made before do not have. Collective, once all
  /// have theirs.
  void choose_tag() noexcept;
  /// Buffers for `at_once` exchanges of elements of so many bytes. Collective.
  /// @throws OutOfMemory on all ranks.
  void reserve(std::size_t element_bytes, int at_once);
  /// Buffers from the pool, larger or more of them if need be. Not collective.
  std::unique_ptr<Buffers> take(std::size_t element_bytes);
  void give_back(std::unique_ptr<Buffers> buffers) noexcept;
  const std::vector<Part>& receivers(Direction way) const noexcept {
    return way == Direction::to_ghosts ? shared : ghosts;
  }
  const std::vector<Part>& senders(Direction way) const noexcept {
    return way == Direction::to_ghosts ? ghosts : shared;
  }

  Communicator comm;
  std::vector<Part> shared;
  std::vector<Part> ghosts;
  int tag = 0;
  /// All ranks have buffers for elements of so many bytes.
  std::size_t agreed_bytes = 0;
  std::vector<std::unique_ptr<Buffers>> idle;
  std::size_t made = 0;
};

/// Whether MPI claims to accept pointers to device memory.
bool mpi_reads_device_memory();

/// An exchange from its start to its end, which is this object's at the latest.
///
/// A rank that fails before it has sent sends empty messages in place of its own: then nobody waits
/// for it, and those who expected more throw MpiError.
class Transfer {
 public:
  /// Nothing.
  Transfer() noexcept;
  /// Takes buffers. The first time that elements are so large, the ranks agree on having them.
  /// @throws OutOfMemory; NotSupported in a host_loop.
  Transfer(std::shared_ptr<Channel> channel, Direction way, std::size_t element_bytes);
  Transfer(Transfer&&) noexcept;
  Transfer& operator=(Transfer&&) = delete;
  ~Transfer();

  /// Buffers in the library's memory: of what is sent, and of what is received.
  template <class T>
  T* outgoing() const {
    return reinterpret_cast<T*>(buffer(true));
  }
  template <class T>
  T* incoming() const {
    return reinterpret_cast<T*>(buffer(false));
  }

  /// fill() writes what is sent, with kernels of the default instance; then all is sent. @throws
  /// MpiError, and what fill() throws.
  template <class Fill>
  void start(const Fill& fill) {
    try {
      fill();
    } catch (...) {
      refuse();
      throw;
    }
    post();
  }
  /// Until all has been sent and received. @throws MpiError.
  void wait();

 private:
  void refuse() const noexcept;
  char* buffer(bool outgoing) const;
  void post();

  std::shared_ptr<Channel> channel_;
  std::unique_ptr<Buffers> buffers_;
  Direction way_ = Direction::to_ghosts;
  std::size_t element_bytes_ = 0;
};

}  // namespace detail
}  // namespace suan
