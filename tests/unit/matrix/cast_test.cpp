// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/cast.hpp"

#include <gmock/gmock.h>

#include "distributed_cases.hpp"
#include "suan/matrix/optimize.hpp"

namespace suan::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

// Values are multiples of 1/8: every type holds them.
TEST(CastMatrix, SharesTheStructure) {
  const auto a = irregular<double>(30, 20, 6, 5).csr();
  const auto narrow = cast<float>(a);
  EXPECT_EQ(narrow.view().offsets.data(), a.view().offsets.data());
  EXPECT_EQ(narrow.view().indices.data(), a.view().indices.data());
  EXPECT_EQ(narrow.sorted(), a.sorted());
  EXPECT_EQ(to_host(cast<double>(narrow)), to_host(a));
  const auto complex = to_host(cast<ComplexFloat>(a));
  const auto real = to_host(a);
  for (std::size_t k = 0; k < real.values.size(); ++k) {
    EXPECT_EQ(complex.values[k], ComplexFloat(static_cast<float>(real.values[k]), 0));
  }
  EXPECT_EQ(cast<double>(a).view().values.data(), a.view().values.data());
  EXPECT_EQ(cast<float>(Csr<double>()).rows(), 0);
}

TEST(CastMatrix, DistributedMatricesKeepTheirRowsAndExchange) {
  for (const auto& layout : distributions(60)) {
    const auto a = generated<double>("scattered", layout, layout, 3);
    const auto narrow = cast<float>(a);
    EXPECT_EQ(narrow.exchange().map(), a.exchange().map());
    EXPECT_EQ(narrow.global_entries(), a.global_entries());
    const auto wide = rows_of(a);
    const auto rows = rows_of(narrow);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ASSERT_EQ(rows[i].size(), wide[i].size());
      for (std::size_t k = 0; k < rows[i].size(); ++k) {
        EXPECT_EQ(rows[i][k].first, wide[i][k].first);
        EXPECT_EQ(rows[i][k].second, static_cast<float>(wide[i][k].second));
      }
    }
    const auto x = ones<float>(layout);
    Vector<float> y(layout);
    narrow.apply(x, y);
    Vector<double> exact(layout);
    a.apply(ones<double>(layout), exact);
    const auto expected = exact.to_host();
    const auto found = y.to_host();
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-4);
  }
  EXPECT_EQ(cast<float>(DistributedMatrix<double>()).global_rows(), 0);
}

TEST(CastMatrix, ProductsReadPlainCsr) {
  const auto layout = Layout::even(64, Communicator::world());
  const auto a = optimize(generated<double>("band", layout, layout, 3), {.format = "sell"});
  EXPECT_EQ(cast<float>(a).name(), "csr");
  EXPECT_EQ(cast<double>(a).name(), a.name());
}

/// A band whose entry at (row, column) is 1e300.
DistributedMatrix<double> with_large(const Layout& layout, GlobalIndex row, GlobalIndex column) {
  const GlobalIndex size = layout.global_size();
  return generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& out) {
    for (GlobalIndex j = std::max<GlobalIndex>(0, i - 1); j < std::min(size, i + 2); ++j) {
      out.add(j, i == row && j == column ? 1e300 : 1.0);
    }
  });
}

TEST(CastMatrix, ValuesBeyondTheRangeAreNamedOnAllRanks) {
  for (const auto& layout : distributions(40)) {
    // Between any two ranks, some of these are in columns of another rank.
    for (const GlobalIndex row : {0, 9, 10, 19, 20, 29, 30, 39}) {
      for (const GlobalIndex column : {row - 1, row, row + 1}) {
        if (column < 0 || column > 39) continue;
        EXPECT_THAT(
            [&] { cast<float>(with_large(layout, row, column)); },
            ThrowsMessage<InvalidArgument>(AllOf(
                HasSubstr(message("an entry of row ", row, " is 1e+300")), HasSubstr("float32"))));
      }
    }
  }
}

}  // namespace
}  // namespace suan::test
