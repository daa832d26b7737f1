// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_attributes.hpp"

#include <algorithm>

namespace suan::hdf5 {

namespace {

// Longer than any text we write, but short enough that a malicious file costs nothing.
constexpr std::size_t longest_attribute = 1024;

std::string quoted(const char* name) { return message("the attribute '", name, "'"); }

void require_attribute(hid_t object, const char* name, const Place& place) {
  if (has_attribute(object, name, place)) return;
  fail(place, message("has no attribute '", name,
                      "', which version 1 of the format requires (docs/file-format.md)"));
}

Handle open_attribute(hid_t object, const char* name, const Place& place) {
  require_attribute(object, name, place);
  return checked(H5Aopen(object, name, H5P_DEFAULT), H5Aclose, place,
                 ("cannot open " + quoted(name)).c_str());
}

/// Opens an attribute of `count` integers.
Handle open_integers(hid_t object, const char* name, std::size_t count, const Place& place) {
  Handle attribute = open_attribute(object, name, place);
  const Handle type =
      checked(H5Aget_type(attribute.id()), H5Tclose, place, "cannot read an attribute's type");
  const Handle space =
      checked(H5Aget_space(attribute.id()), H5Sclose, place, "cannot read an attribute's size");
  if (H5Tget_class(type.id()) != H5T_INTEGER || H5Tget_size(type.id()) > sizeof(std::int64_t) ||
      H5Sget_simple_extent_npoints(space.id()) != static_cast<hssize_t>(count)) {
    fail(place, message(quoted(name), " must be ", count, count == 1 ? " integer" : " integers"));
  }
  return attribute;
}

void write_attribute(hid_t object, const char* name, hid_t file_type, hid_t memory_type,
                     const Handle& space, const void* data, const Place& place) {
  const std::string what = "cannot write " + quoted(name);
  const Handle attribute =
      checked(H5Acreate2(object, name, file_type, space.id(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose,
              place, what.c_str());
  checked(H5Awrite(attribute.id(), memory_type, data), place, what.c_str());
}

Handle scalar_space(const Place& place) {
  return checked(H5Screate(H5S_SCALAR), H5Sclose, place, "cannot make a dataspace");
}

}  // namespace

bool has_attribute(hid_t object, const char* name, const Place& place) {
  return checked(H5Aexists(object, name), place, "cannot read the attributes") > 0;
}

std::optional<std::string> find_text_attribute(hid_t object, const char* name, const Place& place) {
  if (!has_attribute(object, name, place)) return {};
  const Handle attribute = open_attribute(object, name, place);
  const Handle type =
      checked(H5Aget_type(attribute.id()), H5Tclose, place, "cannot read an attribute's type");
  const Handle space =
      checked(H5Aget_space(attribute.id()), H5Sclose, place, "cannot read an attribute's size");
  if (H5Tget_class(type.id()) != H5T_STRING || H5Sget_simple_extent_npoints(space.id()) != 1) {
    return {};
  }
  const std::string what = "cannot read " + quoted(name);
  if (H5Tis_variable_str(type.id()) > 0) {
    // h5py writes Python strings like this.
    char* text = nullptr;
    checked(H5Aread(attribute.id(), type.id(), &text), place, what.c_str());
    std::string result = text == nullptr ? "" : std::string(text).substr(0, longest_attribute);
    H5free_memory(text);
    return result;
  }
  const std::size_t size = H5Tget_size(type.id());
  if (size > longest_attribute) fail(place, quoted(name) + " is too long");
  std::string result(size, '\0');
  checked(H5Aread(attribute.id(), type.id(), result.data()), place, what.c_str());
  result.resize(std::min(result.find('\0'), size));
  return result;
}

std::string read_text_attribute(hid_t object, const char* name, const Place& place) {
  require_attribute(object, name, place);
  auto text = find_text_attribute(object, name, place);
  if (!text) fail(place, quoted(name) + " must be one text");
  return std::move(*text);
}

std::vector<std::int64_t> read_integers(hid_t object, const char* name, std::size_t count,
                                        const Place& place) {
  const Handle attribute = open_integers(object, name, count, place);
  std::vector<std::int64_t> values(count);
  checked(H5Aread(attribute.id(), H5T_NATIVE_INT64, values.data()), place,
          ("cannot read " + quoted(name)).c_str());
  return values;
}

std::int64_t read_integer(hid_t object, const char* name, const Place& place) {
  return read_integers(object, name, 1, place).front();
}

std::uint64_t read_unsigned(hid_t object, const char* name, const Place& place) {
  const Handle attribute = open_integers(object, name, 1, place);
  std::uint64_t value = 0;
  checked(H5Aread(attribute.id(), H5T_NATIVE_UINT64, &value), place,
          ("cannot read " + quoted(name)).c_str());
  return value;
}

void write_text_attribute(hid_t object, const char* name, const std::string& text,
                          const Place& place) {
  const Handle type = checked(H5Tcopy(H5T_C_S1), H5Tclose, place, "cannot make a datatype");
  checked(H5Tset_size(type.id(), std::max<std::size_t>(text.size(), 1)), place,
          "cannot make a datatype");
  checked(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), place, "cannot make a datatype");
  checked(H5Tset_cset(type.id(), H5T_CSET_UTF8), place, "cannot make a datatype");
  write_attribute(object, name, type.id(), type.id(), scalar_space(place), text.c_str(), place);
}

void write_integers(hid_t object, const char* name, std::span<const std::int64_t> values,
                    const Place& place) {
  const hsize_t count = values.size();
  const Handle space =
      checked(H5Screate_simple(1, &count, nullptr), H5Sclose, place, "cannot make a dataspace");
  write_attribute(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, space, values.data(), place);
}

void write_integer(hid_t object, const char* name, std::int64_t value, const Place& place) {
  write_attribute(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, scalar_space(place), &value,
                  place);
}

void write_unsigned(hid_t object, const char* name, std::uint64_t value, const Place& place) {
  write_attribute(object, name, H5T_STD_U64LE, H5T_NATIVE_UINT64, scalar_space(place), &value,
                  place);
}

}  // namespace suan::hdf5
