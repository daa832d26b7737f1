// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The basis of communicators: one duplicate for each of the user's communicators.
#pragma once

#include <memory>

#include "suan/comm/communicator.hpp"

namespace suan::detail {

struct RankGroup {
  int rank = 0;
  int size = 1;
#if SUAN_HAVE_MPI
  /// Not freed with this object: freeing is collective, and destructors run at different times.
  MPI_Comm comm = MPI_COMM_NULL;
#endif
};

#if SUAN_HAVE_MPI

/// The duplicate of `comm`, or `comm` itself if it is one. Created by the first call, which is
/// collective, and kept as an attribute of `comm`.
///
/// It is freed with `comm`, which is collective, too, unless a rank is still using it then; the
/// rest is freed at the start of MPI_Finalize.
std::shared_ptr<const RankGroup> duplicate_of(MPI_Comm comm);

#endif

}  // namespace suan::detail
