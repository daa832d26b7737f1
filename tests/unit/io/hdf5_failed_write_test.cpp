// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A write that fails leaves what was there.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>

#include "hdf5_support.hpp"

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
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(),
                           -std::numeric_limits<double>::infinity()}) {
    const std::vector<double> values{1, bad};
    const DistributedMatrix<double> matrix(
        Csr<double>::from_host(2, 2, offsets, columns, values));
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

TEST_F(Hdf5FailedWrite, FullDisk) {
  // A limit on the size of files fails as a full disk does, when the signal is ignored.
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  rlimit limit = old_limit;
  limit.rlim_cur = 100000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::string text;
  {
    Hdf5Writer writer(path_, {});
    text = message_of<IoError>([&] {
      writer.write("x", make_vector<double>(Layout::serial(100000)));
      writer.close();
    });
  }
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_THAT(text, testing::AllOf(HasSubstr(path_), HasSubstr("disk")));
  expect_old_file();
}

TEST_F(Hdf5FailedWrite, ErrorsOfHdf5AreNotPrinted) {
  testing::internal::CaptureStderr();
  EXPECT_THROW(read_hdf5_matrix<double>(path_, {}, "B"), IoError);
  write_bytes(path_, read_bytes(path_).substr(0, 300));
  EXPECT_THROW(read_hdf5_matrix<double>(path_), IoError);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace suan::test
