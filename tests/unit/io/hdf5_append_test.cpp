// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Files that grow step by step: what stood there stays, and what was flushed survives.
#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <memory>

#include "hdf5_support.hpp"

namespace suan::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Mode = Hdf5Writer::Mode;

constexpr Pattern appended_pattern{14, 11};

class Hdf5Append : public testing::Test {
 protected:
  /// Writes the vector of a step, of as many elements as its number.
  static void write_step(Hdf5Writer& writer, GlobalIndex step) {
    writer.write("step_" + std::to_string(step) + "/x", make_vector<double>(Layout::serial(step)));
  }
  void expect_steps(const std::vector<GlobalIndex>& steps, GlobalIndex absent) const {
    for (const GlobalIndex step : steps) {
      expect_numbers(read_hdf5_vector<double>(path_, Layout::serial(step),
                                              "step_" + std::to_string(step) + "/x"));
    }
    EXPECT_THROW(find_hdf5(path_, "step_" + std::to_string(absent) + "/x"), InvalidArgument);
  }
  Folder folder_;
  std::string path_ = folder_.file("steps.h5");
};

TEST_F(Hdf5Append, KeepsWhatIsThere) {
  for (const GlobalIndex step : {1, 2, 3}) {
    Hdf5Writer writer(path_, {}, Mode::append);  // the first time there is no file
    write_step(writer, step);
    if (step == 2) writer.write("A", make_matrix<double>(appended_pattern));
    writer.close();
  }
  expect_steps({1, 2, 3}, 4);
  expect_pattern(read_hdf5_matrix<double>(path_), appended_pattern);
  EXPECT_EQ(folder_.count(), 1U);
}

TEST_F(Hdf5Append, ReplacesOnlyWithoutIt) {
  Hdf5Writer first(path_, {});
  write_step(first, 1);
  first.close();
  Hdf5Writer second(path_, {}, Mode::replace);
  write_step(second, 2);
  second.close();
  expect_steps({2}, 1);
}

TEST_F(Hdf5Append, WithoutCloseTheFileStaysAsItWas) {
  Hdf5Writer first(path_, {});
  write_step(first, 1);
  first.close();
  const std::string before = read_bytes(path_);
  {
    Hdf5Writer second(path_, {}, Mode::append);
    write_step(second, 2);
  }
  EXPECT_EQ(read_bytes(path_), before);
  EXPECT_EQ(folder_.count(), 1U);
}

TEST_F(Hdf5Append, ANameIsWrittenOnce) {
  Hdf5Writer first(path_, {});
  write_step(first, 3);
  first.close();
  Hdf5Writer second(path_, {}, Mode::append);
  EXPECT_THAT(message_of<InvalidArgument>([&] { write_step(second, 3); }),
              HasSubstr("'step_3/x' was written already"));
  EXPECT_THAT(message_of<InvalidArgument>(
                  [&] { second.write("step_3/x/y", make_vector<double>(Layout::serial(2))); }),
              AllOf(HasSubstr("'step_3/x'"), HasSubstr("no group")));
  write_step(second, 4);  // the writer is as good as before
  second.close();
  expect_steps({3, 4}, 5);
}

TEST_F(Hdf5Append, OnlyToHdf5) {
  write_bytes(path_, "%%MatrixMarket matrix array real general\n1 1\n4\n");
  const std::string before = read_bytes(path_);
  EXPECT_THAT(message_of<IoError>([&] { Hdf5Writer(path_, {}, Mode::append); }),
              AllOf(HasSubstr(path_), HasSubstr("not an HDF5 file")));
  EXPECT_EQ(read_bytes(path_), before);
  EXPECT_EQ(folder_.count(), 1U);
}

TEST_F(Hdf5Append, AnEmptyFileIsAsGoodAsNone) {
  write_bytes(path_, "");
  Hdf5Writer writer(path_, {}, Mode::append);
  write_step(writer, 2);
  writer.close();
  expect_steps({2}, 1);
}

TEST_F(Hdf5Append, AFailedWriteLeavesTheSteps) {
  Hdf5Writer first(path_, {});
  write_step(first, 1);
  first.close();
  {
    Hdf5Writer second(path_, {}, Mode::append);
    write_step(second, 2);
    const std::vector<Offset> offsets{0, 1};
    const std::vector<LocalIndex> columns{0};
    const std::vector<double> values{std::numeric_limits<double>::infinity()};
    EXPECT_THROW(second.write("A", DistributedMatrix<double>(
                                       Csr<double>::from_host(1, 1, offsets, columns, values))),
                 InvalidArgument);
    EXPECT_THROW(second.close(), InvalidArgument);
  }
  expect_steps({1}, 2);
  EXPECT_EQ(folder_.count(), 1U);
}

TEST_F(Hdf5Append, FlushPutsTheFileInItsPlace) {
  {
    Hdf5Writer writer(path_, {});
    write_step(writer, 1);
    writer.flush();
    expect_steps({1}, 2);
    EXPECT_EQ(folder_.count(), 1U) << "nothing unfinished beside it";
    writer.flush();  // nothing new
    write_step(writer, 2);
    expect_steps({1}, 2);
    writer.flush();
    expect_steps({1, 2}, 3);
    EXPECT_THAT(message_of<InvalidArgument>([&] { write_step(writer, 1); }), HasSubstr("already"));
    write_step(writer, 3);
  }
  expect_steps({1, 2}, 3);
  EXPECT_EQ(folder_.count(), 1U);
}

TEST_F(Hdf5Append, CloseAfterFlush) {
  Hdf5Writer writer(path_, {});
  write_step(writer, 1);
  writer.flush();
  writer.close();
  EXPECT_THROW(writer.close(), InvalidArgument);
  EXPECT_THROW(writer.flush(), InvalidArgument);
  EXPECT_THROW(write_step(writer, 2), InvalidArgument);
  expect_steps({1}, 2);
  EXPECT_EQ(folder_.count(), 1U);
}

TEST_F(Hdf5Append, ManyStepsAndFlushes) {
  Hdf5Writer writer(path_, {});
  std::vector<GlobalIndex> steps;
  for (GlobalIndex step = 1; step <= 60; ++step) {
    write_step(writer, step);
    if (step % 7 == 0) writer.flush();
    steps.push_back(step);
  }
  writer.close();
  expect_steps(steps, 61);
}

// The program starts itself again for the run that is killed, and finds the path there.
constexpr const char* flushed_path_variable = "SUAN_TEST_KILLED_AFTER_FLUSH";

TEST(Hdf5KilledAfterFlushDeathTest, WhatWasFlushedIsThere) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  std::unique_ptr<Folder> folder;
  if (std::getenv(flushed_path_variable) == nullptr) {
    folder = std::make_unique<Folder>();
    setenv(flushed_path_variable, folder->file("a.h5").c_str(), 1);
  }
  const std::string path = std::getenv(flushed_path_variable);
  EXPECT_EXIT(
      {
        Hdf5Writer writer(path, {});
        writer.write("A", make_matrix<double>(appended_pattern));
        writer.flush();
        writer.write("B", make_matrix<double>({200, 200}));
        std::raise(SIGKILL);
      },
      testing::KilledBySignal(SIGKILL), "");
  unsetenv(flushed_path_variable);
  expect_pattern(read_hdf5_matrix<double>(path, {}, "A"), appended_pattern);
  EXPECT_THROW(find_hdf5(path, "B"), InvalidArgument);
  EXPECT_EQ(folder->count(), 2U) << "the file and the unfinished one";
  // Which goes away with the next write.
  Hdf5Writer next(path, {}, Mode::append);
  EXPECT_EQ(folder->count(), 2U);
  next.write("C", make_matrix<double>({2, 2}));
  next.close();
  EXPECT_EQ(folder->count(), 1U);
  expect_pattern(read_hdf5_matrix<double>(path, {}, "A"), appended_pattern);
}

TEST_F(Hdf5Append, TextsThatCouldNotBeReadAreNotWritten) {
  Hdf5Writer writer(path_, {});
  EXPECT_THAT(
      message_of<InvalidArgument>([&] { writer.write_text("t", std::string("be\0hind", 7)); }),
      HasSubstr("zero byte after 2"));
  writer.write_text("t", "whole");
  writer.close();
  EXPECT_EQ(read_hdf5_text(path_), "whole");
}

}  // namespace
}  // namespace suan::test
