// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/gauss_seidel.hpp"

#include "smoother_cases.hpp"
#include "suan/matrix/convert.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GaussSeidel;
using suan::GlobalIndex;
using suan::Guess;
using suan::Layout;
using suan::Vector;
using testing::HasSubstr;

template <class T>
suan::test::MakeSmoother<T> gauss_seidel(std::int64_t block_rows) {
  return [=](const DistributedMatrix<T>& a) {
    return std::make_unique<GaussSeidel<T>>(a, suan::GaussSeidelOptions{.block_rows = block_rows});
  };
}

template <class T>
class GaussSeidelTest : public testing::Test {};
using GaussSeidelScalars = testing::Types<float, suan::Complex>;
TYPED_TEST_SUITE(GaussSeidelTest, GaussSeidelScalars);

TYPED_TEST(GaussSeidelTest, KeepsWhatEverySmootherPromises) {
  suan::test::expect_smoother<TypeParam>(gauss_seidel<TypeParam>(0));
  suan::test::expect_smoother<TypeParam>(gauss_seidel<TypeParam>(7));
}

TYPED_TEST(GaussSeidelTest, BlocksOfOneRowConvergeToo) {
  using T = TypeParam;
  const auto a = suan::test::definite<T>(Layout::even(40, suan::Communicator::world()), 5);
  suan::test::expect_convergent(*gauss_seidel<T>(1)(a));
}

TEST(GaussSeidel, RefusesWhatEverySmootherRefuses) {
  suan::test::expect_refusals(gauss_seidel<double>(0));
  suan::test::expect_refusals(gauss_seidel<double>(3));
}

// One block is the method of the textbooks: 4 x_i = b_i + x_(i-1) + 2 x_(i+1), row by row.
TEST(GaussSeidel, SweepsByHand) {
  const auto layout = Layout::serial(4);
  const auto a = suan::generate_rows<double>(layout, layout, [](GlobalIndex i, auto& row) {
    if (i > 0) row.add(i - 1, -1);
    row.add(i, 4);
    if (i < 3) row.add(i + 1, -2);
  });
  const GaussSeidel<double> smoother(a);
  const auto b = Vector<double>::from_host(layout, std::vector<double>{4, 3, 7, 2});
  Vector<double> x(layout);
  smoother.smooth(b, x, Guess::zero);
  EXPECT_EQ(x.to_host(), (std::vector<double>{1, 1, 2, 1}));
  smoother.smooth(b, x, Guess::given);
  EXPECT_EQ(x.to_host(), (std::vector<double>{1.5, 2.125, 2.78125, 1.1953125}));
  smoother.smooth_adjoint(b, x, Guess::zero);
  EXPECT_EQ(x.to_host(), (std::vector<double>{1.875, 1.75, 2, 0.5}));
  // Of 10 entries 3 are below the diagonal: 12 bytes each, and per row 12 of structure and the
  // vectors that the kernels name.
  EXPECT_EQ(smoother.bytes_per_smooth(Guess::zero), 3 * 12 + 4 * (12 + 3 * 8));
  EXPECT_EQ(smoother.bytes_per_smooth(Guess::given), 10 * 12 + 4 * (12 + 5 * 8));
  EXPECT_EQ(smoother.bytes_per_apply(), 6 * 12 + 4 * (12 + 3 * 8) + 4 * (12 + 4 * 8));
}

/// The same by a plain loop over the whole matrix in dense form.
template <class T>
std::vector<T> reference(const std::vector<T>& a, const std::vector<GlobalIndex>& block_of,
                         const std::vector<T>& b, std::vector<T> x, bool forward) {
  const std::size_t n = b.size();
  const auto old = x;
  for (std::size_t step = 0; step < n; ++step) {
    const std::size_t i = forward ? step : n - 1 - step;
    T sum = b[i];
    suan::Real<T> outside = 0;
    for (std::size_t j = 0; j < n; ++j) {
      const bool is_inside = block_of[i] == block_of[j];
      sum -= a[i * n + j] * (is_inside ? x[j] : old[j]);
      if (!is_inside) outside += Kokkos::abs(a[i * n + j]);
    }
    x[i] += sum / (a[i * n + i] + outside / 2);
  }
  return x;
}

TYPED_TEST(GaussSeidelTest, IsThatOfAPlainLoop) {
  using T = TypeParam;
  const GlobalIndex n = 53;
  const auto whole = suan::test::definite<T>(Layout::serial(n), 9);
  std::vector<T> dense(static_cast<std::size_t>(n * n));
  for (GlobalIndex j = 0; j < n; ++j) {
    auto unit =
        suan::generate<T>(whole.row_layout(), [=](GlobalIndex i) { return i == j ? T(1) : T(0); });
    Vector<T> column(whole.row_layout());
    whole.apply(unit, column);
    const auto host = column.to_host();
    for (std::size_t i = 0; i < host.size(); ++i) {
      dense[i * static_cast<std::size_t>(n) + static_cast<std::size_t>(j)] = host[i];
    }
  }
  for (const auto& layout : suan::test::smoother_layouts(n)) {
    const auto a = suan::test::definite<T>(layout, 9);
    for (const std::int64_t block_rows : {1, 4, 100}) {
      std::vector<GlobalIndex> block_of(static_cast<std::size_t>(n));
      GlobalIndex blocks = 0;
      for (int rank = 0; rank < layout.comm().size(); ++rank) {
        const GlobalIndex first = layout.offsets()[static_cast<std::size_t>(rank)];
        const GlobalIndex last = layout.offsets()[static_cast<std::size_t>(rank) + 1];
        for (GlobalIndex i = first; i < last; ++i) {
          if ((i - first) % block_rows == 0) ++blocks;
          block_of[static_cast<std::size_t>(i)] = blocks;
        }
      }
      const GaussSeidel<T> smoother(a, {.block_rows = block_rows});
      const auto b = suan::random_vector<T>(whole.row_layout(), 2).to_host();
      const auto guess = suan::random_vector<T>(whole.row_layout(), 3).to_host();
      for (const bool forward : {true, false}) {
        auto x = suan::random_vector<T>(layout, 3);
        const auto right = suan::random_vector<T>(layout, 2);
        if (forward) smoother.smooth(right, x, Guess::given);
        if (!forward) smoother.smooth_adjoint(right, x, Guess::given);
        const auto host = reference<T>(dense, block_of, b, guess, forward);
        const auto expected = suan::generate<T>(
            layout, [&](GlobalIndex i) { return host[static_cast<std::size_t>(i)]; });
        suan::test::expect_close(x, expected);
      }
    }
  }
}

TEST(GaussSeidel, TakesUnsortedRows) {
  const std::vector<suan::Offset> offsets = {0, 2, 4};
  const std::vector<double> values = {-1, 4, 2, -1};
  const std::vector<suan::LocalIndex> indices = {1, 0, 1, 0};
  const auto a = suan::Csr<double>::from_host(2, 2, offsets, indices, values);
  ASSERT_FALSE(a.sorted());
  Vector<double> x(a.row_layout());
  GaussSeidel<double>(DistributedMatrix<double>(a))
      .smooth(Vector<double>::from_host(a.row_layout(), std::vector<double>{4, 3}), x, Guess::zero);
  EXPECT_EQ(x.to_host(), (std::vector<double>{1, 2}));
}

TEST(GaussSeidel, KeepsTheBlocksOfTheSameStructure) {
  const auto layout = Layout::even(40, suan::Communicator::world());
  auto a = suan::test::definite<double>(layout, 1);
  GaussSeidel<double> smoother(a);
  const auto other = suan::test::definite<double>(layout, 1, 0.5);
  a.update_values(other.local().view().values, other.remote().matrix.view().values);
  EXPECT_THAT(smoother.update(a), HasSubstr("were kept"));
  const auto b = suan::random_vector(layout, 3);
  Vector<double> x(layout);
  Vector<double> fresh(layout);
  smoother.smooth(b, x, Guess::zero);
  GaussSeidel<double>(other).smooth(b, fresh, Guess::zero);
  EXPECT_EQ(x.to_host(), fresh.to_host());
  EXPECT_THAT(smoother.update(suan::test::definite<double>(layout, 1)), HasSubstr("made anew"));
}

}  // namespace
