// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/cast_operator.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "distributed_cases.hpp"
#include "suan/matrix/cast.hpp"
#include "suan/vector/blas1.hpp"
#include "support/vectors.hpp"

namespace suan::test {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// Vector i of small integers; products with integer values are exact in float.
template <Scalar T>
Vector<T> integers(const Layout& layout, GlobalIndex salt = 0) {
  return generate<T>(layout,
                     [=](GlobalIndex i) { return T(static_cast<float>((i + salt) % 7 - 3)); });
}

template <Scalar T>
DistributedMatrix<T> integer_band(const Layout& layout) {
  const GlobalIndex size = layout.global_size();
  return generate_rows<T>(layout, layout, [=](GlobalIndex i, RowWriter<T>& row) {
    for (GlobalIndex j = std::max<GlobalIndex>(0, i - 2); j < std::min(size, i + 3); ++j) {
      row.add(j, T(static_cast<float>((i + 3 * j) % 17 - 8)));
    }
  });
}

template <class Pair>
class CastOperatorTest : public testing::Test {};
template <class O, class I>
struct Pair {
  using Outer = O;
  using Inner = I;
};
using Pairs = testing::Types<Pair<double, float>, Pair<float, double>, Pair<Complex, ComplexFloat>,
                             Pair<ComplexFloat, Complex>>;
TYPED_TEST_SUITE(CastOperatorTest, Pairs);

TYPED_TEST(CastOperatorTest, IsTheOperatorForOtherVectors) {
  using Outer = typename TypeParam::Outer;
  using Inner = typename TypeParam::Inner;
  for (const auto& layout : distributions(50)) {
    const auto a = integer_band<Outer>(layout);
    const CastOperator<Outer, Inner> m(
        std::make_shared<DistributedMatrix<Inner>>(integer_band<Inner>(layout)));
    const auto x = integers<Outer>(layout);
    auto y = integers<Outer>(layout, 3);
    auto expected = y;
    m.apply(Outer(2), x, Outer(-1), y);
    a.apply(Outer(2), x, Outer(-1), expected);
    EXPECT_EQ(y.to_host(), expected.to_host());
    // With beta zero, y is not read.
    fill(y, Outer(std::numeric_limits<Real<Outer>>::quiet_NaN()));
    m.apply(x, y);
    a.apply(x, expected);
    EXPECT_EQ(y.to_host(), expected.to_host());
  }
}

TYPED_TEST(CastOperatorTest, SeveralVectorsAreThoseOfEach) {
  using Outer = typename TypeParam::Outer;
  using Inner = typename TypeParam::Inner;
  for (const auto& layout : distributions(50)) {
    const CastOperator<Outer, Inner> m(
        std::make_shared<DistributedMatrix<Inner>>(integer_band<Inner>(layout)));
    for (const LocalIndex k : {3, 1, 4}) {
      MultiVector<Outer> x(layout, k);
      for (LocalIndex c = 0; c < k; ++c) {
        auto column = integers<Outer>(layout, c);
        scale(Outer(static_cast<Real<Outer>>(std::ldexp(1.0, 20 * c - 30))), column);
        x.set_column(c, column);
      }
      MultiVector<Outer> y(layout, k);
      m.apply(x, y);
      m.apply(Outer(2), x, Outer(-1), y);
      for (LocalIndex c = 0; c < k; ++c) {
        Vector<Outer> each(layout);
        m.apply(x.column(c), each);
        EXPECT_EQ(y.column(c).to_host(), each.to_host());
      }
    }
  }
}

TEST(CastOperator, TheSizeOfAVectorChangesOnlyExponents) {
  const auto layout = Layout::even(60, Communicator::world());
  const auto a = cast<float>(generated<double>("band", layout, layout, 3));
  const CastOperator<double, float> m(std::make_shared<DistributedMatrix<float>>(a));
  const auto x = random_vector<double>(layout, 7);
  Vector<double> y(layout);
  m.apply(x, y);
  // float itself ends at 2^127 and 2^-149. The last is subnormal in double, too.
  for (const int exponent : {-900, -200, -30, 30, 200, 900, 1015}) {
    auto scaled = x;
    scale(std::ldexp(1.0, exponent), scaled);
    Vector<double> z(layout);
    m.apply(scaled, z);
    if (exponent > 1000) {
      EXPECT_TRUE(is_finite(norm_inf(z)));
    }
    scale(std::ldexp(1.0, -exponent), z);
    EXPECT_EQ(z.to_host(), y.to_host()) << exponent;
    MultiVector<double> many(layout, 2);
    many.set_column(0, scaled);
    many.set_column(1, x);
    MultiVector<double> products(layout, 2);
    m.apply(many, products);
    z = products.column(0);
    scale(std::ldexp(1.0, -exponent), z);
    EXPECT_EQ(z.to_host(), y.to_host()) << exponent;
    EXPECT_EQ(products.column(1).to_host(), y.to_host());
  }
}

TEST(CastOperator, SubnormalZeroAndInfiniteVectors) {
  const auto layout = Layout::even(8, Communicator::world());
  const auto m = in_precision<double>(FunctionOperator<float>(
      layout, layout, [](const Vector<float>& x, Vector<float>& y) { copy(x, y); }));
  const double tiny = std::numeric_limits<double>::denorm_min();
  for (const double value : {0.0, 64 * tiny, tiny, -1e308}) {
    auto x = ones<double>(layout);
    scale(value, x);
    Vector<double> y(layout);
    m.apply(x, y);
    const auto found = y.to_host();
    for (const double each : found) EXPECT_NEAR(each, value, 1e-7 * std::abs(value));
    // Of several, the norm may overflow where no element does.
    MultiVector<double> many(layout, 2);
    many.set_column(1, x);
    MultiVector<double> images(layout, 2);
    m.apply(many, images);
    for (const double each : images.column(1).to_host()) {
      EXPECT_NEAR(each, value, 1e-7 * std::abs(value));
    }
  }
  auto x = ones<double>(layout);
  fill(x, std::numeric_limits<double>::infinity());
  Vector<double> y(layout);
  m.apply(x, y);
  for (const double each : y.to_host()) EXPECT_EQ(each, std::numeric_limits<double>::infinity());
  // On all ranks, wherever it is.
  x = generate<double>(layout, [](GlobalIndex i) { return i == 5 ? std::nan("") : 1.0; });
  m.apply(x, y);
  EXPECT_EQ(first_not_finite(y), 5);
}

/// Says what it is asked for.
class Probed final : public Operator<float> {
 public:
  explicit Probed(const Layout& layout) : Operator<float>(layout, layout) {}
  std::string name() const override { return "probed"; }
  std::int64_t bytes_per_apply() const override { return 1000; }
  bool varies() const noexcept override { return true; }
  void require_current() const override { throw InvalidArgument("outdated"); }

 private:
  void do_apply(float, const Vector<float>&, float, Vector<float>&) const override {
    if (this->comm().rank() == this->comm().size() - 1) throw NotSupported("no product here");
  }
};

TEST(CastOperator, TellsWhatTheInnerOneIs) {
  const auto layout = Layout::even(10, Communicator::world());
  const CastOperator<double, float> m(std::make_shared<Probed>(layout));
  EXPECT_EQ(m.name(), "probed in float32");
  EXPECT_TRUE(m.varies());
  EXPECT_EQ(m.bytes_per_apply(), 1000 + 10 * (8 + 8 + 4 + 4 + 8));
  EXPECT_THROW(m.require_current(), InvalidArgument);
  EXPECT_EQ(m.inner().name(), "probed");
  EXPECT_FALSE(m.access().is_identity());
  EXPECT_TRUE(in_precision<double>(Identity<float>(layout)).access().is_identity());
  using Cast = CastOperator<double, float>;
  EXPECT_THAT([] { Cast{nullptr}; }, ThrowsMessage<InvalidArgument>(HasSubstr("null pointer")));
}

TEST(CastOperator, ErrorsPass) {
  const auto layout = Layout::even(10, Communicator::world());
  const CastOperator<double, float> m(std::make_shared<Probed>(layout));
  const auto x = ones<double>(layout);
  Vector<double> y(layout);
  if (layout.comm().rank() == layout.comm().size() - 1) {
    EXPECT_THROW(m.apply(x, y), NotSupported);
  } else {
    EXPECT_NO_THROW(m.apply(x, y));
  }
}

}  // namespace
}  // namespace suan::test
