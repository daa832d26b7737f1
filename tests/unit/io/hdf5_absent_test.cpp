// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// In a build without HDF5.
#include <gmock/gmock.h>

#include "hdf5_support.hpp"

namespace suan::test {
namespace {

TEST(Hdf5Absent, SaysHowToGetIt) {
  const auto expected =
      testing::AllOf(testing::HasSubstr("a.h5"), testing::HasSubstr("SUAN_ENABLE_HDF5"));
  EXPECT_THAT(message_of<NotSupported>([] { Hdf5Writer("a.h5", {}); }), expected);
  EXPECT_THAT(message_of<NotSupported>([] { read_hdf5_matrix<double>("a.h5"); }), expected);
  EXPECT_THAT(
      message_of<NotSupported>([] { read_hdf5_vector<Complex>("a.h5", Layout::serial(1)); }),
      expected);
  EXPECT_THAT(message_of<NotSupported>([] { list_hdf5("a.h5"); }), expected);
}

}  // namespace
}  // namespace suan::test
