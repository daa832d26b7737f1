// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// XDMF: a text beside an HDF5 file that tells ParaView and VisIt which of its arrays are a grid and
// the fields on it (https://www.xdmf.org/index.php/XDMF_Model_and_Format).
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace suan {

/// A grid, and then the fields on it. Arrays are named as Hdf5Writer::write() names them.
///
///     suan::Xdmf xdmf("field.h5", "lengths in mm");
///     xdmf.cubes({nz, ny, nx}, 0.5).cell_values("temperature in K", "temperature");
///     suan::write_text_file("field.xdmf", xdmf.text(), comm);
class Xdmf {
 public:
  /// `hdf5_name` is the name of the HDF5 file, seen from the folder of the text.
  explicit Xdmf(std::string hdf5_name, const std::string& title = "grid");

  /// nz x ny x nx cubes with sides of this length, from the origin. Fields are arrays of that
  /// shape.
  Xdmf& cubes(const std::array<std::int64_t, 3>& count, double side);
  /// Tetrahedra, given by an array of their corners, `count` x 4 numbers of nodes, and one of
  /// coordinates, `nodes` x 3; both in double precision, as all that Suan writes.
  Xdmf& tetrahedra(const std::string& corners, std::int64_t count, const std::string& coordinates,
                   std::int64_t nodes);

  /// A number in each cell, with `bytes` of precision: 4 or 8. @throws InvalidArgument, as the next
  /// one, without a grid.
  Xdmf& cell_values(const std::string& title, const std::string& array, int bytes = 8);
  /// Three numbers at each node of tetrahedra: an array of nodes x 3, in double precision.
  Xdmf& node_vectors(const std::string& title, const std::string& array);

  std::string text() const;

 private:
  std::string array_item(const std::string& name, const std::string& shape, int bytes) const;
  Xdmf& add_field(const std::string& title, const char* attributes, const std::string& item);

  std::string hdf5_name_;
  std::string title_;
  std::string grid_;    // its XML
  std::string fields_;  // theirs
  std::string cells_;   // the shape of an array of one number for each
  std::string nodes_;   // likewise; empty for cubes
};

}  // namespace suan
