// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The names of files that are being written, and those that a killed program left.
#pragma once

#include <string>

namespace suan::detail {

/// A new name beside `path`: "<path>.<machine>.<process>.<random>.part". The number of the machine
/// stands for this start of this machine, and for the container, in which process numbers hold.
std::string unfinished_name(const std::string& path);

/// Removes the unfinished files beside `path` whose process ran on this machine and is gone. Those
/// of other machines, which cannot be asked, stay.
void remove_abandoned(const std::string& path) noexcept;

}  // namespace suan::detail
