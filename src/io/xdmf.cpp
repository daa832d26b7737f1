// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/io/xdmf.hpp"

#include <utility>

#include "suan/core/error.hpp"

namespace suan {

namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

std::string three_numbers(double x) {
  return message(
      "        <DataItem Dimensions=\"3\" NumberType=\"Float\" Precision=\"8\" Format=\"XML\">", x,
      ' ', x, ' ', x, "</DataItem>\n");
}

}  // namespace

Xdmf::Xdmf(std::string hdf5_name, const std::string& title)
    : hdf5_name_(escaped(hdf5_name)), title_(escaped(title)) {}

std::string Xdmf::array_item(const std::string& name, const std::string& shape, int bytes) const {
  return message("        <DataItem Dimensions=\"", shape, "\" NumberType=\"Float\" Precision=\"",
                 bytes, "\" Format=\"HDF\">", hdf5_name_, ":/", escaped(name), "</DataItem>\n");
}

// XDMF counts points, and the slowest dimension first, as HDF5 does.
Xdmf& Xdmf::cubes(const std::array<std::int64_t, 3>& count, double side) {
  const auto [nz, ny, nx] = count;
  cells_ = message(nz, ' ', ny, ' ', nx);
  nodes_.clear();
  grid_ = message("      <Topology TopologyType=\"3DCoRectMesh\" Dimensions=\"", nz + 1, ' ',
                  ny + 1, ' ', nx + 1, "\"/>\n      <Geometry GeometryType=\"ORIGIN_DXDYDZ\">\n",
                  three_numbers(0), three_numbers(side), "      </Geometry>\n");
  return *this;
}

Xdmf& Xdmf::tetrahedra(const std::string& corners, std::int64_t count,
                       const std::string& coordinates, std::int64_t nodes) {
  cells_ = message(count);
  nodes_ = message(nodes);
  grid_ = message("      <Topology TopologyType=\"Tetrahedron\" NumberOfElements=\"", count,
                  "\">\n", array_item(corners, cells_ + " 4", 8),
                  "      </Topology>\n      <Geometry GeometryType=\"XYZ\">\n",
                  array_item(coordinates, nodes_ + " 3", 8), "      </Geometry>\n");
  return *this;
}

Xdmf& Xdmf::add_field(const std::string& title, const char* attributes, const std::string& item) {
  fields_ += message("      <Attribute Name=\"", escaped(title), "\" ", attributes, ">\n", item,
                     "      </Attribute>\n");
  return *this;
}

Xdmf& Xdmf::cell_values(const std::string& title, const std::string& array, int bytes) {
  if (grid_.empty()) {
    throw InvalidArgument(message("Xdmf: cell_values(\"", title, "\") needs a grid before it"));
  }
  if (bytes != 4 && bytes != 8) {
    throw InvalidArgument(
        message("Xdmf: numbers of ", bytes, " bytes in \"", title, "\"; there are 4 and 8"));
  }
  return add_field(title, "AttributeType=\"Scalar\" Center=\"Cell\"",
                   array_item(array, cells_, bytes));
}

Xdmf& Xdmf::node_vectors(const std::string& title, const std::string& array) {
  if (nodes_.empty()) {
    throw InvalidArgument(
        message("Xdmf: node_vectors(\"", title, "\") needs tetrahedra before it"));
  }
  return add_field(title, "AttributeType=\"Vector\" Center=\"Node\"",
                   array_item(array, nodes_ + " 3", 8));
}

std::string Xdmf::text() const {
  if (grid_.empty()) throw InvalidArgument("Xdmf: there is no grid");
  return message(
      "<?xml version=\"1.0\" ?>\n<!DOCTYPE Xdmf SYSTEM \"Xdmf.dtd\" []>\n<Xdmf Version=\"2.0\">\n"
      "  <Domain>\n    <Grid Name=\"",
      title_, "\" GridType=\"Uniform\">\n", grid_, fields_, "    </Grid>\n  </Domain>\n</Xdmf>\n");
}

}  // namespace suan
