// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What communicators are made of: one duplicate for each communicator of the user's.
#pragma once

#include <memory>

#include "suan/distributed/communicator.hpp"

namespace suan::detail {

struct RankGroup {
  int rank = 0;
  int size = 1;
#if SUAN_HAVE_MPI
  /// Not freed with this object: that is collective, and a destructor runs when each rank likes.
  MPI_Comm comm = MPI_COMM_NULL;
#endif
};

#if SUAN_HAVE_MPI

/// The duplicate that belongs to `comm`, or `comm` itself where it is one. Made by the first call,
/// which is collective, and kept as an attribute of `comm`.
///
/// It is freed when `comm` is, which is collective, too, unless one of the ranks still uses it
/// then; what is left at the beginning of MPI_Finalize is freed there.
std::shared_ptr<const RankGroup> duplicate_of(MPI_Comm comm);

#endif

}  // namespace suan::detail
