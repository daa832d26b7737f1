// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The exchange of ghost entries: vector elements that other ranks need.
#pragma once

#include <memory>
#include <span>

#include "suan/vector/multi_vector.hpp"

namespace suan {

/// Knows which elements of a vector to send to which rank, and which to receive.
///
/// start() begins an exchange, and the object that it returns ends it; in between there is time for
/// work that needs only this rank's elements. Copies share their buffers: a halo and its copies
/// take part in one exchange at a time, started by one host thread.
template <Scalar T>
class Halo {
 public:
  class Exchange;

  /// Nothing to exchange.
  Halo() = default;
  /// This rank will need the elements `needed` of vectors with `layout`: global indices of other
  /// ranks, strictly increasing. Collective.
  Halo(const Layout& layout, std::span<const GlobalIndex> needed);

  /// Number of elements received from other ranks (ghost entries).
  LocalIndex remote_size() const noexcept;
  /// Number of elements that this rank sends.
  LocalIndex send_size() const noexcept;
  int neighbours() const noexcept;

  /// Packs and sends. Collective. @throws InvalidArgument when an exchange is already in progress.
  [[nodiscard]] Exchange start(const Vector<T>& x) const;
  /// The same for several vectors, all elements of a row in one message. Buffers grow when there
  /// are more vectors than before. @throws NotSupported when a rank would exchange more than 2^31 -
  /// 1 bytes.
  [[nodiscard]] Exchange start(const MultiVector<T>& x) const;

  /// "serial", "host" (through host memory) or "device" (MPI reads device memory).
  std::string path() const;

 private:
  struct State;
  Exchange send(const RowMajor<const T>& x) const;
  std::shared_ptr<State> state_;
};

/// An exchange in progress. It ends with this object at the latest, even after an exception: a
/// message left unreceived would be mistaken for one of the next exchange.
template <Scalar T>
class Halo<T>::Exchange {
 public:
  Exchange(Exchange&&) noexcept = default;
  Exchange& operator=(Exchange&&) = delete;
  ~Exchange();

  /// To be called once. Waits; returns the needed elements in the order of `needed`: a row for
  /// each, with an element of each vector. Valid until the next start() and while a copy of the
  /// halo exists; the buffers keep their largest size. Vectors may change from now on.
  /// @throws MpiError
  RowMajor<const T> finish();

 private:
  friend class Halo;
  explicit Exchange(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace suan
