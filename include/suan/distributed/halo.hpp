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
/// start() and finish() bracket work that needs only this rank's elements. One exchange at a time
/// per object; vectors of either kind may change once finish() has returned.
template <Scalar T>
class Halo {
 public:
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

  /// Packs and sends. Collective.
  void start(const Vector<T>& x) const;
  /// The same for several vectors, all elements of a row in one message. With more of them than
  /// ever before, buffers are made. @throws NotSupported when a rank would exchange more than
  /// 2^31 - 1 bytes.
  void start(const MultiVector<T>& x) const;
  /// Waits; returns the needed elements in the order of `needed`: a row for each, with an element
  /// of each vector. Valid until the next start() and as long as a copy of this object; the buffers
  /// stay as large as the most vectors needed.
  RowMajor<const T> finish() const;

  /// "serial", "host" (through host memory) or "device" (MPI reads device memory).
  std::string path() const;

 private:
  struct State;
  void send(const RowMajor<const T>& x) const;
  std::shared_ptr<State> state_;
};

}  // namespace suan
