// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Small files and their contents.
#pragma once

#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "suan/io/matrix_market.hpp"
#include "support/temporary_folder.hpp"

namespace suan::test {

inline void write_file(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}
inline std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string gzipped(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  auto copy = text;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// The entries of a matrix of one rank, row by row.
template <class T>
struct Entries {
  std::vector<Offset> offsets;
  std::vector<LocalIndex> columns;
  std::vector<T> values;
  bool operator==(const Entries&) const = default;
};

template <class View>
auto host_vector(const View& view) {
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
  return std::vector<typename View::non_const_value_type>(host.data(), host.data() + host.size());
}

template <class T>
Entries<T> entries_of(const DistributedMatrix<T>& a) {
  const auto& local = a.local().view();
  return {host_vector(local.offsets), host_vector(local.indices), host_vector(local.values)};
}

/// As a dense matrix by rows, on one rank.
template <class T>
std::vector<T> dense(const DistributedMatrix<T>& a) {
  const auto e = entries_of(a);
  const auto columns = static_cast<std::size_t>(a.global_columns());
  std::vector<T> all(static_cast<std::size_t>(a.global_rows()) * columns, T(0));
  for (std::size_t i = 0; i + 1 < e.offsets.size(); ++i) {
    for (auto k = static_cast<std::size_t>(e.offsets[i]);
         k < static_cast<std::size_t>(e.offsets[i + 1]); ++k) {
      all[i * columns + static_cast<std::size_t>(e.columns[k])] += e.values[k];
    }
  }
  return all;
}

/// Writes a text to a file and reads it.
template <class T = double>
DistributedMatrix<T> read_text(const std::string& text, const MatrixMarketOptions& options = {}) {
  const TemporaryFolder folder;
  write_file(folder / "a.mtx", text);
  return read_matrix_market<T>(folder / "a.mtx", {}, options);
}

}  // namespace suan::test
