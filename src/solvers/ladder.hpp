// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The ways of multigrid that a solve tries, one after the other, where the first is slow.
#pragma once

#include <string>
#include <vector>

#include "suan/multigrid/amg.hpp"

namespace suan::detail {

/// A way, and its name in reports.
struct Rung {
  AmgOptions options;
  std::string name;
};

/// What is tried first.
Rung first_rung(std::int64_t block_size);

/// What may do better than the first one, whose options have nothing open any more: at most two.
std::vector<Rung> next_rungs(const AmgOptions& first);

}  // namespace suan::detail
