// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The ranks that share an object. Without MPI, and by default, there is one rank.
#pragma once

#include <cstddef>
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

class Communicator;

namespace detail {
struct RankGroup;
const RankGroup& group_of(const Communicator& comm) noexcept;
}  // namespace detail

/// A group of ranks. The library's messages use a duplicate of the user's communicator, so they
/// never mix with others. All objects made from one MPI communicator share one duplicate, which
/// lives until that communicator is freed, or until MPI_Finalize if it is still in use then.
///
/// Parts of a group, from split() and subset(), are groups of their own. Those that no rank uses
/// any more are freed by the next split() or subset() of the group that they are parts of.
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

  /// The ranks that pass the same `color`, a number of 0 and more, ordered by `key`, then by rank.
  /// @throws InvalidArgument, on all ranks, for a negative color.
  Communicator split(int color, int key = 0) const;
  /// These ranks, in this order; nothing on the others. @throws InvalidArgument, on all ranks,
  /// unless all pass the same ranks, which exist, each once.
  std::optional<Communicator> subset(std::span<const int> ranks) const;
  /// The ranks that share memory with this one (MPI_COMM_TYPE_SHARED): those of its node. They are
  /// found out by the first call.
  Communicator node() const;

  /// Reductions that give the same bits on all ranks, and in each run with the same number of
  /// ranks: numbers are added in the order of ranks, whatever the network prefers. Maximum and
  /// minimum are NaN if a rank has NaN. T: a scalar of the library, int32_t, int64_t, uint64_t (max
  /// and min: the real ones). Reduction (reduction.hpp) is the form that does not block.
  template <class T>
  T sum(T value) const;
  template <class T>
  T max(T value) const;
  template <class T>
  T min(T value) const;
  /// Element-wise, in place, of the same number of values on each rank.
  template <class T>
  void sum(std::span<T> values) const;
  template <class T>
  void max(std::span<T> values) const;
  template <class T>
  void min(std::span<T> values) const;

  /// Sum of the values of all lower ranks; 0 on the first.
  std::int64_t exclusive_sum(std::int64_t value) const;
  /// The same of each element, in place, of as many values on each rank.
  void exclusive_sum(std::span<std::int64_t> values) const;
  /// The values of all ranks, in rank order, on every rank.
  std::vector<std::int64_t> all_gather(std::int64_t value) const;
  /// Sends send[r] to rank r; what rank r sent is element r of the result. Messages of more than
  /// 2^31 bytes are allowed. @throws InvalidArgument unless there is one element for each rank,
  /// OutOfMemory; both on all ranks.
  template <class T>
  std::vector<std::vector<T>> all_to_all(const std::vector<std::vector<T>>& send) const;
  /// The same in place: send_counts[r] elements of `send`, which is in the order of ranks, go to
  /// rank r, and receive_counts[r] of `receive` come from it. @throws InvalidArgument or
  /// DimensionMismatch when counts are not one per rank, do not add up to the elements, or differ
  /// between sender and receiver; on all ranks.
  template <class T>
  void all_to_all(std::span<const T> send, std::span<const std::int64_t> send_counts,
                  std::span<T> receive, std::span<const std::int64_t> receive_counts) const;
  /// counts[r] goes to rank r; element r of the result came from rank r.
  /// @throws InvalidArgument, on all ranks, unless there is one for each rank.
  std::vector<std::int64_t> all_to_all_counts(std::span<const std::int64_t> counts) const;
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
  explicit Communicator(std::shared_ptr<const detail::RankGroup> group)
      : group_(std::move(group)) {}
  std::shared_ptr<const detail::RankGroup> group_;

  using Bytes = std::vector<std::span<const char>>;
  /// Where the data of each rank r start, given the number of bytes from each.
  using Places = std::function<std::vector<char*>(const std::vector<std::size_t>&)>;
  void exchange(const Bytes& send, const Places& make_room) const;
  void exchange_in_place(std::span<const std::byte> send, std::span<const std::int64_t> send_counts,
                         std::span<std::byte> receive, std::span<const std::int64_t> receive_counts,
                         std::size_t element) const;
  std::string broadcast_text(const std::string& text, int root) const;
  friend const detail::RankGroup& detail::group_of(const Communicator&) noexcept;
  friend void throw_together(const Communicator&, const std::optional<Failure>&);
};

/// Throws on every rank the error of the lowest rank that has one, so that no rank waits for one
/// that left; an MpiError only if there is no other, because it may just say that a rank that
/// failed sent no message. `failed` is empty where nothing went wrong.
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
void Communicator::all_to_all(std::span<const T> send, std::span<const std::int64_t> send_counts,
                              std::span<T> receive,
                              std::span<const std::int64_t> receive_counts) const {
  exchange_in_place(std::as_bytes(send), send_counts, std::as_writable_bytes(receive),
                    receive_counts, sizeof(T));
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
