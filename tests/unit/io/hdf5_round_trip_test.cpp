// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What is read equals what was written, to the bit.
#include <gmock/gmock.h>

#include <array>
#include <chrono>
#include <thread>

#include "hdf5_support.hpp"
#include "suan/gallery/poisson.hpp"
#include "support/scalars.hpp"

namespace suan::test {
namespace {

using testing::HasSubstr;

template <class T>
class Hdf5RoundTrip : public testing::Test {
 protected:
  Folder folder_;
  std::string path_ = folder_.file("a.h5");
};
using Scalars = suan::test::AllScalars;
TYPED_TEST_SUITE(Hdf5RoundTrip, Scalars);

TYPED_TEST(Hdf5RoundTrip, MatrixKeepsItsBits) {
  const Pattern pattern{40, 40};
  Hdf5Writer writer(this->path_, {});
  writer.write("A", make_matrix<TypeParam>(pattern));
  writer.close();
  expect_pattern(read_hdf5_matrix<TypeParam>(this->path_), pattern);
}

TYPED_TEST(Hdf5RoundTrip, RectangularAndEmptyMatrices) {
  const std::array<Pattern, 6> patterns{Pattern{7, 31}, {31, 7}, {0, 0},
                                        {5, 0},         {0, 5},  {9, 9, std::uint64_t{1} << 60}};
  for (const auto& pattern : patterns) {
    SCOPED_TRACE(message(pattern.rows, " x ", pattern.columns));
    Hdf5Writer writer(this->path_, {});
    writer.write("A", make_matrix<TypeParam>(pattern));
    writer.close();
    expect_pattern(read_hdf5_matrix<TypeParam>(this->path_), pattern);
  }
}

TYPED_TEST(Hdf5RoundTrip, MatrixOfSeveralBlocks) {
  // 90 000 rows and 448 800 entries: two blocks of entries.
  const auto matrix = poisson2d<TypeParam>(300, 300);
  Hdf5Writer writer(this->path_, {});
  writer.write("A", matrix);
  writer.close();
  const auto expected = entries_of(matrix);
  const auto found = entries_of(read_hdf5_matrix<TypeParam>(this->path_));
  ASSERT_EQ(found.size(), expected.size());
  std::size_t wrong = 0;
  for (std::size_t k = 0; k < found.size(); ++k) {
    const auto& e = expected[k];
    const auto& f = found[k];
    if (e.row != f.row || e.column != f.column || !same_bits(e.value, f.value)) ++wrong;
  }
  EXPECT_EQ(wrong, 0U);
}

TYPED_TEST(Hdf5RoundTrip, VectorKeepsItsBits) {
  // The last one is of two blocks.
  for (const GlobalIndex size : {0, 1, 1000, 300000}) {
    const auto layout = Layout::serial(size);
    Hdf5Writer writer(this->path_, {});
    writer.write("x", make_vector<TypeParam>(layout));
    writer.close();
    expect_numbers(read_hdf5_vector<TypeParam>(this->path_, layout));
  }
}

TYPED_TEST(Hdf5RoundTrip, ShapesKeepTheOrder) {
  const auto layout = Layout::serial(2 * 3 * 5);
  const std::array<GlobalIndex, 3> shape{2, 3, 5};
  Hdf5Writer writer(this->path_, {});
  writer.write("x", make_vector<TypeParam>(layout), shape);
  writer.close();
  expect_numbers(read_hdf5_vector<TypeParam>(this->path_, layout, "x"));
}

TYPED_TEST(Hdf5RoundTrip, DuplicatesAreSummedInTheirOrder) {
  // Row 0: (0, 2) + (0, 2) and (0, 0), unsorted; row 2 is empty.
  const TypeParam one(1);
  const std::vector<Offset> offsets{0, 3, 5, 5};
  const std::vector<LocalIndex> columns{2, 0, 2, 1, 0};
  const std::vector<TypeParam> values{one, one * TypeParam(4), one * TypeParam(2),
                                      one * TypeParam(8), one * TypeParam(16)};
  const auto csr = Csr<TypeParam>::from_host(3, 3, offsets, columns, values);
  ASSERT_FALSE(csr.sorted());
  Hdf5Writer writer(this->path_, {});
  writer.write("A", DistributedMatrix<TypeParam>(csr));
  writer.close();
  const auto entries = entries_of(read_hdf5_matrix<TypeParam>(this->path_));
  ASSERT_EQ(entries.size(), 4U);
  const std::array<std::array<int, 3>, 4> expected{{{0, 0, 4}, {0, 2, 3}, {1, 0, 16}, {1, 1, 8}}};
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(entries[k].row, expected[k][0]);
    EXPECT_EQ(entries[k].column, expected[k][1]);
    EXPECT_EQ(entries[k].value, TypeParam(static_cast<float>(expected[k][2])));
  }
}

class Hdf5 : public testing::Test {
 protected:
  Folder folder_;
  std::string path_ = folder_.file("a.h5");
};

TEST_F(Hdf5, VectorsMayHoldWhatIsNotFinite) {
  const double nan = std::bit_cast<double>(std::uint64_t{0x7ff8000000001234});
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> elements{nan, 1, -infinity};
  const auto layout = Layout::serial(3);
  Hdf5Writer writer(path_, {});
  writer.write("x", Vector<double>::from_host(layout, elements));
  writer.close();
  const auto found = read_hdf5_vector<double>(path_, layout).to_host();
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(same_bits(found[i], elements[i])) << i;
}

TEST_F(Hdf5, ReadsOtherPrecisions) {
  const auto layout = Layout::serial(3);
  const std::vector<float> values{1.5F, -0.25F, 1e-3F};
  const std::vector<Offset> offsets{0, 1, 2, 3};
  const std::vector<LocalIndex> columns{0, 1, 2};
  Hdf5Writer writer(path_, {});
  writer.write("x", Vector<float>::from_host(layout, values));
  writer.write("A",
               DistributedMatrix<float>(Csr<float>::from_host(3, 3, offsets, columns, values)));
  writer.close();
  const auto x = read_hdf5_vector<double>(path_, layout).to_host();
  const auto z = read_hdf5_vector<Complex>(path_, layout).to_host();
  const auto a = entries_of(read_hdf5_matrix<double>(path_));
  const auto c = entries_of(read_hdf5_matrix<Complex>(path_));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(x[i], static_cast<double>(values[i]));
    EXPECT_EQ(z[i], Complex(static_cast<double>(values[i])));
    EXPECT_EQ(a[i].value, static_cast<double>(values[i]));
    EXPECT_EQ(c[i].value, Complex(static_cast<double>(values[i])));
  }
}

TEST_F(Hdf5, ComplexIsNotReadAsReal) {
  Hdf5Writer writer(path_, {});
  writer.write("A", make_matrix<Complex>({4, 4}));
  writer.write("x", make_vector<Complex>(Layout::serial(4)));
  writer.close();
  EXPECT_THAT(message_of<InvalidArgument>([&] { read_hdf5_matrix<double>(path_); }),
              HasSubstr("complex"));
  EXPECT_THAT(
      message_of<InvalidArgument>([&] { read_hdf5_vector<float>(path_, Layout::serial(4)); }),
      HasSubstr("complex"));
}

TEST_F(Hdf5, ListsWhatAFileHolds) {
  Hdf5Writer writer(path_, {});
  writer.write("b", make_vector<float>(Layout::serial(12)), std::array<GlobalIndex, 2>{3, 4});
  writer.write("a", make_matrix<Complex>({5, 6}));
  writer.write_text("report", "solved");
  writer.write_text("nothing", "");
  writer.close();
  const auto entries = list_hdf5(path_);
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].name, "a");
  EXPECT_EQ(entries[0].kind, "csr_matrix");
  EXPECT_EQ(entries[0].scalar, "complex128");
  EXPECT_EQ(entries[0].rows, 5);
  EXPECT_EQ(entries[0].columns, 6);
  EXPECT_EQ(entries[0].entries, (Pattern{5, 6}.entries()));
  EXPECT_EQ(entries[1].name, "b");
  EXPECT_EQ(entries[1].kind, "vector");
  EXPECT_EQ(entries[1].scalar, "float32");
  EXPECT_EQ(entries[1].rows, 12);
  EXPECT_EQ(entries[2].name, "nothing");
  EXPECT_EQ(entries[3].name, "report");
  EXPECT_EQ(entries[3].kind, "text");
  EXPECT_EQ(entries[3].scalar, "");
}

TEST_F(Hdf5, TextsComeBack) {
  const std::string report = "{\n  \"reason\": \"gelöst\"\n}\n";
  Hdf5Writer writer(path_, {});
  writer.write_text("report", report);
  writer.write("b", make_vector<double>(Layout::serial(3)));
  writer.close();
  EXPECT_EQ(read_hdf5_text(path_), report);
  EXPECT_EQ(read_hdf5_text(path_, "report"), report);
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_text(path_, "b"); }), HasSubstr("not a text"));
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_text(path_, "c"); }), HasSubstr("'report'"));
}

TEST_F(Hdf5, FindsTheOnlyMatrixAndWantsANameAmongSeveral) {
  const Pattern pattern{6, 6};
  Hdf5Writer writer(path_, {});
  writer.write("x", make_vector<double>(Layout::serial(3)));
  writer.write("A", make_matrix<double>(pattern));
  writer.close();
  expect_pattern(read_hdf5_matrix<double>(path_), pattern);
  expect_numbers(read_hdf5_vector<double>(path_, Layout::serial(3)));

  Hdf5Writer both(path_, {});
  both.write("A", make_matrix<double>(pattern));
  both.write("B", make_matrix<double>({2, 2}));
  both.close();
  const auto text = message_of<InvalidArgument>([&] { read_hdf5_matrix<double>(path_); });
  EXPECT_THAT(text, HasSubstr("'A'"));
  EXPECT_THAT(text, HasSubstr("'B'"));
  expect_pattern(read_hdf5_matrix<double>(path_, {}, "A"), pattern);
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_vector<double>(path_, Layout::serial(3)); }),
              HasSubstr("holds no vector"));
}

TEST_F(Hdf5, NamesMayHaveGroups) {
  const Pattern pattern{6, 6};
  Hdf5Writer writer(path_, {});
  writer.write("step/1/A", make_matrix<double>(pattern));
  writer.write("step/1/x", make_vector<double>(Layout::serial(8)));
  writer.close();
  expect_pattern(read_hdf5_matrix<double>(path_, {}, "step/1/A"), pattern);
  expect_numbers(read_hdf5_vector<double>(path_, Layout::serial(8), "step/1/x"));
}

TEST_F(Hdf5, EqualObjectsMakeEqualFiles) {
  std::array<std::string, 2> bytes;
  for (auto& content : bytes) {
    if (&content != bytes.data()) std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    Hdf5Writer writer(path_, {});
    writer.write("A", make_matrix<double>({20, 20}));
    writer.write("x", make_vector<float>(Layout::serial(20)));
    writer.close();
    content = read_bytes(path_);
  }
  EXPECT_FALSE(bytes[0].empty());
  EXPECT_EQ(bytes[0], bytes[1]);
}

TEST_F(Hdf5, SizesThatDoNotFitNameBoth) {
  Hdf5Writer writer(path_, {});
  const auto x = make_vector<double>(Layout::serial(12));
  EXPECT_THAT(message_of<DimensionMismatch>([&] {
                writer.write("x", x, std::array<GlobalIndex, 2>{3, 5});
              }),
              testing::AllOf(HasSubstr("12"), HasSubstr("3 x 5")));
  EXPECT_THROW(writer.write("x", x, std::array<GlobalIndex, 2>{-3, -4}), InvalidArgument);
  writer.write("x", x, std::array<GlobalIndex, 2>{3, 4});
  writer.close();
  EXPECT_THAT(
      message_of<DimensionMismatch>([&] { read_hdf5_vector<double>(path_, Layout::serial(13)); }),
      testing::AllOf(HasSubstr("3 x 4"), HasSubstr("12 elements"), HasSubstr("13")));
}

TEST_F(Hdf5, NamesThatCannotBe) {
  Hdf5Writer writer(path_, {});
  const auto x = make_vector<double>(Layout::serial(2));
  for (const char* name : {"", "/x", "x/", "a//b", ".", "a/..", "a/./b"}) {
    EXPECT_THROW(writer.write(name, x), InvalidArgument) << name;
  }
  writer.write("x", x);
  EXPECT_THAT(message_of<InvalidArgument>([&] { writer.write("x", x); }), HasSubstr("already"));
  writer.close();
  EXPECT_THROW(writer.write("y", x), InvalidArgument);
  EXPECT_THROW(writer.close(), InvalidArgument);
  expect_numbers(read_hdf5_vector<double>(path_, Layout::serial(2)));
}

}  // namespace
}  // namespace suan::test
