// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "suan/comm/communicator.hpp"
#include "suan/core/detail/host_loop.hpp"

namespace suan::detail {

/// Marks that a product is being computed. It may involve functions of the program, which may throw
/// on one rank before they create a vector, so creating one is not collective then. See also
/// InTurn.
class InOperator {
 private:
  InTurn turn_;
  InTogether together_;
};

}  // namespace suan::detail
