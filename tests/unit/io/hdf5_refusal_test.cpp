// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Files with false contents. Each starts as a valid file, in which HDF5's own library changes one
// thing.
#include <gmock/gmock.h>
#include <hdf5.h>

#include <array>
#include <functional>

#include "hdf5_support.hpp"

namespace suan::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr Pattern refused_pattern{30, 20};

/// Opens `path` for changing, hands the file to `change` and closes it.
void edit(const std::string& path, const std::function<void(hid_t)>& change) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  change(file);
  ASSERT_GE(H5Fclose(file), 0);
}

void replace_attribute(hid_t file, const char* object, const char* name, hid_t type,
                       const void* value, hsize_t count = 1) {
  if (H5Aexists_by_name(file, object, name, H5P_DEFAULT) > 0) {
    H5Adelete_by_name(file, object, name, H5P_DEFAULT);
  }
  if (value == nullptr) return;
  const hid_t space = count == 1 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &count, nullptr);
  const hid_t attribute =
      H5Acreate_by_name(file, object, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  EXPECT_GE(H5Awrite(attribute, type, value), 0);
  H5Aclose(attribute);
  H5Sclose(space);
}

void set_integer(hid_t file, const char* name, std::int64_t value) {
  replace_attribute(file, "A", name, H5T_NATIVE_INT64, &value);
}

void set_text(hid_t file, const char* object, const char* name, const std::string& text) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, text.size());
  replace_attribute(file, object, name, type, text.data());
  H5Tclose(type);
}

/// Replaces a dataset by `count` elements, in chunks when asked.
void set_dataset(hid_t file, const char* name, hid_t type, hsize_t count, const void* data,
                 bool chunked = false) {
  H5Ldelete(file, name, H5P_DEFAULT);
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  if (chunked) H5Pset_chunk(properties, 1, &count);
  const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
  EXPECT_GE(dataset, 0);
  if (data != nullptr) {
    EXPECT_GE(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
  }
  H5Dclose(dataset);
  H5Pclose(properties);
  H5Sclose(space);
}

/// Changes one element of a dataset in place.
template <class T>
void set_element(hid_t file, const char* name, hid_t type, hsize_t position, T value) {
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  const hid_t space = H5Dget_space(dataset);
  H5Sselect_elements(space, H5S_SELECT_SET, 1, &position);
  const hid_t one = H5Screate(H5S_SCALAR);
  EXPECT_GE(H5Dwrite(dataset, type, one, space, H5P_DEFAULT, &value), 0);
  H5Sclose(one);
  H5Sclose(space);
  H5Dclose(dataset);
}

struct Case {
  const char* name;
  const char* expected;  ///< in the message
  std::function<void(hid_t)> change;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class Hdf5Refusal : public testing::TestWithParam<Case> {};

TEST_P(Hdf5Refusal, SaysWhatIsWrong) {
  const Folder folder;
  const std::string path = folder.file("a.h5");
  Hdf5Writer writer(path, {});
  writer.write("A", make_matrix<double>(refused_pattern));
  writer.close();
  expect_pattern(read_hdf5_matrix<double>(path), refused_pattern);
  edit(path, GetParam().change);
  const auto text = message_of<IoError>([&] { read_hdf5_matrix<double>(path, {}, "A"); });
  EXPECT_THAT(text, AllOf(HasSubstr(path), HasSubstr("'A"), HasSubstr(GetParam().expected)));
}

std::vector<Case> cases() {
  const auto entries = static_cast<hsize_t>(refused_pattern.entries());
  std::vector<Case> all;
  for (const char* name : {"kind", "format_version", "rows", "columns", "entries", "scalar",
                           "index_width", "sorted", "checksum"}) {
    all.push_back({name, name, [name](hid_t file) {
                     replace_attribute(file, "A", name, H5T_NATIVE_INT64, nullptr);
                   }});
  }
  const std::vector<Case> others{
      {"OtherKind", "'bsr_matrix'", [](hid_t f) { set_text(f, "A", "kind", "bsr_matrix"); }},
      {"KindIsANumber", "kind", [](hid_t f) { set_integer(f, "kind", 3); }},
      {"NextMajorVersion", "version 2.0",
       [](hid_t f) {
         const std::array<std::int64_t, 2> version{2, 0};
         replace_attribute(f, "A", "format_version", H5T_NATIVE_INT64, version.data(), 2);
       }},
      {"VersionOfOneNumber", "2 integers", [](hid_t f) { set_integer(f, "format_version", 1); }},
      {"NegativeRows", "'rows' is -1", [](hid_t f) { set_integer(f, "rows", -1); }},
      {"HugeRows", "'rows'", [](hid_t f) { set_integer(f, "rows", INT64_MAX); }},
      {"RowsAsNumberWithPoint", "'rows'",
       [](hid_t f) {
         const double rows = 30;
         replace_attribute(f, "A", "rows", H5T_NATIVE_DOUBLE, &rows);
       }},
      {"OneRowMore", "row_offsets", [](hid_t f) { set_integer(f, "rows", 31); }},
      {"NegativeColumns", "'columns'", [](hid_t f) { set_integer(f, "columns", -20); }},
      {"FewerColumns", "columns", [](hid_t f) { set_integer(f, "columns", 18); }},
      {"MoreColumns", "checksum", [](hid_t f) { set_integer(f, "columns", 21); }},
      {"MoreEntriesThanPlaces", "601 entries", [](hid_t f) { set_integer(f, "entries", 601); }},
      {"OneEntryMore", "columns",
       [entries](hid_t f) { set_integer(f, "entries", static_cast<std::int64_t>(entries) + 1); }},
      {"UnknownScalar", "'float16'", [](hid_t f) { set_text(f, "A", "scalar", "float16"); }},
      {"OtherScalar", "holds float64", [](hid_t f) { set_text(f, "A", "scalar", "float32"); }},
      {"LongScalar", "scalar", [](hid_t f) { set_text(f, "A", "scalar", std::string(5000, 'x')); }},
      {"WidthOf16", "'index_width' is 16", [](hid_t f) { set_integer(f, "index_width", 16); }},
      {"OtherWidth", "64-bit", [](hid_t f) { set_integer(f, "index_width", 64); }},
      {"Unsorted", "'sorted'", [](hid_t f) { set_integer(f, "sorted", 0); }},
      {"OtherChecksum", "checksum", [](hid_t f) { set_integer(f, "checksum", 12345); }},
      {"NoOffsets", "row_offsets", [](hid_t f) { H5Ldelete(f, "A/row_offsets", H5P_DEFAULT); }},
      {"NoColumns", "columns", [](hid_t f) { H5Ldelete(f, "A/columns", H5P_DEFAULT); }},
      {"NoValues", "values", [](hid_t f) { H5Ldelete(f, "A/values", H5P_DEFAULT); }},
      {"ValuesAreAGroup", "not a dataset",
       [](hid_t f) {
         H5Ldelete(f, "A/values", H5P_DEFAULT);
         H5Gclose(H5Gcreate2(f, "A/values", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
       }},
      {"ValuesInAnotherFile", "link",
       [](hid_t f) {
         H5Ldelete(f, "A/values", H5P_DEFAULT);
         H5Lcreate_external("a.h5", "/A/columns", f, "A/values", H5P_DEFAULT, H5P_DEFAULT);
       }},
      {"FewerValues", "extent",
       [entries](hid_t f) { set_dataset(f, "A/values", H5T_NATIVE_DOUBLE, entries - 1, nullptr); }},
      {"ValuesNeverWritten", "bytes of the file",
       [entries](hid_t f) { set_dataset(f, "A/values", H5T_NATIVE_DOUBLE, entries, nullptr); }},
      {"ValuesAreIntegers", "type of number",
       [entries](hid_t f) {
         const std::vector<std::int64_t> data(entries, 1);
         set_dataset(f, "A/values", H5T_NATIVE_INT64, entries, data.data());
       }},
      {"ValuesInChunks", "chunks",
       [entries](hid_t f) {
         const std::vector<double> data(entries, 1);
         set_dataset(f, "A/values", H5T_NATIVE_DOUBLE, entries, data.data(), true);
       }},
      {"ColumnsAreNumbersWithPoint", "32-bit",
       [entries](hid_t f) {
         const std::vector<float> data(entries, 1);
         set_dataset(f, "A/columns", H5T_NATIVE_FLOAT, entries, data.data());
       }},
      {"OffsetsBeginAtOne", "begins with 1",
       [](hid_t f) { set_element<std::int64_t>(f, "A/row_offsets", H5T_NATIVE_INT64, 0, 1); }},
      {"OffsetsEndEarly", "ends with",
       [](hid_t f) { set_element<std::int64_t>(f, "A/row_offsets", H5T_NATIVE_INT64, 30, 7); }},
      {"OffsetsDecrease", "row 4",
       [](hid_t f) { set_element<std::int64_t>(f, "A/row_offsets", H5T_NATIVE_INT64, 5, 0); }},
      {"OffsetsNegative", "row 4",
       [](hid_t f) { set_element<std::int64_t>(f, "A/row_offsets", H5T_NATIVE_INT64, 5, -9); }},
      {"OffsetsHuge", "row 5",
       [](hid_t f) {
         set_element<std::int64_t>(f, "A/row_offsets", H5T_NATIVE_INT64, 5, INT64_MAX);
       }},
      {"ColumnOutside", "row 0",
       [](hid_t f) { set_element<std::int32_t>(f, "A/columns", H5T_NATIVE_INT32, 0, 20); }},
      {"ColumnNegative", "row 0",
       [](hid_t f) { set_element<std::int32_t>(f, "A/columns", H5T_NATIVE_INT32, 0, -1); }},
      {"ValueNotANumber", "row 0",
       [](hid_t f) {
         set_element<double>(f, "A/values", H5T_NATIVE_DOUBLE, 0,
                             std::numeric_limits<double>::quiet_NaN());
       }},
      {"ValueChanged", "checksum",
       [](hid_t f) { set_element<double>(f, "A/values", H5T_NATIVE_DOUBLE, 3, 42); }},
  };
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

INSTANTIATE_TEST_SUITE_P(Matrix, Hdf5Refusal, testing::ValuesIn(cases()),
                         [](const auto& test) { return std::string(test.param.name); });

class Hdf5Foreign : public testing::Test {
 protected:
  /// A file with one dataset `x` of 2 x 3 numbers 0 to 5 and without attributes.
  void write_plain(hid_t type, hid_t memory_type, const void* data, bool compressed = false) {
    const hid_t file = H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const std::array<hsize_t, 2> extents{2, 3};
    const std::array<hsize_t, 2> chunk{1, 2};
    const hid_t space = H5Screate_simple(2, extents.data(), nullptr);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    if (compressed) {
      H5Pset_chunk(properties, 2, chunk.data());
      H5Pset_deflate(properties, 6);
    }
    const hid_t dataset = H5Dcreate2(file, "x", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    EXPECT_GE(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data), 0);
    H5Dclose(dataset);
    H5Pclose(properties);
    H5Sclose(space);
    EXPECT_GE(H5Fclose(file), 0);
  }
  Folder folder_;
  std::string path_ = folder_.file("foreign.h5");
  const std::vector<double> numbers_{0, 1, 2, 3, 4, 5};
};

TEST_F(Hdf5Foreign, PlainDatasetsAreVectors) {
  // Not in the loop's head, where nvcc cannot handle these macros.
  const std::vector<hid_t> types{H5T_IEEE_F64LE, H5T_IEEE_F64BE, H5T_IEEE_F32LE, H5T_IEEE_F32BE};
  for (const hid_t type : types) {
    for (const bool compressed : {false, true}) {
      write_plain(type, H5T_NATIVE_DOUBLE, numbers_.data(), compressed);
      EXPECT_EQ(read_hdf5_vector<double>(path_, Layout::serial(6)).to_host(), numbers_);
      ASSERT_EQ(list_hdf5(path_).size(), 1U);
      EXPECT_EQ(list_hdf5(path_)[0].kind, "vector");
      EXPECT_EQ(list_hdf5(path_)[0].rows, 6);
    }
  }
}

TEST_F(Hdf5Foreign, OtherTypesAreRefused) {
  write_plain(H5T_STD_I32LE, H5T_NATIVE_DOUBLE, numbers_.data());
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_vector<double>(path_, Layout::serial(6), "x"); }),
              AllOf(HasSubstr(path_), HasSubstr("'x'"), HasSubstr("type of number")));
  EXPECT_TRUE(list_hdf5(path_).empty());
}

TEST_F(Hdf5Foreign, ElementsInOtherFilesAreRefused) {
  const std::string raw = folder_.file("raw");
  write_bytes(raw, std::string(48, '\0'));
  const hid_t file = H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t count = 6;
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(properties, raw.c_str(), 0, 48);
  H5Dclose(H5Dcreate2(file, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
  H5Pclose(properties);
  H5Sclose(space);
  H5Lcreate_external("other.h5", "/x", file, "y", H5P_DEFAULT, H5P_DEFAULT);
  ASSERT_GE(H5Fclose(file), 0);
  const auto layout = Layout::serial(6);
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_vector<double>(path_, layout, "x"); }),
              HasSubstr("other files"));
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_vector<double>(path_, layout, "y"); }),
              HasSubstr("link"));
}

TEST_F(Hdf5Foreign, WhatIsNotThereOrNoHdf5) {
  const auto layout = Layout::serial(6);
  const auto read = [&](const std::string& path, const std::string& name = {}) {
    return message_of<IoError>([&] { read_hdf5_vector<double>(path, layout, name); });
  };
  EXPECT_THAT(read(folder_.file("none.h5")), HasSubstr("No such file"));
  EXPECT_THAT(read(folder_.file("")), HasSubstr("not an ordinary file"));
  for (const std::string& bytes :
       {std::string(), std::string("%%MatrixMarket"), std::string(100000, 'x')}) {
    write_bytes(path_, bytes);
    EXPECT_THAT(read(path_), HasSubstr("not an HDF5 file"));
    EXPECT_THROW(read_hdf5_matrix<double>(path_), IoError);
    EXPECT_THROW(list_hdf5(path_), IoError);
  }
  Hdf5Writer writer(path_, {});
  writer.write("A", make_matrix<double>(refused_pattern));
  writer.write("x", make_vector<double>(layout));
  writer.close();
  EXPECT_THAT(read(path_, "y"), AllOf(HasSubstr("no 'y'"), HasSubstr("'x'"), HasSubstr("'A'")));
  EXPECT_THAT(read(path_, "x/y"), HasSubstr("no 'x/y'"));
  EXPECT_THAT(read(path_, "A"), HasSubstr("is a matrix"));
  EXPECT_THAT(message_of<IoError>([&] { read_hdf5_matrix<double>(path_, {}, "x"); }),
              HasSubstr("dataset"));
}

TEST_F(Hdf5Foreign, OurVectorsNeedTheirChecksum) {
  const auto layout = Layout::serial(6);
  const auto write = [&] {
    Hdf5Writer writer(path_, {});
    writer.write("x", make_vector<double>(layout));
    writer.close();
  };
  const auto read = [&] {
    return message_of<IoError>([&] { read_hdf5_vector<double>(path_, layout); });
  };
  write();
  edit(path_, [](hid_t f) { set_element<double>(f, "x", H5T_NATIVE_DOUBLE, 2, 9); });
  EXPECT_THAT(read(), HasSubstr("checksum is wrong"));
  write();
  edit(path_, [](hid_t f) { replace_attribute(f, "x", "checksum", H5T_NATIVE_INT64, nullptr); });
  EXPECT_THAT(read(), HasSubstr("'checksum'"));
  write();
  edit(path_, [](hid_t f) {
    const std::array<std::int64_t, 2> version{7, 1};
    replace_attribute(f, "x", "format_version", H5T_NATIVE_INT64, version.data(), 2);
  });
  EXPECT_THAT(read(), HasSubstr("7.1"));
}

}  // namespace
}  // namespace suan::test
