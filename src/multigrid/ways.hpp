// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Ways to set up a hierarchy that need less memory.
#pragma once

#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

struct Way {
  AmgOptions options;
  std::string name;
};

/// What was asked for, then what needs less memory, giving up more and more. In single precision
/// unsmoothed prolongators would lose too much (see AmgOptions::precision), and in double they need
/// no copy of the matrix. Where the matrix has been rounded for this, whoever did that chooses.
std::vector<Way> ways_to_set_up(const AmgOptions& asked, bool is_rounded);

}  // namespace suan::multigrid
