// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Files to remove when a signal ends the program before they are complete.
#pragma once

#include <string>

namespace suan::detail {

/// While this object exists, clean_up_for_signal() removes its file.
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

/// May be called by a signal handler, after which the process must end.
void clean_up_for_signal() noexcept;

}  // namespace suan::detail
