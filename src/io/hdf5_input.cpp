// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_input.hpp"

#include "hdf5_list.hpp"

namespace suan::hdf5 {

namespace {

/// Opens an object named by the user, or the only one of its kind.
Handle open_named(hid_t file, const std::string& name, Place& place, const char* kind) {
  const Place whole{place.path, {}};
  place.object = name.empty() ? only_one(list_all(file, whole), {kind}, whole).entry.name : name;
  if (!exists(file, place.object, place)) {
    fail(whole, message("holds no '", place.object, "'; it holds ", names_of(list_all(file, whole)),
                        " at its top level"));
  }
  return open_object(file, place.object, place);
}

/// @throws IoError when it is not a dataset, or its elements are in other files.
void require_dataset(hid_t dataset, const Place& place) {
  if (H5Iget_type(dataset) != H5I_DATASET) fail(place, "is not a dataset");
  if (lies_elsewhere(dataset, place)) {
    fail(place, "stores its elements in other files, which is not supported");
  }
}

/// Refuses all but plain arrays.
void require_contiguous(hid_t dataset, const Place& place) {
  const Handle properties =
      checked(H5Dget_create_plist(dataset), H5Pclose, place, "cannot read how it is stored");
  const H5D_layout_t layout = H5Pget_layout(properties.id());
  if (layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) {
    fail(place,
         "is stored in chunks; the arrays of a matrix must be contiguous and not "
         "compressed (h5repack -f NONE -l CONTI makes such a file)");
  }
}

/// A dataset of a matrix with the size given by the header.
Handle open_array(hid_t group, const char* name, std::int64_t size, const Place& matrix) {
  const Place place = matrix.in(name);
  if (!exists(group, name, place)) fail(place, "is missing");
  Handle dataset = open_object(group, name, place);
  require_dataset(dataset.id(), place);
  const auto found = extents(dataset.id(), place);
  if (found.size() != 1 || found.front() != size) {
    fail(place, message("has the extent ", describe_shape(found), ", but the matrix needs ", size));
  }
  require_contiguous(dataset.id(), place);
  const Handle type =
      checked(H5Dget_type(dataset.id()), H5Tclose, place, "cannot read the datatype");
  constexpr std::size_t largest_number = sizeof(Complex);
  if (H5Tget_size(type.id()) > largest_number) {
    fail(place,
         message("holds elements of ", H5Tget_size(type.id()), " bytes, which no number has"));
  }
  const std::int64_t bytes = size * static_cast<std::int64_t>(H5Tget_size(type.id()));
  if (static_cast<std::int64_t>(H5Dget_storage_size(dataset.id())) != bytes) {
    fail(place, message("should take ", bytes, " bytes of the file, but takes ",
                        H5Dget_storage_size(dataset.id())));
  }
  return dataset;
}

void require_integers(hid_t dataset, std::size_t bytes, const Place& place) {
  const Handle type = checked(H5Dget_type(dataset), H5Tclose, place, "cannot read the datatype");
  const bool fits =
      bytes == 4 ? H5Tequal(type.id(), H5T_STD_I32LE) > 0 : H5Tequal(type.id(), H5T_STD_I64LE) > 0;
  if (!fits) fail(place, message("must hold little-endian ", 8 * bytes, "-bit integers"));
}

/// The bytes of a chunk of a dataset; 0 if it is not chunked.
std::int64_t chunk_bytes(hid_t dataset, const Place& place) {
  const Handle properties =
      checked(H5Dget_create_plist(dataset), H5Pclose, place, "cannot read how it is stored");
  if (H5Pget_layout(properties.id()) != H5D_CHUNKED) return 0;
  hsize_t chunk[H5S_MAX_RANK];
  const int dimensions = checked(H5Pget_chunk(properties.id(), H5S_MAX_RANK, chunk), place,
                                 "cannot read the size of its chunks");
  const Handle type = checked(H5Dget_type(dataset), H5Tclose, place, "cannot read the datatype");
  // HDF5 guarantees that this product is below 2^32.
  hsize_t bytes = H5Tget_size(type.id());
  for (int d = 0; d < dimensions; ++d) bytes *= chunk[d];
  return static_cast<std::int64_t>(bytes);
}

}  // namespace

std::int64_t count(std::span<const std::int64_t> extents) {
  std::int64_t product = 1;
  for (const std::int64_t extent : extents) product *= extent;
  return product;
}

InputMatrix open_matrix(const std::string& path, const std::string& name) {
  InputMatrix matrix;
  matrix.place = {path, {}};
  matrix.file = open_file(matrix.place);
  const Handle group = open_named(matrix.file.id(), name, matrix.place, kind::csr_matrix);
  const Place& place = matrix.place;
  if (H5Iget_type(group.id()) != H5I_GROUP) fail(place, "is not a matrix but a dataset");
  matrix.header = read_header(group.id(), place);
  const MatrixHeader& header = matrix.header;
  matrix.row_offsets = open_array(group.id(), dataset::row_offsets, header.rows + 1, place);
  matrix.columns = open_array(group.id(), dataset::columns, header.entries, place);
  matrix.values = open_array(group.id(), dataset::values, header.entries, place);
  require_integers(matrix.row_offsets.id(), 8, place.in(dataset::row_offsets));
  require_integers(matrix.columns.id(), static_cast<std::size_t>(header.index_width) / 8,
                   place.in(dataset::columns));
  const Place values = place.in(dataset::values);
  const Stored found = stored_type(matrix.values.id(), values);
  if (found != header.scalar) {
    fail(values, message("holds ", to_string(found), ", but the attribute 'scalar' says ",
                         to_string(header.scalar)));
  }
  return matrix;
}

InputVector open_vector(const std::string& path, const std::string& name) {
  InputVector vector;
  vector.place = {path, {}};
  vector.file = open_file(vector.place);
  vector.dataset = open_named(vector.file.id(), name, vector.place, kind::vector);
  const Place& place = vector.place;
  const hid_t dataset = vector.dataset.id();
  if (H5Iget_type(dataset) == H5I_GROUP && own_kind(dataset, place) == kind::csr_matrix) {
    fail(place, "is a matrix, not a vector");
  }
  require_dataset(dataset, place);
  const auto own = own_kind(dataset, place);
  if (own) require_kind(dataset, kind::vector, place);
  vector.scalar = stored_type(dataset, place);
  vector.extents = extents(dataset, place);
  vector.elements = count(vector.extents);
  vector.chunk_bytes = chunk_bytes(dataset, place);
  hsize_t file_bytes = 0;
  checked(H5Fget_filesize(vector.file.id(), &file_bytes), place, "cannot tell the file's size");
  vector.file_bytes = static_cast<std::int64_t>(file_bytes);
  if (own) vector.checksum = read_unsigned(dataset, attribute::checksum, place);
  return vector;
}

InputText open_text(const std::string& path, const std::string& name) {
  InputText text;
  text.place = {path, {}};
  text.file = open_file(text.place);
  text.dataset = open_named(text.file.id(), name, text.place, kind::text);
  const hid_t dataset = text.dataset.id();
  if (H5Iget_type(dataset) != H5I_DATASET || own_kind(dataset, text.place) != kind::text) {
    fail(text.place, "is not a text");
  }
  require_dataset(dataset, text.place);
  return text;
}

void read_elements(hid_t dataset, hid_t memory_type, std::span<const std::int64_t> extents,
                   std::int64_t first, std::int64_t count, void* elements, const Place& place) {
  if (count == 0) return;
  const Handle space = checked(H5Dget_space(dataset), H5Sclose, place, "cannot read the dataspace");
  select_range(space.id(), extents, first, count, place);
  const auto length = static_cast<hsize_t>(count);
  const Handle memory_space =
      checked(H5Screate_simple(1, &length, nullptr), H5Sclose, place, "cannot make a dataspace");
  checked(H5Dread(dataset, memory_type, memory_space.id(), space.id(), H5P_DEFAULT, elements),
          place, "cannot read the elements");
}

std::string seen(const InputMatrix& matrix) {
  const MatrixHeader& header = matrix.header;
  return message("object = ", matrix.place.object, "\nrows = ", header.rows,
                 "\ncolumns = ", header.columns, "\nentries = ", header.entries,
                 "\nscalar = ", to_string(header.scalar), "\nindex_width = ", header.index_width,
                 "\nchecksum = ", header.checksum, "\n");
}

std::string seen(const InputVector& vector) {
  return message("object = ", vector.place.object, "\nextents = ", describe_shape(vector.extents),
                 "\nscalar = ", to_string(vector.scalar), "\nchecksum = ",
                 vector.checksum ? std::to_string(*vector.checksum) : std::string("none"), "\n");
}

void require_checksum(const Place& place, std::uint64_t stored, std::uint64_t found) {
  if (stored == found) return;
  fail(place, message("the checksum is wrong (", stored, " stored, ", found,
                      " found): the file was damaged after it was written"));
}

}  // namespace suan::hdf5
