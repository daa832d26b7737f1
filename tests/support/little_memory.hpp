// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Too little memory, on one rank.
#pragma once

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <fstream>

#include "suan/comm/communicator.hpp"

namespace suan::test {

/// While it lives, this rank of all, or the last one, gets at most so many MiB more than it has.
class LittleMemory {
 public:
  explicit LittleMemory(std::size_t mib = 64)
      : LittleMemory(mib, Communicator::world().size() - 1) {}
  LittleMemory(std::size_t mib, int rank) {
    getrlimit(RLIMIT_AS, &before_);
    if (Communicator::world().rank() != rank) return;
    malloc_trim(0);  // else what was freed before would be there in addition
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit limit = before_;
    limit.rlim_cur = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + (mib << 20);
    setrlimit(RLIMIT_AS, &limit);
  }
  ~LittleMemory() { setrlimit(RLIMIT_AS, &before_); }
  LittleMemory(const LittleMemory&) = delete;
  LittleMemory& operator=(const LittleMemory&) = delete;

 private:
  rlimit before_{};
};

}  // namespace suan::test
