// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Written files: their text, their bits when read back, and failures that destroy nothing.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <bit>
#include <cmath>
#include <csignal>
#include <limits>
#include <random>

#include "matrix_market_helpers.hpp"
#include "suan/matrix/assembly.hpp"

namespace suan::test {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

template <class T>
DistributedMatrix<T> matrix(GlobalIndex rows, GlobalIndex columns,
                            const std::vector<Triplet<T>>& triplets) {
  return from_triplets<T>(Layout::serial(rows), Layout::serial(columns), triplets);
}

TEST(MatrixMarketWrite, TextOfSmallOnes) {
  const TemporaryFolder folder;
  write_matrix_market(folder / "a.mtx", matrix<double>(2, 3, {{1, 2, 0.1}, {0, 0, -2}, {1, 0, 0}}));
  const auto text = read_file(folder / "a.mtx");
  EXPECT_THAT(text, StartsWith("%%MatrixMarket matrix coordinate real general\n%"));
  EXPECT_THAT(text, EndsWith("\n2 3 3\n1 1 -2\n2 1 0\n2 3 0.1\n"));

  write_matrix_market(folder / "c.mtx", matrix<Complex>(1, 1, {{0, 0, {1, -0.5}}}));
  EXPECT_THAT(read_file(folder / "c.mtx"), StartsWith("%%MatrixMarket matrix coordinate complex"));
  EXPECT_THAT(read_file(folder / "c.mtx"), EndsWith("\n1 1 1\n1 1 1 -0.5\n"));

  const auto x = Vector<float>::from_host(Layout::serial(2), std::vector<float>{0.1F, 3});
  write_matrix_market(folder / "x.mtx", x);
  EXPECT_THAT(read_file(folder / "x.mtx"), StartsWith("%%MatrixMarket matrix array real general"));
  EXPECT_THAT(read_file(folder / "x.mtx"), EndsWith("\n2 1\n0.1\n3\n"));
  EXPECT_EQ(folder.files(), 3U);
}

template <class R>
R random_value(std::mt19937_64& random) {
  for (;;) {
    R value;
    if constexpr (sizeof(R) == 8) {
      value = std::bit_cast<double>(random());
    } else {
      value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    }
    if (std::isfinite(value)) return value;
  }
}

template <class T>
void expect_round_trip(const std::string& name) {
  const TemporaryFolder folder;
  std::mt19937_64 random(99);
  std::vector<Triplet<T>> triplets;
  std::vector<T> elements;
  for (int i = 0; i < 2000; ++i) {
    for (int j = i % 7; j < 500; j += 25) {
      T value;
      if constexpr (is_complex<T>) {
        const auto real = random_value<Real<T>>(random);
        value = T(real, random_value<Real<T>>(random));
      } else {
        value = random_value<T>(random);
      }
      triplets.push_back({i, j, value});
      if (j < 25) elements.push_back(value);
    }
  }
  const auto a = matrix<T>(2000, 500, triplets);
  write_matrix_market(folder / name, a);
  EXPECT_EQ(entries_of(read_matrix_market<T>(folder / name)), entries_of(a));
  const auto layout = Layout::serial(static_cast<GlobalIndex>(elements.size()));
  write_matrix_market(folder / name, Vector<T>::from_host(layout, elements));
  EXPECT_EQ(read_matrix_market_vector<T>(folder / name, layout).to_host(), elements);
}

TEST(MatrixMarketWrite, BitsComeBack) {
  expect_round_trip<float>("a.mtx");
  expect_round_trip<double>("a.mtx");
  expect_round_trip<Complex>("a.mtx");
  expect_round_trip<ComplexFloat>("a.mtx");
  expect_round_trip<double>("a.mtx.gz");
}

TEST(MatrixMarketWrite, GzipByName) {
  const TemporaryFolder folder;
  write_matrix_market(folder / "a.mtx.gz", matrix<double>(1, 1, {{0, 0, 2}}));
  EXPECT_EQ(read_file(folder / "a.mtx.gz").substr(0, 2), "\x1f\x8b");
}

TEST(MatrixMarketWrite, WithoutElements) {
  const TemporaryFolder folder;
  for (const char* name : {"a.mtx", "a.mtx.gz"}) {
    for (const auto& [rows, columns] :
         {std::pair(0, 0), std::pair(0, 3), std::pair(3, 0), std::pair(4, 2)}) {
      write_matrix_market(folder / name, matrix<double>(rows, columns, {}));
      const auto a = read_matrix_market<double>(folder / name);
      EXPECT_EQ(a.global_rows(), rows);
      EXPECT_EQ(a.global_columns(), columns);
      EXPECT_EQ(a.global_entries(), 0);
    }
    write_matrix_market(folder / name, Vector<Complex>(Layout::serial(0)));
    EXPECT_EQ(read_matrix_market_header(folder / name).rows, 0);
    EXPECT_EQ(read_matrix_market_vector<Complex>(folder / name, Layout::serial(0)).global_size(),
              0);
    // As a matrix of one column, too.
    EXPECT_EQ(read_matrix_market<Complex>(folder / name).global_columns(), 1);
  }
}

TEST(MatrixMarketWrite, GzipInUpperCase) {
  const TemporaryFolder folder;
  write_matrix_market(folder / "A.MTX.GZ", matrix<double>(1, 1, {{0, 0, 2}}));
  EXPECT_EQ(read_file(folder / "A.MTX.GZ").substr(0, 2), "\x1f\x8b");
}

TEST(MatrixMarketWrite, NamesThatAreNoUtf8) {
  const TemporaryFolder folder;
  const std::string name = folder / "m\xe9thode.mtx";
  write_matrix_market(name, matrix<double>(1, 1, {{0, 0, 2}}));
  EXPECT_EQ(read_matrix_market<double>(name).global_entries(), 1);
}

/// The message that writing gives.
template <class Object>
std::string refusal(const Object& object) {
  const TemporaryFolder folder;
  write_file(folder / "a.mtx", "old");
  try {
    write_matrix_market(folder / "a.mtx", object);
  } catch (const InvalidArgument& error) {
    EXPECT_EQ(read_file(folder / "a.mtx"), "old");
    EXPECT_EQ(folder.files(), 1U);
    return error.what();
  }
  return "nothing was refused";
}

TEST(MatrixMarketWrite, WhatIsNotFiniteOnlyWhenAllowed) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto a = matrix<double>(3, 5, {{0, 0, 1}, {1, 3, nan}, {2, 2, infinity}});
  EXPECT_THAT(refusal(a),
              AllOf(HasSubstr("row 2, column 4"), HasSubstr("nan"), HasSubstr("allow_nonfinite")));
  EXPECT_THAT(refusal(matrix<Complex>(1, 1, {{0, 0, {1, -infinity}}})),
              HasSubstr("row 1, column 1"));
  const auto x = Vector<float>::from_host(
      Layout::serial(3), std::vector<float>{1, -std::numeric_limits<float>::infinity(), 2});
  EXPECT_THAT(refusal(x), HasSubstr("the element in row 2"));

  const TemporaryFolder folder;
  MatrixMarketWriteOptions writing;
  writing.allow_nonfinite = true;
  write_matrix_market(folder / "a.mtx", a, writing);
  write_matrix_market(folder / "x.mtx", x, writing);
  EXPECT_THROW(read_matrix_market<double>(folder / "a.mtx"), IoError);
  MatrixMarketOptions reading;
  reading.allow_nonfinite = true;
  const auto values = entries_of(read_matrix_market<double>(folder / "a.mtx", {}, reading)).values;
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[2], infinity);
  EXPECT_EQ(read_matrix_market_vector<float>(folder / "x.mtx", x.layout(), reading).to_host(),
            x.to_host());
}

TEST(MatrixMarketWrite, ReplacesAFileAndKeepsItsPermissionsAndLinks) {
  const TemporaryFolder folder;
  write_file(folder / "a.mtx", "old");
  ::chmod((folder / "a.mtx").c_str(), 0640);
  std::filesystem::create_symlink(folder / "a.mtx", folder / "link.mtx");
  write_matrix_market(folder / "link.mtx", matrix<double>(1, 1, {{0, 0, 2}}));
  EXPECT_TRUE(std::filesystem::is_symlink(folder / "link.mtx"));
  EXPECT_EQ(read_matrix_market<double>(folder / "a.mtx").global_entries(), 1);
  struct stat status {};
  ::stat((folder / "a.mtx").c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
  EXPECT_EQ(folder.files(), 2U);
}

TEST(MatrixMarketWrite, FailuresNameThePathAndLeaveNothing) {
  const TemporaryFolder folder;
  const auto a = matrix<double>(1, 1, {{0, 0, 2}});
  EXPECT_THROW(write_matrix_market(folder / "absent/a.mtx", a), IoError);
  EXPECT_THROW(write_matrix_market("", a), IoError);
  EXPECT_THROW(write_matrix_market("/dev/null", a), IoError);
  std::filesystem::create_directory(folder / "sub");
  EXPECT_THROW(write_matrix_market(folder / "sub", a), IoError);
  EXPECT_EQ(folder.files(), 1U);
}

TEST(MatrixMarketWrite, FullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  write_file(folder / "a.mtx", "old");
  const auto x = generate<double>(
      Layout::serial(100000), [](GlobalIndex i) { return 1.0 / (1.0 + static_cast<double>(i)); });
  // A limit on the size of files is as good as a full disk.
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 200000, before.rlim_max };
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string text;
  try {
    write_matrix_market(folder / "a.mtx", x);
  } catch (const IoError& error) {
    text = error.what();
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(text, HasSubstr("a.mtx"));
  EXPECT_EQ(read_file(folder / "a.mtx"), "old");
  EXPECT_EQ(folder.files(), 1U);
}

}  // namespace
}  // namespace suan::test
