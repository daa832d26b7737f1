// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Files for ParaView and for plot.py.
#pragma once

#include <filesystem>

#include "assembly.hpp"

namespace heat_sink {

/// Distributes the cells of the grid so that each rank owns the cells of its unknowns and the air
/// between them. Collective.
suan::Layout grid_layout(const Geometry& geometry, const suan::Layout& unknowns);

/// The temperatures on the whole grid, NaN in the air. Collective.
suan::Vector<double> temperature_on_grid(const Geometry& geometry,
                                         const suan::Vector<double>& temperature);
/// The number of the material of each cell of the grid. Collective.
suan::Vector<float> material_on_grid(const Geometry& geometry, const suan::Layout& unknowns);

/// Matrix "A" and right-hand side "b". Collective.
void write_system(const std::filesystem::path& path, const suan::DistributedMatrix<double>& a,
                  const suan::Vector<double>& b);
/// "temperature" and "material" as arrays of nz x ny x nx. Collective.
void write_field(const std::filesystem::path& path, const Geometry& geometry,
                 const suan::Vector<double>& temperature);

/// The description of write_field()'s file for ParaView.
std::string xdmf(const Geometry& geometry, const std::string& hdf5_name);

}  // namespace heat_sink
