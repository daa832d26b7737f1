// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the name of a file says.
#pragma once

#include <string>
#include <string_view>

namespace suan::detail {

/// Whether a path ends in `ending`, which is in lower case; A.MTX ends in .mtx.
bool has_ending(std::string_view path, std::string_view ending);

}  // namespace suan::detail
