// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The energy of a solve.
#pragma once

#include <optional>

#include "suan/comm/communicator.hpp"
#include "suan/core/energy.hpp"

namespace suan::detail {

/// Measures from its construction. Only the outermost solve has one.
class SolveEnergy {
 public:
  SolveEnergy();
  /// Joules of all machines of the ranks, each read by its lowest rank. Negative when one of them
  /// cannot tell, and on a GPU, whose energy is unknown here. Collective: a single reduction if a
  /// machine has no counters, like most.
  double joules_of_all(const Communicator& comm) const;

 private:
  std::optional<EnergyMeter> meter_;
};

}  // namespace suan::detail
