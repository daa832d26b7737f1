// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_types.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace suan::hdf5 {

namespace {

Handle copy_type(hid_t type, const Place& place) {
  return checked(H5Tcopy(type), H5Tclose, place, "cannot make a datatype");
}

/// A pair of numbers of type `part`, as h5py stores complex ones.
Handle complex_type(hid_t part, std::size_t part_size, const Place& place) {
  Handle type =
      checked(H5Tcreate(H5T_COMPOUND, 2 * part_size), H5Tclose, place, "cannot make a datatype");
  checked(H5Tinsert(type.id(), "r", 0, part), place, "cannot make a datatype");
  checked(H5Tinsert(type.id(), "i", part_size, part), place, "cannot make a datatype");
  return type;
}

bool equal(hid_t a, hid_t b) { return H5Tequal(a, b) > 0; }
bool is_float32(hid_t type) { return equal(type, H5T_IEEE_F32LE) || equal(type, H5T_IEEE_F32BE); }
bool is_float64(hid_t type) { return equal(type, H5T_IEEE_F64LE) || equal(type, H5T_IEEE_F64BE); }

/// Whether a member of a compound has this name and is of the type that `is_part` recognises.
bool is_member(hid_t type, unsigned number, const char* name, bool (*is_part)(hid_t),
               const Place& place) {
  char* text = H5Tget_member_name(type, number);
  const bool same_name = text != nullptr && std::string(text) == name;
  H5free_memory(text);
  if (!same_name) return false;
  const Handle member =
      checked(H5Tget_member_type(type, number), H5Tclose, place, "cannot read the datatype");
  return is_part(member.id());
}

bool is_complex_of(hid_t type, bool (*is_part)(hid_t), const Place& place) {
  return H5Tget_class(type) == H5T_COMPOUND && H5Tget_nmembers(type) == 2 &&
         is_member(type, 0, "r", is_part, place) && is_member(type, 1, "i", is_part, place);
}

/// Sets `stored` and returns true when the dataset holds one of our types.
bool find_stored_type(hid_t dataset, const Place& place, Stored& stored) {
  const Handle type = checked(H5Dget_type(dataset), H5Tclose, place, "cannot read the datatype");
  if (is_float32(type.id())) {
    stored = Stored::float32;
  } else if (is_float64(type.id())) {
    stored = Stored::float64;
  } else if (is_complex_of(type.id(), is_float32, place)) {
    stored = Stored::complex64;
  } else if (is_complex_of(type.id(), is_float64, place)) {
    stored = Stored::complex128;
  } else {
    return false;
  }
  return true;
}

using Extents = std::array<hsize_t, H5S_MAX_RANK>;

/// Adds the box of `counts` elements at `starts` to the selection.
void add_box(hid_t space, const Extents& starts, const Extents& counts, const Place& place) {
  checked(H5Sselect_hyperslab(space, H5S_SELECT_OR, starts.data(), nullptr, counts.data(), nullptr),
          place, "cannot select a part of a dataset");
}

/// Covers a range of elements with boxes: a partial first slice, whole slices, a partial last one.
/// `starts` and `counts` are fixed in the dimensions before `dimension`.
void add_range(hid_t space, std::span<const std::int64_t> extents, std::size_t dimension,
               std::int64_t first, std::int64_t count, Extents& starts, Extents& counts,
               const Place& place) {
  std::int64_t slice = 1;
  for (std::size_t d = dimension + 1; d < extents.size(); ++d) slice *= extents[d];
  const auto partial = [&](std::int64_t start, std::int64_t number) {
    starts[dimension] = static_cast<hsize_t>(start / slice);
    counts[dimension] = 1;
    add_range(space, extents, dimension + 1, start % slice, number, starts, counts, place);
  };
  const std::int64_t head = std::min(count, (slice - first % slice) % slice);
  if (head > 0) partial(first, head);
  first += head;
  count -= head;
  if (count >= slice) {
    starts[dimension] = static_cast<hsize_t>(first / slice);
    counts[dimension] = static_cast<hsize_t>(count / slice);
    for (std::size_t d = dimension + 1; d < extents.size(); ++d) {
      starts[d] = 0;
      counts[d] = static_cast<hsize_t>(extents[d]);
    }
    add_box(space, starts, counts, place);
    first += count / slice * slice;
    count %= slice;
  }
  if (count > 0) partial(first, count);
}

}  // namespace

const char* to_string(Stored stored) {
  return with_scalar(stored, []<Scalar S>() { return scalar_name<S>(); });
}

Handle memory_type(Stored stored, const Place& place) {
  if (stored == Stored::float32) return copy_type(H5T_NATIVE_FLOAT, place);
  if (stored == Stored::float64) return copy_type(H5T_NATIVE_DOUBLE, place);
  if (stored == Stored::complex64) return complex_type(H5T_NATIVE_FLOAT, sizeof(float), place);
  return complex_type(H5T_NATIVE_DOUBLE, sizeof(double), place);
}

Handle file_type(Stored stored, const Place& place) {
  if (stored == Stored::float32) return copy_type(H5T_IEEE_F32LE, place);
  if (stored == Stored::float64) return copy_type(H5T_IEEE_F64LE, place);
  if (stored == Stored::complex64) return complex_type(H5T_IEEE_F32LE, sizeof(float), place);
  return complex_type(H5T_IEEE_F64LE, sizeof(double), place);
}

Stored stored_type(hid_t dataset, const Place& place) {
  Stored stored = Stored::float64;
  if (!find_stored_type(dataset, place, stored)) {
    fail(place,
         "holds another type of number than float32, float64, complex64 and complex128 (a compound "
         "of \"r\" and \"i\"), which are the ones that can be read");
  }
  return stored;
}

bool is_stored_scalar(hid_t dataset, const Place& place) {
  Stored stored = Stored::float64;
  return find_stored_type(dataset, place, stored);
}

bool has_elements(hid_t dataset, const Place& place) {
  const Handle space = checked(H5Dget_space(dataset), H5Sclose, place, "cannot read the dataspace");
  return H5Sget_simple_extent_type(space.id()) != H5S_NULL;
}

std::vector<std::int64_t> extents(hid_t dataset, const Place& place) {
  const Handle space = checked(H5Dget_space(dataset), H5Sclose, place, "cannot read the dataspace");
  const H5S_class_t kind = H5Sget_simple_extent_type(space.id());
  if (kind == H5S_SCALAR) return {};
  if (kind != H5S_SIMPLE) fail(place, "is a dataset without elements");
  Extents sizes{};
  const int dimensions = checked(H5Sget_simple_extent_dims(space.id(), sizes.data(), nullptr),
                                 place, "cannot read the extents");
  std::vector<std::int64_t> result;
  __extension__ using Wide = __int128;
  Wide product = 1;
  for (int d = 0; d < dimensions; ++d) {
    const hsize_t size = sizes[static_cast<std::size_t>(d)];
    product *= static_cast<Wide>(size);
    if (size > hsize_t{1} << 53 || product > Wide{1} << 53) {
      fail(place, "claims more than 2^53 elements");
    }
    result.push_back(static_cast<std::int64_t>(size));
  }
  return result;
}

Handle dataspace(std::span<const std::int64_t> extents, const Place& place) {
  if (extents.empty()) {
    return checked(H5Screate(H5S_SCALAR), H5Sclose, place, "cannot make a dataspace");
  }
  const std::vector<hsize_t> sizes(extents.begin(), extents.end());
  return checked(H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose,
                 place, "cannot make a dataspace");
}

void select_range(hid_t space, std::span<const std::int64_t> extents, std::int64_t first,
                  std::int64_t count, const Place& place) {
  // A single element, which is selected anyway.
  if (extents.empty() && count > 0) return;
  checked(H5Sselect_none(space), place, "cannot select a part of a dataset");
  if (count == 0) return;
  Extents starts{};
  Extents counts{};
  add_range(space, extents, 0, first, count, starts, counts, place);
}

}  // namespace suan::hdf5
