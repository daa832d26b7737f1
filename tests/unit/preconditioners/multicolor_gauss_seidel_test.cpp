// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/preconditioners/multicolor_gauss_seidel.hpp"

#include "preconditioners/row_coloring.hpp"
#include "smoother_cases.hpp"
#include "suan/gallery/poisson.hpp"

namespace {

using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Guess;
using suan::Layout;
using suan::LocalIndex;
using suan::MulticolorGaussSeidel;
using suan::RowWriter;
using suan::Vector;
using testing::HasSubstr;

template <class T>
std::unique_ptr<suan::Smoother<T>> multicolor(const DistributedMatrix<T>& a) {
  return std::make_unique<MulticolorGaussSeidel<T>>(a);
}

/// The colours of all rows on the first rank; none on others.
template <class T>
std::vector<T> colors_of(const DistributedMatrix<T>& a) {
  const auto colors = suan::detail::color_rows(a);
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), colors.each);
  const GlobalIndex first = a.row_layout().first();
  return suan::generate<T>(
             a.row_layout(),
             [&](GlobalIndex i) {
               return T(static_cast<suan::Real<T>>(host(static_cast<std::size_t>(i - first))));
             })
      .gather();
}

template <class T>
class MulticolorTest : public testing::Test {};
using MulticolorScalars = testing::Types<float, double, suan::ComplexFloat, suan::Complex>;
TYPED_TEST_SUITE(MulticolorTest, MulticolorScalars);

TYPED_TEST(MulticolorTest, KeepsWhatEverySmootherPromises) {
  suan::test::expect_smoother<TypeParam>(multicolor<TypeParam>);
}

TEST(MulticolorGaussSeidel, RefusesWhatEverySmootherRefuses) {
  suan::test::expect_refusals(multicolor<double>);
}

/// Columns that depend on the row alone, many without a mirror image, and a long row.
DistributedMatrix<double> one_way(const Layout& layout) {
  const GlobalIndex n = layout.global_size();
  return suan::generate_rows<double>(layout, layout, [=](GlobalIndex i, RowWriter<double>& row) {
    for (GlobalIndex j = 0; j < n; ++j) {
      const bool is_stored = i == 17 || suan::test::hashed(i, j, 3) > 0.9;
      if (i == j) row.add(j, 8 + suan::test::hashed(i, j, 4));
      if (i != j && is_stored) row.add(j, suan::test::hashed(i, j, 4) / 8);
    }
  });
}

/// The sweep by a plain loop, colour by colour.
std::vector<double> plain_sweep(GlobalIndex n, const std::vector<double>& colors,
                                const std::vector<double>& b, std::vector<double> x, bool forward) {
  const auto whole = one_way(Layout::serial(n));
  const auto size = static_cast<std::size_t>(n);
  std::vector<double> dense(size * size);
  for (std::size_t j = 0; j < size; ++j) {
    const auto unit = suan::generate<double>(whole.row_layout(), [=](GlobalIndex i) {
      return static_cast<std::size_t>(i) == j ? 1.0 : 0.0;
    });
    Vector<double> column(whole.row_layout());
    whole.apply(unit, column);
    const auto host = column.to_host();
    for (std::size_t i = 0; i < size; ++i) dense[i * size + j] = host[i];
  }
  const auto most = static_cast<int>(*std::max_element(colors.begin(), colors.end()));
  for (int k = 0; k <= most; ++k) {
    const int color = forward ? k : most - k;
    for (std::size_t i = 0; i < size; ++i) {
      if (static_cast<int>(colors[i]) != color) continue;
      double rest = b[i];
      for (std::size_t j = 0; j < size; ++j) rest -= dense[i * size + j] * x[j];
      x[i] += rest / dense[i * size + i];
    }
  }
  return x;
}

TEST(MulticolorGaussSeidel, IsThatOfAPlainLoopOverColors) {
  const GlobalIndex n = 47;
  for (const auto& layout : suan::test::smoother_layouts(n)) {
    const auto a = one_way(layout);
    const auto colors = colors_of(a);
    const MulticolorGaussSeidel<double> smoother(a);
    const auto b = suan::random_vector<double>(layout, 2);
    for (const bool forward : {true, false}) {
      auto x = suan::random_vector<double>(layout, 3);
      const auto right = b.gather();
      const auto guess = x.gather();
      if (forward) smoother.smooth(b, x, Guess::given);
      if (!forward) smoother.smooth_adjoint(b, x, Guess::given);
      const auto found = x.gather();
      if (found.empty()) continue;
      const auto expected = plain_sweep(n, colors, right, guess, forward);
      for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1e-14);
    }
  }
}

TEST(MulticolorGaussSeidel, NeighboursDifferInColorWhicheverSeesTheOther) {
  const GlobalIndex n = 60;
  for (const auto& layout : suan::test::smoother_layouts(n)) {
    const auto colors = colors_of(one_way(layout));
    const auto alone = colors_of(one_way(Layout::serial(n)));
    if (colors.empty()) continue;
    EXPECT_EQ(colors, alone);
    for (GlobalIndex i = 0; i < n; ++i) {
      for (GlobalIndex j = 0; j < n; ++j) {
        if (i == j || (i != 17 && !(suan::test::hashed(i, j, 3) > 0.9))) continue;
        EXPECT_NE(colors[static_cast<std::size_t>(i)], colors[static_cast<std::size_t>(j)]);
      }
    }
  }
}

TYPED_TEST(MulticolorTest, HasTheSameBitsOnAnyNumberOfRanks) {
  using T = TypeParam;
  const GlobalIndex n = 61;
  const auto serial = Layout::serial(n);
  const MulticolorGaussSeidel<T> one(suan::test::definite<T>(serial, 1));
  Vector<T> expected(serial);
  one.smooth(suan::random_vector<T>(serial, 2), expected, Guess::zero);
  one.smooth_adjoint(suan::random_vector<T>(serial, 2), expected, Guess::given);
  for (const auto& layout : suan::test::smoother_layouts(n)) {
    const MulticolorGaussSeidel<T> s(suan::test::definite<T>(layout, 1));
    EXPECT_EQ(s.colors(), one.colors());
    Vector<T> x(layout);
    s.smooth(suan::random_vector<T>(layout, 2), x, Guess::zero);
    s.smooth_adjoint(suan::random_vector<T>(layout, 2), x, Guess::given);
    const auto found = x.gather();
    if (layout.comm().is_root()) {
      EXPECT_EQ(found, expected.to_host());
    }
  }
}

TEST(MulticolorGaussSeidel, NeedsFewColorsOnGrids) {
  const auto a = suan::poisson2d<double>(40, 30, suan::Communicator::world());
  const MulticolorGaussSeidel<double> smoother(a);
  EXPECT_GE(smoother.colors(), 2);
  EXPECT_LE(smoother.colors(), 5);  // a row and four neighbours
  // From zero the rows of the first colour, a fifth at least, read no entries.
  EXPECT_LT(static_cast<double>(smoother.bytes_per_smooth(Guess::zero)),
            0.95 * static_cast<double>(smoother.bytes_per_smooth(Guess::given)));
}

TEST(MulticolorGaussSeidel, KeepsTheColorsOfTheSameStructure) {
  const auto layout = Layout::even(40, suan::Communicator::world());
  auto a = suan::test::definite<double>(layout, 1);
  MulticolorGaussSeidel<double> smoother(a);
  const auto other = suan::test::definite<double>(layout, 1, 0.5);
  a.update_values(other.local().view().values, other.remote().matrix.view().values);
  EXPECT_THAT(smoother.update(a), HasSubstr("were kept"));
  const auto b = suan::random_vector(layout, 3);
  Vector<double> x(layout);
  Vector<double> fresh(layout);
  smoother.smooth(b, x, Guess::zero);
  MulticolorGaussSeidel<double>(other).smooth(b, fresh, Guess::zero);
  EXPECT_EQ(x.to_host(), fresh.to_host());
  // In arrays of its own.
  EXPECT_THAT(smoother.update(suan::test::definite<double>(layout, 1)), HasSubstr("were kept"));
  EXPECT_THAT(smoother.update(suan::test::definite<double>(layout, 2)), HasSubstr("made anew"));
}

}  // namespace
