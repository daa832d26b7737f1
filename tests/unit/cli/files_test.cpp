// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace suan::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Files : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("suan_cli_files_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }
  static std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  fs::path folder_;
  Communicator comm_;
};

TEST(FileName, TellsTheFormatByTheEnding) {
  using Format = FileName::Format;
  EXPECT_EQ(parse_file_name("a/b.mtx").format, Format::matrix_market);
  EXPECT_EQ(parse_file_name("b.mtx.gz").format, Format::matrix_market);
  EXPECT_EQ(parse_file_name("b.h5").format, Format::hdf5);
  EXPECT_EQ(parse_file_name("b.hdf5").format, Format::hdf5);
  EXPECT_EQ(parse_file_name("A.MTX").format, Format::matrix_market);
  EXPECT_EQ(parse_file_name("A.Mtx.GZ").format, Format::matrix_market);
  EXPECT_EQ(parse_file_name("A.H5").format, Format::hdf5);
  EXPECT_EQ(parse_file_name("A.HDF5").format, Format::hdf5);
  for (const char* unknown : {"a.txt", "mtx", "a.mtx.bz2", "", "a.h5:", "h5:x"}) {
    EXPECT_THROW(parse_file_name(unknown), InvalidArgument) << unknown;
  }
}

TEST(FileName, TakesTheNameOfAnObjectInHdf5) {
  const auto file = parse_file_name("run:3/b.h5:stiffness");
  EXPECT_EQ(file.path, "run:3/b.h5");
  EXPECT_EQ(file.object, "stiffness");
  EXPECT_EQ(parse_file_name("b.h5").object, "");
  EXPECT_EQ(parse_file_name("B.H5:step_10/A").path, "B.H5");
  EXPECT_EQ(parse_file_name("B.H5:step_10/A").object, "step_10/A");
  EXPECT_EQ(parse_file_name("b.hdf5:a:b").object, "a:b");
}

TEST_F(Files, WritesATextInPlaceOfAnother) {
  write_text(at("r.json"), "old", comm_);
  write_text(at("r.json"), "new", comm_);
  EXPECT_EQ(content(at("r.json")), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(Files, AFullDeviceIsAnErrorAndStaysADevice) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  EXPECT_THROW(write_text("/dev/full", "text", comm_), IoError);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(Files, RefusesPlacesThatCannotBeWritten) {
  EXPECT_THROW(require_writable("", comm_), IoError);
  EXPECT_THROW(require_writable(folder_.string(), comm_), IoError);
  EXPECT_THROW(require_writable(at("no/such/x.h5"), comm_), IoError);
  EXPECT_NO_THROW(require_writable(at("x.h5"), comm_));
  EXPECT_NO_THROW(require_writable("x.h5", comm_));
}

TEST_F(Files, KnowsAFileByItsLinks) {
  write_text(at("a.mtx"), "text", comm_);
  fs::create_symlink(at("a.mtx"), at("b.mtx"));
  fs::create_hard_link(at("a.mtx"), at("c.mtx"));
  EXPECT_THROW(require_different(at("a.mtx"), at("a.mtx"), comm_), InvalidArgument);
  EXPECT_THROW(require_different(at("a.mtx"), at("b.mtx"), comm_), InvalidArgument);
  EXPECT_THROW(require_different(at("a.mtx"), at("c.mtx"), comm_), InvalidArgument);
  EXPECT_THROW(require_different(at("a.mtx"), at("./a.mtx"), comm_), InvalidArgument);
  EXPECT_NO_THROW(require_different(at("a.mtx"), at("d.mtx"), comm_));
}

TEST_F(Files, AnArrayOfOneColumnIsAVector) {
  write_text(at("b.mtx"), "%%MatrixMarket matrix array real general\n2 1\n1\n2\n", comm_);
  const auto contents = inspect(parse_file_name(at("b.mtx")), Wanted::either, comm_);
  EXPECT_EQ(contents.kind, FileContents::Kind::vector);
  EXPECT_EQ(contents.scalar, "float64");
  EXPECT_EQ(contents.rows, 2);
}

TEST_F(Files, ComplexFilesAreTold) {
  write_text(at("a.mtx"), "%%MatrixMarket matrix coordinate complex general\n1 1 1\n1 1 1 2\n",
             comm_);
  const auto contents = inspect(parse_file_name(at("a.mtx")), Wanted::matrix, comm_);
  EXPECT_EQ(contents.kind, FileContents::Kind::matrix);
  EXPECT_EQ(contents.scalar, "complex128");
}

TEST_F(Files, MatrixMarketWithoutElements) {
  write_text(at("a.mtx"), "%%MatrixMarket matrix coordinate real general\n0 3 0\n", comm_);
  EXPECT_EQ(read_matrix<double>(parse_file_name(at("a.mtx")), comm_, {}).global_columns(), 3);
  write_text(at("b.mtx"), "%%MatrixMarket matrix array real general\n0 1\n", comm_);
  const auto contents = inspect(parse_file_name(at("b.mtx")), Wanted::either, comm_);
  EXPECT_EQ(contents.kind, FileContents::Kind::vector);
  EXPECT_EQ(contents.rows, 0);
}

#if SUAN_HAVE_HDF5
TEST_F(Files, NamesInGroupsOfHdf5) {
  const auto a = parse_file_name(at("a.h5:step_10/A"));
  write(a, ones(Layout::serial(5)));
  EXPECT_EQ(inspect(a, Wanted::vector, comm_).rows, 5);
  EXPECT_EQ(read_vector<double>(a, Layout::serial(5), {}).to_host(), std::vector<double>(5, 1.0));
  EXPECT_THROW(inspect(a, Wanted::matrix, comm_), InvalidArgument);
  try {
    inspect(parse_file_name(at("a.h5:step_11/A")), Wanted::either, comm_);
    ADD_FAILURE() << "no error";
  } catch (const InvalidArgument& error) {
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("step_11/A"), HasSubstr("step_10")));
  }
}

TEST_F(Files, TheMemoryLimitHoldsForHdf5) {
  const auto a = parse_file_name(at("a.h5"));
  write(a, ones(Layout::serial(50000)));
  MatrixMarketOptions options;
  options.memory_limit_gib = 1e-4;
  EXPECT_THROW(read_vector<double>(a, Layout::serial(50000), options), OutOfMemory);
  options.memory_limit_gib = 1e-2;
  EXPECT_NO_THROW(read_vector<double>(a, Layout::serial(50000), options));
}
#endif

}  // namespace
}  // namespace suan::cli
