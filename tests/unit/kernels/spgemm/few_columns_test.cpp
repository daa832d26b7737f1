// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "kernels/spgemm/few_columns.hpp"

#include <gmock/gmock.h>

#include <set>

#include "support/sparse.hpp"

namespace {

using suan::LocalIndex;
using suan::kernels::FewColumns;

TEST(FewColumns, SortsAndSaysWhereEachColumnIs) {
  FewColumns few;
  suan::test::Numbers numbers(1);
  for (std::size_t n = 0; n <= FewColumns::most; ++n) {
    // Many repeated columns, or hardly any; and the largest possible column.
    for (const LocalIndex different : {1, 5, 50, 2000000000}) {
      SCOPED_TRACE(testing::Message() << n << " columns of " << different);
      std::vector<LocalIndex> columns(n);
      for (auto& column : columns) column = numbers.below(different);
      if (n > 3) columns[n / 2] = std::numeric_limits<LocalIndex>::max();
      few.clear();
      few.append(columns.data(), columns.data() + n / 3);
      few.append(columns.data() + n / 3, columns.data() + n);
      ASSERT_EQ(few.size(), n);
      std::vector<LocalIndex> sorted(FewColumns::most);
      sorted.resize(static_cast<std::size_t>(few.take(sorted.data()) - sorted.data()));
      const std::set<LocalIndex> expected(columns.begin(), columns.end());
      ASSERT_THAT(sorted, testing::ElementsAreArray(expected.begin(), expected.end()));
      for (std::size_t p = 0; p < n; ++p) ASSERT_EQ(sorted[few.places()[p]], columns[p]);
    }
  }
}

}  // namespace
