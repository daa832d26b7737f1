// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "assembly.hpp"

namespace heat_sink {
namespace {

/// The six neighbours in the order of their numbers; the cell itself is in the middle.
constexpr std::array<Cell, 6> directions = {
    {{0, 0, -1}, {0, -1, 0}, {-1, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
constexpr std::size_t lower_neighbours = 3;
constexpr std::size_t up = 5;

Cell neighbour(const Cell& cell, const Cell& direction) {
  return {cell.x + direction.x, cell.y + direction.y, cell.z + direction.z};
}

}  // namespace

const suan::OptionTable<Physics>& Physics::table() {
  static const auto table =
      suan::OptionTable<Physics>()
          .number("copper_conductivity", &Physics::copper_conductivity, 1e-6, 1e6,
                  "Conductivity of base and fins in W/(m K).")
          .number("plate_conductivity", &Physics::plate_conductivity, 1e-6, 1e6,
                  "Conductivity of the insulating plate in W/(m K).")
          .number("heat_transfer", &Physics::heat_transfer, 1e-6, 1e6,
                  "Heat transfer coefficient from copper to air in W/(m2 K).")
          .number("ambient", &Physics::ambient, -273.15, 1e4,
                  "Temperature of the air in degrees Celsius.")
          .number("power", &Physics::power, 1e-6, 1e6, "Heat of the chip in W.");
  return table;
}

Conduction::Conduction(const Geometry& geometry, const Physics& physics)
    : geometry_(geometry), physics_(physics) {
  Physics::table().check(physics);
  const double face = geometry.cell_size() * geometry.cell_size();
  film_ = 1 / (1 / (physics.heat_transfer * face) + 1 / half_cell(Material::copper));
  cell_power_ = physics.power / static_cast<double>(geometry.heated_cells());
}

/// From the centre of a cell to one of its faces, W/K.
double Conduction::half_cell(Material material) const noexcept {
  const double conductivity =
      material == Material::plate ? physics_.plate_conductivity : physics_.copper_conductivity;
  return 2 * conductivity * geometry_.cell_size();
}

double Conduction::between(Material one, Material other) const noexcept {
  return 1 / (1 / half_cell(one) + 1 / half_cell(other));
}

double Conduction::to_air(GlobalIndex i) const {
  const Cell cell = geometry_.cell(i);
  const Slab slab = geometry_.slab(cell.z);
  if (slab == Slab::plate) return 0;
  int faces = 0;
  for (std::size_t d = slab == Slab::fins ? 0 : up; d < directions.size(); ++d) {
    faces += geometry_.number(neighbour(cell, directions[d])) < 0 ? 1 : 0;
  }
  return faces * film_;
}

void Conduction::row(GlobalIndex i, suan::RowWriter<double>& writer) const {
  const Cell cell = geometry_.cell(i);
  const Material material = geometry_.material(cell);
  std::array<GlobalIndex, 6> columns{};
  std::array<double, 6> conductances{};
  double diagonal = to_air(i);
  for (std::size_t d = 0; d < directions.size(); ++d) {
    const Cell other = neighbour(cell, directions[d]);
    columns[d] = geometry_.number(other);
    if (columns[d] < 0) continue;
    conductances[d] = between(material, geometry_.material(other));
    diagonal += conductances[d];
  }
  for (std::size_t d = 0; d < directions.size(); ++d) {
    if (d == lower_neighbours) writer.add(i, diagonal);
    if (columns[d] >= 0) writer.add(columns[d], -conductances[d]);
  }
}

double Conduction::right_hand_side(GlobalIndex i) const {
  const double source = geometry_.heated(geometry_.cell(i)) ? cell_power_ : 0;
  return source + to_air(i) * physics_.ambient;
}

double Conduction::chip_drop() const { return cell_power_ / half_cell(Material::plate); }

suan::DistributedMatrix<double> assemble_matrix(const Conduction& problem,
                                                const suan::Layout& layout) {
  return suan::generate_rows<double>(
      layout, layout,
      [&problem](GlobalIndex i, suan::RowWriter<double>& writer) { problem.row(i, writer); });
}

suan::Vector<double> assemble_right_hand_side(const Conduction& problem,
                                              const suan::Layout& layout) {
  return suan::generate<double>(layout,
                                [&problem](GlobalIndex i) { return problem.right_hand_side(i); });
}

}  // namespace heat_sink
