// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What ranks have to be told alike, compared where a collective function begins.
#pragma once

#include <string>

#include "suan/distributed/communicator.hpp"

namespace suan {

/// Compares what the ranks were told: the name of the function that each of them called, and what
/// it depends on, in lines "name = value". Two reductions of one number each when all is well, and
/// nothing with one rank; a text that is costly to write should not be written then. Collective.
/// @throws InvalidArgument, on all ranks, with the first line that differs and the two ranks.
void require_agreement(const Communicator& comm, const std::string& function,
                       const std::string& told = {});

}  // namespace suan
