// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Files read and written by several ranks give what one rank gives.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <random>

#include "suan/matrix/assembly.hpp"
#include "support/other_folder.hpp"
#include "unit/io/matrix_market_helpers.hpp"

namespace suan::test {
namespace {

using testing::HasSubstr;

/// A folder that rank 0 makes and all ranks use.
class SharedFolder {
 public:
  SharedFolder() {
    if (comm_.is_root()) folder_.emplace();
    path_ = comm_.broadcast(comm_.is_root() ? *folder_ / "" : std::string());
  }
  ~SharedFolder() { comm_.barrier(); }
  std::string operator/(const std::string& name) const { return path_ + name; }
  /// Rank 0 writes a file; then all may read it.
  std::string with(const std::string& name, const std::string& bytes) const {
    if (comm_.is_root()) write_file(path_ + name, bytes);
    comm_.barrier();
    return path_ + name;
  }
  std::int64_t files() const {
    comm_.barrier();
    return comm_.sum(comm_.is_root() ? static_cast<std::int64_t>(folder_->files()) : 0);
  }

 private:
  Communicator comm_ = Communicator::world();
  std::optional<TemporaryFolder> folder_;
  std::string path_;
};

template <class T>
using Row = std::vector<std::pair<GlobalIndex, T>>;

/// The rows of this rank with global columns.
template <class T>
std::vector<Row<T>> rows_of(const DistributedMatrix<T>& a) {
  const auto collect = [](const Csr<T>& matrix, const auto& put) {
    const auto offsets = host_vector(matrix.view().offsets);
    const auto indices = host_vector(matrix.view().indices);
    const auto values = host_vector(matrix.view().values);
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
      for (auto k = static_cast<std::size_t>(offsets[i]);
           k < static_cast<std::size_t>(offsets[i + 1]); ++k) {
        put(i, static_cast<std::size_t>(indices[k]), values[k]);
      }
    }
  };
  std::vector<Row<T>> rows(static_cast<std::size_t>(a.row_layout().local_size()));
  const auto first = a.column_layout().first();
  collect(a.local(), [&](std::size_t i, std::size_t j, T value) {
    rows[i].emplace_back(first + static_cast<GlobalIndex>(j), value);
  });
  const auto numbers = host_vector(a.remote().row_numbers);
  collect(a.remote().matrix, [&](std::size_t i, std::size_t j, T value) {
    rows[static_cast<std::size_t>(numbers[i])].emplace_back(a.remote().columns[j], value);
  });
  for (auto& row : rows) {
    std::sort(row.begin(), row.end(),
              [](const auto& x, const auto& y) { return x.first < y.first; });
  }
  return rows;
}

/// Reads a file with all ranks and with this rank alone, and compares this rank's rows.
template <class T>
void expect_same_as_one_rank(const std::string& path) {
  const auto all = read_matrix_market<T>(path, Communicator::world());
  const auto alone = read_matrix_market<T>(path, Communicator());
  EXPECT_EQ(all.global_rows(), alone.global_rows());
  EXPECT_EQ(all.global_columns(), alone.global_columns());
  EXPECT_EQ(all.global_entries(), alone.global_entries());
  const auto mine = rows_of(all);
  const auto expected = rows_of(alone);
  const auto first = static_cast<std::size_t>(all.row_layout().first());
  for (std::size_t i = 0; i < mine.size(); ++i) {
    ASSERT_EQ(mine[i], expected[first + i]) << "row " << first + i;
  }
}

std::string shuffled_file(const std::string& kind, int rows, int columns, int step, bool lower) {
  std::mt19937 random(5);
  std::vector<std::string> lines;
  for (int i = 0; i < rows; ++i) {
    for (int j = i % step; j < columns; j += step) {
      if (lower && j > i) continue;
      lines.push_back(std::to_string(i + 1) + " " + std::to_string(j + 1) + " " +
                      std::to_string(i * 0.3 - j * 0.7) +
                      (kind.starts_with("complex") ? " " + std::to_string(i + j) + "\n" : "\n"));
    }
  }
  std::shuffle(lines.begin(), lines.end(), random);
  std::string text = "%%MatrixMarket matrix coordinate " + kind + "\n" + std::to_string(rows) +
                     " " + std::to_string(columns) + " " + std::to_string(lines.size()) + "\n";
  for (const auto& line : lines) text += line;
  return text;
}

TEST(MatrixMarketRanks, ReadingEqualsOneRank) {
  const SharedFolder folder;
  const auto general = shuffled_file("real general", 1500, 900, 17, false);
  expect_same_as_one_rank<double>(folder.with("a.mtx", general));
  expect_same_as_one_rank<float>(folder / "a.mtx");
  expect_same_as_one_rank<Complex>(folder / "a.mtx");
  expect_same_as_one_rank<double>(folder.with("g.mtx", gzipped(general)));
  expect_same_as_one_rank<double>(
      folder.with("s.mtx", shuffled_file("real symmetric", 800, 800, 13, true)));
  expect_same_as_one_rank<Complex>(
      folder.with("c.mtx", shuffled_file("complex general", 300, 500, 7, false)));
}

TEST(MatrixMarketRanks, Arrays) {
  const SharedFolder folder;
  std::string text = "%%MatrixMarket matrix array real symmetric\n90 90\n";
  for (int i = 0; i < 90 * 91 / 2; ++i) text += std::to_string(i + 1) + (i % 5 ? "\n" : "\n\n%\n");
  expect_same_as_one_rank<double>(folder.with("a.mtx", text));
  expect_same_as_one_rank<double>(folder.with("b.mtx", gzipped(text)));
}

TEST(MatrixMarketRanks, MoreRanksThanRowsOrBytes) {
  const SharedFolder folder;
  const std::string banner = "%%MatrixMarket matrix coordinate real general\n";
  expect_same_as_one_rank<double>(folder.with("0.mtx", banner + "0 0 0\n"));
  expect_same_as_one_rank<double>(folder.with("r.mtx", banner + "0 3 0\n"));
  expect_same_as_one_rank<double>(folder.with("c.mtx", banner + "3 0 0\n"));
  expect_same_as_one_rank<double>(folder.with("1.mtx", banner + "1 1 1\n1 1 4\n"));
  expect_same_as_one_rank<double>(folder.with("2.mtx", banner + "2 1 1\n2 1 4"));
  expect_same_as_one_rank<double>(folder.with("3.mtx", banner + "1 3 2\n1 3 4\n1 1 2\n"));
  expect_same_as_one_rank<double>(folder.with("e.mtx", banner + "5 5 0\n"));
}

TEST(MatrixMarketRanks, DuplicatesAreSummedInTheOrderOfTheFile) {
  const SharedFolder folder;
  std::string lines;
  for (int i = 0; i < 500; ++i) {
    lines += "1 1 " + std::to_string(i % 3 == 0 ? 1e16 : 1.25) + "\n1 30 -0.1\n30 1 1e-3\n";
  }
  expect_same_as_one_rank<double>(
      folder.with("a.mtx", "%%MatrixMarket matrix coordinate real general\n40 40 1500\n" + lines));
}

TEST(MatrixMarketRanks, ColumnsBeyond31Bits) {
  const auto world = Communicator::world();
  const SharedFolder folder;
  const auto path = folder.with("a.mtx",
                                "%%MatrixMarket matrix coordinate real general\n"
                                "3 3000000000 3\n1 3000000000 7\n3 1 2\n3 2999999999 5\n");
  if (world.size() == 1) {
    EXPECT_THROW(read_matrix_market<double>(path, world), IoError);
    return;
  }
  const auto a = read_matrix_market<double>(path, world);
  const auto rows = rows_of(a);
  const std::vector<Row<double>> expected = {
      {{2999999999, 7.0}}, {}, {{0, 2.0}, {2999999998, 5.0}}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i], expected[static_cast<std::size_t>(a.row_layout().first()) + i]);
  }
}

TEST(MatrixMarketRanks, VectorsInAnyLayout) {
  const auto world = Communicator::world();
  const SharedFolder folder;
  const auto local = world.rank() % 2 == 1 ? 1000 : 3;
  const auto layout = Layout::from_local_size(local, world);
  const auto size = layout.global_size();
  std::string text = "%%MatrixMarket matrix array real general\n" + std::to_string(size) + " 1\n";
  for (GlobalIndex i = 0; i < size; ++i)
    text += std::to_string(static_cast<double>(i) * 0.25) + "\n";
  for (const bool gzip : {false, true}) {
    const auto path = folder.with(gzip ? "b.gz" : "b.mtx", gzip ? gzipped(text) : text);
    const auto x = read_matrix_market_vector<double>(path, layout).to_host();
    for (std::size_t i = 0; i < x.size(); ++i) {
      ASSERT_EQ(x[i], 0.25 * static_cast<double>(layout.first() + static_cast<GlobalIndex>(i)));
    }
  }
}

TEST(MatrixMarketRanks, WritingEqualsOneRank) {
  const auto world = Communicator::world();
  const SharedFolder folder;
  const auto source = folder.with("a.mtx", shuffled_file("complex general", 700, 900, 11, false));
  const auto a = read_matrix_market<Complex>(source, world);
  write_matrix_market(folder / "all.mtx", a);
  write_matrix_market(folder / "all.mtx.gz", a);
  if (world.is_root()) {
    write_matrix_market(folder / "one.mtx", read_matrix_market<Complex>(source, Communicator()));
    EXPECT_EQ(read_file(folder / "all.mtx"), read_file(folder / "one.mtx"));
  }
  world.barrier();
  EXPECT_EQ(rows_of(read_matrix_market<Complex>(folder / "all.mtx.gz", world)), rows_of(a));

  const auto layout = Layout::even(100001, world);
  const auto x = random_vector<double>(layout, 3);
  for (const char* name : {"x.mtx", "x.mtx.gz"}) {
    write_matrix_market(folder / name, x);
    EXPECT_EQ(read_matrix_market_vector<double>(folder / name, layout).to_host(), x.to_host());
  }
}

/// The message that `body` throws, which must be the same on all ranks.
template <class Body>
std::string message_on_all(const Body& body) {
  const auto world = Communicator::world();
  std::string text = "nothing was thrown";
  try {
    body();
  } catch (const Error& error) {
    text = error.what();
  }
  EXPECT_EQ(text, world.broadcast(text));
  return text;
}

TEST(MatrixMarketRanks, AllRanksThrowTheFirstError) {
  const auto world = Communicator::world();
  const SharedFolder folder;
  auto text = shuffled_file("real general", 400, 400, 5, false);
  // Two bad lines far apart: the first must be named, whichever rank reads it.
  const auto late = text.rfind('\n', text.size() - 50);
  text.insert(late + 1, "9999 1 1\n");
  const auto early = text.find('\n', text.size() / 3);
  text.insert(early + 1, "1 abc 1\n");
  const auto line =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(early) + 1, '\n') + 1;
  for (const bool gzip : {false, true}) {
    const auto path = folder.with(gzip ? "a.gz" : "a.mtx", gzip ? gzipped(text) : text);
    const auto error = message_on_all([&] { read_matrix_market<double>(path, world); });
    EXPECT_THAT(error, HasSubstr("line " + std::to_string(line) + ": expected a column number"));
  }
  EXPECT_THAT(message_on_all([&] { read_matrix_market<double>(folder / "absent", world); }),
              HasSubstr("absent"));
  EXPECT_THAT(message_on_all(
                  [&] { write_matrix_market(folder / "no/x.mtx", ones(Layout::even(9, world))); }),
              HasSubstr("no/x.mtx"));
  const auto truncated = folder.with("t.mtx", text.substr(0, early + 1));
  EXPECT_THAT(message_on_all([&] { read_matrix_market<double>(truncated, world); }),
              HasSubstr("ends after"));
}

TEST(MatrixMarketRanks, RanksThatWereToldDifferentThings) {
  const auto world = Communicator::world();
  if (world.size() < 2) GTEST_SKIP() << "needs two ranks";
  const SharedFolder folder;
  const auto path = folder.with("a.mtx", shuffled_file("real general", 30, 30, 5, false));
  const auto other = folder.with("b.mtx", shuffled_file("real general", 30, 30, 5, false));
  const auto column =
      folder.with("x.mtx", "%%MatrixMarket matrix array real general\n3 1\n1\n2\n3\n");
  const bool odd = world.rank() == 1;
  const auto with = [&](const auto& set) {
    MatrixMarketOptions options;
    if (odd) set(options);
    return options;
  };
  EXPECT_THAT(message_on_all([&] { read_matrix_market<double>(odd ? other : path, world); }),
              HasSubstr("b.mtx"));
  EXPECT_THAT(message_on_all([&] {
                read_matrix_market<double>(
                    path, world, with([](auto& options) { options.duplicates = "error"; }));
              }),
              HasSubstr("duplicates = error"));
  EXPECT_THAT(message_on_all([&] {
                read_matrix_market<double>(
                    path, world, with([](auto& options) { options.allow_nonfinite = true; }));
              }),
              HasSubstr("allow_nonfinite = 1"));
  EXPECT_THAT(message_on_all([&] {
                read_matrix_market<double>(
                    path, world, with([](auto& options) { options.memory_limit_gib = 7; }));
              }),
              HasSubstr("memory_limit_gib = 7"));
  EXPECT_THAT(message_on_all([&] {
                if (odd) {
                  read_matrix_market<Complex>(path, world);
                } else {
                  read_matrix_market<double>(path, world);
                }
              }),
              HasSubstr("complex128"));
  const auto three = Layout::even(3, world);
  EXPECT_THAT(message_on_all([&] {
                if (odd) {
                  read_matrix_market<double>(column, world);
                } else {
                  read_matrix_market_vector<double>(column, three);
                }
              }),
              HasSubstr("read_matrix_market_vector"));
  const auto x = ones(Layout::even(20, world));
  EXPECT_THAT(message_on_all([&] { write_matrix_market(odd ? other : folder / "c.mtx.gz", x); }),
              HasSubstr("c.mtx.gz"));
  EXPECT_THAT(message_on_all([&] { write_matrix_market(folder / "c.mtx", x, {odd}); }),
              HasSubstr("allow_nonfinite"));
  EXPECT_EQ(folder.files(), 3);
}

TEST(MatrixMarketRanks, FilesThatOnlySomeRanksSee) {
  const auto world = Communicator::world();
  if (world.size() < 2) GTEST_SKIP() << "needs two ranks";
  const OtherFolder there(world);
  const std::string banner = "%%MatrixMarket matrix coordinate real general\n";
  if (world.is_root()) write_file("a.mtx", banner + "3 3 1\n1 1 1\n");
  EXPECT_THAT(message_on_all([&] { read_matrix_market<double>("a.mtx", world); }),
              HasSubstr("No such file"));
  EXPECT_THAT(
      message_on_all([&] { read_matrix_market_vector<double>("a.mtx", Layout::even(3, world)); }),
      HasSubstr("No such file"));
  // Other files of the same name: of other sizes, and of the same sizes with another text.
  if (!world.is_root()) write_file("a.mtx", banner + "4 4 1\n1 1 1\n");
  EXPECT_THAT(message_on_all([&] { read_matrix_market<double>("a.mtx", world); }),
              HasSubstr("rows = 4"));
  if (!world.is_root()) write_file("a.mtx", banner + "3 3 1\n1 1 1.25\n");
  EXPECT_THAT(message_on_all([&] { read_matrix_market<double>("a.mtx", world); }),
              HasSubstr("bytes = "));
  // A folder that only the first rank has.
  if (world.is_root()) std::filesystem::create_directory("sub");
  EXPECT_THAT(
      message_on_all([&] { write_matrix_market("sub/x.mtx", ones(Layout::even(9, world))); }),
      HasSubstr("sub/x.mtx"));
}

TEST(MatrixMarketRanks, WhatIsNotFiniteIsRefusedOnAllRanks) {
  const auto world = Communicator::world();
  const SharedFolder folder;
  const auto path = folder.with("x.mtx", "old");
  const auto layout = Layout::even(10, world);
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  // Rows 8 and 10: the first is named, whoever has it.
  const auto a = generate_rows<double>(layout, layout, [](GlobalIndex i, auto& row) {
    row.add(0, 1.0);
    row.add(9, i == 7 || i == 9 ? nan : 2.0);
  });
  for (const char* name : {"x.mtx", "x.mtx.gz"}) {
    EXPECT_THAT(message_on_all([&] { write_matrix_market(folder / name, a); }),
                HasSubstr("row 8, column 10"));
    const auto x = generate<double>(layout, [](GlobalIndex i) { return i < 5 ? 1.0 : nan; });
    EXPECT_THAT(message_on_all([&] { write_matrix_market(folder / name, x); }),
                HasSubstr("the element in row 6"));
  }
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(folder.files(), 1);
  write_matrix_market(path, a, {true});
  MatrixMarketOptions options;
  options.allow_nonfinite = true;
  EXPECT_EQ(read_matrix_market<double>(path, world, options).global_entries(), 20);
}

TEST(MatrixMarketRanks, AFullDiskOnOneRankLeavesTheOldFile) {
  const auto world = Communicator::world();
  const SharedFolder folder;
  const auto path = folder.with("x.mtx", "old");
  const auto x = random_vector<double>(Layout::even(50000, world), 1);
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  if (world.rank() == world.size() - 1) {
    const struct rlimit small { 100000, before.rlim_max };
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  const auto error = message_on_all([&] { write_matrix_market(path, x); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(error, HasSubstr("x.mtx"));
  EXPECT_EQ(read_file(path), "old");
  EXPECT_EQ(folder.files(), 1);
}

}  // namespace
}  // namespace suan::test
