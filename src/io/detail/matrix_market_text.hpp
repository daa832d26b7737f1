// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the parts of the Matrix Market reader share: the header with its place in the file, and the
// limits that are checked before anything is allocated.
#pragma once

#include "io/detail/text_input.hpp"
#include "suan/io/matrix_market.hpp"

namespace suan::detail {

/// A header and where it was found.
struct MatrixMarketText {
  MatrixMarketHeader header;
  std::int64_t size_line = 0;   ///< number of the line with the sizes
  std::int64_t data_begin = 0;  ///< offset of the line behind it, in the (decompressed) text

  bool mirrored() const noexcept {
    return header.symmetry != MatrixMarketHeader::Symmetry::general;
  }
};

/// Reads banner, comments and sizes, and checks the sizes against each other and the file.
/// @throws IoError with path and line.
MatrixMarketText read_header(const InputFile& file);

/// Refuses a matrix for which this node's memory would not suffice: `bytes_per_entry` for each
/// entry while reading, and the row offsets. Collective; must throw on all ranks or none, so it is
/// called within together() after `ranks_here` is known.
/// @throws OutOfMemory
void check_memory(const InputFile& file, const MatrixMarketText& text, std::size_t bytes_per_entry,
                  double limit_gib, int ranks, int ranks_here);

/// How many ranks of `comm` run on this node. Collective.
int ranks_on_this_node(const Communicator& comm);

/// A word of a file as messages quote it: cut to 40 characters, special ones as \xNN.
std::string quoted(std::string_view word);

}  // namespace suan::detail
