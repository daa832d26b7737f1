// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Attributes of matrices and vectors: short texts and integers.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "hdf5_handle.hpp"

namespace suan::hdf5 {

bool has_attribute(hid_t object, const char* name, const Place& place);
/// The attribute's text; none when there is no such attribute or it is something else than one
/// text.
std::optional<std::string> find_text_attribute(hid_t object, const char* name, const Place& place);
/// @throws IoError unless the attribute is there and is one text.
std::string read_text_attribute(hid_t object, const char* name, const Place& place);
/// `count` integers. @throws IoError unless there are that many integers.
std::vector<std::int64_t> read_integers(hid_t object, const char* name, std::size_t count,
                                        const Place& place);
std::int64_t read_integer(hid_t object, const char* name, const Place& place);
std::uint64_t read_unsigned(hid_t object, const char* name, const Place& place);

void write_text_attribute(hid_t object, const char* name, const std::string& text,
                          const Place& place);
void write_integers(hid_t object, const char* name, std::span<const std::int64_t> values,
                    const Place& place);
void write_integer(hid_t object, const char* name, std::int64_t value, const Place& place);
void write_unsigned(hid_t object, const char* name, std::uint64_t value, const Place& place);

}  // namespace suan::hdf5
