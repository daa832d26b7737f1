// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A write that fails leaves the old file in place.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>

#include "hdf5_support.hpp"

namespace {

/// Bytes that unfinished files may still take; negative: any number.
std::int64_t disk_room = -1;
/// Calls of the function below.
std::int64_t disk_writes = 0;

bool is_unfinished_file(int file) {
  std::error_code error;
  const auto path = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file), error);
  return !error && path.extension() == ".part";
}

}  // namespace

/// Replaces the C library's function in HDF5's calls, to simulate a full disk.
extern "C" ssize_t pwrite(int file, const void* data, std::size_t size, off_t offset) {
  ++disk_writes;
  if (disk_room >= 0 && is_unfinished_file(file)) {
    disk_room -= static_cast<std::int64_t>(size);
    if (disk_room < 0) {
      disk_room = 0;
      errno = ENOSPC;
      return -1;
    }
  }
  return syscall(SYS_pwrite64, file, data, size, offset);
}

namespace suan::test {
namespace {

using testing::HasSubstr;

constexpr Pattern old_pattern{12, 12};

class Hdf5FailedWrite : public testing::Test {
 protected:
  void SetUp() override {
    Hdf5Writer writer(path_, {});
    writer.write("A", make_matrix<double>(old_pattern));
    writer.close();
  }
  void expect_old_file(std::size_t files = 1) {
    expect_pattern(read_hdf5_matrix<double>(path_), old_pattern);
    EXPECT_EQ(folder_.count(), files) << "files beside the old one";
  }
  Folder folder_;
  std::string path_ = folder_.file("a.h5");
};

TEST_F(Hdf5FailedWrite, WriterThatWasNotClosed) {
  {
    Hdf5Writer writer(path_, {});
    writer.write("A", make_matrix<double>({3, 3}));
  }
  expect_old_file();
}

TEST_F(Hdf5FailedWrite, MatrixWithAValueThatIsNotFinite) {
  const std::vector<Offset> offsets{0, 1, 2};
  const std::vector<LocalIndex> columns{0, 1};
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()}) {
    const std::vector<double> values{1, bad};
    const DistributedMatrix<double> matrix(Csr<double>::from_host(2, 2, offsets, columns, values));
    Hdf5Writer writer(path_, {});
    EXPECT_THAT(message_of<InvalidArgument>([&] { writer.write("A", matrix); }),
                HasSubstr("row 1"));
    // Half of the matrix is in the file: it must not become the result.
    EXPECT_THROW(writer.close(), InvalidArgument);
  }
  expect_old_file();
}

TEST_F(Hdf5FailedWrite, FolderThatIsNotThere) {
  const std::string path = folder_.file("none/a.h5");
  EXPECT_THAT(message_of<IoError>([&] { Hdf5Writer(path, {}); }), HasSubstr(path));
}

TEST_F(Hdf5FailedWrite, FileLargerThanTheLimit) {
  rlimit old_limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 2000000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::string text;
  {
    Hdf5Writer writer(path_, {});
    text = message_of<IoError>(
        [&] { writer.write("x", make_vector<double>(Layout::serial(300000))); });
    EXPECT_THROW(writer.close(), InvalidArgument);
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  EXPECT_THAT(text, testing::AllOf(HasSubstr(path_), HasSubstr("no room on the disk")));
  expect_old_file();
}

TEST_F(Hdf5FailedWrite, NoMoreRoomIsAskedForThanTheFileTakes) {
  // A quota of 300 kB and a file of a third of that, with some small objects beside.
  rlimit old_limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 300000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto x = make_vector<double>(Layout::serial(12000));
  std::string refused;
  try {
    Hdf5Writer writer(path_, {});
    writer.write("x", x);
    writer.write("A", make_matrix<double>(old_pattern));
    for (int i = 0; i < 40; ++i) writer.write_text("note_" + std::to_string(i), "short");
    writer.close();
  } catch (const IoError& error) {
    refused = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  EXPECT_EQ(refused, "");
  EXPECT_LT(std::filesystem::file_size(path_), 200000U);
  expect_numbers(read_hdf5_vector<double>(path_, x.layout(), "x"));
}

TEST_F(Hdf5FailedWrite, DiskThatIsFullAllTheSame) {
  // HDF5 must not fail on the file at the end of the program either.
  if (disk_writes == 0) GTEST_SKIP() << "this HDF5 does not write with pwrite";
  const auto x = make_vector<double>(Layout::serial(100000));
  for (const std::int64_t room : {100, 1000, 10000, 100000, 700000}) {
    disk_room = room;
    const auto text = message_of<IoError>([&] {
      Hdf5Writer writer(path_, {});
      writer.write("x", x);
      writer.write("A", make_matrix<double>({30, 30}));
      writer.close();
    });
    disk_room = -1;
    EXPECT_THAT(text, testing::AllOf(HasSubstr(path_), HasSubstr("disk"))) << room;
    expect_old_file();
  }
}

TEST_F(Hdf5FailedWrite, ErrorsOfHdf5AreNotPrinted) {
  testing::internal::CaptureStderr();
  EXPECT_THROW(read_hdf5_matrix<double>(path_, {}, "B"), IoError);
  write_bytes(path_, read_bytes(path_).substr(0, 300));
  EXPECT_THROW(read_hdf5_matrix<double>(path_), IoError);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

// The program restarts itself for the write that is killed, and passes the path in this variable.
constexpr const char* path_variable = "SUAN_TEST_KILLED_WRITE";

TEST(Hdf5KilledWriteDeathTest, LeavesTheOldFile) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  std::unique_ptr<Folder> folder;
  if (std::getenv(path_variable) == nullptr) {
    folder = std::make_unique<Folder>();
    const std::string path = folder->file("a.h5");
    Hdf5Writer writer(path, {});
    writer.write("A", make_matrix<double>(old_pattern));
    writer.close();
    setenv(path_variable, path.c_str(), 1);
  }
  const std::string path = std::getenv(path_variable);
  EXPECT_EXIT(
      {
        Hdf5Writer writer(path, {});
        writer.write("A", make_matrix<double>({300, 300}));
        std::raise(SIGKILL);
      },
      testing::KilledBySignal(SIGKILL), "");
  unsetenv(path_variable);
  expect_pattern(read_hdf5_matrix<double>(path), old_pattern);
  EXPECT_EQ(folder->count(), 2U) << "the old file and the unfinished one";
}

}  // namespace
}  // namespace suan::test
