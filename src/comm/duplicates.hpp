// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The basis of communicators: one duplicate for each of the user's communicators, and the parts
// into which it has been split.
#pragma once

#include <memory>
#include <vector>

#include "suan/comm/communicator.hpp"

namespace suan::detail {

struct RankGroup {
  int rank = 0;
  int size = 1;
#if SUAN_HAVE_MPI
  /// Not freed with this object: freeing is collective, and destructors run at different times.
  MPI_Comm comm = MPI_COMM_NULL;

  // What collective calls change, on all ranks alike.
  mutable int consensus = 0;  // see find_senders()
  mutable int plans = 0;      // see Channel::choose_tag()
  mutable std::shared_ptr<const RankGroup> node;
  /// This rank's part of each split, or none if it is in no part. In order of creation.
  mutable std::vector<std::shared_ptr<const RankGroup>> splits;
#endif
};

#if SUAN_HAVE_MPI

/// The duplicate of `comm`, or `comm` itself if it is one, or a part of one. Created by the first
/// call, which is collective, and kept as an attribute of `comm`.
///
/// It is freed with `comm`, which is collective, too, unless a rank is still using it then, or one
/// of its parts; the rest is freed at the start of MPI_Finalize.
std::shared_ptr<const RankGroup> duplicate_of(MPI_Comm comm);

/// The ranks of `group` that share memory with this one: made once. Collective.
std::shared_ptr<const RankGroup> node_of(const RankGroup& group);

/// This rank's part when `group` is split as MPI_Comm_split does it; none for MPI_UNDEFINED. First
/// frees the parts of earlier splits that no rank uses any more. Collective.
std::shared_ptr<const RankGroup> part_of(const RankGroup& group, int color, int key);

#endif

}  // namespace suan::detail
