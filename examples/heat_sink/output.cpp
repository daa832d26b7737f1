// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "output.hpp"

#include <limits>

namespace heat_sink {
namespace {

std::array<GlobalIndex, 3> shape_of(const Geometry& geometry) {
  return {geometry.nz(), geometry.ny(), geometry.nx()};
}

}  // namespace

suan::Layout grid_layout(const Geometry& geometry, const suan::Layout& unknowns) {
  // The start of the cells of the rank whose first unknown is i. Ranks without unknowns get no
  // cells; the first and the last one with unknowns get the air before and after.
  const auto begin = [&](GlobalIndex i) {
    if (i == 0) return GlobalIndex{0};
    if (i == geometry.unknowns()) return geometry.grid_cells();
    return geometry.position(geometry.cell(i));
  };
  return suan::Layout::from_local_size(begin(unknowns.last()) - begin(unknowns.first()),
                                       unknowns.comm());
}

suan::Vector<double> temperature_on_grid(const Geometry& geometry,
                                         const suan::Vector<double>& temperature) {
  const suan::Layout grid = grid_layout(geometry, temperature.layout());
  const std::vector<double> solid = temperature.to_host();
  std::vector<double> cells(static_cast<std::size_t>(grid.local_size()),
                            std::numeric_limits<double>::quiet_NaN());
  for (std::size_t k = 0; k < solid.size(); ++k) {
    const GlobalIndex i = temperature.layout().first() + static_cast<GlobalIndex>(k);
    cells[static_cast<std::size_t>(geometry.position(geometry.cell(i)) - grid.first())] = solid[k];
  }
  return suan::Vector<double>::from_host(grid, cells);
}

suan::Vector<float> material_on_grid(const Geometry& geometry, const suan::Layout& unknowns) {
  const suan::Layout grid = grid_layout(geometry, unknowns);
  std::vector<float> cells(static_cast<std::size_t>(grid.local_size()),
                           static_cast<float>(Material::air));
  for (GlobalIndex i = unknowns.first(); i < unknowns.last(); ++i) {
    const Cell cell = geometry.cell(i);
    cells[static_cast<std::size_t>(geometry.position(cell) - grid.first())] =
        static_cast<float>(geometry.material(cell));
  }
  return suan::Vector<float>::from_host(grid, cells);
}

void write_system(const std::filesystem::path& path, const suan::DistributedMatrix<double>& a,
                  const suan::Vector<double>& b) {
  suan::Hdf5Writer file(path.string(), a.comm());
  file.write("A", a);
  file.write("b", b);
  file.close();
}

void write_field(const std::filesystem::path& path, const Geometry& geometry,
                 const suan::Vector<double>& temperature) {
  suan::Hdf5Writer file(path.string(), temperature.layout().comm());
  file.write("temperature", temperature_on_grid(geometry, temperature), shape_of(geometry));
  file.write("material", material_on_grid(geometry, temperature.layout()), shape_of(geometry));
  file.close();
}

std::string xdmf(const Geometry& geometry, const std::string& hdf5_name) {
  suan::Xdmf result(hdf5_name, "heat sink, lengths in mm");
  result.cubes(shape_of(geometry), geometry.cell_size() * 1e3)
      .cell_values("temperature in degC", "temperature")
      .cell_values("material", "material", 4);
  return result.text();
}

}  // namespace heat_sink
