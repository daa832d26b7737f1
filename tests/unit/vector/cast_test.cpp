// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/vector/cast.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "suan/vector/blas1.hpp"

namespace {

using suan::cast;
using suan::Complex;
using suan::ComplexFloat;
using suan::GlobalIndex;
using suan::Layout;
using suan::MultiVector;
using suan::Vector;
using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

Layout even(GlobalIndex size) { return Layout::even(size, suan::Communicator::world()); }

// A complex vector has no counterpart among real ones.
static_assert(suan::CastsTo<float, double> && suan::CastsTo<ComplexFloat, double>);
static_assert(suan::CastsTo<Complex, ComplexFloat> && suan::CastsTo<ComplexFloat, Complex>);
static_assert(!suan::CastsTo<double, Complex> && !suan::CastsTo<double, ComplexFloat>);

/// 1/3 and its multiples, which no type holds exactly.
Vector<double> thirds(const Layout& layout) {
  return suan::generate<double>(layout,
                                [](GlobalIndex i) { return static_cast<double>(i - 2) / 3; });
}

TEST(Cast, NarrowNumbersAreRoundedToNearest) {
  const auto layout = even(7);
  const auto x = thirds(layout);
  const auto narrow = cast<float>(x).to_host();
  const auto complex = cast<ComplexFloat>(x).to_host();
  const auto exact = x.to_host();
  for (std::size_t i = 0; i < exact.size(); ++i) {
    EXPECT_EQ(narrow[i], static_cast<float>(exact[i]));
    EXPECT_EQ(complex[i], ComplexFloat(static_cast<float>(exact[i]), 0));
  }
}

TEST(Cast, WideNumbersAreTheSame) {
  const auto narrow = cast<float>(thirds(even(7)));
  EXPECT_EQ(cast<float>(cast<double>(narrow)).to_host(), narrow.to_host());
  const auto wide = cast<Complex>(narrow).to_host();
  const auto as_double = cast<Complex>(cast<double>(narrow)).to_host();
  EXPECT_EQ(wide, as_double);
  for (std::size_t i = 0; i < wide.size(); ++i) {
    EXPECT_EQ(wide[i], Complex(static_cast<double>(narrow.to_host()[i]), 0));
  }
}

TEST(Cast, ComplexNumbersKeepBothParts) {
  const auto x = suan::random_vector<Complex>(even(9), 4);
  const auto narrow = cast<ComplexFloat>(x);
  const auto back = cast<Complex>(narrow).to_host();
  const auto exact = x.to_host();
  for (std::size_t i = 0; i < exact.size(); ++i) {
    EXPECT_EQ(back[i].real(), static_cast<double>(static_cast<float>(exact[i].real())));
    EXPECT_EQ(back[i].imag(), static_cast<double>(static_cast<float>(exact[i].imag())));
  }
}

TEST(Cast, TheSameTypeGivesACopy) {
  const auto x = thirds(even(5));
  auto y = cast<double>(x);
  EXPECT_EQ(y.to_host(), x.to_host());
  suan::scale(2.0, y);
  EXPECT_EQ(x.to_host(), thirds(even(5)).to_host());
}

TEST(Cast, SeveralVectorsAreThoseOfEach) {
  const auto layout = even(11);
  MultiVector<double> x(layout, 3);
  for (suan::LocalIndex j = 0; j < 3; ++j) {
    x.set_column(j, suan::random_vector<double>(layout, static_cast<std::uint64_t>(j)));
  }
  const auto narrow = cast<float>(x);
  for (suan::LocalIndex j = 0; j < 3; ++j) {
    EXPECT_EQ(narrow.column(j).to_host(), cast<float>(x.column(j)).to_host());
  }
  EXPECT_EQ(cast<double>(x).to_host(), x.to_host());
}

TEST(Cast, FiniteElementsBeyondTheRangeAreNamedOnAllRanks) {
  const auto layout = even(9);
  const auto x = suan::generate<double>(layout, [](GlobalIndex i) { return i == 7 ? -1e39 : 1.0; });
  const auto message = AllOf(HasSubstr("element 7 of the vector is -1e+39"), HasSubstr("float32"));
  EXPECT_THAT([&] { cast<float>(x); }, ThrowsMessage<suan::InvalidArgument>(message));
  const auto message64 = AllOf(HasSubstr("element 7 of the vector"), HasSubstr("complex64"));
  EXPECT_THAT([&] { cast<ComplexFloat>(x); }, ThrowsMessage<suan::InvalidArgument>(message64));
  const auto imaginary = suan::generate<Complex>(
      layout, [](GlobalIndex i) { return i >= 3 ? Complex(1, 1e39) : Complex(1); });
  EXPECT_THAT([&] { cast<ComplexFloat>(imaginary); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("element 3 of the vector")));
  MultiVector<double> many(layout, 2);
  many.set_column(1, x);
  EXPECT_THAT([&] { cast<float>(many); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("element 7 of vector 1 is")));
}

TEST(Cast, WhatIsNotFiniteOrVerySmallPasses) {
  const double inf = std::numeric_limits<double>::infinity();
  const auto x = suan::generate<double>(even(3), [=](GlobalIndex i) {
    return i == 0 ? inf : i == 1 ? std::nan("") : 1e-60;
  });
  const auto all = cast<float>(x).gather();
  if (!x.layout().comm().is_root()) return;
  EXPECT_EQ(all[0], std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(all[1]));
  EXPECT_EQ(all[2], 0.0F);
}

TEST(Cast, RanksThatWantDifferentTypesAllThrow) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) return;
  const auto x = thirds(even(5));
  const auto message = HasSubstr("cast<");
  if (world.is_root()) {
    EXPECT_THAT([&] { cast<float>(x); }, ThrowsMessage<suan::InvalidArgument>(message));
  } else {
    EXPECT_THAT([&] { cast<Complex>(x); }, ThrowsMessage<suan::InvalidArgument>(message));
  }
}

}  // namespace
