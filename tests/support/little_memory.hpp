// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Too little memory, on one rank.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <utility>

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
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const std::size_t size = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    allow(size);
    take_what_is_free();
    allow(size + (mib << 20));
  }
  ~LittleMemory() {
    setrlimit(RLIMIT_AS, &before_);
    while (taken_ != nullptr) std::free(std::exchange(taken_, *static_cast<void**>(taken_)));
  }
  LittleMemory(const LittleMemory&) = delete;
  LittleMemory& operator=(const LittleMemory&) = delete;

 private:
  void allow(std::size_t size) const {
    rlimit limit = before_;
    limit.rlim_cur = size;
    setrlimit(RLIMIT_AS, &limit);
  }
  /// What was freed before, which the process still has: tens of MiB or none, by chance. In a list,
  /// each piece with the address of the one before.
  void take_what_is_free() {
    for (std::size_t size = std::size_t(1) << 20; size >= std::size_t(1) << 12; size /= 2) {
      while (void* const piece = std::malloc(size)) {
        *static_cast<void**>(piece) = std::exchange(taken_, piece);
      }
    }
  }

  rlimit before_{};
  void* taken_ = nullptr;
};

}  // namespace suan::test
