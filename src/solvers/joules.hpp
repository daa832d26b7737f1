// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The energy of a solve.
#pragma once

#include "suan/core/energy.hpp"
#include "suan/distributed/communicator.hpp"

namespace suan::detail {

/// Joules of all machines on which ranks run, each read by its lowest rank. Negative when one of
/// them cannot tell, and on a GPU, whose energy is not known here. Collective.
double joules_of_all(const Communicator& comm, const EnergyMeter& meter);

}  // namespace suan::detail
