// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The commands of the program, one per source file. Each gets the words after its name, the same on
// all ranks, runs on all of them and returns an exit code or throws; see agreement.hpp.
#pragma once

#include "arguments.hpp"
#include "suan/comm/communicator.hpp"

namespace suan::cli {

Usage solve_usage();
int run_solve(const Communicator& world, const CommandLine& line);

Usage info_usage();
int run_info(const Communicator& world, const CommandLine& line);

Usage convert_usage();
int run_convert(const Communicator& world, const CommandLine& line);

Usage generate_usage();
int run_generate(const Communicator& world, const CommandLine& line);

}  // namespace suan::cli
