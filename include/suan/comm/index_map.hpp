// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The local numbering of what a rank owns and of what it needs of others.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "suan/comm/layout.hpp"

namespace suan {

/// A rank's own elements (rows, columns, unknowns), which the layout gives it, and its ghosts:
/// elements of other ranks that it needs. Local numbers count the owned ones first, in their order,
/// then the ghosts by global number, which is also by owner. The map knows the ranks that own the
/// ghosts, and those that have this rank's elements as ghosts.
///
/// A map never changes; objects share it (`std::shared_ptr<const IndexMap>`), and what is the same
/// map has the same numbers. Memory: 8 bytes a ghost and 4 for each element that is another rank's
/// ghost; nothing beside the layout grows with the number of ranks.
class IndexMap {
 public:
  /// What concerns one other rank: `count` ghosts, or elements of shared(), from `first` on.
  struct Neighbour {
    int rank = 0;
    LocalIndex first = 0;
    LocalIndex count = 0;
  };

  /// The map of a rank that needs the elements `needed`, in any order; repeated ones and its own
  /// are allowed. Neighbours find each other by a sparse consensus: a rank tells only the owners of
  /// its ghosts, and a barrier that does not block tells when all have been told (T. Hoefler, C.
  /// Siebert, A. Lumsdaine, "Scalable communication protocols for dynamic sparse data exchange",
  /// PPoPP 2010). On one rank nothing is sent. Collective.
  /// @throws InvalidArgument for a number outside the layout, or when ranks pass
  /// different layouts; NotSupported when a rank's elements and ghosts are more than 2^31 - 1; on
  /// all ranks.
  static std::shared_ptr<const IndexMap> make(const Layout& layout,
                                              std::span<const GlobalIndex> needed);

  const Layout& layout() const noexcept { return layout_; }
  const Communicator& comm() const noexcept { return layout_.comm(); }

  LocalIndex owned() const noexcept { return layout_.local_size(); }
  LocalIndex ghosts() const noexcept { return static_cast<LocalIndex>(ghosts_.size()); }
  /// Local numbers are in [0, size()): owned() + ghosts().
  LocalIndex size() const noexcept { return owned() + ghosts(); }

  /// The global numbers of the ghosts, increasing.
  std::span<const GlobalIndex> ghost_numbers() const noexcept { return ghosts_; }
  /// The ranks that own ghosts, increasing; their ranges are of ghosts.
  std::span<const Neighbour> owners() const noexcept { return owners_; }
  /// The local numbers of the owned elements that are ghosts of other ranks: by rank, then by
  /// number. One that is a ghost of several ranks is there several times.
  std::span<const LocalIndex> shared() const noexcept { return shared_; }
  /// The ranks whose ghosts are this rank's, increasing; their ranges are of shared().
  std::span<const Neighbour> readers() const noexcept { return readers_; }

  /// The global number of local number `i`. @throws InvalidArgument unless 0 <= i < size().
  GlobalIndex global(LocalIndex i) const;
  /// The local number of global number `i`, or `absent` if it is neither owned nor a ghost. Takes
  /// the logarithm of the number of ghosts.
  LocalIndex local(GlobalIndex i) const noexcept;
  static constexpr LocalIndex absent = -1;
  /// The rank that owns local number `i`. @throws InvalidArgument as global().
  int owner(LocalIndex i) const;

 private:
  explicit IndexMap(const Layout& layout) : layout_(layout) {}
  void take_ghosts(std::span<const GlobalIndex> needed);
  void meet_readers();

  Layout layout_;
  std::vector<GlobalIndex> ghosts_;
  std::vector<Neighbour> owners_;
  std::vector<LocalIndex> shared_;
  std::vector<Neighbour> readers_;
};

/// "owns 100 elements and has 12 ghosts of 3 ranks", for messages.
std::string to_string(const IndexMap& map);

}  // namespace suan
