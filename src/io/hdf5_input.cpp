// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace suan::hdf5 {

namespace {

/// A link into another file would be followed to whatever that names; it is refused instead.
herr_t refuse_external(const char*, const char*, const char*, const char*, unsigned*, hid_t,
                       void*) {
  return -1;
}

/// Opens what stands at `name`, over several groups if need be.
Handle open_object(hid_t parent, const std::string& name, const Place& place) {
  const Handle access =
      checked(H5Pcreate(H5P_LINK_ACCESS), H5Pclose, place, "cannot set up the access");
  checked(H5Pset_elink_cb(access.id(), refuse_external, nullptr), place,
          "cannot set up the access");
  const char* failed =
      "cannot be opened; it is damaged, or a link that leads nowhere or to "
      "another file";
  return checked(H5Oopen(parent, name.c_str(), access.id()), H5Oclose, place, failed);
}

bool exists(hid_t file, const std::string& name) {
  for (std::size_t end = 0; end < name.size();) {
    end = std::min(name.find('/', end + 1), name.size());
    if (H5Lexists(file, name.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return true;
}

std::string list_names(const std::vector<Hdf5Entry>& entries) {
  constexpr std::size_t most = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(entries.size(), most); ++i) {
    text += message(i == 0 ? "" : ", ", "'", entries[i].name, "' (", entries[i].kind, ")");
  }
  if (entries.size() > most) text += message(" and ", entries.size() - most, " more");
  return text.empty() ? "nothing that this library reads" : text;
}

/// Opens an object that the user has named, or the only one of its kind.
Handle open_named(hid_t file, const std::string& name, Place& place, const char* kind) {
  place.object = only_name(file, name, kind, place);
  if (!exists(file, place.object)) {
    const Place whole{place.path, {}};
    fail(whole, message("holds no '", place.object, "'; it holds ",
                        list_names(list_entries(file, whole))));
  }
  return open_object(file, place.object, place);
}

herr_t collect_name(hid_t, const char* name, const H5L_info_t*, void* names) {
  try {
    static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  } catch (...) {
    return -1;  // out of memory: must not leave through HDF5's C functions
  }
  return 0;
}

/// Whether an object carries our attribute with this kind.
bool is_kind(hid_t object, const char* kind, const Place& place) {
  return has_attribute(object, attribute::kind, place) &&
         read_text_attribute(object, attribute::kind, place) == kind;
}

std::int64_t count(std::span<const std::int64_t> extents) {
  std::int64_t product = 1;
  for (const std::int64_t extent : extents) product *= extent;
  return product;
}

/// Fills `entry`; false when the object is nothing that this library reads.
bool describe(hid_t object, const Place& place, Hdf5Entry& entry) {
  const H5I_type_t type = H5Iget_type(object);
  if (type == H5I_GROUP && is_kind(object, kind::csr_matrix, place)) {
    entry.kind = kind::csr_matrix;
    entry.rows = read_integer(object, attribute::rows, place);
    entry.columns = read_integer(object, attribute::columns, place);
    entry.entries = read_integer(object, attribute::entries, place);
    entry.scalar = read_text_attribute(object, attribute::scalar, place);
    return true;
  }
  if (type != H5I_DATASET) return false;
  if (is_kind(object, kind::text, place)) {
    entry.kind = kind::text;
    return true;
  }
  if (!is_stored_scalar(object, place)) return false;
  entry.kind = kind::vector;
  entry.scalar = to_string(stored_type(object, place));
  entry.rows = count(extents(object, place));
  entry.columns = 1;
  entry.entries = entry.rows;
  return true;
}

/// Refuses data that lie in other files; `contiguous` also all but plain arrays.
void require_storage(hid_t dataset, bool contiguous, const Place& place) {
  const Handle properties =
      checked(H5Dget_create_plist(dataset), H5Pclose, place, "cannot read how it is stored");
  const H5D_layout_t layout = H5Pget_layout(properties.id());
  if (layout == H5D_VIRTUAL ||
      (layout == H5D_CONTIGUOUS && H5Pget_external_count(properties.id()) != 0)) {
    fail(place, "keeps its elements in other files, which is not supported");
  }
  if (contiguous && layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) {
    fail(place,
         "is stored in chunks; the arrays of a matrix must be contiguous and not "
         "compressed (h5repack -f NONE -l CONTI makes such a file)");
  }
}

/// A dataset of a matrix with the size that the header says.
Handle open_array(hid_t group, const char* name, std::int64_t size, const Place& matrix) {
  const Place place = matrix.in(name);
  if (!exists(group, name)) fail(place, "is missing");
  Handle dataset = open_object(group, name, place);
  if (H5Iget_type(dataset.id()) != H5I_DATASET) fail(place, "is not a dataset");
  const auto found = extents(dataset.id(), place);
  if (found.size() != 1 || found.front() != size) {
    fail(place, message("has the extent ", describe_shape(found), ", but the matrix needs ", size));
  }
  require_storage(dataset.id(), true, place);
  const Handle type =
      checked(H5Dget_type(dataset.id()), H5Tclose, place, "cannot read the datatype");
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

}  // namespace

Handle open_file(const Place& place) {
  const int file = ::open(place.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    fail(place, message("cannot be opened: ", std::system_category().message(errno)));
  }
  struct stat status {};
  const bool ordinary = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  ::close(file);
  if (!ordinary) fail(place, "is not an ordinary file");
  if (H5Fis_hdf5(place.path.c_str()) <= 0) {
    fail(place, "is not an HDF5 file, or its beginning is damaged");
  }
  const Handle access =
      checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, place, "cannot set up the access");
  checked(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), place, "cannot set up the access");
  return checked(H5Fopen(place.path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose, place,
                 "cannot be opened as an HDF5 file; it is damaged or being written");
}

std::vector<Hdf5Entry> list_entries(hid_t file, const Place& place) {
  std::vector<std::string> names;
  checked(H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect_name, &names), place,
          "cannot list what it holds");
  std::vector<Hdf5Entry> entries;
  for (const auto& name : names) {
    Hdf5Entry entry;
    entry.name = name;
    const Place inside = place.in(name);
    if (describe(open_object(file, name, inside).id(), inside, entry)) entries.push_back(entry);
  }
  return entries;
}

std::string only_name(hid_t file, const std::string& name, const char* kind, const Place& place) {
  if (!name.empty()) return name;
  const auto entries = list_entries(file, place);
  std::vector<Hdf5Entry> fitting;
  for (const auto& entry : entries) {
    if (entry.kind == kind) fitting.push_back(entry);
  }
  const char* word = std::string(kind) == kind::csr_matrix ? "matrix" : kind;
  if (fitting.empty()) {
    fail(place, message("holds no ", word, "; it holds ", list_names(entries)));
  }
  if (fitting.size() > 1) {
    throw InvalidArgument(message(place.text(), ": holds more than one ", word, "; name one of ",
                                  list_names(fitting)));
  }
  return fitting.front().name;
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
  if (H5Iget_type(dataset) != H5I_DATASET) {
    const bool is_matrix =
        H5Iget_type(dataset) == H5I_GROUP && is_kind(dataset, kind::csr_matrix, place);
    fail(place, is_matrix ? "is a matrix, not a vector" : "is not a dataset");
  }
  vector.scalar = stored_type(dataset, place);
  vector.extents = extents(dataset, place);
  vector.elements = count(vector.extents);
  require_storage(dataset, false, place);
  if (has_attribute(dataset, attribute::kind, place)) {
    require_kind(dataset, kind::vector, place);
    vector.checksum = read_unsigned(dataset, attribute::checksum, place);
  }
  return vector;
}

InputText open_text(const std::string& path, const std::string& name) {
  InputText text;
  text.place = {path, {}};
  text.file = open_file(text.place);
  text.dataset = open_named(text.file.id(), name, text.place, kind::text);
  const hid_t dataset = text.dataset.id();
  if (H5Iget_type(dataset) != H5I_DATASET || !is_kind(dataset, kind::text, text.place)) {
    fail(text.place, "is not a text");
  }
  require_storage(dataset, false, text.place);
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

void require_checksum(const Place& place, std::uint64_t stored, std::uint64_t found) {
  if (stored == found) return;
  fail(place, message("the checksum is wrong (", stored, " stored, ", found,
                      " found): the file was damaged after it was written"));
}

}  // namespace suan::hdf5
