// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// One command, one exit code and one message for all ranks.
#pragma once

#include <functional>
#include <string>

#include "suan/comm/communicator.hpp"

namespace suan::cli {

enum ExitCode : int {
  exit_solved = 0,
  exit_not_converged = 1,
  exit_bad_use = 2,
  exit_interrupted = 3
};

/// Runs a command on every rank and returns the largest of the ranks' exit codes, on all of them.
/// When it throws, the lowest rank that has an error prints it ("suan: ...") and the code is 2.
///
/// Errors of the library are thrown on all ranks. If one rank fails alone while the others wait for
/// it elsewhere, it prints its error after a few seconds and aborts them all.
int run_together(const Communicator& world, const std::function<int()>& command);

/// Parses the command line on every rank, and compares the results as lines "name = value". One
/// mpirun may start ranks with different arguments, and a script may behave differently on another
/// machine. Collective.
/// @throws InvalidArgument, on all ranks, when they differ; what `parse` throws on any of them.
void require_same_words(const Communicator& world, const std::function<std::string()>& parse);

}  // namespace suan::cli
