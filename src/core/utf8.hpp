// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// External text, such as file names, where UTF-8 is required.
#pragma once

#include <string>
#include <string_view>

namespace suan::detail {

/// The text with each byte that is not valid UTF-8 written as \xe9, so that JSON can contain it and
/// the name can still be recognised.
std::string valid_utf8(std::string_view text);

/// The same, on one line: control characters are escaped, too (a line feed as \x0a).
std::string one_line(std::string_view text);

}  // namespace suan::detail
