// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What an engineer wants to know about a temperature field, and whether it can be trusted.
#pragma once

#include "assembly.hpp"

namespace heat_sink {

struct Summary {
  double heat_in = 0;   ///< W, from the chip
  double heat_out = 0;  ///< W, to the air
  /// The largest |heat_in - heat_out| that the solve's tolerance allows, in W. The difference is
  /// the sum of the residual's elements, at most sqrt(n) times its norm.
  double allowed_difference = 0;
  double hottest_chip = 0;  ///< degrees Celsius, at the chip's face
  double hottest_copper = 0;
  double coldest = 0;
  double resistance = 0;  ///< K/W, from the chip's hottest point to the air

  double relative_difference() const noexcept;
  bool balanced() const noexcept;
};

/// `tolerance` is the norm of the residual to which `temperature` was solved. Collective.
Summary summarise(const Conduction& problem, const suan::Vector<double>& temperature,
                  double tolerance);

std::ostream& operator<<(std::ostream& out, const Summary& summary);
std::string to_json(const Summary& summary);

}  // namespace heat_sink
