// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A matrix in host memory and in a file, so that Suan and its peers multiply by the very same one.
// Standard library only: the peers' programs include this.
//
// The file, in the byte order of the machine: 8 characters "csr64-32"; rows, columns and entries as
// 64-bit numbers; rows + 1 offsets of 64 bits; columns of 32 bits; values in double.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace suan::bench {

/// Rows of entries in increasing column order.
struct HostCsr {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> indices;
  std::vector<double> values;

  std::int64_t entries() const { return static_cast<std::int64_t>(values.size()); }
  void add(std::int64_t column, double value) {
    indices.push_back(static_cast<std::int32_t>(column));
    values.push_back(value);
  }
  void end_row() { offsets.push_back(entries()); }
};

struct CsrFileSizes {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t entries = 0;
};

namespace detail {

inline constexpr char csr_file_magic[] = "csr64-32";
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

inline File open_csr_file(const std::string& path, const char* mode) {
  File file(std::fopen(path.c_str(), mode), &std::fclose);
  if (!file) throw std::runtime_error("cannot open the matrix file \"" + path + "\"");
  return file;
}

template <class T>
void read_array(std::FILE* file, const std::string& path, std::int64_t position, std::size_t count,
                T* to) {
  if (std::fseek(file, static_cast<long>(position), SEEK_SET) != 0 ||
      std::fread(to, sizeof(T), count, file) != count) {
    throw std::runtime_error("the matrix file \"" + path + "\" ends too early");
  }
}

template <class T>
void write_array(std::FILE* file, const std::string& path, std::size_t count, const T* from) {
  if (std::fwrite(from, sizeof(T), count, file) != count) {
    throw std::runtime_error("cannot write to the matrix file \"" + path + "\"");
  }
}

}  // namespace detail

/// @throws std::runtime_error, as the functions below.
inline void write_csr_file(const HostCsr& a, const std::string& path) {
  const auto file = detail::open_csr_file(path, "wb");
  const std::int64_t sizes[] = {a.rows, a.columns, a.entries()};
  detail::write_array(file.get(), path, 8, detail::csr_file_magic);
  detail::write_array(file.get(), path, 3, sizes);
  detail::write_array(file.get(), path, a.offsets.size(), a.offsets.data());
  detail::write_array(file.get(), path, a.indices.size(), a.indices.data());
  detail::write_array(file.get(), path, a.values.size(), a.values.data());
  if (std::fflush(file.get()) != 0) {
    throw std::runtime_error("cannot write to the matrix file \"" + path + "\"");
  }
}

inline CsrFileSizes csr_file_sizes(const std::string& path) {
  const auto file = detail::open_csr_file(path, "rb");
  char magic[8] = {};
  std::int64_t sizes[3] = {};
  detail::read_array(file.get(), path, 0, 8, magic);
  if (std::memcmp(magic, detail::csr_file_magic, 8) != 0) {
    throw std::runtime_error("\"" + path + "\" is not a matrix file of the benchmarks");
  }
  detail::read_array(file.get(), path, 8, 3, sizes);
  return {sizes[0], sizes[1], sizes[2]};
}

/// Rows [first, last) of the file, their offsets beginning at zero; last = -1: up to its last row.
inline HostCsr read_csr_file(const std::string& path, std::int64_t first = 0,
                             std::int64_t last = -1) {
  const auto sizes = csr_file_sizes(path);
  if (last < 0) last = sizes.rows;
  const auto file = detail::open_csr_file(path, "rb");
  HostCsr a;
  a.rows = last - first;
  a.columns = sizes.columns;
  a.offsets.resize(static_cast<std::size_t>(a.rows) + 1);
  const std::int64_t offsets_at = 32;
  const std::int64_t indices_at = offsets_at + 8 * (sizes.rows + 1);
  const std::int64_t values_at = indices_at + 4 * sizes.entries;
  detail::read_array(file.get(), path, offsets_at + 8 * first, a.offsets.size(), a.offsets.data());
  const std::int64_t begin = a.offsets.front();
  const auto count = static_cast<std::size_t>(a.offsets.back() - begin);
  for (auto& offset : a.offsets) offset -= begin;
  a.indices.resize(count);
  a.values.resize(count);
  detail::read_array(file.get(), path, indices_at + 4 * begin, count, a.indices.data());
  detail::read_array(file.get(), path, values_at + 8 * begin, count, a.values.data());
  return a;
}

}  // namespace suan::bench
