// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The energy of a solve.
#pragma once

#include <optional>

#include "suan/core/energy.hpp"
#include "suan/distributed/communicator.hpp"

namespace suan::detail {

/// Measures from when it was made. Only the outermost solve has one.
class SolveEnergy {
 public:
  SolveEnergy();
  /// Joules of all machines on which ranks run, each read by its lowest rank. Negative when one of
  /// them cannot tell, and on a GPU, whose energy is not known here. Collective: one reduction
  /// where a machine has no counters, as most.
  double joules_of_all(const Communicator& comm) const;

 private:
  std::optional<EnergyMeter> meter_;
};

}  // namespace suan::detail
