// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/value_storage.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>

#include "support/instances.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace suan::test {
namespace {

using kernels::ValueFacts;
using kernels::ValueStorage;
using testing::HasSubstr;

/// A row with these values.
template <class T>
Csr<T> row_of(const std::vector<T>& values) {
  HostMatrix<T> a{
      1, static_cast<LocalIndex>(values.size()), {0, Offset(values.size())}, {}, values};
  for (LocalIndex j = 0; j < a.columns; ++j) a.indices.push_back(j);
  return a.csr();
}

template <class T>
std::vector<T> table_of(const ValueFacts<T>& facts) {
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), facts.dictionary());
  return {host.data(), host.data() + host.size()};
}

TEST(ValueStorage, NamesComeBack) {
  for (const auto& name : kernels::value_storage_names()) {
    EXPECT_EQ(to_string(kernels::value_storage_from_string(name)), name);
  }
  EXPECT_THROW(kernels::value_storage_from_string("float8"), InvalidArgument);
  EXPECT_EQ(kernels::value_bytes<double>(ValueStorage::dictionary), 1);
  EXPECT_EQ(kernels::value_bytes<double>(ValueStorage::float32), 4);
  EXPECT_EQ(kernels::value_bytes<Complex>(ValueStorage::float32), 8);
  EXPECT_EQ(kernels::value_bytes<Complex>(ValueStorage::float16), 0);
}

// Ordered by bits: negative numbers come after the positive ones. NaN is a value like any other,
// and 0 is not -0.
TEST(ValueStorage, DictionaryByHand) {
  const ExecutionSpace space;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const ValueFacts<double> facts(space, row_of<double>({2, -1, 0.1, 2, 0, 2, nan, 0.1}).view());
  EXPECT_EQ(facts.different_values(), 5);
  EXPECT_FALSE(facts.has_negative_zero());
  const auto table = table_of(facts);
  ASSERT_EQ(table.size(), 6u);
  EXPECT_EQ(std::vector(table.begin(), table.begin() + 3), (std::vector<double>{0, 0.1, 2}));
  EXPECT_TRUE(std::isnan(table[3]));
  EXPECT_EQ(table[4], -1);
  EXPECT_TRUE(table[5] == 0 && std::signbit(table[5]));
  EXPECT_TRUE(ValueFacts<double>(space, row_of<double>({1, -0.0}).view()).has_negative_zero());
  const ValueFacts<Complex> complex(
      space, row_of<Complex>({Complex(1, 2), Complex(1, 3), Complex(1, 2), Complex(0, 2)}).view());
  EXPECT_EQ(complex.different_values(), 3);
  EXPECT_EQ(table_of(complex)[0], Complex(0, 2));
  EXPECT_EQ(ValueFacts<double>(space, row_of<double>({}).view()).different_values(), 0);
}

TEST(ValueStorage, DictionaryEndsAt256AndIsTheSameOnAnyNumberOfThreads) {
  std::vector<double> values;
  std::vector<double> expected;
  for (int k = 0; k < 256; ++k) expected.push_back(0.1 * (1 + k));
  for (int k = 0; k < 100000; ++k) values.push_back(0.1 * (1 + (k * 7919) % 256));
  const auto a = row_of(values);
  expected.push_back(-0.0);
  for (const auto& space : instances()) {
    const ValueFacts<double> facts(space, a.view());
    EXPECT_EQ(facts.different_values(), 256);
    EXPECT_EQ(table_of(facts), expected);
    EXPECT_TRUE(facts.keeps(ValueStorage::dictionary));
    EXPECT_FALSE(facts.keeps(ValueStorage::float32));
  }
  values.back() = 1e-9;
  const ValueFacts<double> more(ExecutionSpace(), row_of(values).view());
  EXPECT_FALSE(more.keeps(ValueStorage::dictionary));
  EXPECT_EQ(more.dictionary().size(), 0u);
  try {
    more.require(ValueStorage::dictionary);
    FAIL() << "no error";
  } catch (const NotSupported& error) {
    EXPECT_THAT(error.what(), HasSubstr("at most 256 different values"));
  }
}

constexpr std::array roundings = {ValueStorage::float32, ValueStorage::bfloat16,
                                  ValueStorage::float16};

/// The error message when values are to be stored this way.
template <class T>
std::string error_of(const Csr<T>& a, ValueStorage wanted) {
  try {
    ValueFacts<T>(ExecutionSpace(), a.view(), wanted).require(wanted);
  } catch (const NotSupported& error) {
    return error.what();
  }
  return "none";
}

TEST(ValueStorage, CountsWhatIsTooLarge) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  // Infinity and NaN are preserved, except in float16, which has none here.
  std::vector<double> values(700, 0.3);
  for (const double x : {1.0, 257.0, 65536.0, 0.1, 1e300, 1e39, inf, nan}) values.push_back(x);
  const auto a = row_of(values);
  EXPECT_THAT(error_of(a, ValueStorage::float32), HasSubstr("cannot hold 2 of the 708 values"));
  EXPECT_THAT(error_of(a, ValueStorage::bfloat16), HasSubstr("cannot hold 2 of the 708 values"));
  EXPECT_THAT(error_of(a, ValueStorage::float16), HasSubstr("cannot hold 5 of the 708 values"));
  EXPECT_EQ(error_of(a, ValueStorage::same), "none");
  EXPECT_EQ(error_of(a, ValueStorage::dictionary), "none");
  EXPECT_THAT(error_of(row_of<float>({0.1f, 65536.0f}), ValueStorage::float16),
              HasSubstr("cannot hold 1 of the 2 values"));
  EXPECT_EQ(error_of(row_of<float>({0.1f, 1e38f}), ValueStorage::float32), "none");
  EXPECT_THAT(
      error_of(row_of<Complex>({Complex(0.1, 1), Complex(0, 1e300)}), ValueStorage::float32),
      HasSubstr("cannot hold 1 of the 2 values"));
}

TEST(ValueStorage, RefusesAStorageForWhichNothingWasCounted) {
  const ValueFacts<double> facts(ExecutionSpace(), row_of<double>({1e6, 0.1}).view());
  EXPECT_THROW(facts.require(ValueStorage::float16), InvalidArgument);
  EXPECT_NO_THROW(facts.require(ValueStorage::dictionary));
}

TEST(ValueStorage, FloatsAreNotRoundedToFloat32) {
  std::vector<float> values;
  for (int k = 0; k < 1000; ++k) values.push_back(0.1f * static_cast<float>(k));
  const ValueFacts<float> facts(ExecutionSpace(), row_of(values).view());
  EXPECT_TRUE(facts.keeps(ValueStorage::float32));
  EXPECT_FALSE(facts.keeps(ValueStorage::bfloat16));
  EXPECT_FALSE(facts.keeps(ValueStorage::float16));
}

// It does not matter which of the values has to be rounded, and where it is.
TEST(ValueStorage, FindsTheOneValueThatHasToBeRounded) {
  const auto rounded = [](const ExecutionSpace& space, double value, std::size_t place) {
    std::vector<double> values;
    // More different ones than a dictionary takes, all of 8 bits.
    for (int k = 0; k < 1000; ++k) values.push_back(std::ldexp(128 + k % 128, k / 128 - 7));
    values[place] = value;
    const ValueFacts<double> facts(space, row_of(values).view());
    EXPECT_FALSE(facts.keeps(ValueStorage::dictionary));
    std::array<int, 3> lost{};
    for (std::size_t s = 0; s < 3; ++s) lost[s] = facts.keeps(roundings[s]) ? 0 : 1;
    return lost;
  };
  for (const auto& space : instances()) {
    for (const std::size_t place : {0, 255, 256, 999}) {
      EXPECT_EQ(rounded(space, 3, place), (std::array{0, 0, 0}));
      EXPECT_EQ(rounded(space, 65536, place), (std::array{0, 0, 1}));  // too large for float16
      EXPECT_EQ(rounded(space, 257, place), (std::array{0, 1, 0}));    // 9 bits
      EXPECT_EQ(rounded(space, 65537, place), (std::array{0, 1, 1}));
      EXPECT_EQ(rounded(space, 0.1, place), (std::array{1, 1, 1}));
    }
  }
}

// For each storage: whether a dictionary makes the second pass over the values unnecessary.
TEST(ValueStorage, FindsWhatOneStorageAloneLoses) {
  const auto lost = [](double value) {
    const ValueFacts<double> facts(ExecutionSpace(), row_of<double>({1, value, 2}).view());
    std::array<int, 3> result{};
    for (std::size_t s = 0; s < 3; ++s) result[s] = facts.keeps(roundings[s]) ? 0 : 1;
    return result;
  };
  EXPECT_EQ(lost(3), (std::array{0, 0, 0}));
  EXPECT_EQ(lost(65536), (std::array{0, 0, 1}));
  EXPECT_EQ(lost(257), (std::array{0, 1, 0}));
  EXPECT_EQ(lost(65537), (std::array{0, 1, 1}));
  EXPECT_EQ(lost(0.1), (std::array{1, 1, 1}));
}

}  // namespace
}  // namespace suan::test
