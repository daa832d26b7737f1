// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The command line.
#pragma once

#include "assembly.hpp"

namespace heat_sink {

struct Options {
  Shape shape;
  Physics physics;
  suan::SolveOptions solve;  ///< with a limit on iterations that fits this problem
  std::string output = ".";
  bool matrix = true;
  bool help = false;
  Options();
  static const suan::OptionTable<Options>& table();
};

/// Reads --name value and --name=value. @throws suan::InvalidArgument
Options parse(int argc, const char* const* argv);
std::string help_text();

}  // namespace heat_sink
