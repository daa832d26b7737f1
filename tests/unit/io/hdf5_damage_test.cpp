// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Truncated and corrupted files give an error or the right numbers, nothing else.
#include <gmock/gmock.h>
#include <hdf5.h>

#include <array>
#include <random>

#include "hdf5_support.hpp"
#include "io/hdf5_checksum.hpp"

namespace suan::test {
namespace {

constexpr Pattern damaged_pattern{50, 50};

class Hdf5Damage : public testing::Test {
 protected:
  void SetUp() override {
    Hdf5Writer writer(path_, {});
    writer.write("A", make_matrix<double>(damaged_pattern));
    writer.write("x", make_vector<float>(layout_));
    writer.close();
    good_ = read_bytes(path_);
    ASSERT_GT(good_.size(), 1000U);
  }

  /// Whether the file is read; what is read must then be right.
  bool reads_matrix() {
    try {
      expect_pattern(read_hdf5_matrix<double>(path_, {}, "A"), damaged_pattern);
      return true;
    } catch (const Error&) {
      return false;
    }
  }
  bool reads_vector() {
    try {
      expect_numbers(read_hdf5_vector<float>(path_, layout_, "x"));
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  /// The bytes of the file that hold a dataset.
  std::pair<std::size_t, std::size_t> bytes_of(const char* name) {
    const hid_t file = H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    const auto begin = static_cast<std::size_t>(H5Dget_offset(dataset));
    const auto size = static_cast<std::size_t>(H5Dget_storage_size(dataset));
    H5Dclose(dataset);
    H5Fclose(file);
    return {begin, size};
  }

  Folder folder_;
  std::string path_ = folder_.file("a.h5");
  Layout layout_ = Layout::serial(200);
  std::string good_;
};

TEST_F(Hdf5Damage, TruncatedFilesAreErrors) {
  // Every length near both ends, and many between.
  for (std::size_t length = 0; length < good_.size();
       length += length < 128 || length + 64 > good_.size() ? 1 : 97) {
    write_bytes(path_, good_.substr(0, length));
    EXPECT_FALSE(reads_matrix()) << length;
    EXPECT_FALSE(reads_vector()) << length;
    EXPECT_THROW(list_hdf5(path_), IoError) << length;
  }
}

TEST_F(Hdf5Damage, EveryFlippedBitOfTheNumbersIsFound) {
  std::mt19937_64 random(20240501);
  for (const char* name : {"A/row_offsets", "A/columns", "A/values", "x"}) {
    const auto [begin, size] = bytes_of(name);
    ASSERT_GT(size, 0U);
    for (int i = 0; i < 100; ++i) {
      const std::size_t bit = random() % (8 * size);
      std::string bytes = good_;
      bytes[begin + bit / 8] = static_cast<char>(bytes[begin + bit / 8] ^ (1 << (bit % 8)));
      write_bytes(path_, bytes);
      const bool is_vector = name == std::string("x");
      EXPECT_FALSE(is_vector ? reads_vector() : reads_matrix()) << name << ", bit " << bit;
    }
  }
}

TEST_F(Hdf5Damage, EveryFlippedBitOfATextIsFound) {
  Hdf5Writer writer(path_, {});
  writer.write_text("t", "in 17 iterations");
  writer.close();
  const auto good = read_bytes(path_);
  const auto [begin, size] = bytes_of("t");
  ASSERT_EQ(size, 16U);
  for (std::size_t bit = 0; bit < 8 * size; ++bit) {
    std::string bytes = good;
    bytes[begin + bit / 8] = static_cast<char>(bytes[begin + bit / 8] ^ (1 << (bit % 8)));
    write_bytes(path_, bytes);
    EXPECT_THROW(read_hdf5_text(path_, "t"), IoError) << bit;
  }
  write_bytes(path_, good);
  EXPECT_EQ(read_hdf5_text(path_, "t"), "in 17 iterations");
}

TEST_F(Hdf5Damage, ExchangedNumbersAreFound) {
  const auto [begin, size] = bytes_of("x");
  std::string bytes = good_;
  ASSERT_NE(bytes.substr(begin, 4), bytes.substr(begin + 40, 4));
  std::swap_ranges(bytes.begin() + static_cast<std::ptrdiff_t>(begin),
                   bytes.begin() + static_cast<std::ptrdiff_t>(begin) + 4,
                   bytes.begin() + static_cast<std::ptrdiff_t>(begin) + 40);
  write_bytes(path_, bytes);
  EXPECT_FALSE(reads_vector());
}

TEST_F(Hdf5Damage, FlippedBitsAnywhereGiveNoWrongNumbers) {
  std::mt19937_64 random(77);
  int refused = 0;
  for (int i = 0; i < 400; ++i) {
    std::string bytes = good_;
    for (int flips = 0; flips <= i % 3; ++flips) {
      const std::size_t bit = random() % (8 * good_.size());
      bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
    }
    write_bytes(path_, bytes);
    if (!reads_matrix()) ++refused;
    reads_vector();
    try {
      list_hdf5(path_);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 30);
}

TEST_F(Hdf5Damage, GarbageAfterTheSignatureIsAnError) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 100; ++i) {
    std::string bytes = good_.substr(0, 8 + random() % 60);
    while (bytes.size() < 4000) bytes.push_back(static_cast<char>(random()));
    write_bytes(path_, bytes);
    EXPECT_FALSE(reads_matrix());
    EXPECT_THROW(list_hdf5(path_), IoError);
  }
}

TEST(Hdf5Checksum, IsTheDocumentedOne) {
  // From the NumPy program in docs/file-format.md: part(3, [1.5, -2.0] as uint64), and
  // part(0, [2, 3]).
  const std::array<double, 2> values{1.5, -2.0};
  const std::array<std::int64_t, 2> extents{2, 3};
  EXPECT_EQ(hdf5::checksum_of_values<double>(0, values), 0x7d4da5f8008a1d03U);
  EXPECT_EQ(hdf5::checksum_of(hdf5::Array::header, 0, extents), 0x6cdc6683c32d714bU);
}

TEST(Hdf5Checksum, DoesNotDependOnHowItIsSplit) {
  std::vector<Complex> values;
  for (std::uint64_t i = 0; i < 1001; ++i) values.push_back(number<Complex>(i));
  const std::span<const Complex> all(values);
  const auto whole = hdf5::checksum_of_values(0, all);
  EXPECT_EQ(whole, hdf5::checksum_of_values(333, all.subspan(333)) +
                       hdf5::checksum_of_values(0, all.first(333)));
}

}  // namespace
}  // namespace suan::test
