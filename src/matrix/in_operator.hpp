// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/host_loop.hpp"
#include "suan/distributed/communicator.hpp"

namespace suan::detail {

/// A product is being computed. Functions of the program are among those that do, and may throw on
/// one rank before they make a vector: making one tells nobody then. See InTurn, too.
class InOperator {
 private:
  InTurn turn_;
  InTogether together_;
};

}  // namespace suan::detail
