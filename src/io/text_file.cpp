// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/io/text_file.hpp"

#include "io/detail/text_output.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/error.hpp"

namespace suan {

void write_text_file(const std::string& path, const std::string& text, const Communicator& comm) {
  require_agreement(comm, "write_text_file", message("path = ", path, "\n"));
  detail::write_text_file(path, comm, text, 0, 1, [](detail::TextBuilder&, std::int64_t) {});
}

}  // namespace suan
