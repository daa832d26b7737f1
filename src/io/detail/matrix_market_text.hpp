// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Shared by the parts of the Matrix Market reader: the header with its position in the file.
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

/// A word of a file as quoted in messages: cut to 40 characters, special ones as \xNN.
std::string in_quotes(std::string_view word);

}  // namespace suan::detail
