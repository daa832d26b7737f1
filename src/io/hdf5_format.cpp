// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_format.hpp"

#include <algorithm>

namespace suan::hdf5 {

namespace {

// Programs that read positions as double cannot distinguish those beyond 2^53.
constexpr std::int64_t largest_size = std::int64_t{1} << 53;

__extension__ using Wide = __int128;

Stored parse_scalar(const std::string& name, const Place& place) {
  for (const auto stored :
       {Stored::float32, Stored::float64, Stored::complex64, Stored::complex128}) {
    if (name == to_string(stored)) return stored;
  }
  fail(place, message("the attribute 'scalar' is '", name,
                      "'; it must be float32, float64, complex64 or complex128"));
}

std::int64_t read_size(hid_t group, const char* name, const Place& place) {
  const std::int64_t size = read_integer(group, name, place);
  if (size < 0 || size > largest_size) {
    fail(place, message("the attribute '", name, "' is ", size, "; it must be in [0, 2^53]"));
  }
  return size;
}

}  // namespace

void write_header(hid_t group, const MatrixHeader& header, const Place& place) {
  write_kind(group, kind::csr_matrix, place);
  write_integer(group, attribute::rows, header.rows, place);
  write_integer(group, attribute::columns, header.columns, place);
  write_integer(group, attribute::entries, header.entries, place);
  write_text_attribute(group, attribute::scalar, to_string(header.scalar), place);
  write_integer(group, attribute::index_width, header.index_width, place);
  write_integer(group, attribute::sorted, 1, place);
}

MatrixHeader read_header(hid_t group, const Place& place) {
  require_kind(group, kind::csr_matrix, place);
  MatrixHeader header;
  header.rows = read_size(group, attribute::rows, place);
  header.columns = read_size(group, attribute::columns, place);
  header.entries = read_size(group, attribute::entries, place);
  if (Wide{header.entries} > Wide{header.rows} * header.columns) {
    fail(place, message("claims ", header.entries, " entries, more than ", header.rows, " x ",
                        header.columns, " can have"));
  }
  header.scalar = parse_scalar(read_text_attribute(group, attribute::scalar, place), place);
  header.index_width = read_integer(group, attribute::index_width, place);
  if (header.index_width != 32 && header.index_width != 64) {
    fail(place,
         message("the attribute 'index_width' is ", header.index_width, "; it must be 32 or 64"));
  }
  if (read_integer(group, attribute::sorted, place) != 1) {
    fail(place,
         "the attribute 'sorted' is not 1; version 1 of the format holds each row's "
         "columns in increasing order");
  }
  header.checksum = read_unsigned(group, attribute::checksum, place);
  return header;
}

void write_kind(hid_t object, const char* kind, const Place& place) {
  write_text_attribute(object, attribute::kind, kind, place);
  write_integers(object, attribute::format_version, format_version, place);
}

std::optional<std::string> own_kind(hid_t object, const Place& place) {
  auto found = find_text_attribute(object, attribute::kind, place);
  if (!found || has_attribute(object, attribute::format_version, place)) return found;
  const bool is_ours = *found == kind::csr_matrix || *found == kind::vector || *found == kind::text;
  return is_ours ? found : std::nullopt;
}

void require_kind(hid_t object, const char* kind, const Place& place) {
  const std::string found = read_text_attribute(object, attribute::kind, place);
  if (found != kind) fail(place, message("is of kind '", found, "', not '", kind, "'"));
  const auto version = read_integers(object, attribute::format_version, 2, place);
  if (version[0] != format_version[0]) {
    fail(place, message("is of format version ", version[0], ".", version[1],
                        ", but this library reads version ", format_version[0],
                        " only; use a newer library, or write the file again"));
  }
}

std::uint64_t header_checksum(const MatrixHeader& header) {
  return term(Array::header, 0, header.rows) + term(Array::header, 1, header.columns) +
         term(Array::header, 2, header.entries);
}

std::uint64_t shape_checksum(std::span<const std::int64_t> extents) {
  return checksum_of(Array::header, 0, extents);
}

void require_shape(const Place& place, std::span<const std::int64_t> extents, std::int64_t size) {
  if (extents.size() > H5S_MAX_RANK) {
    throw InvalidArgument(message(place.text(), ": a shape has at most ", H5S_MAX_RANK,
                                  " dimensions, not ", extents.size()));
  }
  Wide product = 1;
  for (const std::int64_t extent : extents) {
    if (extent < 0) {
      throw InvalidArgument(message(place.text(), ": a shape cannot have the extent ", extent));
    }
    product = std::min(product * extent, Wide{1} << 63);
  }
  if (product != size) {
    throw DimensionMismatch(message(place.text(), ": the vector has ", size,
                                    " elements, which do not make the shape ",
                                    describe_shape(extents)));
  }
}

std::string describe_shape(std::span<const std::int64_t> extents) {
  std::string text;
  for (const std::int64_t extent : extents) {
    text += (text.empty() ? "" : " x ") + std::to_string(extent);
  }
  return text.empty() ? "of one element" : text;
}

}  // namespace suan::hdf5
