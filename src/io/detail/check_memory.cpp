// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "io/detail/matrix_market_text.hpp"
#include "io/detail/memory_limit.hpp"

namespace suan::detail {

void check_memory(const InputFile& file, const MatrixMarketText& text, std::size_t bytes_per_entry,
                  double limit_gib, int ranks, int ranks_here) {
  const auto& header = text.header;
  const double entries = static_cast<double>(header.stored_entries) * (text.mirrored() ? 2.0 : 1.0);
  require_memory(message(file.path(), ", line ", text.size_line, ": reading ",
                         header.stored_entries, " entries in ", header.rows, " rows"),
                 entries * static_cast<double>(bytes_per_entry) +
                     static_cast<double>(header.rows) * sizeof(Offset),
                 limit_gib, ranks, ranks_here);
}

}  // namespace suan::detail
