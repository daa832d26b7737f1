// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Ranks that see different files under the same names, as on machines with folders of their own.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "suan/comm/communicator.hpp"

namespace suan::test {

/// While it exists, each rank works in an empty folder of its own, which goes away afterwards.
class OtherFolder {
 public:
  explicit OtherFolder(const Communicator& comm) : comm_(comm), before_(current()) {
    std::string pattern = (std::filesystem::temp_directory_path() / "suan_rank_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path_ = pattern;
    std::filesystem::current_path(path_);
  }
  ~OtherFolder() {
    std::error_code ignored;
    std::filesystem::current_path(before_, ignored);
    comm_.barrier();
    std::filesystem::remove_all(path_, ignored);
  }
  OtherFolder(const OtherFolder&) = delete;
  OtherFolder& operator=(const OtherFolder&) = delete;

 private:
  static std::filesystem::path current() { return std::filesystem::current_path(); }

  Communicator comm_;
  std::filesystem::path before_;
  std::filesystem::path path_;
};

}  // namespace suan::test
