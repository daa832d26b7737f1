// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What lies in a file beside the matrix: groups, links that lead nowhere or elsewhere, and objects
// of other programs. What is not asked for does no harm, and no other file is ever opened.
#include <gmock/gmock.h>
#include <hdf5.h>

#include <functional>

#include "hdf5_support.hpp"

namespace suan::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr Pattern neighbour_pattern{12, 9};

class Hdf5Neighbours : public testing::Test {
 protected:
  void SetUp() override {
    Hdf5Writer writer(path_, {});
    writer.write("A", make_matrix<double>(neighbour_pattern));
    writer.write("b", make_vector<double>(layout_));
    writer.close();
  }
  /// Opens the file for changing.
  void edit(const std::function<void(hid_t)>& change) const {
    const hid_t file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    ASSERT_GE(file, 0);
    change(file);
    ASSERT_GE(H5Fclose(file), 0);
  }
  void expect_unharmed() const {
    expect_pattern(read_hdf5_matrix<double>(path_, {}, "A"), neighbour_pattern);
    expect_pattern(read_hdf5_matrix<double>(path_), neighbour_pattern);
    expect_numbers(read_hdf5_vector<double>(path_, layout_, "b"));
    EXPECT_EQ(find_hdf5(path_).name, "A");
    EXPECT_EQ(find_hdf5(path_, "b").rows, 6);
    EXPECT_THAT(names(), testing::IsSupersetOf({"A", "b"}));
  }
  std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const auto& entry : list_hdf5(path_)) result.push_back(entry.name);
    return result;
  }
  std::string refusal(const std::string& name) const {
    return message_of<IoError>([&] { read_hdf5_vector<double>(path_, layout_, name); });
  }

  Folder folder_;
  std::string path_ = folder_.file("a.h5");
  Layout layout_ = Layout::serial(6);
};

/// An array of `count` numbers of this type; an attribute `kind` is added by `mark`.
void add_dataset(hid_t file, const char* name, hid_t type, hsize_t count) {
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  ASSERT_GE(dataset, 0);
  const std::vector<double> ones(count, 1.0);
  H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, ones.data());
  H5Dclose(dataset);
  H5Sclose(space);
}

void add_group(hid_t file, const char* name) {
  H5Gclose(H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
}

void add_attribute(hid_t file, const char* object, const char* name, hid_t type, hsize_t count,
                   const void* value) {
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t attribute =
      H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  ASSERT_GE(attribute, 0);
  H5Awrite(attribute, type, value);
  H5Aclose(attribute);
  H5Sclose(space);
}

void add_texts(hid_t file, const char* object, const char* name, std::vector<const char*> texts) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  add_attribute(file, object, name, type, texts.size(), texts.data());
  H5Tclose(type);
}

TEST_F(Hdf5Neighbours, LinksThatLeadNowhereOrToOtherFiles) {
  edit([](hid_t file) {
    H5Lcreate_soft("/run_17/A", file, "current", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("absent.h5", "/A", file, "raw", H5P_DEFAULT, H5P_DEFAULT);
  });
  expect_unharmed();
  EXPECT_THAT(refusal("current"), AllOf(HasSubstr("'current'"), HasSubstr("leads nowhere")));
  EXPECT_THAT(refusal("raw"), AllOf(HasSubstr("'raw'"), HasSubstr("link to another file")));
  EXPECT_THAT(refusal("none"), AllOf(HasSubstr("'A'"), HasSubstr("'current'"), HasSubstr("'raw'")));
}

TEST_F(Hdf5Neighbours, OtherFilesAreNotOpened) {
  // The other file is there and good, so only a link that is not followed is refused.
  Hdf5Writer other(folder_.file("other.h5"), {});
  other.write("group/x", make_vector<double>(layout_));
  other.close();
  edit([](hid_t file) {
    H5Lcreate_external("other.h5", "/group", file, "far", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/far/x", file, "near", H5P_DEFAULT, H5P_DEFAULT);
  });
  expect_unharmed();
  EXPECT_THAT(refusal("far/x"),
              AllOf(HasSubstr("behind a link to another file"), HasSubstr("'far'")));
  EXPECT_THAT(refusal("near"), HasSubstr("another file"));
  // No writing through it either.
  Hdf5Writer writer(path_, {}, Hdf5Writer::Mode::append);
  EXPECT_THAT(message_of<IoError>([&] { writer.write("far/y", make_vector<double>(layout_)); }),
              HasSubstr("another file"));
}

TEST_F(Hdf5Neighbours, VirtualDatasetsAreRefusedBeforeTheirSourcesAreOpened) {
  edit([](hid_t file) {
    const hsize_t size = 6;
    const hsize_t most = H5S_UNLIMITED;
    const hid_t from = H5Screate_simple(1, &size, &most);
    const hid_t space = H5Screate_simple(1, &size, &most);
    const hsize_t start = 0;
    const hsize_t count = H5S_UNLIMITED;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, nullptr, &count, nullptr);
    H5Sselect_hyperslab(from, H5S_SELECT_SET, &start, nullptr, &count, nullptr);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    ASSERT_GE(H5Pset_virtual(properties, space, "source.h5", "/x", from), 0);
    const hid_t dataset =
        H5Dcreate2(file, "v", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    ASSERT_GE(dataset, 0);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    H5Sclose(from);
  });
  expect_unharmed();
  EXPECT_EQ(names().size(), 2U);
  EXPECT_THAT(refusal("v"), HasSubstr("other files"));
}

TEST_F(Hdf5Neighbours, ObjectsOfOtherPrograms) {
  edit([](hid_t file) {
    // The word `kind` is not ours alone.
    const int number = 3;
    add_dataset(file, "kind_is_a_number", H5T_NATIVE_DOUBLE, 6);
    add_attribute(file, "kind_is_a_number", "kind", H5T_NATIVE_INT, 1, &number);
    add_dataset(file, "kind_is_two_texts", H5T_NATIVE_DOUBLE, 6);
    add_texts(file, "kind_is_two_texts", "kind", {"u", "v"});
    add_dataset(file, "kind_is_a_word", H5T_NATIVE_DOUBLE, 6);
    add_texts(file, "kind_is_a_word", "kind", {"pressure"});
    add_group(file, "group_with_a_kind");
    add_texts(file, "group_with_a_kind", "kind", {"mesh"});
    add_group(file, "group_with_a_number");
    add_attribute(file, "group_with_a_number", "kind", H5T_NATIVE_INT, 1, &number);
    const hid_t type = H5Tcopy(H5T_NATIVE_DOUBLE);
    H5Tcommit2(file, "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Tclose(type);
    const hid_t nothing = H5Screate(H5S_NULL);
    H5Dclose(H5Dcreate2(file, "nothing", H5T_NATIVE_DOUBLE, nothing, H5P_DEFAULT, H5P_DEFAULT,
                        H5P_DEFAULT));
    H5Sclose(nothing);
    const hid_t half = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(half, 15, 10, 5, 0, 10);
    H5Tset_size(half, 2);
    H5Tset_ebias(half, 15);
    add_dataset(file, "half", half, 6);
    H5Tclose(half);
  });
  expect_unharmed();
  EXPECT_THAT(names(), testing::ElementsAre("A", "b", "kind_is_a_number", "kind_is_a_word",
                                            "kind_is_two_texts"));
  for (const char* name : {"kind_is_a_number", "kind_is_a_word", "kind_is_two_texts"}) {
    EXPECT_EQ(read_hdf5_vector<double>(path_, layout_, name).to_host(), std::vector<double>(6, 1.0))
        << name;
  }
  for (const char* name : {"group_with_a_kind", "group_with_a_number", "type", "nothing", "half"}) {
    EXPECT_THAT(refusal(name), HasSubstr(name));
    EXPECT_THAT(message_of<InvalidArgument>([&] { find_hdf5(path_, name); }), HasSubstr(name));
  }
}

TEST_F(Hdf5Neighbours, AKindOfALaterVersionIsNoPlainVector) {
  edit([](hid_t file) {
    add_dataset(file, "later", H5T_NATIVE_DOUBLE, 6);
    add_texts(file, "later", "kind", {"several_vectors"});
    const std::int64_t version[] = {1, 7};
    add_attribute(file, "later", "format_version", H5T_NATIVE_INT64, 2, version);
  });
  expect_unharmed();
  EXPECT_THAT(refusal("later"), HasSubstr("'several_vectors'"));
}

TEST_F(Hdf5Neighbours, ADamagedMatrixIsNotPassedOverForTheOnlyOne) {
  Hdf5Writer writer(path_, {}, Hdf5Writer::Mode::append);
  writer.write("B", make_matrix<double>({3, 3}));
  writer.close();
  edit([](hid_t file) { H5Adelete_by_name(file, "B", "rows", H5P_DEFAULT); });
  expect_pattern(read_hdf5_matrix<double>(path_, {}, "A"), neighbour_pattern);
  EXPECT_THAT(message_of<InvalidArgument>([&] { read_hdf5_matrix<double>(path_); }),
              AllOf(HasSubstr("'A' (csr_matrix)"), HasSubstr("'B' (damaged csr_matrix)")));
  EXPECT_THAT(names(), testing::ElementsAre("A", "b"));
  // Where it is the only one, what is wrong with it is said.
  edit([](hid_t file) { H5Ldelete(file, "A", H5P_DEFAULT); });
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_matrix<double>(path_); }),
              AllOf(HasSubstr("'B'"), HasSubstr("'rows'")));
  EXPECT_THAT(message_of<IoError>([&] { find_hdf5(path_); }), HasSubstr("'rows'"));
}

TEST_F(Hdf5Neighbours, NamesInGroupsAreFound) {
  Hdf5Writer writer(path_, {}, Hdf5Writer::Mode::append);
  writer.write("step_10/A", make_matrix<float>({3, 4}));
  writer.write("step_10/deep/x", make_vector<Complex>(Layout::serial(2)));
  writer.close();
  expect_unharmed();
  const auto matrix = find_hdf5(path_, "step_10/A");
  EXPECT_EQ(matrix.kind, "csr_matrix");
  EXPECT_EQ(matrix.scalar, "float32");
  EXPECT_EQ(matrix.columns, 4);
  const auto vector = find_hdf5(path_, "step_10/deep/x", {"vector"});
  EXPECT_EQ(vector.scalar, "complex128");
  EXPECT_EQ(vector.rows, 2);
  EXPECT_THAT(message_of<InvalidArgument>([&] { find_hdf5(path_, "step_10/A", {"vector"}); }),
              AllOf(HasSubstr("'step_10/A'"), HasSubstr("csr_matrix"), HasSubstr("not a vector")));
  EXPECT_THAT(message_of<InvalidArgument>([&] { find_hdf5(path_, "step_11/A"); }),
              AllOf(HasSubstr("'step_11/A'"), HasSubstr("'step_10' (a group)")));
}

TEST_F(Hdf5Neighbours, TheOnlyEntryOfAKind) {
  EXPECT_EQ(find_hdf5(path_, "", {"vector"}).name, "b");
  EXPECT_EQ(find_hdf5(path_, "", {"csr_matrix"}).name, "A");
  EXPECT_THAT(
      message_of<InvalidArgument>([&] {
        find_hdf5(path_, "", {"csr_matrix", "vector"});
      }),
      AllOf(HasSubstr("more than one matrix or vector"), HasSubstr("'A'"), HasSubstr("'b'")));
  EXPECT_THAT(message_of<IoError>([&] { find_hdf5(path_, "", {"text"}); }),
              AllOf(HasSubstr("no text"), HasSubstr("'A'")));
}

TEST_F(Hdf5Neighbours, MemoryIsLimitedBeforeItIsTaken) {
  edit([](hid_t file) {
    // A tiny file that claims 8 GiB: nothing of it was ever written.
    const hsize_t size = hsize_t{1} << 30;
    const hsize_t chunk = 1 << 20;
    const hid_t space = H5Screate_simple(1, &size, nullptr);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(properties, 1, &chunk);
    H5Dclose(H5Dcreate2(file, "v", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
    H5Pclose(properties);
    H5Sclose(space);
  });
  expect_unharmed();
  Hdf5ReadOptions options;
  options.memory_limit_gib = 1;
  EXPECT_THAT(
      message_of<OutOfMemory>(
          [&] { read_hdf5_vector<double>(path_, Layout::serial(1 << 30), "v", options); }),
      AllOf(HasSubstr("'v'"), HasSubstr("1073741824 elements"), HasSubstr("memory_limit_gib")));
  EXPECT_THAT(message_of<OutOfMemory>(
                  [&] { read_hdf5_vector<double>(path_, Layout::serial(1 << 30), "v"); }),
              HasSubstr("memory_limit_gib"));
  // 12 rows and some entries: less than a KiB is too little.
  options.memory_limit_gib = 1e-7;
  EXPECT_THAT(message_of<OutOfMemory>([&] { read_hdf5_matrix<double>(path_, {}, "A", options); }),
              AllOf(HasSubstr("'A'"), HasSubstr("12 rows"), HasSubstr("memory_limit_gib"),
                    HasSubstr("raise")));
  options.memory_limit_gib = 0.001;
  expect_pattern(read_hdf5_matrix<double>(path_, {}, "A", options), neighbour_pattern);
  options.memory_limit_gib = -1;
  EXPECT_THAT(
      message_of<InvalidArgument>([&] { read_hdf5_matrix<double>(path_, {}, "A", options); }),
      HasSubstr("memory_limit_gib"));
}

TEST_F(Hdf5Neighbours, NamesThatAreNoUtf8) {
  const std::string strange = folder_.file("m\xe9thode.h5");
  Hdf5Writer writer(strange, {});
  writer.write("\xe9t\xe9/A", make_matrix<double>(neighbour_pattern));
  writer.write("\xe9", make_vector<double>(layout_));
  writer.close();
  expect_pattern(read_hdf5_matrix<double>(strange, {}, "\xe9t\xe9/A"), neighbour_pattern);
  ASSERT_EQ(list_hdf5(strange).size(), 1U);
  EXPECT_EQ(list_hdf5(strange)[0].name, "\xe9");
  expect_numbers(read_hdf5_vector<double>(strange, layout_));
}

TEST_F(Hdf5Neighbours, PathsDoNotGoOnBehindAZeroByte) {
  const std::string path(path_ + std::string("\0.h5", 4));
  EXPECT_THROW(read_hdf5_matrix<double>(path), InvalidArgument);
  EXPECT_THROW(Hdf5Writer(path, {}), InvalidArgument);
  expect_unharmed();
}

}  // namespace
}  // namespace suan::test
