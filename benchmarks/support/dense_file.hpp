// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A few dense vectors in a file, such as a near null space, so that Suan and its peers get the very
// same ones. Standard library only: the peers' programs include this.
//
// The file, in the byte order of the machine: 8 characters "dense-64"; rows and columns as 64-bit
// numbers; elements in double, row by row.
#pragma once

#include "csr_file.hpp"

namespace suan::bench {

struct HostVectors {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<double> elements;
};

/// Rows [first, last) of the file. @throws std::runtime_error.
inline HostVectors read_dense_file(const std::string& path, std::int64_t first, std::int64_t last) {
  const auto file = detail::open_csr_file(path, "rb");
  char magic[8] = {};
  std::int64_t sizes[2] = {};
  detail::read_array(file.get(), path, 0, 8, magic);
  if (std::memcmp(magic, "dense-64", 8) != 0) {
    throw std::runtime_error("\"" + path + "\" is not a file of vectors of the benchmarks");
  }
  detail::read_array(file.get(), path, 8, 2, sizes);
  HostVectors x{last - first, sizes[1], {}};
  x.elements.resize(static_cast<std::size_t>(x.rows * x.columns));
  detail::read_array(file.get(), path, 24 + 8 * first * x.columns, x.elements.size(),
                     x.elements.data());
  return x;
}

}  // namespace suan::bench
