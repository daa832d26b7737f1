// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Matrices that are the same on any number of ranks, and their comparison with one rank's.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "suan/matrix/assembly.hpp"
#include "support/sparse.hpp"

namespace suan::test {

using Scalars = testing::Types<float, double, Complex>;

/// Even, everything on the last rank, and nothing on odd ranks.
inline std::vector<Layout> distributions(GlobalIndex size) {
  const auto world = Communicator::world();
  const bool last = world.rank() == world.size() - 1;
  const int even_ranks = (world.size() + 1) / 2;
  const GlobalIndex each = size / even_ranks;
  const GlobalIndex mine =
      world.rank() % 2 == 1 ? 0 : (world.rank() == 0 ? size - each * (even_ranks - 1) : each);
  return {Layout::even(size, world), Layout::from_local_size(last ? size : 0, world),
          Layout::from_local_size(mine, world)};
}

/// A number in [-1, 1) that depends on a position; sums of such numbers round.
template <Scalar T>
T rough(GlobalIndex i, GlobalIndex j, int salt) {
  const auto part = [&](std::uint64_t more) {
    std::uint64_t x = static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15u +
                      static_cast<std::uint64_t>(j) * 0xBF58476D1CE4E5B9u +
                      static_cast<std::uint64_t>(salt) * 0x94D049BB133111EBu + more;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return static_cast<Real<T>>(static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-52 - 1);
  };
  if constexpr (is_complex<T>) {
    return T(part(1), part(2));
  } else {
    return part(1);
  }
}

/// The kinds of matrices that generated() makes.
inline const std::vector<std::string>& kinds() {
  static const std::vector<std::string> all = {"scattered", "band", "all ranks", "blocks",
                                               "no entries"};
  return all;
}

/// Whether there is an entry at (i, j) of a matrix of this kind with so many columns.
inline bool has_entry(const std::string& kind, GlobalIndex i, GlobalIndex j, GlobalIndex columns,
                      int salt) {
  if (kind == "no entries") return false;
  if (kind == "band") return i % 11 != 4 && std::abs(i - j) <= 2;
  // Elasticity in two dimensions: two unknowns a node, all coupled with those of three nodes.
  if (kind == "blocks") return std::abs(i / 2 - j / 2) <= 1;
  if (kind == "all ranks") return (i + j) % std::max<GlobalIndex>(1, columns / 9) == 0;
  if (i % 7 == 3 || j % 13 == 5) return false;  // empty rows and columns
  return rough<double>(i, j, salt + 77) > 0.8;
}

template <Scalar T>
DistributedMatrix<T> generated(const std::string& kind, const Layout& rows, const Layout& columns,
                               int salt) {
  const GlobalIndex all = columns.global_size();
  return generate_rows<T>(rows, columns, [&](GlobalIndex i, RowWriter<T>& row) {
    for (GlobalIndex j = 0; j < all; ++j) {
      if (has_entry(kind, i, j, all, salt)) row.add(j, rough<T>(i, j, salt));
    }
  });
}

/// The same matrix on one rank.
template <Scalar T>
Csr<T> generated_serially(const std::string& kind, GlobalIndex rows, GlobalIndex columns,
                          int salt) {
  return generated<T>(kind, Layout::serial(rows), Layout::serial(columns), salt).local();
}

/// This rank's rows: pairs of global column and value.
template <Scalar T>
using Rows = std::vector<std::vector<std::pair<GlobalIndex, T>>>;

template <Scalar T>
Rows<T> rows_of(const DistributedMatrix<T>& a) {
  Rows<T> result(static_cast<std::size_t>(a.row_layout().local_size()));
  const auto take = [&](const Csr<T>& part, const auto& row, const auto& column) {
    const auto host = to_host(part);
    for (std::size_t i = 0; i < static_cast<std::size_t>(host.rows); ++i) {
      for (auto k = static_cast<std::size_t>(host.offsets[i]);
           k < static_cast<std::size_t>(host.offsets[i + 1]); ++k) {
        result[row(i)].emplace_back(column(host.indices[k]), host.values[k]);
      }
    }
  };
  take(
      a.local(), [](std::size_t i) { return i; },
      [&](LocalIndex j) { return a.column_layout().first() + j; });
  const auto numbers = to_host<LocalIndex>(a.remote().row_numbers);
  take(
      a.remote().matrix, [&](std::size_t i) { return static_cast<std::size_t>(numbers[i]); },
      [&](LocalIndex j) { return a.remote().columns[static_cast<std::size_t>(j)]; });
  for (auto& row : result) {
    std::stable_sort(row.begin(), row.end(),
                     [](const auto& x, const auto& y) { return x.first < y.first; });
  }
  return result;
}

/// Each ghost column and each boundary row has an entry, and parts are sorted.
template <Scalar T>
void expect_compact(const DistributedMatrix<T>& a) {
  EXPECT_TRUE(a.local().sorted());
  EXPECT_TRUE(a.remote().matrix.sorted());
  const auto remote = to_host(a.remote().matrix);
  std::vector<bool> used(a.remote().columns.size(), false);
  for (const LocalIndex j : remote.indices) used[static_cast<std::size_t>(j)] = true;
  EXPECT_EQ(std::count(used.begin(), used.end(), false), 0) << "ghosts without entries";
  for (std::size_t i = 0; i + 1 < remote.offsets.size(); ++i) {
    EXPECT_LT(remote.offsets[i], remote.offsets[i + 1]) << "boundary row " << i << " is empty";
  }
}

/// Bit for bit.
template <Scalar T>
void expect_rows_of(const DistributedMatrix<T>& a, const Csr<T>& all) {
  ASSERT_EQ(a.global_rows(), all.rows());
  ASSERT_EQ(a.global_columns(), all.columns());
  EXPECT_EQ(a.global_entries(), all.entries());
  expect_compact(a);
  const auto host = to_host(all);
  const auto rows = rows_of(a);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto global = static_cast<std::size_t>(a.row_layout().first()) + i;
    const auto begin = static_cast<std::size_t>(host.offsets[global]);
    const auto length = static_cast<std::size_t>(host.offsets[global + 1]) - begin;
    ASSERT_EQ(rows[i].size(), length) << "row " << global;
    for (std::size_t k = 0; k < length; ++k) {
      ASSERT_EQ(rows[i][k].first, host.indices[begin + k]) << "row " << global;
      ASSERT_EQ(std::memcmp(&rows[i][k].second, &host.values[begin + k], sizeof(T)), 0)
          << "row " << global << ", column " << rows[i][k].first << ": " << rows[i][k].second
          << " instead of " << host.values[begin + k];
    }
  }
}

/// The same structure with other values.
template <Scalar T>
DistributedMatrix<T> with_other_values(const DistributedMatrix<T>& a, int salt) {
  const auto part = [&](const Csr<T>& of, auto row, auto column) {
    auto host = to_host(of);
    for (std::size_t i = 0; i < static_cast<std::size_t>(host.rows); ++i) {
      for (auto k = static_cast<std::size_t>(host.offsets[i]);
           k < static_cast<std::size_t>(host.offsets[i + 1]); ++k) {
        host.values[k] = rough<T>(row(i), column(host.indices[k]), salt);
      }
    }
    const DeviceView<T> values("suan::test", host.values.size());
    Kokkos::deep_copy(values, HostView<const T>(host.values.data(), host.values.size()));
    return DeviceView<const T>(values);
  };
  const GlobalIndex first = a.row_layout().first();
  const auto numbers = to_host<LocalIndex>(a.remote().row_numbers);
  auto result = a;
  result.update_values(
      part(
          a.local(), [&](std::size_t i) { return first + static_cast<GlobalIndex>(i); },
          [&](LocalIndex j) { return a.column_layout().first() + j; }),
      part(
          a.remote().matrix, [&](std::size_t i) { return first + numbers[i]; },
          [&](LocalIndex j) { return a.remote().columns[static_cast<std::size_t>(j)]; }));
  return result;
}

}  // namespace suan::test
