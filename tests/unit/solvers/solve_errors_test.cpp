// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a user's function throws in the middle of a solve, on one rank.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "suan/gallery/poisson.hpp"
#include "suan/matrix/assembly.hpp"
#include "suan/matrix/distributed_products.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::FunctionOperator;
using suan::GlobalIndex;
using suan::Layout;
using suan::Vector;
using testing::HasSubstr;

/// Of the user's own.
struct Melted : std::runtime_error {
  using std::runtime_error::runtime_error;
};

bool on_last_rank(const Layout& layout) { return layout.comm().rank() == layout.comm().size() - 1; }

/// A diagonal with some spread that fails on the last rank in its product number `fails`. It uses
/// nothing collective, for which the others would wait there.
FunctionOperator<double> failing(const Layout& layout, int fails) {
  auto calls = std::make_shared<int>(0);
  return FunctionOperator<double>(layout, layout, [=](const Vector<double>& x, Vector<double>& y) {
    if (++*calls == fails && on_last_rank(layout)) throw Melted("the material has melted");
    auto elements = x.to_host();
    GlobalIndex i = layout.first();
    for (double& element : elements) element *= 1.0 + static_cast<double>(i++ % 9);
    y.assign(std::span<const double>(elements));
  });
}

/// `solve` throws on all ranks: the exception itself where it was thrown, its text on the others.
template <class Solve>
void expect_the_error_of_the_last_rank(const Layout& layout, const Solve& solve) {
  if (on_last_rank(layout)) {
    EXPECT_THAT(solve, testing::ThrowsMessage<Melted>("the material has melted"));
  } else {
    EXPECT_THAT(solve, testing::ThrowsMessage<suan::Error>(HasSubstr("the material has melted")));
  }
  EXPECT_EQ(layout.comm().sum(std::int64_t{1}), layout.comm().size());  // in step
}

std::vector<Layout> layouts() {
  const auto world = suan::Communicator::world();
  const bool last = world.rank() == world.size() - 1;
  // The rank that fails has all rows, or none and nothing that could become NaN.
  return {Layout::even(40, world), Layout::from_local_size(last ? 40 : 0, world),
          Layout::from_local_size(last && world.size() > 1 ? 0 : 40, world)};
}

TEST(SolveErrors, AFunctionThatThrowsOnOneRankEndsTheSolveOnAll) {
  for (const auto& layout : layouts()) {
    for (const int call : {1, 2, 3, 5}) {
      const auto a = failing(layout, call);
      const auto b = suan::ones(layout);
      expect_the_error_of_the_last_rank(layout, [&] {
        Vector<double> x(layout);
        suan::Cg<double>().solve(a, b, x);
      });
      const auto same = failing(layout, call);
      expect_the_error_of_the_last_rank(layout, [&] {
        Vector<double> x(layout);
        suan::Gmres<double>().solve(same, b, x);
      });
      const auto probed = failing(layout, call);  // the first two products look at the matrix
      expect_the_error_of_the_last_rank(layout, [&] {
        Vector<double> x(layout);
        suan::solve(probed, b, x);
      });
    }
  }
}

TEST(SolveErrors, APreconditionerThatThrowsOnOneRankEndsTheSolveOnAll) {
  for (const auto& layout : layouts()) {
    const auto a = suan::generate_rows<double>(layout, layout,
                                               [](GlobalIndex i, suan::RowWriter<double>& row) {
                                                 row.add(i, 2.0 + static_cast<double>(i % 5));
                                               });
    for (const int call : {1, 2, 3}) {
      const auto m = failing(layout, call);
      expect_the_error_of_the_last_rank(layout, [&] {
        Vector<double> x(layout);
        suan::Cg<double>().solve(a, m, suan::ones(layout), x);
      });
    }
  }
}

TEST(SolveErrors, AFunctionThatThrowsInASolveOfSeveralVectorsEndsItOnAll) {
  for (const auto& layout : layouts()) {
    const auto a = failing(layout, 4);
    expect_the_error_of_the_last_rank(layout, [&] {
      suan::MultiVector<double> b(layout, 3);
      for (suan::LocalIndex c = 0; c < 3; ++c) b.set_column(c, suan::ones(layout));
      suan::MultiVector<double> x(layout, 3);
      suan::Cg<double>().solve(a, b, x);
    });
  }
}

// A solver inside a solver, and a logger: both have their own place to throw from.
TEST(SolveErrors, NestedSolversAndLoggersEndTheSolveOnAll) {
  const auto layout = Layout::even(40, suan::Communicator::world());
  const auto inner = std::make_shared<FunctionOperator<double>>(failing(layout, 7));
  const auto a = suan::poisson1d<double>(40, layout.comm());
  expect_the_error_of_the_last_rank(layout, [&] {
    Vector<double> x(layout);
    const suan::SolverOperator<double> m(std::make_shared<suan::Cg<double>>(), inner, nullptr);
    suan::Gmres<double>().solve(a, m, suan::ones(layout), x);
  });

  struct Logger final : suan::EventLogger {
    explicit Logger(const Layout& layout) : throws(on_last_rank(layout)) {}
    void iteration_finished(std::int64_t iteration, double) override {
      if (throws && iteration == 2) throw Melted("the material has melted");
    }
    bool throws;
  };
  expect_the_error_of_the_last_rank(layout, [&] {
    Vector<double> x(layout);
    suan::Cg<double> solver;
    solver.add_logger(std::make_shared<Logger>(layout));
    solver.solve(a, suan::ones(layout), x);
  });
}

// Other ranks cannot see it: they wait for this rank's elements.
TEST(SolveErrors, SharedElementsOnOneRankLeaveNobodyWaiting) {
  const auto world = suan::Communicator::world();
  const auto a = suan::poisson2d<double>(12, 12, world);
  const auto& layout = a.row_layout();
  const auto size = static_cast<std::size_t>(layout.local_size());
  const suan::DeviceView<double> memory("memory", 2 * size);
  const auto part = [&](std::size_t first) {
    return Vector<double>(layout, suan::DeviceView<double>(memory.data() + first, size));
  };
  const auto x = part(0);
  auto y = part(on_last_rank(layout) ? size / 2 : size);
  const bool refused = on_last_rank(layout) && size > 0;
  const auto expect = [&](const auto& product) {
    if (refused) {
      EXPECT_THAT(product, testing::ThrowsMessage<suan::InvalidArgument>(HasSubstr("share")));
    } else {
      product();
    }
    EXPECT_EQ(world.sum(std::int64_t{1}), world.size());  // in step
  };
  expect([&] { a.apply(x, y); });
  expect([&] { a.apply(2.0, x, 1.0, y); });
  expect([&] { a.apply_dot(x, y); });
  expect([&] { a.residual(suan::ones(layout), x, y); });

  // Several vectors alike.
  using Rows = suan::RowMajor<double>;
  const suan::DeviceView<double> more("memory", 4 * size);
  const auto several = [&](std::size_t first) {
    return suan::MultiVector<double>(layout, Rows(more.data() + first, size, 2));
  };
  const auto all_x = several(0);
  auto all_y = several(on_last_rank(layout) ? size : 2 * size);
  expect([&] { a.apply(all_x, all_y); });
}

TEST(SolveErrors, FactorsThatDifferLittleAreAnErrorOnAll) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) return;
  const auto a = suan::poisson2d<double>(12, 12, world);
  const double factor = on_last_rank(a.row_layout()) ? 1 + 1e-12 : 1;
  EXPECT_THROW(suan::add(factor, a, 1.0, a), suan::InvalidArgument);
}

}  // namespace
