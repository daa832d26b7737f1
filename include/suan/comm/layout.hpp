// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How the elements of a vector, or the rows of a matrix, are distributed over ranks.
#pragma once

#include <memory>
#include <vector>

#include "suan/comm/communicator.hpp"

namespace suan {

/// Contiguous ranges of global indices, one per rank, in rank order; a range may be empty.
///
/// Copies are cheap and share one description. Serial is the layout of one rank.
class Layout {
 public:
  /// No elements, one rank.
  Layout();
  /// `size` elements on one rank. @throws InvalidArgument when size is negative or exceeds 2^31-1.
  static Layout serial(GlobalIndex size);
  /// Distributes `size` elements evenly: the first size % ranks ranks own one more. Collective.
  /// @throws InvalidArgument when ranks pass different sizes.
  static Layout even(GlobalIndex size, const Communicator& comm);
  /// This rank owns `local_size` elements. Collective.
  static Layout from_local_size(GlobalIndex local_size, const Communicator& comm);

  GlobalIndex global_size() const noexcept;
  LocalIndex local_size() const noexcept;
  /// The global indices [first(), last()) are this rank's.
  GlobalIndex first() const noexcept;
  GlobalIndex last() const noexcept;
  /// first() of every rank, and global_size(): comm().size() + 1 numbers.
  const std::vector<GlobalIndex>& offsets() const noexcept;
  /// The rank that owns element `i` (0 <= i < global_size()).
  int owner(GlobalIndex i) const;
  bool owns(GlobalIndex i) const noexcept { return i >= first() && i < last(); }

  const Communicator& comm() const noexcept;

  /// Same ranges on the same ranks. Not collective.
  bool operator==(const Layout& other) const noexcept;

 private:
  struct State;
  explicit Layout(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  static Layout checked(GlobalIndex local_size, const Communicator& comm);
  std::shared_ptr<const State> state_;
};

/// "1000 elements on 4 ranks", for messages.
std::string to_string(const Layout& layout);

}  // namespace suan
