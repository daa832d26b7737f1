// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Levels on fewer ranks than those before them.
#pragma once

#include <optional>
#include <vector>

#include "suan/matrix/distributed_matrix.hpp"
#include "suan/vector/multi_vector.hpp"

namespace suan::multigrid {

/// Where groups of at most `size` ranks begin, and the end: within nodes, and of about the same
/// size there, or of whole nodes, while they fit. `nodes` has the first ranks of the nodes, and the
/// end.
std::vector<int> begins_of_groups(const std::vector<int>& nodes, int size);

/// Groups of ranks, each of consecutive ones, that hand the rows of a level to their first rank.
/// The order of rows stays, and so do all numbers of rows: a level has the same bits wherever its
/// rows are. The first ranks form a communicator of their own, so that the others neither send nor
/// reduce for the level and those below it.
///
/// All member functions are collective over all ranks, except those without arguments.
class Agglomeration {
 public:
  /// Of about `ranks` groups, which do not cross the borders of nodes while there are more groups
  /// than nodes.
  Agglomeration(const Communicator& all, int ranks);

  /// Whether this rank takes part below.
  bool takes_part() const noexcept { return below_.has_value(); }
  /// The ranks that do; only where this one does.
  const Communicator& below() const { return *below_; }

  /// Rows in this layout are handed over: where they are then, with no rows on the other ranks.
  Layout moved(const Layout& rows) const;
  /// The elements, one row each, that belong to moved rows.
  template <class N>
  RowMajor<const N> moved(const Layout& rows, const RowMajor<const N>& elements) const;
  DeviceView<const LocalIndex> moved(const Layout& rows,
                                     const DeviceView<const LocalIndex>& elements) const;
  /// On the ranks below; nothing on the others.
  template <Scalar T>
  MultiVector<T> moved(const MultiVector<T>& vectors) const;
  template <Scalar T>
  DistributedMatrix<T> moved(const DistributedMatrix<T>& a) const;

 private:
  Layout below(const Layout& moved) const;

  Communicator all_;
  std::vector<int> begins_;  // of the groups, and the end
  int group_ = 0;            // this rank's
  std::optional<Communicator> below_;
};

/// Runs body(), which is collective over some of the ranks, on these; what it throws there, on all
/// of them alike, is thrown on all ranks.
template <class Body>
void on_some(const Communicator& all, bool takes_part, const Body& body) {
  std::optional<Failure> failed;
  try {
    if (takes_part) body();
  } catch (...) {
    failed.emplace();
    failed->kind = current_error(failed->text);
  }
  throw_together(all, failed);
}

/// The same entries, distributed as these layouts say. Rows that stay where they are do so on the
/// device; others go through the memory of the host. Collective.
template <Scalar T>
DistributedMatrix<T> redistributed(const DistributedMatrix<T>& a, const Layout& rows,
                                   const Layout& columns);

/// The same rows, on the ranks where they are, as a matrix of all ranks: the inverse of moving to
/// `below()` in all but which rank has which rows. Ranks that do not take part pass a matrix
/// without rows. Collective over `all`.
template <Scalar T>
DistributedMatrix<T> on_all(const Communicator& all, bool takes_part,
                            const DistributedMatrix<T>& a);

/// The number of ranks to which a level should move, if that is fewer than it has. Levels with
/// fewer than `rank_rows` rows on a rank move: an exchange of messages with all neighbours, of
/// which a cycle has four on each level, takes as long as smoothing about as many rows. So do those
/// with up to eight times as many where ghosts are more than half of the rows. Long rows count once
/// for every 32 entries. The number is one for 4 `rank_rows` rows, so that the next level need not
/// move at once, and half of the ranks at most; groups within nodes may be more. Collective.
template <Scalar T>
std::optional<int> fewer_ranks(const DistributedMatrix<T>& a, std::int64_t rank_rows);

}  // namespace suan::multigrid
