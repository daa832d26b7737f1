// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The ranks that share an object. Without MPI, and by default, there is one rank.
#pragma once

#include <memory>
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

/// A group of ranks. Copies share one duplicated MPI communicator, which the last of them frees.
///
/// All member functions but rank() and size() are collective: every rank calls them in the same
/// order. With one rank none of them communicates.
class Communicator {
 public:
  /// One rank; needs no MPI.
  Communicator();
#if SUAN_HAVE_MPI
  /// Duplicates `comm`. @throws MpiError when MPI is not initialised or `comm` is null.
  explicit Communicator(MPI_Comm comm);
  /// The duplicated communicator; MPI_COMM_NULL when this object was made without MPI.
  MPI_Comm mpi() const noexcept;
#endif
  /// All ranks of the program if MPI is initialised, else one rank.
  static Communicator world();

  int rank() const noexcept;
  int size() const noexcept;
  bool is_root() const noexcept { return rank() == 0; }

  /// Reductions over ranks in a fixed order. T: float, double, Complex, int64_t, uint64_t
  /// (max and min: the real ones).
  template <class T>
  T sum(T value) const;
  template <class T>
  T max(T value) const;
  template <class T>
  T min(T value) const;
  /// Element-wise sum, in place.
  template <class T>
  void sum(std::span<T> values) const;

  /// Sum of the values of all lower ranks; 0 on the first.
  std::int64_t exclusive_sum(std::int64_t value) const;
  /// The values of all ranks, in rank order, on every rank.
  std::vector<std::int64_t> all_gather(std::int64_t value) const;
  /// Sends send[r] to rank r; what rank r sent is element r of the result. Messages of more than
  /// 2^31 bytes are allowed.
  template <class T>
  std::vector<std::vector<T>> all_to_all(const std::vector<std::vector<T>>& send) const;
  /// The text of rank `root`, on every rank.
  std::string broadcast(const std::string& text, int root = 0) const;
  /// Values of all ranks, concatenated in rank order, on rank 0; empty elsewhere.
  template <class T>
  std::vector<T> gather(std::span<const T> values) const;
  void barrier() const;

  /// Whether both name the same group of ranks in the same order.
  bool congruent(const Communicator& other) const noexcept;

 private:
  struct State;
  std::shared_ptr<const State> state_;

  std::vector<std::vector<char>> all_to_all_bytes(const std::vector<std::span<const char>>&) const;
  std::vector<char> gather_bytes(std::span<const char> bytes) const;
};

/// Throws on every rank the error of the lowest rank that has one, so that no rank waits for one
/// that left. `text` is empty where nothing went wrong.
void throw_together(const Communicator& comm, ErrorKind kind, const std::string& text);

namespace detail {
/// How many bodies of together() this thread is in.
inline thread_local int together_depth = 0;

class InTogether {
 public:
  InTogether() { ++together_depth; }
  ~InTogether() { --together_depth; }
  InTogether(const InTogether&) = delete;
  InTogether& operator=(const InTogether&) = delete;
};
}  // namespace detail

/// Runs `body` on every rank; when it throws on any of them, all ranks throw that error.
/// `body` itself must not communicate after the place where it may throw.
template <class Body>
void together(const Communicator& comm, Body&& body) {
  ErrorKind kind = ErrorKind::internal;
  std::string text;
  try {
    const detail::InTogether inside;
    std::forward<Body>(body)();
  } catch (...) {
    kind = current_error(text);
  }
  throw_together(comm, kind, text);
}

template <class T>
std::vector<std::vector<T>> Communicator::all_to_all(
    const std::vector<std::vector<T>>& send) const {
  std::vector<std::span<const char>> bytes;
  bytes.reserve(send.size());
  for (const auto& s : send) {
    bytes.emplace_back(reinterpret_cast<const char*>(s.data()), s.size() * sizeof(T));
  }
  const auto received = all_to_all_bytes(bytes);
  std::vector<std::vector<T>> result(received.size());
  for (std::size_t r = 0; r < received.size(); ++r) {
    const auto* first = reinterpret_cast<const T*>(received[r].data());
    result[r].assign(first, first + received[r].size() / sizeof(T));
  }
  return result;
}

template <class T>
std::vector<T> Communicator::gather(std::span<const T> values) const {
  const auto bytes =
      gather_bytes({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
  const auto* first = reinterpret_cast<const T*>(bytes.data());
  return {first, first + bytes.size() / sizeof(T)};
}

}  // namespace suan
