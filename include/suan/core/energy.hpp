// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "suan/core/timer.hpp"

namespace suan {

/// Energy that the processors and the memory of this machine use, all programs on it together, from
/// the counters of Linux' powercap interface (RAPL of Intel and AMD). Virtual machines mostly have
/// none, and most systems let only root read them.
class EnergyMeter {
 public:
  /// Starts to measure.
  explicit EnergyMeter(const std::string& folder = "/sys/class/powercap");

  bool available() const noexcept { return !counters_.empty(); }
  /// Joules since it was made; negative when the machine cannot tell, or when so much time has
  /// passed that a counter may have wrapped around more than once.
  double joules() const;

 private:
  struct Counter {
    std::string file;
    std::uint64_t range;  ///< the largest value, after which it begins at zero again
    std::uint64_t start;
  };
  std::vector<Counter> counters_;  ///< in microjoules
  Timer timer_;
};

}  // namespace suan
