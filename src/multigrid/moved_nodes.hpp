// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "multigrid/agglomeration.hpp"

namespace suan::multigrid {

/// The first rows of nodes, and the end, where these nodes have moved. Collective.
DeviceView<const LocalIndex> moved_first_rows(const Agglomeration& agglomeration,
                                              const Layout& nodes,
                                              const DeviceView<const LocalIndex>& first);

}  // namespace suan::multigrid
