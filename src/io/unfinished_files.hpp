// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The names of files being written, and leftovers of killed programs.
#pragma once

#include <string>

namespace suan::detail {

/// A new name in the folder of `path`: "<path>.<machine>.<process>.<random>.part". The machine
/// number identifies the machine, its current boot and the container, within which process numbers
/// are valid.
std::string unfinished_name(const std::string& path);

/// Removes the unfinished files of `path` whose process ran on this machine and is gone. Those of
/// other machines, which cannot be checked, stay.
void remove_abandoned(const std::string& path) noexcept;

}  // namespace suan::detail
