// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <algorithm>

namespace suan::detail {

/// Lets the stack of the main thread grow to 120 MB (of the 128 that Linux leaves for it) while
/// MUMPS distributes a tree of eliminations over ranks: it does so recursively, and minimum degree
/// makes trees as deep as a matrix has rows. Without effect where the system forbids it.
class DeepStack {
 public:
  DeepStack() {
    constexpr rlim_t enough = 120 << 20;
    is_changed_ = ::getrlimit(RLIMIT_STACK, &before_) == 0 && before_.rlim_cur < enough;
    if (!is_changed_) return;
    rlimit more = before_;
    more.rlim_cur = std::min(enough, before_.rlim_max);
    is_changed_ = ::setrlimit(RLIMIT_STACK, &more) == 0;
  }
  ~DeepStack() {
    if (is_changed_) ::setrlimit(RLIMIT_STACK, &before_);
  }
  DeepStack(const DeepStack&) = delete;
  DeepStack& operator=(const DeepStack&) = delete;

 private:
  rlimit before_{};
  bool is_changed_ = false;
};

}  // namespace suan::detail
