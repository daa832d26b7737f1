// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Ranks that were told different things, or of which one alone fails: all throw the same.
#include <gmock/gmock.h>
#if defined(__linux__)
#include <sys/resource.h>
#include <unistd.h>
#endif

#include <fstream>

#include "suan/gallery/poisson.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/solvers/solve.hpp"
#include "suan/vector/blas1.hpp"
#include "systems.hpp"

namespace {

using suan::MultiVector;
using suan::Vector;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// A number of the option other than `number`.
suan::OptionValue another(const suan::OptionDescription& option) {
  const auto& usual = option.default_value;
  if (std::holds_alternative<bool>(usual)) return !std::get<bool>(usual);
  if (std::holds_alternative<std::int64_t>(usual)) {
    const std::int64_t other = std::get<std::int64_t>(usual) + 1;
    return static_cast<double>(other) <= option.maximum ? other
                                                        : static_cast<std::int64_t>(option.minimum);
  }
  if (std::holds_alternative<double>(usual)) {
    const double other = std::get<double>(usual) + 0.25;
    return other <= option.maximum ? other : option.minimum;
  }
  for (const auto& word : option.choices) {
    if (word != std::get<std::string>(usual)) return word;
  }
  return std::string("another");
}

class Agreement : public testing::Test {
 public:
  void SetUp() override {
    if (world.size() == 1) GTEST_SKIP() << "needs several ranks";
  }
  suan::Communicator world = suan::Communicator::world();
  bool is_last = world.rank() == world.size() - 1;
  suan::DistributedMatrix<double> a = suan::poisson1d<double>(40, suan::Communicator::world());
  Vector<double> b = suan::ones(a.row_layout());
  Vector<double> x = Vector<double>(a.row_layout());
};

TEST_F(Agreement, EveryOptionOfSolve) {
  const auto& table = suan::SolveOptions::table();
  for (const auto& option : table.descriptions()) {
    // An option of a component inside of another one needs both to be named.
    if (option.name.find('.') != std::string::npos) continue;
    suan::SolveOptions options;
    // By its short name, which an option of a type that is not named may have.
    if (is_last) table.set(options, option.name, another(option));
    EXPECT_THAT([&] { suan::solve(a, b, x, options); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr(option.name)));
  }
  EXPECT_TRUE(suan::solve(a, b, x).converged());
}

TEST_F(Agreement, EveryOptionOfASolver) {
  const suan::Identity<double> none(a.row_layout());
  const auto& table = suan::GmresOptions::table();
  for (const auto& option : table.descriptions()) {
    suan::GmresOptions options;
    if (is_last) table.set(options, option.path, another(option));
    suan::Gmres<double> solver(options);
    EXPECT_THAT([&] { solver.solve(a, none, b, x); },
                ThrowsMessage<suan::InvalidArgument>(HasSubstr(option.name)));
  }
  std::unique_ptr<suan::Solver<double>> solver =
      suan::make_solver<double>(is_last ? "cg" : "gmres", {});
  EXPECT_THAT([&] { solver->solve(a, none, b, x); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("solver = ")));
}

TEST_F(Agreement, PreconditionersAndTheirOptions) {
  const suan::Jacobi<double> jacobi(a);
  const suan::Identity<double> none(a.row_layout());
  const suan::Operator<double>& m =
      is_last ? static_cast<const suan::Operator<double>&>(jacobi) : none;
  EXPECT_THAT([&] { suan::Cg<double>().solve(a, m, b, x); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("preconditioner = ")));
  EXPECT_THAT([&] { suan::BlockJacobi<double>(a, {.block_size = is_last ? 2 : 3}); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("block_size")));
  EXPECT_THAT(
      [&] { suan::make_preconditioner<double>(is_last ? "jacobi" : "block_jacobi", a, {}); },
      ThrowsMessage<suan::InvalidArgument>(HasSubstr("preconditioner = ")));
}

/// May stop on some ranks only, which it must not.
class Stopper final : public suan::EventLogger {
 public:
  explicit Stopper(bool may) : may_(may) {}
  bool may_stop() const override { return may_; }

 private:
  bool may_;
};

TEST_F(Agreement, LoggersThatMayStop) {
  const auto logger = std::make_shared<Stopper>(is_last);
  EXPECT_THAT([&] { suan::solve(a, b, x, {}, logger); },
              ThrowsMessage<suan::InvalidArgument>(HasSubstr("a logger may stop")));
}

TEST_F(Agreement, BadOptionsOfOneRank) {
  suan::SolveOptions options;
  if (is_last) options.solver = "of two\nlines";
  EXPECT_THROW(suan::solve(a, b, x, options), suan::InvalidArgument);
  options = {};
  if (is_last) options.krylov().rtol = -1;
  EXPECT_THROW(suan::solve(a, b, x, options), suan::InvalidArgument);
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
TEST(Workspace, MissingMemoryOfOneRankIsSaidOnAll) {
  // A basis of 1.6 GB on each rank, which the last one is not given.
  const auto world = suan::Communicator::world();
  const auto layout = suan::Layout::from_local_size(200000, world);
  const suan::FunctionOperator<double> a(
      layout, layout, [](const Vector<double>& v, Vector<double>& w) { suan::copy(v, w); });
  const auto b = suan::random_vector<double>(layout, 1);
  Vector<double> x(layout);
  suan::GmresOptions options;
  options.restart = 1000;
  suan::Gmres<double> solver(options);
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  if (world.rank() == world.size() - 1) {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit limit = before;
    limit.rlim_cur = pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) + 400000000;
    setrlimit(RLIMIT_AS, &limit);
  }
  EXPECT_THROW(solver.solve(a, b, x), suan::OutOfMemory);
  setrlimit(RLIMIT_AS, &before);
  options.restart = 10;
  EXPECT_TRUE(suan::Gmres<double>(options).solve(a, b, x).converged());
}
#endif

}  // namespace
