// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

/// What rank 0 reports, on all ranks: it takes part in every level. Collective.
AmgReport shared(const Communicator& comm, const AmgReport& report);

}  // namespace suan::multigrid
