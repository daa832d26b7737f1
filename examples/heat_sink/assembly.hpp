// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Steady heat conduction by cell-centred finite volumes: in each cell, the flows through the six
// faces and the source add up to zero. S. V. Patankar, "Numerical heat transfer and fluid flow",
// Hemisphere 1980, chapter 4.
#pragma once

#include "geometry.hpp"

namespace heat_sink {

struct Physics {
  double copper_conductivity = 400;  ///< W/(m K)
  double plate_conductivity = 1.5;   ///< W/(m K)
  double heat_transfer = 50;         ///< W/(m2 K), from copper to air
  double ambient = 25;               ///< degrees Celsius
  double power = 100;                ///< W, distributed evenly over the chip's area
  static const suan::OptionTable<Physics>& table();
};

/// The linear system A T = b for the temperatures of the solid cells in degrees Celsius.
///
/// Two cells exchange heat through half a cell of one material in series with half a cell of the
/// other (the harmonic mean of the conductivities), a cell and the air through half a cell in
/// series with the film. All faces of the fins and the upper side of the base are in contact with
/// the air; all other surfaces are adiabatic, except the chip's, where the heat enters. A is
/// symmetric positive definite, and exact for heat that flows in one direction.
class Conduction {
 public:
  /// @throws suan::InvalidArgument for a value out of range.
  Conduction(const Geometry& geometry, const Physics& physics);

  /// Appends row `i` of A in W/K.
  void row(GlobalIndex i, suan::RowWriter<double>& writer) const;
  /// Element `i` of b in W.
  double right_hand_side(GlobalIndex i) const;
  /// Between unknown `i` and the air, in W/K; 0 inside.
  double to_air(GlobalIndex i) const;
  /// The temperature difference in K between the chip and the centre of the heated cell above it.
  double chip_drop() const;

  const Geometry& geometry() const noexcept { return geometry_; }
  const Physics& physics() const noexcept { return physics_; }

 private:
  double half_cell(Material material) const noexcept;
  double between(Material one, Material other) const noexcept;

  Geometry geometry_;
  Physics physics_;
  double film_ = 0;        // conductance of one face and its film, W/K
  double cell_power_ = 0;  // W into each heated cell
};

/// The matrix; every rank computes only its own rows. Collective.
suan::DistributedMatrix<double> assemble_matrix(const Conduction& problem,
                                                const suan::Layout& layout);
suan::Vector<double> assemble_right_hand_side(const Conduction& problem,
                                              const suan::Layout& layout);

}  // namespace heat_sink
