// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The ranks that share an object. Without MPI, and by default, there is one rank.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "suan/core/error.hpp"
#include "suan/core/types.hpp"

#if SUAN_HAVE_MPI
#include <mpi.h>
#endif

namespace suan {

namespace detail {
struct RankGroup;
}

/// A group of ranks. The library's messages use a duplicate of the user's communicator, so they
/// never mix with others. All objects made from one MPI communicator share one duplicate, which
/// lives until that communicator is freed, or until MPI_Finalize if it is still in use then.
///
/// All member functions except rank(), size() and congruent() are collective: every rank calls them
/// in the same order. With one rank none of them communicates. MPI is called by the thread that
/// calls the library, one at a time.
class Communicator {
 public:
  /// One rank; needs no MPI.
  Communicator();
#if SUAN_HAVE_MPI
  /// Collective over `comm`. @throws MpiError unless MPI runs, or when `comm` is null.
  explicit Communicator(MPI_Comm comm);
  /// The duplicated communicator; MPI_COMM_NULL when this object was made without MPI.
  MPI_Comm mpi() const noexcept;
#endif
  /// All ranks of the program if MPI is initialised, else one rank.
  static Communicator world();

  int rank() const noexcept;
  int size() const noexcept;
  bool is_root() const noexcept { return rank() == 0; }

  /// Reductions that give the same bits on all ranks, and in each run with the same number of
  /// ranks: numbers are added in the order of ranks, whatever the network prefers. Maximum and
  /// minimum are NaN if a rank has NaN. T: float, double, Complex, int64_t, uint64_t (max and min:
  /// the real ones).
  template <class T>
  T sum(T value) const;
  template <class T>
  T max(T value) const;
  template <class T>
  T min(T value) const;
  /// Element-wise sum, in place, of the same number of values on each rank.
  template <class T>
  void sum(std::span<T> values) const;

  /// Sum of the values of all lower ranks; 0 on the first.
  std::int64_t exclusive_sum(std::int64_t value) const;
  /// The values of all ranks, in rank order, on every rank.
  std::vector<std::int64_t> all_gather(std::int64_t value) const;
  /// Sends send[r] to rank r; what rank r sent is element r of the result. Messages of more than
  /// 2^31 bytes are allowed. @throws InvalidArgument unless there is one element for each rank,
  /// OutOfMemory; both on all ranks.
  template <class T>
  std::vector<std::vector<T>> all_to_all(const std::vector<std::vector<T>>& send) const;
  /// The text of rank `root`, on every rank. @throws InvalidArgument, on all ranks, unless all name
  /// the same root, which is one of them.
  std::string broadcast(const std::string& text, int root = 0) const;
  /// Values of all ranks, concatenated in rank order, on rank 0; empty elsewhere.
  /// @throws OutOfMemory on all ranks.
  template <class T>
  std::vector<T> gather(std::span<const T> values) const;
  void barrier() const;

  /// Whether both have the same ranks in the same order.
  bool congruent(const Communicator& other) const noexcept;

 private:
  std::shared_ptr<const detail::RankGroup> group_;

  using Bytes = std::vector<std::span<const char>>;
  /// Where the data of each rank r start, given the number of bytes from each.
  using Places = std::function<std::vector<char*>(const std::vector<std::size_t>&)>;
  void exchange(const Bytes& send, const Places& make_room) const;
  std::string broadcast_text(const std::string& text, int root) const;
  friend void throw_together(const Communicator&, const std::optional<Failure>&);
};

/// Throws on every rank the error of the lowest rank that has one, so that no rank waits for one
/// that left. `failed` is empty where nothing went wrong.
void throw_together(const Communicator& comm, const std::optional<Failure>& failed);

namespace detail {
/// The nesting depth of together() on this thread.
inline thread_local int together_depth = 0;

class InTogether {
 public:
  InTogether() { ++together_depth; }
  ~InTogether() { --together_depth; }
  InTogether(const InTogether&) = delete;
  InTogether& operator=(const InTogether&) = delete;
};
}  // namespace detail

/// Runs `body` on every rank; if it throws on any of them, all ranks throw that error. `body` must
/// not communicate after a point where it may throw.
template <class Body>
void together(const Communicator& comm, Body&& body) {
  std::optional<Failure> failed;
  try {
    const detail::InTogether inside;
    std::forward<Body>(body)();
  } catch (...) {
    failed.emplace();
    failed->kind = current_error(failed->text);
  }
  throw_together(comm, failed);
}

template <class T>
std::vector<std::vector<T>> Communicator::all_to_all(
    const std::vector<std::vector<T>>& send) const {
  Bytes bytes;
  bytes.reserve(send.size());
  for (const auto& s : send) {
    bytes.emplace_back(reinterpret_cast<const char*>(s.data()), s.size() * sizeof(T));
  }
  std::vector<std::vector<T>> received;
  exchange(bytes, [&](const std::vector<std::size_t>& sizes) {
    std::vector<char*> places;
    received.resize(sizes.size());
    for (std::size_t r = 0; r < sizes.size(); ++r) {
      received[r].resize(sizes[r] / sizeof(T));
      places.push_back(reinterpret_cast<char*>(received[r].data()));
    }
    return places;
  });
  return received;
}

template <class T>
std::vector<T> Communicator::gather(std::span<const T> values) const {
  Bytes bytes(static_cast<std::size_t>(size()));
  bytes[0] = {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
  std::vector<T> received;
  exchange(bytes, [&](const std::vector<std::size_t>& sizes) {
    std::vector<std::size_t> first;
    std::size_t elements = 0;
    for (const std::size_t size : sizes) {
      first.push_back(elements);
      elements += size / sizeof(T);
    }
    received.resize(elements);
    std::vector<char*> places;
    for (const std::size_t at : first) {
      places.push_back(reinterpret_cast<char*>(received.data() + at));
    }
    return places;
  });
  return received;
}

}  // namespace suan
