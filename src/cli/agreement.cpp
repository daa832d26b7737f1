// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "agreement.hpp"

#include <optional>

#include "suan/comm/agreement.hpp"
#include "suan/comm/run.hpp"

namespace suan::cli {

int run_together(const Communicator& world, const std::function<int()>& command) {
  return run(world, command, {.program = "suan", .error_code = exit_bad_use});
}

void require_same_words(const Communicator& world, const std::function<std::string()>& parse) {
  std::string lines;
  std::optional<Failure> failed;
  try {
    lines = parse();
  } catch (...) {
    failed.emplace();
    failed->kind = current_error(failed->text);
  }
  const auto failures = world.sum(std::int64_t{failed ? 1 : 0});
  if (failed && failures < world.size()) {
    failed->text = message("on rank ", world.rank(), ", but not on all: ", failed->text);
  }
  throw_together(world, failed);
  require_agreement(world, "the command line", lines);
}

}  // namespace suan::cli
