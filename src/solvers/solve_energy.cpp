// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "solvers/solve_energy.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <string>

namespace suan::detail {

namespace {

/// Identifies this machine, not the container, among those of a job.
std::int64_t machine_number() {
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string name;
  in >> name;
  return static_cast<std::int64_t>(std::hash<std::string>()(name) >> 1);
}

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
  static const std::int64_t number = machine_number();
  const auto machines = comm.all_gather(number);
  const auto mine = machines.begin() + comm.rank();
  const bool reads = std::find(machines.begin(), mine, *mine) == mine;
  const double joules = reads ? meter_->joules() : 0;
  const bool all_known = comm.min(joules) >= 0;
  const double sum = comm.sum(joules);
  return all_known ? sum : unknown;
}

}  // namespace suan::detail
