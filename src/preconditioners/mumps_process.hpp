// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// MPI for MUMPS, which needs it on one rank, too.
#pragma once

#include "suan/comm/communicator.hpp"

namespace suan::detail {

/// The communicator for MUMPS, as Fortran's handle. For a matrix of one rank that of this process;
/// then MPI is started if it does not run, and ended with the program.
/// @throws NotSupported where MPI has ended, or cannot be started for one of several processes.
int mumps_communicator(const Communicator& comm);

}  // namespace suan::detail
