// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrices of the benchmarks are what their headers say.
#include "support/shapes.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "support/temporary_folder.hpp"

namespace suan::bench {
namespace {

using Entries = std::map<std::pair<std::int64_t, std::int64_t>, double>;

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

Entries entries_of(const HostCsr& a) {
  Entries entries;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (auto k = at(a.offsets[at(i)]); k < at(a.offsets[at(i + 1)]); ++k) {
      entries[{i, a.indices[k]}] = a.values[k];
    }
  }
  return entries;
}

void expect_valid(const HostCsr& a) {
  ASSERT_EQ(a.offsets.size(), at(a.rows) + 1);
  ASSERT_EQ(a.offsets.front(), 0);
  ASSERT_EQ(a.offsets.back(), a.entries());
  ASSERT_EQ(a.indices.size(), a.values.size());
  for (std::int64_t i = 0; i < a.rows; ++i) {
    ASSERT_LE(a.offsets[at(i)], a.offsets[at(i + 1)]);
    for (auto k = at(a.offsets[at(i)]); k < at(a.offsets[at(i + 1)]); ++k) {
      ASSERT_GE(a.indices[k], 0);
      ASSERT_LT(a.indices[k], a.columns);
      ASSERT_TRUE(std::isfinite(a.values[k]));
      if (k > at(a.offsets[at(i)])) {
        ASSERT_LT(a.indices[k - 1], a.indices[k]) << "row " << i;
      }
    }
  }
}

double mean_entries(const HostCsr& a) {
  return static_cast<double>(a.entries()) / static_cast<double>(a.rows);
}

std::int64_t longest_row(const HostCsr& a) {
  std::int64_t longest = 0;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    longest = std::max(longest, a.offsets[at(i + 1)] - a.offsets[at(i)]);
  }
  return longest;
}

/// The 7-point matrix whose row i is multiplied by 1 + 0.001 (i mod 977).
HostCsr seven_points(std::int64_t size) {
  HostCsr a;
  a.rows = a.columns = size * size * size;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    const double factor = 1 + 0.001 * static_cast<double>(i % 977);
    const auto add = [&](bool exists, std::int64_t j, double value) {
      if (exists) a.add(j, factor * value);
    };
    const std::int64_t x = i % size;
    const std::int64_t y = i / size % size;
    const std::int64_t z = i / (size * size);
    add(z > 0, i - size * size, -1);
    add(y > 0, i - size, -1);
    add(x > 0, i - 1, -1);
    add(true, i, 6);
    add(x + 1 < size, i + 1, -1);
    add(y + 1 < size, i + size, -1);
    add(z + 1 < size, i + size * size, -1);
    a.end_row();
  }
  return a;
}

TEST(Shapes, AreValidAndTheSameEachTime) {
  for (const auto make : {elasticity, rmat, circuit, road, tall, ilu_factor}) {
    for (const std::int64_t size : {1, 2, 7, 20}) {
      const auto a = make(size);
      expect_valid(a);
      const auto b = make(size);
      EXPECT_EQ(a.offsets, b.offsets);
      EXPECT_EQ(a.indices, b.indices);
      EXPECT_EQ(a.values, b.values);
    }
  }
}

TEST(Shapes, HaveAboutTheRowsAndEntriesThatTheySay) {
  EXPECT_EQ(circuit(20).rows, 8000);
  EXPECT_EQ(tall(20).rows, 8000);
  EXPECT_EQ(tall(20).columns, 800);
  EXPECT_EQ(rmat(20).rows, 4096);
  EXPECT_EQ(road(20).rows, 89 * 89);
  EXPECT_EQ(elasticity(20).rows, 3 * 14 * 14 * 14);
  // The means of thousands of draws are within a tenth of their expectations.
  EXPECT_NEAR(mean_entries(circuit(30)), 1 + 2 * (0.8 + 0.8 + 0.1 + 0.04), 0.45);
  EXPECT_NEAR(mean_entries(road(30)), 2.5, 0.25);
  EXPECT_NEAR(mean_entries(tall(30)), 6, 0.6);
  EXPECT_EQ(longest_row(elasticity(20)), 81);
}

TEST(Shapes, AreSkewedWhereTheyShouldBe) {
  // A net has n / 100 entries; a node at random has fewer than 20.
  EXPECT_GT(longest_row(circuit(30)), 200);
  EXPECT_GT(longest_row(rmat(30)), 50 * static_cast<std::int64_t>(mean_entries(rmat(30))));
  EXPECT_LE(longest_row(road(30)), 4);
}

TEST(Shapes, GraphsOfRoadsAreSymmetric) {
  const auto entries = entries_of(road(15));
  for (const auto& [place, value] : entries) {
    const auto mirrored = entries.find({place.second, place.first});
    ASSERT_NE(mirrored, entries.end());
    EXPECT_EQ(mirrored->second, value);
  }
}

TEST(Shapes, CircuitsAreSymmetricInStructureAlone) {
  const auto entries = entries_of(circuit(10));
  bool differs = false;
  for (const auto& [place, value] : entries) {
    const auto mirrored = entries.find({place.second, place.first});
    ASSERT_NE(mirrored, entries.end());
    differs = differs || mirrored->second != value;
  }
  EXPECT_TRUE(differs);
}

/// A body that moves as a whole, or turns a little, has no stress: A times such a displacement
/// vanishes except in the nodes next to the fixed ones.
TEST(Elasticity, RigidMotionsGiveNoForce) {
  const auto a = elasticity(9);
  const std::int64_t points = 6;
  ASSERT_EQ(a.rows, 3 * points * points * points);
  for (int mode = 0; mode < 6; ++mode) {
    const auto displacement = [&](std::int64_t unknown) {
      const std::int64_t node = unknown / 3;
      const double x[] = {static_cast<double>(node % points),
                          static_cast<double>(node / points % points),
                          static_cast<double>(node / (points * points))};
      const auto c = static_cast<int>(unknown % 3);
      if (mode < 3) return c == mode ? 1.0 : 0.0;
      const int i = (mode + 1) % 3;
      const int j = (mode + 2) % 3;
      return c == i ? -x[j] : (c == j ? x[i] : 0.0);
    };
    for (std::int64_t row = 3 * points * points; row < a.rows; ++row) {
      double force = 0;
      double magnitude = 0;
      for (auto k = at(a.offsets[at(row)]); k < at(a.offsets[at(row + 1)]); ++k) {
        force += a.values[k] * displacement(a.indices[k]);
        magnitude += std::abs(a.values[k] * displacement(a.indices[k]));
      }
      // 81 products, of values that are sums of 8 elements' 8 Gauss points of a few terms each.
      EXPECT_LE(std::abs(force), 200 * 0x1p-52 * magnitude) << "mode " << mode << " row " << row;
    }
  }
}

TEST(Elasticity, IsSymmetricWithAPositiveDiagonal) {
  const auto entries = entries_of(elasticity(6));
  for (const auto& [place, value] : entries) {
    const auto mirrored = entries.find({place.second, place.first});
    ASSERT_NE(mirrored, entries.end());
    // The same sums in another order: twice 8 terms of at most 10, each with three roundings.
    EXPECT_NEAR(mirrored->second, value, 2 * 8 * 10 * 3 * 0x1p-52);
    if (place.first == place.second) {
      EXPECT_GT(value, 0);
    }
  }
}

/// The definition of a factorisation without fill-in: L U equals A wherever A has an entry.
TEST(IluFactor, MultipliedByItsUpperFactorGivesTheMatrix) {
  const std::int64_t size = 5;
  const auto a = entries_of(seven_points(size));
  const auto l = entries_of(ilu_factor(size));
  // U has a unit diagonal; above it, without the row scaling, it is the transpose of L D^-1.
  Entries u;
  for (const auto& [place, value] : l) {
    const auto [i, j] = place;
    const double pivot = l.at({j, j}) / (1 + 0.001 * static_cast<double>(j % 977));
    const double unscaled = value / (1 + 0.001 * static_cast<double>(i % 977));
    u[{j, i}] = i == j ? 1 : unscaled / pivot;
  }
  for (const auto& [place, value] : a) {
    double product = 0;
    for (std::int64_t k = 0; k <= std::min(place.first, place.second); ++k) {
      const auto left = l.find({place.first, k});
      const auto right = u.find({k, place.second});
      if (left != l.end() && right != u.end()) product += left->second * right->second;
    }
    // Four products of numbers up to 12, each with a few roundings.
    EXPECT_NEAR(product, value, 64 * 0x1p-52 * 12) << place.first << ", " << place.second;
  }
  EXPECT_EQ(l.size(), (a.size() + static_cast<std::size_t>(size * size * size)) / 2);
}

TEST(LowerTriangle, KeepsTheDiagonalAndWhatIsBelow) {
  const auto a = entries_of(seven_points(4));
  const auto l = entries_of(lower_triangle(seven_points(4)));
  for (const auto& [place, value] : a) {
    EXPECT_EQ(l.count(place), place.second <= place.first ? 1 : 0);
  }
  for (const auto& [place, value] : l) EXPECT_EQ(value, a.at(place));
}

/// (I - 2/3 D^-1 A) P_0, computed from the definition.
TEST(SmoothedProlongator, IsTheSmoothedAggregation) {
  const std::int64_t size = 7;
  const auto matrix = seven_points(size);
  const auto p = smoothed_prolongator(matrix, size);
  EXPECT_EQ(p.rows, 343);
  EXPECT_EQ(p.columns, 27);
  expect_valid(p);
  const auto aggregate = [](std::int64_t i) {
    return i % 7 / 3 + 3 * (i / 7 % 7 / 3) + 9 * (i / 49 / 3);
  };
  const auto a = entries_of(matrix);
  Entries expected;
  for (std::int64_t i = 0; i < 343; ++i) expected[{i, aggregate(i)}] = 1;
  for (const auto& [place, value] : a) {
    const double diagonal = a.at({place.first, place.first});
    expected[{place.first, aggregate(place.second)}] -= 2.0 / 3.0 * value / diagonal;
  }
  const auto found = entries_of(p);
  ASSERT_EQ(found.size(), expected.size());
  for (const auto& [place, value] : expected) {
    // Eight additions of numbers up to one.
    EXPECT_NEAR(found.at(place), value, 16 * 0x1p-52);
  }
}

TEST(CsrFile, ComesBackWholeAndInParts) {
  const test::TemporaryFolder folder;
  const auto path = folder / "a.csr";
  const auto a = circuit(5);
  write_csr_file(a, path);
  const auto sizes = csr_file_sizes(path);
  EXPECT_EQ(sizes.rows, a.rows);
  EXPECT_EQ(sizes.columns, a.columns);
  EXPECT_EQ(sizes.entries, a.entries());
  EXPECT_EQ(read_csr_file(path).values, a.values);
  EXPECT_EQ(read_csr_file(path).indices, a.indices);
  EXPECT_EQ(read_csr_file(path).offsets, a.offsets);
  Entries parts;
  for (const auto& [first, last] : {std::pair(0, 40), std::pair(40, 40), std::pair(40, 125)}) {
    const auto part = read_csr_file(path, first, last);
    EXPECT_EQ(part.rows, last - first);
    for (const auto& [place, value] : entries_of(part)) {
      parts[{place.first + first, place.second}] = value;
    }
  }
  EXPECT_EQ(parts, entries_of(a));
}

TEST(CsrFile, SaysWhatIsWrong) {
  const test::TemporaryFolder folder;
  const auto path = folder / "a.csr";
  EXPECT_THROW(read_csr_file(path), std::runtime_error);
  write_csr_file(road(5), path);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - 1);
  EXPECT_THROW(read_csr_file(path), std::runtime_error);
  std::filesystem::resize_file(path, 7);
  EXPECT_THROW(csr_file_sizes(path), std::runtime_error);
}

}  // namespace
}  // namespace suan::bench
