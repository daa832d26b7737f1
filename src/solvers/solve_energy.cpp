// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/solve_energy.hpp"

namespace suan::detail {

namespace {

/// Whether this machine has counters at all. Checked once: most have none, and finding out takes as
/// long as a small solve.
bool machine_has_counters() {
  static const bool has_counters = EnergyMeter().available();
  return has_counters;
}

}  // namespace

SolveEnergy::SolveEnergy() {
  if (SUAN_HAVE_CUDA == 0 && machine_has_counters()) meter_.emplace();
}

double SolveEnergy::joules_of_all(const Communicator& comm) const {
  constexpr double unknown = -1;
  if (SUAN_HAVE_CUDA != 0) return unknown;
  if (comm.min(std::int64_t{meter_.has_value()}) == 0) return unknown;
  // One rank of each node reads the counters that all of them share.
  const double joules = comm.node().is_root() ? meter_->joules() : 0;
  const bool all_known = comm.min(joules) >= 0;
  const double sum = comm.sum(joules);
  return all_known ? sum : unknown;
}

}  // namespace suan::detail
