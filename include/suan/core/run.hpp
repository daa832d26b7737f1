// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// main() of a program: an Environment, one message and one exit code for all ranks, and an end also
// where one rank fails alone.
#pragma once

#include <functional>
#include <string>

#include "suan/core/environment.hpp"

namespace suan {

struct RunOptions {
  /// What messages begin with; empty: the name of the program, from argv[0].
  std::string program;
  /// What is returned after an exception.
  int error_code = 2;
  /// How many seconds a rank that failed waits for the others to return as well, before it ends
  /// them all.
  double patience = 10;
};

/// int main(int argc, char** argv) {
///   return suan::run(argc, argv, [&](suan::Environment& env) { ...; return 0; });
/// }
///
/// Makes the Environment and calls `body` in it on every rank. Returns the largest of the ranks'
/// codes, on all ranks; an exception is printed once, by the lowest rank that has one, and counts
/// as `error_code`. Errors of the library are thrown on all ranks. Should one rank leave alone
/// while the others wait for it, it prints its error and ends them with MPI_Abort. Never throws.
///
/// `body` sees argc and argv without the arguments that belong to MPI and Kokkos. What it printed
/// is flushed; a standard output that takes no more is an error, too.
int run(int& argc, char**& argv, const std::function<int(Environment&)>& body,
        const RunOptions& options = {});

/// The same for a program that has made its Environment. Collective over all ranks of the program.
int run(const Communicator& world, const std::function<int()>& body,
        const RunOptions& options = {});

}  // namespace suan
