// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/energy.hpp"

#include <filesystem>
#include <fstream>
#include <optional>

namespace suan {

namespace {

template <class T>
std::optional<T> read(const std::string& file) {
  std::ifstream in(file);
  T value;
  if (!(in >> value)) return std::nullopt;
  return value;
}

/// Packages, and memory if it has its own counter. The other domains are parts of a package.
bool counts(const std::string& name) { return name.starts_with("package") || name == "dram"; }

}  // namespace

EnergyMeter::EnergyMeter(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string zone = entry->path().string();
    // intel-rapl-mmio lists the same packages again.
    if (!entry->path().filename().string().starts_with("intel-rapl:")) continue;
    const auto name = read<std::string>(zone + "/name");
    if (!name || !counts(*name)) continue;
    const auto range = read<std::uint64_t>(zone + "/max_energy_range_uj");
    const auto start = read<std::uint64_t>(zone + "/energy_uj");
    if (!range || !start || *range == 0) {
      counters_.clear();  // a sum that lacks a part would be wrong
      return;
    }
    counters_.push_back({zone + "/energy_uj", *range, *start});
  }
}

double EnergyMeter::joules() const {
  constexpr double unknown = -1;
  constexpr double most_watts = 2000;  // of one package
  const double seconds = timer_.seconds();
  double microjoules = 0;
  for (const auto& counter : counters_) {
    const auto now = read<std::uint64_t>(counter.file);
    if (!now || static_cast<double>(counter.range) < seconds * most_watts * 1e6) return unknown;
    const std::uint64_t used =
        *now >= counter.start ? *now - counter.start : counter.range - counter.start + *now;
    microjoules += static_cast<double>(used);
  }
  return available() ? microjoules * 1e-6 : unknown;
}

}  // namespace suan
