// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "io/unfinished_files.hpp"

#include <signal.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <string_view>
#include <system_error>
#include <vector>

namespace suan::detail {
namespace {

namespace fs = std::filesystem;

/// Keeps long names possible: the limit is 255 bytes on most systems.
constexpr std::size_t longest_stem = 200;

/// The part of unfinished names that depends on the path: the folder and the start of the name.
std::string stem_of(const std::string& path) {
  const auto name = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
  return path.substr(0, name + longest_stem);
}

/// A number that two processes share only if each can check the other by its process number.
unsigned this_machine() {
  std::string boot;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> boot;
  std::error_code error;
  const auto processes = fs::read_symlink("/proc/self/ns/pid", error);
  if (boot.empty() || error) return 0;  // the machine cannot be identified
  const auto key = std::hash<std::string>()(boot + processes.string());
  return static_cast<unsigned>(key ^ (key >> 32)) | 1U;
}

/// The process that writes the file of this name, if it runs on this machine; else 0.
long process_of(std::string_view name, std::string_view stem, unsigned machine) {
  if (!name.starts_with(stem) || !name.ends_with(".part")) return 0;
  name.remove_prefix(stem.size());
  char expected[16];
  std::snprintf(expected, sizeof expected, ".%08x.", machine);
  if (!name.starts_with(expected)) return 0;
  name.remove_prefix(std::string_view(expected).size());
  long process = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), process);
  // Then a dot, eight random digits, and the extension.
  const auto rest = static_cast<std::size_t>(name.data() + name.size() - end);
  constexpr std::size_t expected_rest = sizeof ".01234567.part" - 1;
  return error == std::errc() && rest == expected_rest && *end == '.' && process > 0 ? process : 0;
}

}  // namespace

std::string unfinished_name(const std::string& path) {
  std::random_device random;
  char suffix[64];
  std::snprintf(suffix, sizeof suffix, ".%08x.%ld.%08x.part", this_machine(),
                static_cast<long>(::getpid()), random());
  return stem_of(path) + suffix;
}

void remove_abandoned(const std::string& path) noexcept {
  try {
    const unsigned machine = this_machine();
    if (machine == 0) return;
    const fs::path stem(stem_of(path));
    const fs::path folder = stem.has_parent_path() ? stem.parent_path() : fs::path(".");
    std::error_code error;
    std::vector<fs::path> abandoned;
    for (fs::directory_iterator files(folder, error), end; !error && files != end;
         files.increment(error)) {
      const long process =
          process_of(files->path().filename().native(), stem.filename().native(), machine);
      const bool gone =
          process > 0 && ::kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH;
      if (gone) abandoned.push_back(files->path());
    }
    for (const auto& file : abandoned) ::unlink(file.c_str());
  } catch (...) {
    // Leftovers do no harm; a write must not fail because of them.
    return;
  }
}

}  // namespace suan::detail
