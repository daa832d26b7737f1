// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hdf5_attributes.hpp"
#include "hdf5_input.hpp"

namespace suan {

using namespace hdf5;

namespace {

std::string read_text(const std::string& path, const std::string& name) {
  InputText from = open_text(path, name);
  const Place& place = from.place;
  const hid_t dataset = from.dataset.id();
  const Handle type =
      checked(H5Dget_type(dataset), H5Tclose, place, "cannot read the datatype of the text");
  const Handle space = checked(H5Dget_space(dataset), H5Sclose, place, "cannot read the dataspace");
  if (H5Tget_class(type.id()) != H5T_STRING || H5Tis_variable_str(type.id()) != 0 ||
      H5Sget_simple_extent_npoints(space.id()) != 1) {
    fail(place, "must be one text of fixed length");
  }
  const std::size_t size = H5Tget_size(type.id());
  if (size > longest_text) {
    fail(place, message("is a text of ", size, " bytes; at most ", longest_text, " are read"));
  }
  std::string text(size, '\0');
  checked(H5Dread(dataset, type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data()), place,
          "cannot read the text");
  text.resize(std::min(text.find('\0'), size));
  if (has_attribute(dataset, attribute::checksum, place)) {  // since format 1.1
    require_checksum(place, read_unsigned(dataset, attribute::checksum, place),
                     checksum_of_text(text));
  }
  return text;
}

}  // namespace

std::string read_hdf5_text(const std::string& path, const std::string& name) {
  const QuietErrors quiet;
  return read_text(path, name);
}

}  // namespace suan
