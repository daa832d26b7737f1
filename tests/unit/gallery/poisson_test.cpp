// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/gallery/poisson.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <numbers>

#include "suan/gallery/gallery.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::GlobalIndex;
using suan::Vector;

TEST(Poisson, NumbersOfEntries) {
  const auto world = suan::Communicator::world();
  EXPECT_EQ(suan::poisson1d<double>(5, world).global_entries(), 3 * 5 - 2);
  EXPECT_EQ(suan::poisson2d<double>(4, 3, world).global_entries(), 5 * 12 - 2 * 3 - 2 * 4);
  EXPECT_EQ(suan::poisson3d<double>(4, 3, 2, world).global_entries(), 7 * 24 - 2 * (6 + 8 + 12));
  EXPECT_EQ(suan::poisson3d_27pt<double>(4, 3, 2, world).global_entries(), 10 * 7 * 4);
}

// sin(pi i / (n + 1)) in each direction is an eigenvector of the 7-point Laplacian.
TEST(Poisson, EigenvectorOfTheLaplacian) {
  constexpr GlobalIndex n = 9;
  const auto a = suan::poisson3d<double>(n, n, n, suan::Communicator::world());
  const auto mode = [](GlobalIndex i) {
    return std::sin(std::numbers::pi * static_cast<double>(i + 1) / (n + 1));
  };
  const auto x = suan::generate<double>(a.row_layout(), [&](GlobalIndex i) {
    return mode(i % n) * mode(i / n % n) * mode(i / (n * n));
  });
  const double eigenvalue = 3 * (2 - 2 * std::cos(std::numbers::pi / (n + 1)));
  Vector<double> y(a.row_layout());
  a.apply(x, y);
  suan::axpy(-eigenvalue, x, y);
  EXPECT_LE(suan::norm_inf(y), 50 * std::numeric_limits<double>::epsilon());
}

TEST(Poisson, InteriorRowsOfTheLaplaciansSumToZero) {
  const auto world = suan::Communicator::world();
  for (const auto& a :
       {suan::poisson3d<double>(5, 5, 5, world), suan::poisson3d_27pt<double>(5, 5, 5, world)}) {
    Vector<double> y(a.row_layout());
    a.apply(suan::ones(a.row_layout()), y);
    const auto all = y.gather();
    if (world.is_root()) {
      EXPECT_EQ(all[62], 0.0);  // the middle point
      EXPECT_GT(all[0], 0.0);
    }
  }
}

TEST(Gallery, KnowsItsNamesAndRefusesOthers) {
  for (const auto& name : suan::gallery_names()) {
    EXPECT_GT(suan::gallery<double>(name, {.size = 4}).global_entries(), 4) << name;
  }
  EXPECT_THAT(
      [] { suan::gallery<double>("poison3d", {}); },
      testing::ThrowsMessage<suan::InvalidArgument>(testing::HasSubstr("did you mean poisson3d")));
  EXPECT_THROW(suan::gallery<double>("poisson3d", {.size = 0}), suan::InvalidArgument);
  EXPECT_THROW(suan::poisson3d<double>(GlobalIndex{1} << 30, GlobalIndex{1} << 30, 2),
               suan::InvalidArgument);
}

TEST(Gallery, SizesAreThoseOfTheMatrices) {
  const auto world = suan::Communicator::world();
  for (const auto& name : suan::gallery_names()) {
    for (const std::int64_t size : {1, 2, 3, 6}) {
      const suan::GalleryOptions options{.size = size};
      const auto a = suan::gallery<double>(name, options, world);
      const auto told = suan::gallery_size(name, options);
      EXPECT_EQ(told.unknowns, a.global_rows()) << name << ' ' << size;
      EXPECT_EQ(told.entries, a.global_entries()) << name << ' ' << size;
    }
  }
  EXPECT_THROW(suan::gallery_size("poison", {}), suan::InvalidArgument);
  EXPECT_THROW(suan::gallery_size("poisson3d", {.size = 1000000000}), suan::InvalidArgument);
}

// One rank is told something else, in turn the first and the last.
TEST(Gallery, RanksThatWantDifferentProblemsAllHearOfIt) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "one rank agrees with itself";
  for (const int other : {0, world.size() - 1}) {
    const GlobalIndex n = world.rank() == other ? 4 : 3;
    const auto named = [&](auto make, const std::string& line) {
      try {
        make();
        ADD_FAILURE() << "no error for " << line;
      } catch (const suan::InvalidArgument& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr(line));
      }
    };
    named([&] { suan::poisson1d<double>(n, world); }, "nx = 4");
    named([&] { suan::poisson2d<double>(3, n, world); }, "ny = 4");
    named([&] { suan::poisson3d<double>(3, 3, n, world); }, "nz = 4");
    named([&] { suan::poisson3d_27pt<double>(n, 3, 3, world); }, "nx = 4");
    named([&] { suan::convection_diffusion2d<double>(3, 3, static_cast<double>(n), world); },
          "strength = 4");
    named([&] { suan::poisson1d<double>(4 - n, world); }, "nx = 0");  // not possible on one only
    named([&] { suan::gallery<double>("poisson1d", {.size = n}, world); }, "size = 4");
    named([&] { suan::gallery<double>(n == 4 ? "poisson2d" : "poisson1d", {}, world); },
          "problem = poisson2d");
    named([&] { suan::gallery<double>(n == 4 ? "poison" : "poisson1d", {}, world); },
          "problem = poison");
    named(
        [&] {
          if (n == 4) {
            suan::poisson2d<double>(3, 3, world);
          } else {
            suan::poisson3d<double>(3, 3, 3, world);
          }
        },
        "poisson3d");
  }
}

}  // namespace
