// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Files that appear complete or not at all: permissions, folders, and what killed programs left.
#include "io/output_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <set>

#include "io/file_name.hpp"
#include "io/unfinished_files.hpp"
#include "support/temporary_folder.hpp"

namespace {

/// The error that flushing a folder gives; 0: none.
int folder_error = 0;

}  // namespace

/// Takes the place of the C library's function, to play a file system that fails.
extern "C" int fsync(int file) {
  struct stat status {};
  if (folder_error != 0 && ::fstat(file, &status) == 0 && S_ISDIR(status.st_mode)) {
    errno = folder_error;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fsync, file));
}

namespace suan::detail {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class OutputFiles : public testing::Test {
 protected:
  ~OutputFiles() override { folder_error = 0; }
  static void put(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& text) const {
    OutputFile file(path_, {});
    put(file.part_path(), text);
    file.commit();
  }
  /// What a program of this name and process number would leave.
  std::string left_by(long process) const {
    std::string name = unfinished_name(path_);
    const std::string own = "." + std::to_string(::getpid()) + ".";
    return name.replace(name.rfind(own), own.size(), "." + std::to_string(process) + ".");
  }
  /// The number of a process that has ended.
  static long ended_process() {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
    return child;
  }

  test::TemporaryFolder folder_;
  std::string path_ = folder_ / "a.bin";
};

TEST_F(OutputFiles, KeepPermissionsButNoRightsOfTheOwner) {
  put(path_, "old");
  ASSERT_EQ(::chmod(path_.c_str(), 06750), 0);
  write("new");
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0750U);
  EXPECT_EQ(content(path_), "new");
}

TEST_F(OutputFiles, AFolderThatCannotBeFlushed) {
  put(path_, "old");
  for (const int harmless : {EINVAL, ENOTSUP, EROFS, EBADF}) {
    folder_error = harmless;
    write("number " + std::to_string(harmless));
    EXPECT_EQ(content(path_), "number " + std::to_string(harmless));
  }
  folder_error = EIO;
  try {
    write("after all");
    ADD_FAILURE() << "no error";
  } catch (const IoError& error) {
    // The new file is there, and the message must not say otherwise.
    EXPECT_THAT(error.what(), AllOf(HasSubstr(path_), HasSubstr("complete and in its place")));
  }
  EXPECT_EQ(content(path_), "after all");
  EXPECT_EQ(folder_.files(), 1U);
}

TEST_F(OutputFiles, BeginWithACopyWhenAsked) {
  std::string text(3000000, 'x');
  text += "end";
  put(path_, text);
  {
    const OutputFile file(path_, {}, OutputFile::Start::copy);
    EXPECT_EQ(content(file.part_path()), text);
  }
  EXPECT_EQ(content(path_), text);
  const OutputFile none(folder_ / "none.bin", {}, OutputFile::Start::copy);
  EXPECT_EQ(content(none.part_path()), "");
  EXPECT_EQ(folder_.files(), 2U);
}

TEST_F(OutputFiles, WhatKilledProgramsLeftGoesAway) {
  put(left_by(ended_process()), "half");
  put(left_by(::getpid()), "being written");
  put(left_by(::getppid()), "being written");
  put(path_ + ".0badcafe." + std::to_string(ended_process()) + ".01234567.part", "elsewhere");
  put(path_ + ".part", "not ours");
  put(folder_ / "b.bin.0badcafe.part", "not ours");
  write("new");
  EXPECT_EQ(folder_.files(), 6U);
  write("new");
  EXPECT_EQ(folder_.files(), 6U);
}

TEST_F(OutputFiles, LongNamesAreWritten) {
  path_ = folder_ / std::string(255, 'n');
  write("new");
  EXPECT_EQ(content(path_), "new");
  put(left_by(ended_process()), "half");
  write("new");
  EXPECT_EQ(folder_.files(), 1U);
}

TEST_F(OutputFiles, UnfinishedNamesDiffer) {
  std::set<std::string> names;
  for (int i = 0; i < 100; ++i) names.insert(unfinished_name(path_));
  EXPECT_EQ(names.size(), 100U);
}

TEST(FileEndings, InAnyCase) {
  for (const char* path : {"a.gz", "a.GZ", "b/c.mtx.Gz", ".gz"})
    EXPECT_TRUE(has_ending(path, ".gz"));
  for (const char* path : {"a.gzip", "gz", "", "a.g", "a_gz"})
    EXPECT_FALSE(has_ending(path, ".gz"));
}

}  // namespace
}  // namespace suan::detail
