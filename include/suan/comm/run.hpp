// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// main() of a program: an Environment, one message and one exit code for all ranks, and no hang if
// one rank fails alone.
#pragma once

#include <functional>
#include <string>

#include "suan/comm/environment.hpp"

namespace suan {

struct RunOptions {
  /// Messages start with this; if empty, with the name of the program from argv[0].
  std::string program;
  /// The exit code after an exception.
  int error_code = 2;
  /// How many seconds a failed rank waits for the others to return, before it aborts them all.
  double patience = 10;
};

/// int main(int argc, char** argv) {
///   return suan::run(argc, argv, [&](suan::Environment& env) { ...; return 0; });
/// }
///
/// Creates the Environment and calls `body` in it on every rank. Returns the largest of the ranks'
/// codes, on all ranks; an exception is printed once, by the lowest rank that has one, and counts
/// as `error_code`. Errors of the library are thrown on all ranks. If one rank leaves alone while
/// the others wait for it, it prints its error and ends them with MPI_Abort. Never throws.
///
/// `body` sees argc and argv without the arguments of MPI and Kokkos. Its output is flushed;
/// failing to write it is an error, too.
int run(int& argc, char**& argv, const std::function<int(Environment&)>& body,
        const RunOptions& options = {});

/// The same for a program with its own Environment. Collective over all ranks of the program.
int run(const Communicator& world, const std::function<int()>& body,
        const RunOptions& options = {});

}  // namespace suan
