// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Files that have to go when a signal ends the program before they are complete.
#pragma once

#include <string>

namespace suan::detail {

/// While it lives, its file is removed by clean_up_for_signal().
class SignalCleanup {
 public:
  explicit SignalCleanup(std::string path) noexcept;
  ~SignalCleanup();
  SignalCleanup(const SignalCleanup&) = delete;
  SignalCleanup& operator=(const SignalCleanup&) = delete;

 private:
  std::string path_;
  int place_ = -1;
};

/// May be called by a handler of signals, after which the process has to end.
void clean_up_for_signal() noexcept;

}  // namespace suan::detail
