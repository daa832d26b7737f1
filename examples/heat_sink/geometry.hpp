// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The shape of the heat sink on a regular grid of cubic cells, and the numbers of its unknowns.
//
// Three slabs are stacked: an insulating plate, a copper base, and copper fins along y. Only solid
// cells are unknowns. They are numbered in the order of the grid, x fastest, so that consecutive
// unknowns are in consecutive cells. Within a slab all layers are the same, and so are all
// non-empty rows of a layer: a table over x for each slab is enough, on every rank and for any
// number of cells.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "suan/suan.hpp"

namespace heat_sink {

using suan::GlobalIndex;

/// Lengths in mm. Each must be a whole number of cells.
struct Shape {
  std::int64_t cells_per_mm = 2;
  double width = 72;  ///< of base, in x
  double depth = 72;  ///< of base and fins, in y
  double base_thickness = 6;
  std::int64_t fins = 15;  ///< spaced evenly over the width; 0 leaves a plain plate
  double fin_thickness = 2;
  double fin_height = 40;
  double plate_size = 48;  ///< edge of the square insulating plate under the base's middle
  double plate_thickness = 1;
  double chip_size = 36;  ///< edge of the square under the plate's middle where heat enters
  static const suan::OptionTable<Shape>& table();
};

enum class Material : int { air = 0, copper = 1, plate = 2 };
enum class Slab : int { plate = 0, base = 1, fins = 2 };

struct Cell {
  GlobalIndex x = 0;
  GlobalIndex y = 0;
  GlobalIndex z = 0;
};

class Geometry {
 public:
  /// @throws suan::InvalidArgument naming the unsuitable length.
  explicit Geometry(const Shape& shape);

  /// Cells in x, y and z, air included.
  GlobalIndex nx() const noexcept { return nx_; }
  GlobalIndex ny() const noexcept { return ny_; }
  GlobalIndex nz() const noexcept { return slabs_.back().z_end; }
  GlobalIndex grid_cells() const noexcept { return nx_ * ny_ * nz(); }
  /// Edge of a cell in m.
  double cell_size() const noexcept { return cell_size_; }

  /// Number of solid cells.
  GlobalIndex unknowns() const noexcept { return slabs_.back().first_number_after; }
  /// The number of a cell, or -1 for air and outside the grid.
  GlobalIndex number(const Cell& cell) const noexcept;
  /// The cell of unknown `number`, which must be in [0, unknowns()).
  Cell cell(GlobalIndex number) const noexcept;
  /// The position of a cell in the grid, x fastest.
  GlobalIndex position(const Cell& cell) const noexcept {
    return (cell.z * ny_ + cell.y) * nx_ + cell.x;
  }

  Slab slab(GlobalIndex z) const noexcept;
  /// Of a solid cell.
  Material material(const Cell& cell) const noexcept {
    return slab(cell.z) == Slab::plate ? Material::plate : Material::copper;
  }
  /// Whether heat enters through the lower face of this cell.
  bool heated(const Cell& cell) const noexcept;
  GlobalIndex heated_cells() const noexcept {
    return (chip_x_.end - chip_x_.begin) * (chip_y_.end - chip_y_.begin);
  }

 private:
  struct Interval {
    GlobalIndex begin = 0;
    GlobalIndex end = 0;
    bool holds(GlobalIndex i) const noexcept { return i >= begin && i < end; }
  };
  /// Layers [z_begin, z_end) whose rows in `y` have solid cells at the positions `x_of`.
  struct Extrusion {
    GlobalIndex z_begin = 0;
    GlobalIndex z_end = 0;
    Interval y;
    std::vector<GlobalIndex> x_of;    // x of the k-th solid cell of a row
    std::vector<GlobalIndex> number;  // its inverse; -1 for air
    GlobalIndex first_number = 0;
    GlobalIndex first_number_after = 0;
  };

  void add_slab(GlobalIndex layers, Interval y, const std::vector<Interval>& solid_x);

  GlobalIndex nx_ = 0;
  GlobalIndex ny_ = 0;
  double cell_size_ = 0;
  Interval chip_x_;
  Interval chip_y_;
  std::vector<Extrusion> slabs_;
};

}  // namespace heat_sink
