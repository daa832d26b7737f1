// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Text from outside, such as names of files, where UTF-8 is demanded.
#pragma once

#include <string>
#include <string_view>

namespace suan::detail {

/// The text with each byte that is no part of UTF-8 written as \xe9, so that JSON can hold it and
/// the name can still be recognised.
std::string valid_utf8(std::string_view text);

/// The same, on one line: control characters are written so, too (a line feed as \x0a).
std::string one_line(std::string_view text);

}  // namespace suan::detail
