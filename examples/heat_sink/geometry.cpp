// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "geometry.hpp"

#include <algorithm>
#include <cmath>

namespace heat_sink {
namespace {

/// `length` as a number of cells.
GlobalIndex cells(const char* name, double length, std::int64_t cells_per_mm) {
  const double exact = length * static_cast<double>(cells_per_mm);
  const double rounded = std::round(exact);
  // A length such as 0.1 mm is not a binary fraction, hence the tolerance.
  if (std::abs(exact - rounded) > 1e-9 * std::max(1.0, exact)) {
    throw suan::InvalidArgument(suan::message(
        name, " is ", length, " mm, which is ", exact, " cells at ", cells_per_mm,
        " cells per mm; choose a length or a number of cells per mm that gives whole cells"));
  }
  return static_cast<GlobalIndex>(rounded);
}

GlobalIndex at_least_one(const char* name, GlobalIndex count) {
  if (count < 1) {
    throw suan::InvalidArgument(suan::message(name, " is 0 mm; it must be at least one cell"));
  }
  return count;
}

/// The start of `inner` cells centred on `outer` cells.
GlobalIndex centred(const char* inner_name, GlobalIndex inner, const char* outer_name,
                    GlobalIndex outer) {
  if (inner > outer) {
    throw suan::InvalidArgument(suan::message(inner_name, " (", inner, " cells) exceeds ",
                                              outer_name, " (", outer, " cells)"));
  }
  if ((outer - inner) % 2 != 0) {
    throw suan::InvalidArgument(
        suan::message(inner_name, " (", inner, " cells) cannot be centred on ", outer_name, " (",
                      outer, " cells): make both numbers of cells even or both odd"));
  }
  return (outer - inner) / 2;
}

}  // namespace

const suan::OptionTable<Shape>& Shape::table() {
  static const auto table =
      suan::OptionTable<Shape>()
          .number("cells_per_mm", &Shape::cells_per_mm, 1, 100,
                  "Cells along a millimetre; 1 gives about 120 000 unknowns, 2 a million.")
          .number("width", &Shape::width, 0.01, 1e4, "Width of the base in mm.")
          .number("depth", &Shape::depth, 0.01, 1e4, "Depth of the base and the fins in mm.")
          .number("base_thickness", &Shape::base_thickness, 0.01, 1e4,
                  "Thickness of the copper base in mm.")
          .number("fins", &Shape::fins, 0, 10000,
                  "Number of fins, spread evenly over the width; 0 leaves a plain plate.")
          .number("fin_thickness", &Shape::fin_thickness, 0.01, 1e4, "Thickness of a fin in mm.")
          .number("fin_height", &Shape::fin_height, 0.01, 1e4, "Height of the fins in mm.")
          .number("plate_size", &Shape::plate_size, 0.01, 1e4,
                  "Edge in mm of the square insulating plate under the base.")
          .number("plate_thickness", &Shape::plate_thickness, 0.01, 1e4,
                  "Thickness of the insulating plate in mm.")
          .number("chip_size", &Shape::chip_size, 0.01, 1e4,
                  "Edge in mm of the square under the plate through which heat enters.");
  return table;
}

Geometry::Geometry(const Shape& shape)
    : cell_size_(1e-3 / static_cast<double>(shape.cells_per_mm)) {
  Shape::table().check(shape);
  const auto count = [&](const char* name, double length) {
    return at_least_one(name, cells(name, length, shape.cells_per_mm));
  };
  nx_ = count("width", shape.width);
  ny_ = count("depth", shape.depth);

  const GlobalIndex plate = count("plate_size", shape.plate_size);
  const GlobalIndex plate_x = centred("plate_size", plate, "width", nx_);
  const GlobalIndex plate_y = centred("plate_size", plate, "depth", ny_);
  const GlobalIndex chip = count("chip_size", shape.chip_size);
  const GlobalIndex inset = centred("chip_size", chip, "plate_size", plate);
  chip_x_ = {plate_x + inset, plate_x + inset + chip};
  chip_y_ = {plate_y + inset, plate_y + inset + chip};

  add_slab(count("plate_thickness", shape.plate_thickness), {plate_y, plate_y + plate},
           {{plate_x, plate_x + plate}});
  add_slab(count("base_thickness", shape.base_thickness), {0, ny_}, {{0, nx_}});
  if (shape.fins == 0) return;

  const GlobalIndex thickness = count("fin_thickness", shape.fin_thickness);
  const GlobalIndex air = nx_ - shape.fins * thickness;
  const GlobalIndex gaps = shape.fins - 1;
  std::vector<Interval> fins;
  if (gaps == 0) {
    const GlobalIndex begin = centred("fin_thickness", thickness, "width", nx_);
    fins.push_back({begin, begin + thickness});
  } else {
    if (air < gaps || air % gaps != 0) {
      throw suan::InvalidArgument(suan::message(
          shape.fins, " fins of ", thickness, " cells leave ", air, " of ", nx_, " cells for ",
          gaps,
          " gaps, which must be equal and at least one cell wide; change fins, fin_thickness or "
          "width"));
    }
    for (GlobalIndex f = 0; f < shape.fins; ++f) {
      const GlobalIndex begin = f * (thickness + air / gaps);
      fins.push_back({begin, begin + thickness});
    }
  }
  add_slab(count("fin_height", shape.fin_height), {0, ny_}, fins);
}

void Geometry::add_slab(GlobalIndex layers, Interval y, const std::vector<Interval>& solid_x) {
  Extrusion slab;
  slab.z_begin = slabs_.empty() ? 0 : slabs_.back().z_end;
  slab.z_end = slab.z_begin + layers;
  slab.y = y;
  slab.number.assign(static_cast<std::size_t>(nx_), -1);
  for (const Interval& solid : solid_x) {
    for (GlobalIndex x = solid.begin; x < solid.end; ++x) {
      slab.number[static_cast<std::size_t>(x)] = static_cast<GlobalIndex>(slab.x_of.size());
      slab.x_of.push_back(x);
    }
  }
  slab.first_number = slabs_.empty() ? 0 : slabs_.back().first_number_after;
  slab.first_number_after =
      slab.first_number + layers * (y.end - y.begin) * static_cast<GlobalIndex>(slab.x_of.size());
  slabs_.push_back(std::move(slab));
}

Slab Geometry::slab(GlobalIndex z) const noexcept {
  if (z < slabs_[0].z_end) return Slab::plate;
  return z < slabs_[1].z_end ? Slab::base : Slab::fins;
}

GlobalIndex Geometry::number(const Cell& cell) const noexcept {
  if (cell.z < 0 || cell.z >= nz() || cell.x < 0 || cell.x >= nx_) return -1;
  const Extrusion& s = slabs_[static_cast<std::size_t>(slab(cell.z))];
  const GlobalIndex in_row = s.number[static_cast<std::size_t>(cell.x)];
  if (in_row < 0 || !s.y.holds(cell.y)) return -1;
  const GlobalIndex row = (cell.z - s.z_begin) * (s.y.end - s.y.begin) + (cell.y - s.y.begin);
  return s.first_number + row * static_cast<GlobalIndex>(s.x_of.size()) + in_row;
}

Cell Geometry::cell(GlobalIndex number) const noexcept {
  const auto s = std::find_if(slabs_.begin(), slabs_.end() - 1, [number](const Extrusion& slab) {
    return number < slab.first_number_after;
  });
  const GlobalIndex within = number - s->first_number;
  const auto width = static_cast<GlobalIndex>(s->x_of.size());
  const GlobalIndex row = within / width;
  const GlobalIndex depth = s->y.end - s->y.begin;
  return {s->x_of[static_cast<std::size_t>(within % width)], s->y.begin + row % depth,
          s->z_begin + row / depth};
}

bool Geometry::heated(const Cell& cell) const noexcept {
  return cell.z == 0 && chip_x_.holds(cell.x) && chip_y_.holds(cell.y);
}

}  // namespace heat_sink
