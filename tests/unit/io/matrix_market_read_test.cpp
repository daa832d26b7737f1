// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Well-formed files: each format, field and symmetry compared with numbers written by hand.
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <random>

#include "matrix_market_helpers.hpp"

namespace suan::test {
namespace {

using D = std::vector<double>;
using C = std::vector<Complex>;

std::string coordinate(const std::string& kind, const std::string& rest) {
  return "%%MatrixMarket matrix coordinate " + kind + "\n" + rest;
}
std::string array(const std::string& kind, const std::string& rest) {
  return "%%MatrixMarket matrix array " + kind + "\n" + rest;
}

TEST(MatrixMarketRead, CoordinateRealGeneral) {
  const auto a =
      read_text(coordinate("real general", "2 3 4\n1 1 1.5\n2 3 -2e1\n2 1 +4\n1 3 .25\n"));
  EXPECT_EQ(dense(a), (D{1.5, 0, 0.25, 4, 0, -20}));
  EXPECT_EQ(a.global_rows(), 2);
  EXPECT_EQ(a.global_columns(), 3);
  EXPECT_EQ(a.global_entries(), 4);
  EXPECT_TRUE(a.local().sorted());
}

TEST(MatrixMarketRead, CoordinateSymmetries) {
  const std::string entries = "3 3 3\n2 1 2\n3 3 5\n3 2 7\n";
  EXPECT_EQ(dense(read_text(coordinate("real symmetric", entries))),
            (D{0, 2, 0, 2, 0, 7, 0, 7, 5}));
  EXPECT_EQ(dense(read_text(coordinate("integer symmetric", entries))),
            (D{0, 2, 0, 2, 0, 7, 0, 7, 5}));
  EXPECT_EQ(dense(read_text(coordinate("real skew-symmetric", "3 3 2\n2 1 2\n3 2 7\n"))),
            (D{0, -2, 0, 2, 0, -7, 0, 7, 0}));
  EXPECT_EQ(dense(read_text(coordinate("integer skew-symmetric", "3 3 2\n2 1 2\n3 2 7\n"))),
            (D{0, -2, 0, 2, 0, -7, 0, 7, 0}));
  EXPECT_EQ(dense(read_text(coordinate("pattern symmetric", "2 2 2\n1 1\n2 1\n"))),
            (D{1, 1, 1, 0}));
  EXPECT_EQ(dense(read_text(coordinate("pattern general", "2 2 2\n1 2\n2 2\n"))), (D{0, 1, 0, 1}));
  EXPECT_EQ(dense(read_text(coordinate("integer general", "1 2 1\n1 2 -9007199254740993\n"))),
            (D{0, -9007199254740992.0}));
}

TEST(MatrixMarketRead, CoordinateComplex) {
  const auto read = [](const std::string& kind, const std::string& rest) {
    return dense(read_text<Complex>(coordinate(kind, rest)));
  };
  EXPECT_EQ(read("complex general", "2 2 2\n1 2 1 -2\n2 1 3 4\n"),
            (C{{0, 0}, {1, -2}, {3, 4}, {0, 0}}));
  EXPECT_EQ(read("complex symmetric", "2 2 2\n2 1 1 -2\n2 2 3 4\n"),
            (C{{0, 0}, {1, -2}, {1, -2}, {3, 4}}));
  EXPECT_EQ(read("complex skew-symmetric", "2 2 1\n2 1 1 -2\n"),
            (C{{0, 0}, {-1, 2}, {1, -2}, {0, 0}}));
  EXPECT_EQ(read("complex hermitian", "2 2 2\n2 1 1 -2\n2 2 3 0\n"),
            (C{{0, 0}, {1, 2}, {1, -2}, {3, 0}}));
  EXPECT_EQ(read("real general", "1 1 1\n1 1 2.5\n"), (C{{2.5, 0}}));
  EXPECT_EQ(read("pattern general", "1 1 1\n1 1\n"), (C{{1, 0}}));
}

TEST(MatrixMarketRead, Array) {
  EXPECT_EQ(dense(read_text(array("real general", "2 3\n1\n2\n3\n4\n5\n6\n"))),
            (D{1, 3, 5, 2, 4, 6}));
  EXPECT_EQ(dense(read_text(array("integer symmetric", "3 3\n1\n2\n3\n4\n5\n6\n"))),
            (D{1, 2, 3, 2, 4, 5, 3, 5, 6}));
  EXPECT_EQ(dense(read_text(array("real skew-symmetric", "3 3\n2\n3\n5\n"))),
            (D{0, -2, -3, 2, 0, -5, 3, 5, 0}));
  EXPECT_EQ(dense(read_text<Complex>(array("complex hermitian", "2 2\n1 0\n2 3\n4 0\n"))),
            (C{{1, 0}, {2, -3}, {2, 3}, {4, 0}}));
  EXPECT_EQ(dense(read_text<Complex>(array("complex general", "1 2\n1 2\n3 4\n"))),
            (C{{1, 2}, {3, 4}}));
}

TEST(MatrixMarketRead, ZerosAreKeptInCoordinatesAndLeftOutOfArrays) {
  EXPECT_EQ(read_text(coordinate("real general", "2 2 2\n1 1 0\n2 2 1\n")).global_entries(), 2);
  EXPECT_EQ(read_text(array("real general", "2 2\n1\n0\n-0.0\n1\n")).global_entries(), 2);
}

TEST(MatrixMarketRead, BlankLinesCommentsAndLineEnds) {
  const std::string plain = "%%MatrixMarket matrix coordinate real general\n2 2 2\n1 1 1\n2 2 2\n";
  const auto expected = dense(read_text(plain));
  EXPECT_EQ(expected, (D{1, 0, 0, 2}));
  std::string crlf;
  for (const char c : plain) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(dense(read_text(crlf)), expected);
  EXPECT_EQ(dense(read_text(plain.substr(0, plain.size() - 1))), expected) << "no last line feed";
  EXPECT_EQ(dense(read_text("%%MatrixMarket  MATRIX\tCoordinate REAL General \n%\n  % c\n\n  \n"
                            "\t2  2 2 \n\n% later\n  1\t1   1  \n \n%%x\n2 2 2\n\n\n%end")),
            expected);
  EXPECT_EQ(dense(read_text("%%MatrixMarket matrix coordinate double general\n2 2 2\n"
                            "1 1 1\n2 2 2\n")),
            expected);
}

TEST(MatrixMarketRead, EmptyMatrices) {
  EXPECT_EQ(read_text(coordinate("real general", "0 0 0\n")).global_rows(), 0);
  EXPECT_EQ(read_text(array("real symmetric", "0 0\n")).global_rows(), 0);
  const auto a = read_text(coordinate("real general", "3 2 0\n"));
  EXPECT_EQ(a.global_entries(), 0);
  EXPECT_EQ(dense(a), D(6, 0.0));
}

TEST(MatrixMarketRead, DuplicatesAreSummedInTheOrderOfTheFile) {
  // 1e16 + 1 is 1e16, so the order can be seen.
  const auto a =
      read_text(coordinate("real general", "2 2 4\n1 2 1e16\n2 2 1\n1 2 1\n1 2 -1e16\n"));
  EXPECT_EQ(dense(a), (D{0, 0, 0, 1}));
  EXPECT_EQ(a.global_entries(), 2);
  EXPECT_EQ(dense(read_text(coordinate("real symmetric", "2 2 2\n2 1 1\n2 1 2\n"))),
            (D{0, 3, 3, 0}));
}

TEST(MatrixMarketRead, NotFiniteValuesWhenAllowed) {
  MatrixMarketOptions options;
  options.allow_nonfinite = true;
  const auto a = dense(read_text(
      coordinate("real general", "2 2 4\n1 1 nan\n1 2 -Inf\n2 1 infinity\n2 2 1e400\n"), options));
  EXPECT_TRUE(std::isnan(a[0]));
  EXPECT_EQ(a[1], -HUGE_VAL);
  EXPECT_EQ(a[2], HUGE_VAL);
  EXPECT_EQ(a[3], HUGE_VAL);
}

TEST(MatrixMarketRead, TooSmallValuesBecomeZero) {
  EXPECT_EQ(dense(read_text(coordinate("real general", "1 1 1\n1 1 1e-400\n"))), (D{0}));
  EXPECT_EQ(dense(read_text<float>(coordinate("real general", "1 1 1\n1 1 1e-60\n"))),
            (std::vector<float>{0}));
}

TEST(MatrixMarketRead, LongLinesUpToTheLimit) {
  const std::string blanks(65000, ' ');
  EXPECT_EQ(
      dense(read_text(coordinate("real general", "1 1 1\n%" + blanks + "\n1" + blanks + "1 2\n"))),
      (D{2}));
}

TEST(MatrixMarketRead, GzipWhateverTheName) {
  const std::string text = coordinate("real general", "2 2 2\n1 1 1\n2 2 2\n");
  EXPECT_EQ(dense(read_text(gzipped(text))), (D{1, 0, 0, 2}));
  const auto cut = text.size() - 7;
  EXPECT_EQ(dense(read_text(gzipped(text.substr(0, cut)) + gzipped(text.substr(cut)) +
                            std::string(512, '\0'))),
            (D{1, 0, 0, 2}))
      << "two members and zeros behind";
}

TEST(MatrixMarketRead, HeaderAlone) {
  const TemporaryFolder folder;
  write_file(folder / "a.mtx", coordinate("complex hermitian", "%x\n5 5 3\nwhatever it is\n"));
  const auto header = read_matrix_market_header(folder / "a.mtx");
  EXPECT_EQ(header.format, MatrixMarketHeader::Format::coordinate);
  EXPECT_EQ(header.field, MatrixMarketHeader::Field::complex);
  EXPECT_EQ(header.symmetry, MatrixMarketHeader::Symmetry::hermitian);
  EXPECT_EQ(header.rows, 5);
  EXPECT_EQ(header.columns, 5);
  EXPECT_EQ(header.stored_entries, 3);
}

TEST(MatrixMarketRead, Vectors) {
  const TemporaryFolder folder;
  const auto layout = Layout::serial(3);
  write_file(folder / "b.mtx", array("real general", "3 1\n1\n0\n-3\n"));
  EXPECT_EQ(read_matrix_market_vector<double>(folder / "b.mtx", layout).to_host(), (D{1, 0, -3}));
  write_file(folder / "b.mtx", coordinate("real general", "3 1 2\n3 1 5\n1 1 2\n"));
  EXPECT_EQ(read_matrix_market_vector<double>(folder / "b.mtx", layout).to_host(), (D{2, 0, 5}));
  write_file(folder / "b.mtx", gzipped(array("complex general", "3 1\n1 2\n0 0\n-3 1\n")));
  EXPECT_EQ(read_matrix_market_vector<Complex>(folder / "b.mtx", layout).to_host(),
            (C{{1, 2}, {0, 0}, {-3, 1}}));
}

/// Enough text for several pieces and row blocks, its lines in any order.
TEST(MatrixMarketRead, LargeShuffledFileEqualsItsEntries) {
  std::mt19937 random(3);
  constexpr int rows = 3000;
  constexpr int columns = 700;
  std::vector<std::pair<int, int>> places;
  for (int i = 0; i < rows; ++i) {
    for (int j = i % 31; j < columns; j += 31) places.emplace_back(i, j);
  }
  std::shuffle(places.begin(), places.end(), random);
  std::string text = std::to_string(rows) + " " + std::to_string(columns) + " " +
                     std::to_string(places.size()) + "\n";
  for (const auto& [i, j] : places) {
    text +=
        std::to_string(i + 1) + " " + std::to_string(j + 1) + " " + std::to_string(i - j) + ".5\n";
  }
  for (const bool gzip : {false, true}) {
    const auto file = coordinate("real general", text);
    const auto e = entries_of(read_text(gzip ? gzipped(file) : file));
    ASSERT_EQ(e.columns.size(), places.size());
    for (int i = 0; i < rows; ++i) {
      int j = i % 31;
      for (auto k = static_cast<std::size_t>(e.offsets[static_cast<std::size_t>(i)]);
           k < static_cast<std::size_t>(e.offsets[static_cast<std::size_t>(i) + 1]); ++k, j += 31) {
        ASSERT_EQ(e.columns[k], j);
        const double value = i - j;
        ASSERT_EQ(e.values[k], i >= j ? value + 0.5 : value - 0.5);
      }
      ASSERT_GE(j, columns);
    }
  }
}

TEST(MatrixMarketRead, LargeArraysKeepTheirPlaces) {
  constexpr int n = 400;
  std::string general = "400 400\n";
  std::string lower = "400 400\n";
  std::string strict = "400 400\n";
  for (int j = 0; j < n; ++j) {
    for (int i = 0; i < n; ++i) {
      const auto line = std::to_string(i * n + j + 1) + "\n";
      general += line;
      if (i >= j) lower += line;
      if (i > j) strict += line;
    }
  }
  const auto g = dense(read_text(array("integer general", general)));
  const auto s = dense(read_text(array("integer symmetric", lower)));
  const auto k = dense(read_text(array("integer skew-symmetric", strict)));
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) {
      const auto at = static_cast<std::size_t>(i * n + j);
      const double below = std::max(i, j) * n + std::min(i, j) + 1;
      ASSERT_EQ(g[at], i * n + j + 1);
      ASSERT_EQ(s[at], below);
      ASSERT_EQ(k[at], i == j ? 0 : (i > j ? below : -below));
    }
  }
}

/// The collection of real matrices, if present: SUAN_SHARED, or `shared` beside the sources.
TEST(MatrixMarketRead, RealMatricesHaveTheirEntries) {
  const char* const place = std::getenv("SUAN_SHARED");
  const std::filesystem::path shared = place != nullptr ? place : SUAN_SOURCE_DIR "/../shared";
  const auto folder = shared / "matrices";
  if (!std::filesystem::exists(folder / "1138_bus.mtx.gz")) {
    GTEST_SKIP() << "the real matrices are not in " << folder << "; set SUAN_SHARED";
  }
  struct Expected {
    const char* name;
    std::int64_t entries;
  };
  for (const auto& [name, entries] : std::initializer_list<Expected>{
           {"bcsstk13", 83883},       {"bcsstk16", 290378},    {"1138_bus", 4054},
           {"beam_tet_2475", 72933},  {"vem2", 21225},         {"ani4", 20971},
           {"pyamg_bar", 23402},      {"bilap_rgg15", 914874}, {"conlap_torus3D", 177864},
           {"fidap007", 54487},       {"big", 23884},          {"nnc1374", 8606},
           {"orsirr_1", 6858},        {"utm300", 3155},        {"west0479", 1910},
           {"fs_183_6", 1069},        {"pyamg_recirc", 1849},  {"mbeacxc", 49920},
           {"adder_dcop_05", 11097},  {"rajat01", 43250},      {"microgrid_jac_n1000", 197981},
           {"opf_activsg200", 23512}, {"kkt_cvxqp1_l", 99964}, {"well1850", 8758},
           {"lp_stocfor3", 64875},    {"lp_pilot87", 73152},   {"mfem_ams_G", 10160}}) {
    const auto a = read_matrix_market<double>((folder / (std::string(name) + ".mtx.gz")).string());
    EXPECT_EQ(a.global_entries(), entries) << name;
  }
  for (const auto& [name, entries] : std::initializer_list<Expected>{{"ybus_activsg10k", 34434},
                                                                     {"qc324", 26730},
                                                                     {"young1c", 4089},
                                                                     {"mhd1280b", 22778},
                                                                     {"pyamg_helmholtz2d", 52016},
                                                                     {"neumann", 7840}}) {
    const auto a = read_matrix_market<Complex>((folder / (std::string(name) + ".mtx.gz")).string());
    EXPECT_EQ(a.global_entries(), entries) << name;
  }
}

}  // namespace
}  // namespace suan::test
