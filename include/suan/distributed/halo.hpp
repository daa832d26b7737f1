// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The exchange of vector elements that other ranks need.
#pragma once

#include <memory>
#include <span>

#include "suan/vector/multi_vector.hpp"

namespace suan {

/// Knows whom to send which elements of a vector, and whose elements come back.
///
/// start() begins an exchange, and what it returns ends it; between them is time for work that
/// needs only this rank's elements. Copies share their buffers: a halo and its copies take part in
/// one exchange at a time, begun by one thread of the host.
template <Scalar T>
class Halo {
 public:
  class Exchange;

  /// Nothing to exchange.
  Halo() = default;
  /// This rank will need the elements `needed` of vectors with `layout`: global indices of other
  /// ranks, strictly increasing. Collective.
  Halo(const Layout& layout, std::span<const GlobalIndex> needed);

  /// Number of elements that come from other ranks.
  LocalIndex remote_size() const noexcept;
  /// Number of elements that this rank sends.
  LocalIndex send_size() const noexcept;
  int neighbours() const noexcept;

  /// Packs and sends. Collective. @throws InvalidArgument where an exchange is under way.
  [[nodiscard]] Exchange start(const Vector<T>& x) const;
  /// The same for several vectors, all elements of a row in one message. With more of them than
  /// ever before, buffers are made. @throws NotSupported when a rank would exchange more than
  /// 2^31 - 1 bytes.
  [[nodiscard]] Exchange start(const MultiVector<T>& x) const;

  /// "serial", "host" (through host memory) or "device" (MPI reads device memory).
  std::string path() const;

 private:
  struct State;
  Exchange send(const RowMajor<const T>& x) const;
  std::shared_ptr<State> state_;
};

/// An exchange under way. It ends with this object at the latest, also where an exception passes:
/// a message that nobody waits for would be taken for one of the next exchange.
template <Scalar T>
class Halo<T>::Exchange {
 public:
  Exchange(Exchange&&) noexcept = default;
  Exchange& operator=(Exchange&&) = delete;
  ~Exchange();

  /// Once. Waits; returns the needed elements in the order of `needed`: a row for each, with an
  /// element of each vector. Valid until the next start() and as long as a copy of the halo; the
  /// buffers stay as large as the most vectors needed. Vectors of either kind may change from now
  /// on.
  /// @throws MpiError
  RowMajor<const T> finish();

 private:
  friend class Halo;
  explicit Exchange(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace suan
