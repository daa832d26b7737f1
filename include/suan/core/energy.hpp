// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "suan/core/timer.hpp"

namespace suan {

/// The energy used by the processors and memory of this machine, for all its programs together,
/// from the counters of Linux' powercap interface (Intel's and AMD's RAPL). Most virtual machines
/// have no counters, and on most systems only root may read them.
class EnergyMeter {
 public:
  /// Starts to measure.
  explicit EnergyMeter(const std::string& folder = "/sys/class/powercap");

  bool available() const noexcept { return !counters_.empty(); }
  /// Joules since construction; negative when the machine cannot tell, or when a counter may have
  /// wrapped around more than once since.
  double joules() const;

 private:
  struct Counter {
    std::string file;
    std::uint64_t range;  ///< the largest value, after which it wraps to zero
    std::uint64_t start;
  };
  std::vector<Counter> counters_;  ///< in microjoules
  Timer timer_;
};

}  // namespace suan
