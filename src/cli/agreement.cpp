// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "agreement.hpp"

#include "suan/core/run.hpp"

namespace suan::cli {

int run_together(const Communicator& world, const std::function<int()>& command) {
  return run(world, command, {.program = "suan", .error_code = exit_bad_use});
}

}  // namespace suan::cli
