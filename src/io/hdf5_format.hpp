// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What stands in a file: names, headers and their checks. docs/file-format.md is the description.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "hdf5_attributes.hpp"
#include "hdf5_checksum.hpp"
#include "hdf5_types.hpp"

namespace suan::hdf5 {

inline constexpr std::array<std::int64_t, 2> format_version{1, 0};  // major, minor

namespace kind {
inline constexpr const char* csr_matrix = "csr_matrix";
inline constexpr const char* vector = "vector";
inline constexpr const char* text = "text";
}  // namespace kind

namespace attribute {
inline constexpr const char* kind = "kind";
inline constexpr const char* format_version = "format_version";
inline constexpr const char* rows = "rows";
inline constexpr const char* columns = "columns";
inline constexpr const char* entries = "entries";
inline constexpr const char* scalar = "scalar";
inline constexpr const char* index_width = "index_width";
inline constexpr const char* sorted = "sorted";
inline constexpr const char* checksum = "checksum";
}  // namespace attribute

namespace dataset {
inline constexpr const char* row_offsets = "row_offsets";
inline constexpr const char* columns = "columns";
inline constexpr const char* values = "values";
}  // namespace dataset

/// Reports are some kilobytes; a hostile file shall not fill the memory.
inline constexpr std::size_t longest_text = std::size_t(64) << 20;

/// The attributes of a matrix but for its kind, format version and sortedness.
struct MatrixHeader {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t entries = 0;
  Stored scalar = Stored::float64;
  std::int64_t index_width = 32;
  std::uint64_t checksum = 0;
};

/// Writes the attributes but for the checksum, which is known when all has been written.
void write_header(hid_t group, const MatrixHeader& header, const Place& place);
/// @throws IoError when an attribute is missing, of another type or cannot be true.
MatrixHeader read_header(hid_t group, const Place& place);

void write_kind(hid_t object, const char* kind, const Place& place);
/// The kind of an object of ours. None where another program gave an attribute of that name: one
/// that is not one text, or that has no format version beside it and is none of our words.
std::optional<std::string> own_kind(hid_t object, const Place& place);
/// @throws IoError unless the object has this kind and a format version that this library reads.
void require_kind(hid_t object, const char* kind, const Place& place);

/// The sizes' part of the checksum of a matrix.
std::uint64_t header_checksum(const MatrixHeader& header);
/// The extents' part of the checksum of a vector.
std::uint64_t shape_checksum(std::span<const std::int64_t> extents);

/// @throws InvalidArgument or DimensionMismatch unless `extents` can be the shape of a vector with
/// `size` elements.
void require_shape(const Place& place, std::span<const std::int64_t> extents, std::int64_t size);

/// "3 x 4"
std::string describe_shape(std::span<const std::int64_t> extents);

}  // namespace suan::hdf5
