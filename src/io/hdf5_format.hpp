// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The contents of a file: names, headers and their checks. docs/file-format.md describes them.
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

inline constexpr std::array<std::int64_t, 2> format_version{1, 1};  // major, minor

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

/// Reports have some kilobytes; a malicious file must not fill the memory.
inline constexpr std::size_t longest_text = std::size_t(64) << 20;

/// The attributes of a matrix, except its kind, format version and sortedness.
struct MatrixHeader {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t entries = 0;
  Stored scalar = Stored::float64;
  std::int64_t index_width = 32;
  std::uint64_t checksum = 0;
};

/// Writes the attributes except the checksum, which is only known at the end.
void write_header(hid_t group, const MatrixHeader& header, const Place& place);
/// @throws IoError when an attribute is missing, has the wrong type or an impossible value.
MatrixHeader read_header(hid_t group, const Place& place);

void write_kind(hid_t object, const char* kind, const Place& place);
/// The kind of one of our objects. None if the attribute comes from another program: if it is not a
/// single text, or there is no format version and it is none of our words.
std::optional<std::string> own_kind(hid_t object, const Place& place);
/// @throws IoError unless the object has this kind and a format version that this library reads.
void require_kind(hid_t object, const char* kind, const Place& place);

/// The part of a matrix's checksum that covers the sizes.
std::uint64_t header_checksum(const MatrixHeader& header);
/// The part of a vector's checksum that covers the extents.
std::uint64_t shape_checksum(std::span<const std::int64_t> extents);

/// @throws InvalidArgument or DimensionMismatch unless `extents` can be the shape of a vector with
/// `size` elements.
void require_shape(const Place& place, std::span<const std::int64_t> extents, std::int64_t size);

/// "3 x 4"
std::string describe_shape(std::span<const std::int64_t> extents);

}  // namespace suan::hdf5
