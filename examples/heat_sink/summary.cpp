// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "summary.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <ostream>

namespace heat_sink {

double Summary::relative_difference() const noexcept {
  return std::abs(heat_in - heat_out) / heat_in;
}

bool Summary::balanced() const noexcept {
  return std::abs(heat_in - heat_out) <= allowed_difference;
}

Summary summarise(const Conduction& problem, const suan::Vector<double>& temperature,
                  double tolerance) {
  const Geometry& geometry = problem.geometry();
  const Physics& physics = problem.physics();
  const std::vector<double> local = temperature.to_host();
  const suan::GlobalIndex first = temperature.layout().first();

  constexpr double infinity = std::numeric_limits<double>::infinity();
  double heat_out = 0;
  double size_of_terms = 0;
  double chip = -infinity;
  double copper = -infinity;
  double coldest = infinity;
  for (std::size_t k = 0; k < local.size(); ++k) {
    const GlobalIndex i = first + static_cast<GlobalIndex>(k);
    const Cell cell = geometry.cell(i);
    const double to_air = problem.to_air(i);
    heat_out += to_air * (local[k] - physics.ambient);
    size_of_terms += to_air * (std::abs(local[k]) + std::abs(physics.ambient));
    coldest = std::min(coldest, local[k]);
    if (geometry.heated(cell)) chip = std::max(chip, local[k] + problem.chip_drop());
    if (geometry.material(cell) == Material::copper) copper = std::max(copper, local[k]);
  }

  const suan::Communicator& comm = temperature.layout().comm();
  const auto n = static_cast<double>(geometry.unknowns());
  Summary summary;
  summary.heat_in = physics.power;
  summary.heat_out = comm.sum(heat_out);
  // Summing n terms in floating point adds a rounding error.
  const double rounding = n * std::numeric_limits<double>::epsilon() * comm.sum(size_of_terms);
  summary.allowed_difference = std::sqrt(n) * tolerance + rounding;
  summary.hottest_chip = comm.max(chip);
  summary.hottest_copper = comm.max(copper);
  summary.coldest = comm.min(coldest);
  summary.resistance = (summary.hottest_chip - physics.ambient) / physics.power;
  return summary;
}

std::ostream& operator<<(std::ostream& out, const Summary& s) {
  const auto flags = out.flags();
  const auto precision = out.precision();
  out << std::fixed << std::setprecision(6) << "Heat balance: " << s.heat_in
      << " W enter from the chip, " << s.heat_out << " W leave to the air\n"
      << std::scientific << std::setprecision(1) << "  relative difference "
      << s.relative_difference() << "; the tolerance allows " << s.allowed_difference / s.heat_in
      << '\n'
      << std::fixed << std::setprecision(2) << "Temperature: chip at most " << s.hottest_chip
      << " degC, copper at most " << s.hottest_copper << " degC, coldest cell " << s.coldest
      << " degC\n"
      << std::setprecision(4) << "Thermal resistance from chip to air: " << s.resistance
      << " K/W\n";
  out.flags(flags);
  out.precision(precision);
  return out;
}

std::string to_json(const Summary& s) {
  std::ostringstream out;
  out << std::setprecision(17) << "{\"heat_in_watt\": " << s.heat_in
      << ", \"heat_out_watt\": " << s.heat_out
      << ", \"relative_difference\": " << s.relative_difference()
      << ", \"allowed_relative_difference\": " << s.allowed_difference / s.heat_in
      << ", \"hottest_chip_celsius\": " << s.hottest_chip
      << ", \"hottest_copper_celsius\": " << s.hottest_copper
      << ", \"coldest_celsius\": " << s.coldest
      << ", \"thermal_resistance_kelvin_per_watt\": " << s.resistance << "}";
  return out.str();
}

}  // namespace heat_sink
