// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>
#include <thread>

#include "build_info.hpp"
#include "harness.hpp"

namespace suan::bench {

namespace {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    const auto colon = line.find(':');
    if (line.starts_with("model name") && colon + 2 < line.size()) return line.substr(colon + 2);
  }
  return "unknown";
}

/// Kokkos' description of itself, on one line, without headings and disabled features.
std::string kokkos_configuration() {
  std::ostringstream all;
  Kokkos::print_configuration(all);
  std::istringstream lines(all.str());
  std::string text;
  std::string line;
  while (std::getline(lines, line)) {
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string::npos || line.ends_with(":") || line.ends_with(": no")) continue;
    if (!text.empty()) text += "; ";
    text += line.substr(first);
  }
  return text;
}

}  // namespace

void add_context(const Environment& environment) {
  const auto add = [](const char* key, const std::string& value) {
    benchmark::AddCustomContext(key, value);
  };
  add("suan_version", SUAN_VERSION);
  add("commit", build_info::commit);
  add("dirty", build_info::dirty);
  add("compiler", build_info::compiler);
  add("flags", build_info::flags);
  add("build_type", build_info::build_type);
  add("kokkos_version", build_info::kokkos_version);
  add("kokkos_configuration", kokkos_configuration());
  add("execution_space", ExecutionSpace::name());
  add("cpu_model", cpu_model());
  add("hardware_threads", std::to_string(std::thread::hardware_concurrency()));
  add("threads", std::to_string(HostExecutionSpace().concurrency()));
  add("ranks", std::to_string(environment.world().size()));
}

}  // namespace suan::bench
