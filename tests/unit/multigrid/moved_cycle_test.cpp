// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Errors in a cycle on levels that some of the ranks alone have.
#include <gmock/gmock.h>

#include <cmath>

#include "amg_cases.hpp"
#include "multigrid_cases.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/smoother_registry.hpp"

namespace {

using suan::Amg;
using suan::AmgOptions;
using suan::DistributedMatrix;
using suan::GlobalIndex;
using suan::Guess;
using suan::MultiVector;
using suan::Vector;

/// Takes b for the solution; breaks on small levels when it is told to.
class Brittle final : public suan::Smoother<double> {
 public:
  static inline bool breaks = false;

  explicit Brittle(const DistributedMatrix<double>& a) : Smoother("brittle", a) {}
  std::string name() const override { return "brittle"; }
  std::int64_t bytes_per_smooth(Guess) const override { return 0; }

 private:
  std::string set_up(const DistributedMatrix<double>&) override { return {}; }
  template <class V>
  void smooth_any(const V& b, V& x, Guess guess) const {
    if (breaks && matrix().global_rows() < 1000) throw suan::InvalidArgument("it broke");
    if (guess == Guess::zero) Kokkos::deep_copy(x.view(), b.view());
  }
  void do_smooth(const Vector<double>& b, Vector<double>& x, Guess guess) const override {
    smooth_any(b, x, guess);
  }
  void do_smooth(const MultiVector<double>& b, MultiVector<double>& x, Guess guess) const override {
    smooth_any(b, x, guess);
  }
};

/// With levels on fewer ranks, from the second one on.
Amg<double> brittle(const DistributedMatrix<double>& a, const std::string& cycle) {
  [[maybe_unused]] static const bool is_there = [] {
    suan::smoother_registry<double>().add(
        "brittle", "Breaks.", {}, [](const DistributedMatrix<double>& b, const suan::OptionNode&) {
          return std::make_unique<Brittle>(b);
        });
    return true;
  }();
  return Amg<double>(a, {.coarse_rows = 10,
                         .rank_rows = 40,
                         .precision = "same",
                         .smoother = "brittle",
                         .cycle = cycle});
}

DistributedMatrix<double> moved_cube() {
  const GlobalIndex n = 16;
  return suan::test::grid3d<double>(suan::test::even(n * n * n), n, suan::test::isotropic());
}

// Thrown on the ranks of the level, while the others get what is not a number: nobody waits.
TEST(MovedCycle, ErrorsBelowDoNotKeepOtherRanksWaiting) {
  const auto a = moved_cube();
  for (const std::string cycle : {"v", "w", "f", "k"}) {
    SCOPED_TRACE(cycle);
    const auto m = brittle(a, cycle);
    EXPECT_LT(m.report().levels[1].rows, 1000);
    const auto b = suan::ones(a.row_layout());
    Vector<double> x(a.row_layout());
    m.apply(b, x);
    EXPECT_TRUE(std::isfinite(suan::norm2(x)));
    Brittle::breaks = true;
    bool threw = false;
    try {
      m.apply(b, x);
    } catch (const suan::InvalidArgument&) {
      threw = true;
    }
    EXPECT_TRUE(threw || a.comm().size() > 1);
    EXPECT_TRUE(threw || !a.comm().is_root());
    const double size = suan::norm2(x);
    EXPECT_TRUE(!std::isfinite(size) || a.comm().size() == 1);
    Brittle::breaks = false;
    m.apply(b, x);
    EXPECT_TRUE(std::isfinite(suan::norm2(x)));
  }
}

TEST(MovedCycle, ErrorsBelowEndASolveOnAllRanks) {
  const auto a = moved_cube();
  const auto m = brittle(a, "v");
  const auto b = suan::ones(a.row_layout());
  Vector<double> x(a.row_layout());
  suan::Cg<double> cg({.rtol = 1e-8, .max_iterations = 200});
  Brittle::breaks = true;
  EXPECT_THROW(cg.solve(a, m, b, x), suan::Error);
  // Several vectors: the first cycle with them, which tells all ranks.
  const MultiVector<double> many(a.row_layout(), 2);
  MultiVector<double> y(a.row_layout(), 2);
  EXPECT_THROW(m.apply(many, y), suan::InvalidArgument);
  Brittle::breaks = false;
  m.apply(many, y);
}

}  // namespace
