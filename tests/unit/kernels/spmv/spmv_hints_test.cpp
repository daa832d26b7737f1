// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv_hints.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <vector>

#include "support/instances.hpp"
#include "unit/kernels/host_matrix.hpp"

namespace {

using suan::Layout;
using suan::LocalIndex;
using suan::Offset;
using suan::Vector;
using suan::kernels::changing_rows;
using suan::kernels::columns_are_scattered;
using suan::kernels::SpmvHints;
using suan::test::HostMatrix;

using ColumnOf = std::function<LocalIndex(Offset i, Offset k)>;

/// Entry k of row i, which has i mod `lengths` + 1 entries, is in column_of(i, k).
template <class T>
HostMatrix<T> matrix(LocalIndex rows, LocalIndex columns, LocalIndex lengths,
                     const ColumnOf& column_of) {
  HostMatrix<T> a;
  a.rows = rows;
  a.columns = columns;
  const auto values = suan::random_vector<T>(Layout::serial(1009), 3).to_host();
  for (Offset i = 0; i < rows; ++i) {
    for (Offset k = 0; k <= i % lengths; ++k) {
      a.indices.push_back(column_of(i, k));
      a.values.push_back(values[static_cast<std::size_t>(i + k) % values.size()]);
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

template <class T>
class SpmvHintsTest : public testing::Test {};
using Scalars = testing::Types<float, double, suan::Complex>;
TYPED_TEST_SUITE(SpmvHintsTest, Scalars);

constexpr LocalIndex many = 1 << 20;

TYPED_TEST(SpmvHintsTest, ColumnsThatJumpInALargeVectorAreScattered) {
  const auto a = matrix<TypeParam>(40000, many, 7, [](Offset i, Offset k) {
    return static_cast<LocalIndex>((i * 7919 + k * 104729) % many);
  });
  EXPECT_EQ(columns_are_scattered(a.csr().view(), sizeof(TypeParam)), SUAN_HAVE_CUDA == 0);
}

// One far column in 16 is enough, whatever the others are; one in 256 is not.
TYPED_TEST(SpmvHintsTest, FewFarColumnsAreEnough) {
  const auto column = [](Offset every) {
    return [every](Offset i, Offset k) {
      const bool far = k == 0 && i % every == 0;
      return static_cast<LocalIndex>(far ? i * 7919 % many : i + k);
    };
  };
  const auto some = matrix<TypeParam>(60000, many, 7, column(4));
  EXPECT_EQ(columns_are_scattered(some.csr().view(), sizeof(TypeParam)), SUAN_HAVE_CUDA == 0);
  const auto hardly_any = matrix<TypeParam>(60000, many, 7, column(64));
  EXPECT_FALSE(columns_are_scattered(hardly_any.csr().view(), sizeof(TypeParam)));
}

TYPED_TEST(SpmvHintsTest, StreamsAreNot) {
  const auto a = matrix<TypeParam>(
      60000, many, 4, [](Offset i, Offset k) { return static_cast<LocalIndex>(i + k * 100000); });
  EXPECT_FALSE(columns_are_scattered(a.csr().view(), sizeof(TypeParam)));
}

TYPED_TEST(SpmvHintsTest, NorIsASmallVector) {
  const auto a = matrix<TypeParam>(40000, 100000, 7, [](Offset i, Offset k) {
    return static_cast<LocalIndex>((i * 7919 + k * 104729) % 100000);
  });
  EXPECT_FALSE(columns_are_scattered(a.csr().view(), sizeof(TypeParam)));
}

TYPED_TEST(SpmvHintsTest, NorIsASmallMatrix) {
  const auto a = matrix<TypeParam>(
      4, many, 3, [](Offset i, Offset k) { return static_cast<LocalIndex>(i * 200000 + k); });
  EXPECT_FALSE(columns_are_scattered(a.csr().view(), sizeof(TypeParam)));
  EXPECT_FALSE(columns_are_scattered(suan::kernels::CsrView<TypeParam>(), sizeof(TypeParam)));
}

// Elements of x are prefetched up to the last entries of the matrix, never beyond them, and without
// changing results.
TYPED_TEST(SpmvHintsTest, ChangeNoBit) {
  using T = TypeParam;
  const LocalIndex longest = 40;
  for (const LocalIndex rows : {1, 13, 700, 5000}) {
    auto a = matrix<T>(rows, rows, longest, [rows](Offset i, Offset k) {
      return static_cast<LocalIndex>((i * 7919 + k * 11) % rows);
    });
    // A long row in the middle, and another one at the end.
    for (Offset k = 0; k < 20000; ++k) {
      a.indices.push_back(static_cast<LocalIndex>(k * 13 % rows));
      a.values.push_back(T(1));
      if (k == 100) a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    a.rows += 2;
    a.columns += 2;
    const auto csr = a.csr();
    const auto layout = Layout::serial(a.rows);
    const auto x = suan::random_vector<T>(layout, 1);
    for (const auto& space : suan::test::instances()) {
      SpmvHints<T> hints(space, csr.view());
      Vector<T> plain(layout);
      Vector<T> hinted(layout);
      hints.scattered = false;
      suan::kernels::spmv<T>(space, T(1), csr.view(), x.view(), T(0), plain.view(), hints);
      hints.scattered = true;
      suan::kernels::spmv<T>(space, T(1), csr.view(), x.view(), T(0), hinted.view(), hints);
      EXPECT_EQ(plain.to_host(), hinted.to_host()) << rows;
      const auto dot =
          suan::kernels::spmv_dot<T>(space, csr.view(), x.view(), hinted.view(), hints);
      EXPECT_EQ(plain.to_host(), hinted.to_host()) << rows;
      hints.scattered = false;
      EXPECT_EQ(dot, suan::kernels::spmv_dot<T>(space, csr.view(), x.view(), plain.view(), hints));
    }
  }
}

/// A x for a random x, which is the same in each call.
template <class T>
std::vector<T> product(const suan::ExecutionSpace& space, const suan::Csr<T>& a,
                       const SpmvHints<T>& hints) {
  const auto x = suan::random_vector<T>(a.column_layout(), 1);
  Vector<T> y(a.row_layout());
  suan::kernels::spmv<T>(space, T(1), a.view(), x.view(), T(0), y.view(), hints);
  return y.to_host();
}

/// `run` rows of no entries, of one entry, ... of 45 entries, and so on.
template <class T>
HostMatrix<T> rows_in_runs(LocalIndex rows, LocalIndex run) {
  HostMatrix<T> a;
  a.rows = rows;
  a.columns = rows;
  const auto values = suan::random_vector<T>(Layout::serial(1009), 5).to_host();
  for (Offset i = 0; i < rows; ++i) {
    for (Offset k = 0; k < i / run % 46; ++k) {
      a.indices.push_back(static_cast<LocalIndex>((i + k * 37) % rows));
      a.values.push_back(values[static_cast<std::size_t>(i * 3 + k) % values.size()]);
    }
    a.offsets.push_back(static_cast<Offset>(a.indices.size()));
  }
  return a;
}

TYPED_TEST(SpmvHintsTest, CountsRowsOfAnotherLength) {
  const auto changing = [](LocalIndex rows, LocalIndex run) {
    return changing_rows(rows_in_runs<TypeParam>(rows, run).csr().view());
  };
  if (SUAN_HAVE_CUDA != 0) GTEST_SKIP() << "a device has no hints";
  EXPECT_EQ(changing(5000, 1), 1);
  EXPECT_NEAR(changing(5000, 4), 0.25, 0.05);
  EXPECT_NEAR(changing(5000, 20), 0.05, 0.02);
  EXPECT_EQ(changing(1, 1), 0);
}

TYPED_TEST(SpmvHintsTest, ManyShortRowsThatChangeAreUneven) {
  const auto hints = [](LocalIndex rows, LocalIndex lengths) {
    const auto a = matrix<TypeParam>(rows, rows, lengths, [rows](Offset i, Offset k) {
      return static_cast<LocalIndex>((i + k) % rows);
    });
    return SpmvHints<TypeParam>(suan::ExecutionSpace(), a.csr().view());
  };
  EXPECT_EQ(hints(70000, 5).uneven, SUAN_HAVE_CUDA == 0);
  EXPECT_FALSE(hints(60000, 5).uneven);   // few enough for the branch predictor
  EXPECT_FALSE(hints(70000, 1).uneven);   // all of one length
  EXPECT_FALSE(hints(70000, 40).uneven);  // not short
}

// Entries beyond the end of a row are multiplied and discarded, whatever their values and the
// elements of x.
TYPED_TEST(SpmvHintsTest, UnevenRowsChangeNoBitAndSeeNothingOfTheirNeighbours) {
  using T = TypeParam;
  const auto nan = std::numeric_limits<suan::Real<T>>::quiet_NaN();
  for (const LocalIndex rows : {1, 2, 30, 5000}) {
    auto a = matrix<T>(rows, rows + 1, 23, [rows](Offset i, Offset k) {
      return static_cast<LocalIndex>((i * 7919 + k * 11) % rows);
    });
    // Every seventh row has an extra entry that is NaN or multiplies an infinite element.
    const auto without = a;
    a = HostMatrix<T>{};
    a.rows = rows;
    a.columns = rows + 1;
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
      for (auto k = static_cast<std::size_t>(without.offsets[i]);
           k < static_cast<std::size_t>(without.offsets[i + 1]); ++k) {
        a.indices.push_back(without.indices[k]);
        a.values.push_back(without.values[k]);
      }
      if (i % 7 == 3) {
        a.indices.push_back(i % 2 == 0 ? 0 : rows);
        a.values.push_back(i % 2 == 0 ? T(nan) : T(1));
      }
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
    auto elements = suan::random_vector<T>(Layout::serial(rows + 1), 1).to_host();
    elements.back() = std::numeric_limits<suan::Real<T>>::infinity();
    const auto csr = a.csr();
    const auto x = Vector<T>::from_host(csr.column_layout(), elements);
    for (const bool scattered : {false, true}) {
      SpmvHints<T> hints;
      hints.scattered = scattered;
      std::vector<std::vector<T>> results;
      for (const bool uneven : {false, true}) {
        hints.uneven = uneven;
        Vector<T> y(csr.row_layout());
        suan::kernels::spmv<T>({}, T(1), csr.view(), x.view(), T(0), y.view(), hints);
        results.push_back(y.to_host());
      }
      for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i) {
        if (i % 7 == 3) {
          EXPECT_FALSE(suan::is_finite(results[1][i])) << i;
        } else {
          EXPECT_EQ(results[0][i], results[1][i]) << i;
        }
      }
    }
  }
}

// Code made for one length sums in the same order and skips the same rows, even where the length
// changes in the middle of a block of rows or of a thread's part.
TYPED_TEST(SpmvHintsTest, AlikeRowsChangeNoBitEither) {
  using T = TypeParam;
  for (const LocalIndex run : {1, 7, 100}) {
    auto a = rows_in_runs<T>(5000, run);
    for (int row = 0; row < 3; ++row) {
      for (Offset k = 0; k < 17000; ++k) {
        a.indices.push_back(static_cast<LocalIndex>(k * 13 % a.rows));
        a.values.push_back(T(row + 1));
      }
      a.offsets.push_back(static_cast<Offset>(a.indices.size()));
    }
    a.rows += 3;
    a.columns += 3;
    const auto csr = a.csr();
    for (const auto& space : suan::test::instances()) {
      SpmvHints<T> hints(space, csr.view());
      hints.scattered = false;
      hints.alike = false;
      const auto plain = product(space, csr, hints);
      hints.alike = true;
      EXPECT_EQ(plain, product(space, csr, hints)) << run;
    }
  }
}

}  // namespace
