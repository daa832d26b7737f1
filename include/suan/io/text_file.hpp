// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "suan/comm/communicator.hpp"

namespace suan {

/// Writes the first rank's `text` to a file that appears complete or not at all; compressed if
/// `path` ends in .gz. Collective.
/// @throws IoError on all ranks; an old file at `path` is then unchanged. InvalidArgument, on all
/// ranks, when they differ in `path`.
void write_text_file(const std::string& path, const std::string& text, const Communicator& comm);

}  // namespace suan
