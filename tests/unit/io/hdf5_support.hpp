// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Shared by the tests of HDF5 files: a temporary folder, and matrices whose entries follow from
// their positions.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "suan/io/hdf5.hpp"
#include "suan/matrix/assembly.hpp"

namespace suan::test {

/// A folder known to all ranks of `comm`, removed with the object. Collective.
class Folder {
 public:
  explicit Folder(const Communicator& comm = {}) : comm_(comm) {
    std::string path;
    if (comm_.is_root()) {
      path = (std::filesystem::temp_directory_path() / "suan_hdf5_XXXXXX").string();
      if (mkdtemp(path.data()) == nullptr) throw IoError("no folder for the test");
    }
    path_ = comm_.broadcast(path);
  }
  ~Folder() {
    comm_.barrier();
    std::error_code ignored;
    if (comm_.is_root()) std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::size_t count() const {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      files += entry.exists() ? 1 : 0;
    }
    return files;
  }

 private:
  Communicator comm_;
  std::string path_;
};

inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

inline std::uint64_t hash(std::uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccdU;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53U;
  return x ^ (x >> 33);
}

/// A number with all its bits in use, now and then a negative zero or the smallest subnormal.
template <Scalar T>
T number(std::uint64_t seed) {
  if constexpr (is_complex<T>) {
    return T(number<Real<T>>(2 * seed), number<Real<T>>(2 * seed + 1));
  } else {
    if (hash(seed) % 11 == 0) return T(-0.0);
    if (hash(seed) % 11 == 1) return std::numeric_limits<T>::denorm_min();
    return static_cast<T>(static_cast<double>(hash(seed)) * 0x1p-60 - 7.0);
  }
}

struct Pattern {
  GlobalIndex rows = 0;
  GlobalIndex columns = 0;
  std::uint64_t every = 4;  ///< one of so many places holds an entry

  bool has(GlobalIndex i, GlobalIndex j) const { return hash(seed(i, j)) % every == 0; }
  template <Scalar T>
  T value(GlobalIndex i, GlobalIndex j) const {
    return number<T>(seed(i, j) + 77);
  }
  std::uint64_t seed(GlobalIndex i, GlobalIndex j) const {
    return static_cast<std::uint64_t>(i * 1000003 + j);
  }
  std::int64_t entries() const {
    std::int64_t count = 0;
    for (GlobalIndex i = 0; i < rows; ++i) {
      for (GlobalIndex j = 0; j < columns; ++j) count += has(i, j) ? 1 : 0;
    }
    return count;
  }
};

template <Scalar T>
DistributedMatrix<T> make_matrix(const Pattern& pattern, const Layout& rows,
                                 const Layout& columns) {
  return generate_rows<T>(rows, columns, [&](GlobalIndex i, RowWriter<T>& writer) {
    for (GlobalIndex j = 0; j < pattern.columns; ++j) {
      if (pattern.has(i, j)) writer.add(j, pattern.value<T>(i, j));
    }
  });
}

template <Scalar T>
DistributedMatrix<T> make_matrix(const Pattern& pattern, const Communicator& comm = {}) {
  return make_matrix<T>(pattern, Layout::even(pattern.rows, comm),
                        Layout::even(pattern.columns, comm));
}

template <class T>
bool same_bits(const T& a, const T& b) {
  return std::memcmp(&a, &b, sizeof(T)) == 0;
}

/// Entries of a part in host memory: global row, global column, value.
template <Scalar T>
std::vector<Triplet<T>> entries_of(const DistributedMatrix<T>& matrix) {
  std::vector<Triplet<T>> result;
  const auto take = [&](const Csr<T>& part, const auto& row_of, const auto& column_of) {
    if (part.rows() == 0) return;
    const Kokkos::HostSpace host;
    const auto offsets = Kokkos::create_mirror_view_and_copy(host, part.view().offsets);
    const auto indices = Kokkos::create_mirror_view_and_copy(host, part.view().indices);
    const auto values = Kokkos::create_mirror_view_and_copy(host, part.view().values);
    for (LocalIndex i = 0; i < part.rows(); ++i) {
      for (Offset k = offsets(i); k < offsets(i + 1); ++k) {
        result.push_back({row_of(i), column_of(indices(k)), values(k)});
      }
    }
  };
  const GlobalIndex first_row = matrix.row_layout().first();
  const GlobalIndex first_column = matrix.column_layout().first();
  take(
      matrix.local(), [&](LocalIndex i) { return first_row + i; },
      [&](LocalIndex j) { return first_column + j; });
  const auto rows =
      Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), matrix.remote().row_numbers);
  take(
      matrix.remote().matrix, [&](LocalIndex i) { return first_row + rows(i); },
      [&](LocalIndex j) { return matrix.remote().columns[static_cast<std::size_t>(j)]; });
  return result;
}

/// Whether this rank's rows hold exactly what the pattern says, to the bit.
template <Scalar T>
void expect_pattern(const DistributedMatrix<T>& matrix, const Pattern& pattern) {
  EXPECT_EQ(matrix.global_rows(), pattern.rows);
  EXPECT_EQ(matrix.global_columns(), pattern.columns);
  std::int64_t expected = 0;
  for (GlobalIndex i = matrix.row_layout().first(); i < matrix.row_layout().last(); ++i) {
    for (GlobalIndex j = 0; j < pattern.columns; ++j) expected += pattern.has(i, j) ? 1 : 0;
  }
  const auto entries = entries_of(matrix);
  EXPECT_EQ(static_cast<std::int64_t>(entries.size()), expected);
  std::size_t wrong = 0;
  for (const auto& e : entries) {
    const bool right =
        pattern.has(e.row, e.column) && same_bits(e.value, pattern.value<T>(e.row, e.column));
    if (!right) ++wrong;
  }
  EXPECT_EQ(wrong, 0U) << "entries that differ";
}

template <Scalar T>
Vector<T> make_vector(const Layout& layout) {
  return generate<T>(layout,
                     [](GlobalIndex i) { return number<T>(static_cast<std::uint64_t>(i)); });
}

template <Scalar T>
void expect_numbers(const Vector<T>& vector) {
  const auto elements = vector.to_host();
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto global = static_cast<std::uint64_t>(vector.layout().first()) + i;
    if (!same_bits(elements[i], number<T>(global))) ++wrong;
  }
  EXPECT_EQ(wrong, 0U) << "elements that differ";
}

/// The text of the exception of type E that `body` throws; empty, with a failure, when there is
/// none.
template <class E, class Body>
std::string message_of(Body&& body) {
  try {
    body();
  } catch (const E& error) {
    return error.what();
  } catch (const std::exception& error) {
    ADD_FAILURE() << "another exception than expected: " << error.what();
    return {};
  }
  ADD_FAILURE() << "no exception";
  return {};
}

}  // namespace suan::test
