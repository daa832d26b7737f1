// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Files written by n ranks and read by m, for all n and m up to the number of ranks of this run.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <array>
#include <cmath>

#include "support/other_folder.hpp"
#include "unit/io/hdf5_support.hpp"

namespace suan::test {
namespace {

using testing::HasSubstr;

/// Runs body(communicator) on the first `ranks` ranks; the others wait.
template <class Body>
void on_first_ranks(int ranks, const Body& body) {
  const auto world = Communicator::world();
  MPI_Comm part = MPI_COMM_NULL;
  MPI_Comm_split(world.mpi(), world.rank() < ranks ? 0 : MPI_UNDEFINED, world.rank(), &part);
  if (part != MPI_COMM_NULL) {
    body(Communicator(part));
    MPI_Comm_free(&part);
  }
  world.barrier();
}

template <class T>
class Hdf5Ranks : public testing::Test {
 protected:
  Communicator world_ = Communicator::world();
  Folder folder_{world_};
  std::string path_ = folder_.file("a.h5");
};
using Scalars = testing::Types<float, double, Complex>;
TYPED_TEST_SUITE(Hdf5Ranks, Scalars);

TYPED_TEST(Hdf5Ranks, WrittenByAnyReadByAny) {
  using T = TypeParam;
  // Three rows leave ranks without any; the others are rectangular both ways.
  const std::array<Pattern, 4> patterns{Pattern{61, 61}, {3, 3, 2}, {17, 90}, {90, 17}};
  const std::array<GlobalIndex, 3> shape{3, 5, 7};
  for (int writers = 1; writers <= this->world_.size(); ++writers) {
    on_first_ranks(writers, [&](const Communicator& comm) {
      Hdf5Writer writer(this->path_, comm);
      for (std::size_t k = 0; k < patterns.size(); ++k) {
        writer.write("A" + std::to_string(k), make_matrix<T>(patterns[k], comm));
      }
      writer.write("x", make_vector<T>(Layout::even(105, comm)), shape);
      writer.write("short", make_vector<T>(Layout::even(2, comm)));
      writer.write_text("report", "written by " + std::to_string(writers));
      writer.close();
    });
    for (int readers = 1; readers <= this->world_.size(); ++readers) {
      SCOPED_TRACE(message("written by ", writers, ", read by ", readers));
      on_first_ranks(readers, [&](const Communicator& comm) {
        for (std::size_t k = 0; k < patterns.size(); ++k) {
          const auto a = read_hdf5_matrix<T>(this->path_, comm, "A" + std::to_string(k));
          expect_pattern(a, patterns[k]);
          EXPECT_EQ(a.global_entries(), patterns[k].entries());
        }
        expect_numbers(read_hdf5_vector<T>(this->path_, Layout::even(105, comm), "x"));
        expect_numbers(read_hdf5_vector<T>(this->path_, Layout::even(2, comm), "short"));
      });
    }
  }
}

TYPED_TEST(Hdf5Ranks, UnevenLayoutsWithEmptyRanks) {
  using T = TypeParam;
  const int ranks = this->world_.size();
  const Pattern pattern{40, 40};
  // Each rank in turn owns everything, the others nothing.
  for (int owner = 0; owner < ranks; ++owner) {
    const auto layout =
        Layout::from_local_size(this->world_.rank() == owner ? 40 : 0, this->world_);
    Hdf5Writer writer(this->path_, this->world_);
    writer.write("A", make_matrix<T>(pattern, layout, layout));
    writer.write("x", make_vector<T>(layout));
    writer.close();
    expect_pattern(read_hdf5_matrix<T>(this->path_, this->world_), pattern);
    expect_numbers(read_hdf5_vector<T>(this->path_, layout));
  }
}

TYPED_TEST(Hdf5Ranks, MatricesInDistributionsOfTheCaller) {
  using T = TypeParam;
  const int ranks = this->world_.size();
  const Pattern pattern{40, 23};
  const auto written = make_matrix<T>(pattern, this->world_);
  Hdf5Writer writer(this->path_, this->world_);
  writer.write("A", written);
  writer.close();
  const auto checksum = hdf5_checksum(written);
  for (int owner = 0; owner < ranks; ++owner) {
    const auto all_on = [&](GlobalIndex size) {
      return Layout::from_local_size(this->world_.rank() == owner ? size : 0, this->world_);
    };
    const auto read = read_hdf5_matrix<T>(this->path_, all_on(40), all_on(23), "A");
    EXPECT_EQ(read.row_layout(), all_on(40));
    EXPECT_EQ(read.column_layout(), all_on(23));
    expect_pattern(read, pattern);
    EXPECT_EQ(hdf5_checksum(read), checksum);
  }
  EXPECT_NE(hdf5_checksum(make_matrix<T>({40, 24}, this->world_)), checksum);
  const auto other = Layout::even(41, this->world_);
  EXPECT_THAT(
      message_of<DimensionMismatch>([&] { read_hdf5_matrix<T>(this->path_, other, other, "A"); }),
      testing::AllOf(HasSubstr("40 x 23"), HasSubstr("41 elements")));
}

class Hdf5Mpi : public testing::Test {
 protected:
  Communicator world_ = Communicator::world();
  Folder folder_{world_};
  std::string path_ = folder_.file("a.h5");
};

// Ranks of different speed close a file and must not wait for each other forever.
TEST_F(Hdf5Mpi, FilesAreCompletedOnAnyTiming) {
  const auto x = make_vector<double>(Layout::even(1000, world_));
  for (int k = 0; k < 20; ++k) {
    Hdf5Writer writer(path_, world_);
    writer.write("x", x, std::array<GlobalIndex, 2>{10, 100});
    writer.write_text("number", std::to_string(k));
    writer.close();
    expect_numbers(read_hdf5_vector<double>(path_, x.layout()));
  }
}

TEST_F(Hdf5Mpi, ColumnsBeyond32Bits) {
  // The columns of one rank number at most 2^31 - 1, so this takes two.
  if (world_.size() < 2) GTEST_SKIP() << "needs two ranks";
  const GlobalIndex wide = (GlobalIndex{1} << 31) + 1000;
  const auto rows = Layout::even(6, world_);
  const auto columns = Layout::even(wide, world_);
  const auto matrix = generate_rows<double>(rows, columns, [&](GlobalIndex i, auto& writer) {
    writer.add(i, 1.0 + static_cast<double>(i));
    writer.add(wide - 1 - i, -1.0 - static_cast<double>(i));
  });
  Hdf5Writer writer(path_, world_);
  writer.write("A", matrix);
  writer.close();
  const auto read = read_hdf5_matrix<double>(path_, world_);
  EXPECT_EQ(read.global_columns(), wide);
  EXPECT_EQ(read.global_entries(), 12);
  for (const auto& e : entries_of(read)) {
    const double size = 1.0 + static_cast<double>(e.row);
    EXPECT_EQ(e.column, e.value > 0 ? e.row : wide - 1 - e.row);
    EXPECT_EQ(e.value, e.value > 0 ? size : -size);
  }
}

TEST_F(Hdf5Mpi, AnErrorOfOneRankIsTheErrorOfAll) {
  Hdf5Writer old(path_, world_);
  old.write("A", make_matrix<double>({20, 20}, world_));
  old.close();
  // The last row, hence the last rank's.
  const auto layout = Layout::even(20, world_);
  const auto matrix = generate_rows<double>(layout, layout, [](GlobalIndex i, auto& writer) {
    writer.add(i, i == 19 ? std::numeric_limits<double>::infinity() : 1.0);
  });
  {
    Hdf5Writer writer(path_, world_);
    EXPECT_THAT(message_of<InvalidArgument>([&] { writer.write("A", matrix); }),
                HasSubstr("row 19"));
    EXPECT_THROW(writer.close(), InvalidArgument);
  }
  world_.barrier();
  EXPECT_EQ(folder_.count(), 1U);
  expect_pattern(read_hdf5_matrix<double>(path_, world_), {20, 20});
  world_.barrier();

  // One bit of a value in the last row, hence the last rank's.
  if (world_.is_root()) {
    constexpr Pattern pattern{20, 20};
    GlobalIndex column = 0;
    while (!pattern.has(19, column) || std::abs(pattern.value<double>(19, column)) < 0.1) ++column;
    const double value = pattern.value<double>(19, column);
    std::string word(sizeof value, '\0');
    std::memcpy(word.data(), &value, sizeof value);
    std::string bytes = read_bytes(path_);
    const std::size_t place = bytes.find(word);
    ASSERT_NE(place, std::string::npos);
    bytes[place] = static_cast<char>(bytes[place] ^ 1);
    write_bytes(path_, bytes);
  }
  world_.barrier();
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_matrix<double>(path_, world_); }),
              HasSubstr("checksum"));
  EXPECT_THROW(read_hdf5_matrix<double>(folder_.file("none.h5"), world_), IoError);
  EXPECT_THROW(Hdf5Writer(folder_.file("none/a.h5"), world_), IoError);
}

TEST_F(Hdf5Mpi, AFullDiskIsTheErrorOfAll) {
  Hdf5Writer old(path_, world_);
  old.write("A", make_matrix<double>({20, 20}, world_));
  old.close();
  rlimit old_limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 3000000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  {
    Hdf5Writer writer(path_, world_);
    writer.write("x", make_vector<double>(Layout::even(10, world_)));
    EXPECT_THAT(message_of<IoError>(
                    [&] { writer.write("y", make_vector<double>(Layout::even(400000, world_))); }),
                HasSubstr("no room on the disk"));
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  world_.barrier();
  EXPECT_EQ(folder_.count(), 1U);
  expect_pattern(read_hdf5_matrix<double>(path_, world_), {20, 20});
}

TEST_F(Hdf5Mpi, RanksThatWereToldDifferentThings) {
  const auto layout = Layout::even(9, world_);
  const auto x = make_vector<double>(layout);
  Hdf5Writer first(path_, world_);
  first.write("A", make_matrix<double>({9, 9}, world_));
  first.write("x", x);
  first.write("y", x);
  first.close();
  const bool odd = world_.rank() == world_.size() - 1 && world_.size() > 1;
  // One rank cannot disagree with another, so all of this is right.
  const auto expect_disagreement = [&](const char* line, const auto& body) {
    if (world_.size() == 1) return;
    EXPECT_THAT(message_of<InvalidArgument>(body), HasSubstr(line));
  };
  const std::string other = folder_.file("other.h5");
  expect_disagreement("path = ", [&] { Hdf5Writer(odd ? other : path_, world_); });
  expect_disagreement("mode = append", [&] {
    Hdf5Writer(path_, world_, odd ? Hdf5Writer::Mode::append : Hdf5Writer::Mode::replace);
  });
  expect_disagreement("path = ",
                      [&] { read_hdf5_matrix<double>(odd ? other : path_, world_, "A"); });
  expect_disagreement("name = ", [&] { read_hdf5_matrix<double>(path_, world_, odd ? "B" : "A"); });
  expect_disagreement("memory_limit_gib = 2",
                      [&] { read_hdf5_matrix<double>(path_, world_, "A", {odd ? 2.0 : 3.0}); });
  expect_disagreement("float32", [&] {
    if (odd) {
      read_hdf5_matrix<float>(path_, world_, "A");
    } else {
      read_hdf5_matrix<double>(path_, world_, "A");
    }
  });
  expect_disagreement("name = ", [&] { read_hdf5_vector<double>(path_, layout, odd ? "x" : "y"); });
  expect_disagreement("read_hdf5_vector", [&] {
    if (odd) {
      read_hdf5_vector<double>(path_, layout, "x");
    } else {
      read_hdf5_matrix<double>(path_, world_, "A");
    }
  });

  Hdf5Writer writer(path_, world_, Hdf5Writer::Mode::append);
  expect_disagreement("name = ", [&] { writer.write(odd ? "u" : "v", x); });
  expect_disagreement("shape = 3 x 3", [&] {
    writer.write("u", x, odd ? std::array<GlobalIndex, 2>{3, 3} : std::array<GlobalIndex, 2>{1, 9});
  });
  expect_disagreement("name = ", [&] { writer.write_text(odd ? "u" : "v", "text"); });
  expect_disagreement("flush", [&] {
    if (odd) {
      writer.flush();
    } else {
      writer.close();
    }
  });
  // Nothing of this was written, and the writer is as good as before. Texts may differ.
  writer.write_text("u", "rank " + std::to_string(world_.rank()));
  writer.close();
  EXPECT_EQ(list_hdf5(path_).size(), 4U);
  EXPECT_EQ(read_hdf5_text(path_), "rank 0");
  world_.barrier();
  EXPECT_EQ(folder_.count(), 1U);
}

TEST_F(Hdf5Mpi, FilesThatOnlySomeRanksSee) {
  if (world_.size() < 2) GTEST_SKIP() << "needs two ranks";
  const OtherFolder there(world_);
  const auto layout = Layout::even(9, world_);
  const auto write = [&](GlobalIndex size) {
    Hdf5Writer writer("a.h5", {});
    writer.write("A", make_matrix<double>({size, size}));
    writer.write("x", make_vector<double>(Layout::serial(9)));
    writer.close();
  };
  if (world_.is_root()) write(9);
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_matrix<double>("a.h5", world_, "A"); }),
              HasSubstr("No such file"));
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_vector<double>("a.h5", layout, "x"); }),
              HasSubstr("No such file"));
  // Another file of the same name.
  if (!world_.is_root()) write(8);
  EXPECT_THAT(message_of<InvalidArgument>([&] { read_hdf5_matrix<double>("a.h5", world_, "A"); }),
              testing::AllOf(HasSubstr("rows = 9"), HasSubstr("rows = 8")));
  expect_numbers(read_hdf5_vector<double>("a.h5", layout, "x"));
}

TEST_F(Hdf5Mpi, StepsAreAppendedAndFlushed) {
  const auto expect_steps = [&](GlobalIndex last) {
    for (GlobalIndex step = 1; step <= last; ++step) {
      expect_numbers(read_hdf5_vector<double>(path_, Layout::even(step, world_),
                                              message("step_", step, "/x")));
    }
    EXPECT_THROW(find_hdf5(path_, message("step_", last + 1, "/x")), InvalidArgument);
    world_.barrier();
  };
  const auto write = [&](Hdf5Writer& writer, GlobalIndex step) {
    writer.write(message("step_", step, "/x"), make_vector<double>(Layout::even(step, world_)));
  };
  {
    Hdf5Writer writer(path_, world_);
    write(writer, 1);
    writer.flush();
    expect_steps(1);
    write(writer, 2);
    expect_steps(1);
    writer.flush();
    write(writer, 3);  // and is lost
  }
  expect_steps(2);
  Hdf5Writer writer(path_, world_, Hdf5Writer::Mode::append);
  write(writer, 3);
  EXPECT_THROW(write(writer, 2), InvalidArgument);
  write(writer, 4);
  writer.close();
  expect_steps(4);
  EXPECT_EQ(folder_.count(), 1U);
}

TEST_F(Hdf5Mpi, ObjectsOfOtherRanksAreRefused) {
  if (world_.size() < 2) GTEST_SKIP() << "needs two ranks";
  Hdf5Writer writer(path_, world_);
  EXPECT_THROW(writer.write("x", make_vector<double>(Layout::serial(3))), InvalidArgument);
  EXPECT_THROW(writer.write("A", make_matrix<double>({3, 3})), InvalidArgument);
  writer.write("x", make_vector<double>(Layout::even(3, world_)));
  writer.close();
  expect_numbers(read_hdf5_vector<double>(path_, Layout::even(3, world_)));
}

}  // namespace
}  // namespace suan::test
