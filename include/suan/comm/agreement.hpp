// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Comparing arguments that must be the same on all ranks, at the start of a collective function.
#pragma once

#include <string>

#include "suan/comm/communicator.hpp"

namespace suan {

/// Compares between ranks the name of the function that each of them called, and its
/// arguments as lines "name = value". Costs two reductions of one number each if all agree, and
/// nothing on one rank, where a text that is costly to make should not be made. Collective.
/// @throws InvalidArgument, on all ranks, with the first line that differs and the two ranks.
void require_agreement(const Communicator& comm, const std::string& function,
                       const std::string& told = {});

}  // namespace suan
