// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Invalid files, and the messages and line numbers of their errors.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <random>

#include "matrix_market_helpers.hpp"

namespace suan::test {
namespace {

using testing::HasSubstr;

/// Reads `text` and returns the message of the error, which must be of kind `kind`.
template <class T = double>
std::string refusal(const std::string& text, ErrorKind kind = ErrorKind::io_error,
                    const MatrixMarketOptions& options = {}) {
  try {
    read_text<T>(text, options);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    return error.what();
  }
  return "nothing was refused";
}

void expect_refused(const std::string& text, int line, const std::string& words) {
  EXPECT_THAT(refusal(text), HasSubstr(", line " + std::to_string(line) + ": "));
  EXPECT_THAT(refusal(text), HasSubstr(words));
  EXPECT_THAT(refusal(gzipped(text)), HasSubstr(words)) << "compressed";
}

const std::string real = "%%MatrixMarket matrix coordinate real general\n";
const std::string symmetric = "%%MatrixMarket matrix coordinate real symmetric\n";

TEST(MatrixMarketRefusal, Banner) {
  EXPECT_THAT(refusal(""), HasSubstr("the file is empty"));
  expect_refused("1 1 1\n", 1, "not a Matrix Market file");
  expect_refused(std::string("\0\0\n", 3), 1, "\\x00");
  expect_refused("%%MatrixMarket\n", 1, "the word matrix");
  expect_refused("%%MatrixMarket vector array real general\n1\n1\n", 1, "\"vector\"");
  expect_refused("%%MatrixMarket matrix elements real general\n", 1, "coordinate or array");
  expect_refused("%%MatrixMarket matrix coordinate general\n1 1 1\n1 1 1\n", 1,
                 "lacks the field word");
  expect_refused("%%MatrixMarket matrix coordinate quaternion general\n", 1, "\"quaternion\"");
  expect_refused("%%MatrixMarket matrix coordinate real\n", 1, "general, symmetric");
  expect_refused("%%MatrixMarket matrix coordinate real upper\n", 1, "\"upper\"");
  expect_refused("%%MatrixMarket matrix coordinate real general x\n", 1, "unexpected \"x\"");
  expect_refused("%%MatrixMarket matrix array pattern general\n1 1\n", 1, "pattern");
  expect_refused("%%MatrixMarket matrix coordinate real hermitian\n1 1 0\n", 1, "field complex");
  expect_refused("%%MatrixMarket matrix coordinate pattern skew-symmetric\n1 1 0\n", 1, "no signs");
  expect_refused("%%MatrixMarket matrix coordinate real general" + std::string(1024, ' ') + "\n", 1,
                 "longer than 1024 bytes");
}

TEST(MatrixMarketRefusal, Sizes) {
  expect_refused(real + "% a\n", 2, "before the line with the sizes");
  expect_refused(real + "2 2\n", 2, "3 numbers, not 2");
  expect_refused(real + "2 2 1 1\n", 2, "3 numbers, not 4");
  expect_refused("%%MatrixMarket matrix array real general\n2 2 4\n", 2, "2 numbers, not 3");
  expect_refused(real + "\n-2 2 1\n", 3, "non-negative whole number, not \"-2\"");
  expect_refused(real + "2.0 2 1\n", 2, "\"2.0\"");
  expect_refused(real + "2 two 1\n", 2, "\"two\"");
  expect_refused(real + "0 3 1\n1 1 1\n", 2, "more than a matrix of 0 x 3");
  expect_refused(real + "0 0 1\n1 1 1\n", 2, "more than a matrix of 0 x 0");
  expect_refused(symmetric + "2 3 0\n", 2, "only a square matrix");
  expect_refused(real + "2 2 5\n", 2, "more than a matrix of 2 x 2");
  expect_refused(real + "2 2 18446744073709551615\n", 2, "larger than the limit");
  expect_refused(real + "2 2 9223372036854775807\n", 2, "larger than the limit");
  expect_refused(real + "9007199254740993 1 0\n", 2, "larger than the limit");
  expect_refused("%%MatrixMarket matrix array real general\n4294967296 4294967296\n1\n", 2,
                 "more elements than the limit");
  expect_refused(real + "2000000 2000000 1099511627776\n1 1 1\n", 2, "cannot hold them");
  EXPECT_THAT(refusal(real + "10 10 100\n1 1 1\n"),
              HasSubstr("line 2: 100 entries are announced, but the file ends after 6 more bytes"));
  EXPECT_THAT(refusal(real + "3000000000 5 1\n1 1 1\n"), HasSubstr("too many for 1 rank"));
  expect_refused(real + "1 1 1" + std::string(1100, ' ') + "\n1 1 1\n", 2, "longer than 1024");
}

TEST(MatrixMarketRefusal, Indices) {
  expect_refused(real + "2 2 1\n0 1 1.0\n", 3, "row \"0\" is outside 1..2; Matrix Market counts");
  expect_refused(real + "2 2 1\n\n% c\n3 1 1.0\n", 5, "row \"3\" is outside 1..2");
  expect_refused(real + "2 2 1\n1 0 1.0\n", 3, "column \"0\"");
  expect_refused(real + "2 2 1\n2 3 1.0\n", 3, "column \"3\" is outside 1..2");
  expect_refused(real + "2 2 1\n99999999999999999999999 1 1\n", 3, "is outside 1..2");
  expect_refused(real + "2 2 1\n18446744073709551617 1 1\n", 3, "is outside 1..2");
  expect_refused(real + "2 2 1\n-1 1 1\n", 3, "expected a row number, not \"-1\"");
  expect_refused(real + "2 2 1\n1.0 1 1\n", 3, "expected a row number, not \"1.0\"");
  expect_refused(real + "2 2 1\n1 x 1\n", 3, "expected a column number, not \"x\"");
  expect_refused(real + "2 2 1\n1    \n", 3, "the line ends where a column number should stand");
  expect_refused(std::string(real + "2 2 1\n1 \0 1\n").replace(real.size() + 8, 1, 1, '\0'), 3,
                 "\\x00");
}

TEST(MatrixMarketRefusal, Values) {
  const auto value = [](const std::string& v) { return real + "2 2 2\n1 1 1.0\n1 2 " + v + "\n"; };
  expect_refused(value(""), 4, "the line ends where a value should stand");
  expect_refused(value("abc"), 4, "expected a value, not \"abc\"");
  expect_refused(value("0x1p3"), 4, "expected a value, not \"0x1p3\"");
  expect_refused(value("1,5"), 4, "expected a value, not \"1,5\"");
  expect_refused(value("1.0D+00"), 4, "\"1.0D+00\"");
  expect_refused(value("1e"), 4, "\"1e\"");
  expect_refused(value("--1"), 4, "\"--1\"");
  expect_refused(value("1e400"), 4, "too large for float64");
  expect_refused(value("nan"), 4, "is not finite; allow_nonfinite");
  expect_refused(value("-inf"), 4, "is not finite");
  expect_refused(value("1 2"), 4, "unexpected \"2\" at the end of the line");
  expect_refused(value("1 % note"), 4, "unexpected \"%\"");
  EXPECT_THAT(refusal<float>(value("1e39")), HasSubstr("too large for float32"));
  expect_refused("%%MatrixMarket matrix coordinate integer general\n1 1 1\n1 1 1.0\n", 3,
                 "expected an integer value, not \"1.0\"");
  expect_refused("%%MatrixMarket matrix coordinate pattern general\n1 1 1\n1 1 1\n", 3,
                 "unexpected \"1\"");
  EXPECT_THAT(refusal<Complex>("%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1\n"),
              HasSubstr("the imaginary part"));
  EXPECT_THAT(refusal("%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1 2\n",
                      ErrorKind::invalid_argument),
              HasSubstr("read it as complex128"));
}

TEST(MatrixMarketRefusal, Triangles) {
  expect_refused(symmetric + "2 2 2\n1 1 1\n1 2 1\n", 4, "row 1, column 2 lies above the diagonal");
  expect_refused("%%MatrixMarket matrix coordinate real skew-symmetric\n2 2 1\n2 2 1\n", 3,
                 "row 2 has an entry on the diagonal");
  EXPECT_THAT(refusal<Complex>("%%MatrixMarket matrix coordinate complex hermitian\n2 2 1\n"
                               "2 2 1 3\n"),
              HasSubstr("row 2 has the imaginary part 3"));
}

TEST(MatrixMarketRefusal, Counts) {
  expect_refused(real + "2 2 2\n1 1 1.00000\n%\n", 4, "ends after 1 of the 2 entries that line 2");
  expect_refused(real + "2 2 1\n1 1 1\n\n2 2 1\n2 1 1\n", 5, "more entries than the 1 that line 2");
  expect_refused("%%MatrixMarket matrix array real general\n2 1\n1\n2\n3\n", 5, "more entries");
  expect_refused("%%MatrixMarket matrix array real general\n2 1\n1.5\n", 3,
                 "ends after 1 of the 2");
}

TEST(MatrixMarketRefusal, DuplicatesWhenAsked) {
  MatrixMarketOptions options;
  options.duplicates = "error";
  EXPECT_THAT(refusal(real + "2 2 3\n1 2 1\n2 2 1\n1 2 1\n", ErrorKind::io_error, options),
              HasSubstr("line 5: row 1, column 2 appears in the file for the second time"));
  EXPECT_THAT(refusal(symmetric + "2 2 2\n2 1 1\n2 1 1\n", ErrorKind::io_error, options),
              HasSubstr("line 4: row 1, column 2"));
  EXPECT_EQ(read_text(real + "2 2 2\n1 2 1\n2 1 1\n", options).global_entries(), 2);
  options.duplicates = "ignore";
  EXPECT_THAT(refusal(real + "1 1 0\n", ErrorKind::invalid_argument, options),
              HasSubstr("duplicates"));
}

TEST(MatrixMarketRefusal, LongLines) {
  const std::string blanks(70000, ' ');
  expect_refused(real + "1 1 1\n\n1 1" + blanks + "1\n", 4, "longer than 65536 bytes");
  expect_refused(real + "1 1 1\n%" + blanks + "\n1 1 1\n", 3, "longer than 65536 bytes");
  expect_refused(real + "%" + blanks, 2, "longer than 65536 bytes");
  expect_refused(real + "1 1 1\n" + std::string(400000, '1') + "\n", 3, "longer than 65536 bytes");
}

TEST(MatrixMarketRefusal, FewBytesThatAnnounceManyRows) {
  const std::string text = real + "1000000000 1000000000 3\n1 1 1\n2 2 1\n3 3 1\n";
  EXPECT_THAT(refusal(text, ErrorKind::out_of_memory), HasSubstr("memory_limit_gib"));
  EXPECT_THAT(refusal(gzipped(text), ErrorKind::out_of_memory), HasSubstr("memory_limit_gib"));
  // A million is no reason to refuse.
  EXPECT_EQ(read_text<double>(real + "1000000 5 1\n999999 1 1\n").global_rows(), 1000000);
}

TEST(MatrixMarketRefusal, MemoryLimit) {
  MatrixMarketOptions options;
  options.memory_limit_gib = 1e-6;
  std::string text = real + "1000 1000 100\n";
  for (int i = 1; i <= 100; ++i) text += std::to_string(i) + " 1 1\n";
  EXPECT_THAT(refusal(text, ErrorKind::out_of_memory, options), HasSubstr("memory_limit_gib"));
  // A few compressed bytes may announce a large matrix; the announcement alone must not allocate.
  EXPECT_THAT(refusal(gzipped(real + "2000000000 1000 10000\n" + std::string(8000, '%') + "\n"),
                      ErrorKind::out_of_memory, options),
              HasSubstr("line 2"));
}

TEST(MatrixMarketRefusal, DamagedGzip) {
  std::string text = real + "200 200 200\n";
  for (int i = 1; i <= 200; ++i) text += std::to_string(i) + " " + std::to_string(i) + " 1.5\n";
  const auto packed = gzipped(text);
  EXPECT_THAT(refusal(packed.substr(0, packed.size() / 2)), HasSubstr("the file is truncated"));
  EXPECT_THAT(refusal(packed.substr(0, packed.size() - 3)), HasSubstr("the file is truncated"));
  EXPECT_THAT(refusal(packed + "more"), HasSubstr("damaged"));
  auto wrong_checksum = packed;
  wrong_checksum[packed.size() - 6] = static_cast<char>(wrong_checksum[packed.size() - 6] ^ 1);
  EXPECT_THAT(refusal(wrong_checksum), HasSubstr("damaged"));
}

TEST(MatrixMarketRefusal, GzipBomb) {
  const auto bomb = gzipped(real + "1 1 1\n" + std::string(20 << 20, '\n') + "1 1 1\n");
  EXPECT_LT(bomb.size(), 40000U);
  EXPECT_THAT(refusal(bomb), HasSubstr("more than the announced 1 entries can need"));
}

TEST(MatrixMarketRefusal, Files) {
  const TemporaryFolder folder;
  EXPECT_THROW(read_matrix_market<double>(folder / "absent.mtx"), IoError);
  EXPECT_THROW(read_matrix_market_header(folder / ""), IoError);
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(read_matrix_market<double>(folder / "pipe"), IoError);
}

TEST(MatrixMarketRefusal, VectorSizesNameBoth) {
  const TemporaryFolder folder;
  write_file(folder / "b.mtx", "%%MatrixMarket matrix array real general\n2 1\n1\n2\n");
  try {
    read_matrix_market_vector<double>(folder / "b.mtx", Layout::serial(3));
    FAIL() << "nothing was refused";
  } catch (const DimensionMismatch& error) {
    EXPECT_THAT(error.what(), HasSubstr("2 x 1"));
    EXPECT_THAT(error.what(), HasSubstr("3 x 1"));
  }
  write_file(folder / "b.mtx", "%%MatrixMarket matrix array real general\n1 3\n1\n2\n3\n");
  EXPECT_THROW(read_matrix_market_vector<double>(folder / "b.mtx", Layout::serial(3)),
               DimensionMismatch);
}

/// Either an error message or a matrix; anything else would end the program.
void read_whatever_it_is(const std::string& text) {
  try {
    read_text(text);
  } catch (const Error& error) {
    EXPECT_NE(error.kind(), ErrorKind::internal) << error.what();
  }
}

std::string small_file() {
  std::string text = symmetric + "% a comment\n40 40 40\n";
  for (int i = 1; i <= 40; ++i) {
    text += std::to_string(i) + " " + std::to_string((i + 1) / 2) + " " + std::to_string(i) +
            ".25e-3\n";
  }
  return text;
}

TEST(MatrixMarketRefusal, TruncatedAtEveryByte) {
  const std::string text = small_file();
  const auto packed = gzipped(text);
  for (std::size_t length = 0; length < text.size(); ++length) {
    read_whatever_it_is(text.substr(0, length));
  }
  for (std::size_t length = 0; length < packed.size(); ++length) {
    EXPECT_THROW(read_text(packed.substr(0, length)), IoError) << length;
  }
}

TEST(MatrixMarketRefusal, FlippedBits) {
  std::mt19937 random(11);
  const std::string text = small_file();
  const auto packed = gzipped(text);
  for (int i = 0; i < 4000; ++i) {
    auto copy = i % 4 == 0 ? packed : text;
    for (auto flips = 1 + random() % 3; flips > 0; --flips) {
      auto& byte = copy[random() % copy.size()];
      byte = static_cast<char>(byte ^ (1 << random() % 8));
    }
    read_whatever_it_is(copy);
  }
}

}  // namespace
}  // namespace suan::test
