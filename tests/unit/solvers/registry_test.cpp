// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A program with a solver and preconditioners of its own, which the library knows by name: with its
// public headers alone, and for one scalar type.
#include <gmock/gmock.h>

#include <cmath>

#include "suan/suan.hpp"

namespace {

using suan::InvalidArgument;
using suan::OptionNode;
using suan::SolveOptions;
using suan::Vector;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::ThrowsMessage;

struct StationaryOptions {
  suan::KrylovOptions krylov{.max_iterations = 500};
  double weight = 0.1;
  static const suan::OptionTable<StationaryOptions>& table() {
    static const auto table = suan::OptionTable<StationaryOptions>()
                                  .include(&StationaryOptions::krylov)
                                  .number("weight", &StationaryOptions::weight, 0, 2,
                                          "What the residual is multiplied by.");
    return table;
  }
};

/// x = x + weight M (b - A x)
class Stationary final : public suan::Solver<double> {
 public:
  explicit Stationary(const StationaryOptions& options)
      : Solver<double>(options.krylov), weight_(options.weight) {}
  std::string name() const override { return "stationary"; }

 private:
  void iterate(Run& run, const Vector<double>& b, Vector<double>& x, Vector<double>& r) override {
    Vector<double>& z = run.vectors(1)[0];
    while (!run.limit_reached()) {
      run.m.apply(r, z);
      suan::axpy(weight_, z, x);
      run.a.residual(b, x, r);
      if (run.finished(suan::norm2(r))) return;
    }
  }
  double weight_;
};

struct ScaledOptions {
  double factor = 1;
  OptionNode inner = "jacobi";
  static const suan::OptionTable<ScaledOptions>& table() {
    static const auto table =
        suan::OptionTable<ScaledOptions>()
            .number("factor", &ScaledOptions::factor, 1e-3, 1e3, "What it is multiplied by.")
            .typed_node("inner", &ScaledOptions::inner, suan::preconditioner_types,
                        "The preconditioner that is multiplied.");
    return table;
  }
};

/// Another preconditioner, made by its name, times a factor.
class Scaled final : public suan::Operator<double> {
 public:
  Scaled(const suan::Operator<double>& a, const ScaledOptions& options)
      : Operator<double>(a.row_layout(), a.column_layout()),
        factor_(options.factor),
        inner_(suan::preconditioner_registry<double>().make(a, options.inner)) {}
  std::string name() const override { return "scaled"; }

 private:
  void do_apply(double alpha, const Vector<double>& x, double beta,
                Vector<double>& y) const override {
    inner_->apply(alpha * factor_, x, beta, y);
  }
  double factor_;
  std::unique_ptr<suan::Operator<double>> inner_;
};

struct SolvedOptions {
  OptionNode solver = {"cg", suan::KrylovOptions{.rtol = 1e-2}};
  static const suan::OptionTable<SolvedOptions>& table() {
    static const auto table = suan::OptionTable<SolvedOptions>().typed_node(
        "solver", &SolvedOptions::solver, suan::solver_types, "By which method.");
    return table;
  }
};

/// Registers what this file has, once.
void add_components() {
  static const bool added = [] {
    suan::solver_registry<double>().add(
        "stationary", "Adds the preconditioned residual times a weight.",
        StationaryOptions::table(), [](const OptionNode& node) {
          return std::make_unique<Stationary>(StationaryOptions::table().from(node));
        });
    auto& preconditioners = suan::preconditioner_registry<double>();
    preconditioners.add("scaled", "Another preconditioner times a factor.", ScaledOptions::table(),
                        [](const suan::Operator<double>& a, const OptionNode& node) {
                          return std::make_unique<Scaled>(a, ScaledOptions::table().from(node));
                        });
    preconditioners.add("solved", "A solver that is stopped early.", SolvedOptions::table(),
                        [](const suan::Operator<double>& a, const OptionNode& node) {
                          const auto options = SolvedOptions::table().from(node);
                          const std::shared_ptr<const suan::Operator<double>> same(
                              std::shared_ptr<void>(), &a);
                          return std::make_unique<suan::SolverOperator<double>>(
                              suan::solver_registry<double>().make(options.solver), same,
                              std::make_shared<suan::Identity<double>>(a.row_layout()));
                        });
    return true;
  }();
  ASSERT_TRUE(added);
}

class OpenRegistry : public testing::Test {
 public:
  void SetUp() override { add_components(); }
  suan::SolveReport solve(const std::string& text) {
    suan::fill(x, 0.0);
    return suan::solve(a, b, x, SolveOptions::table().read(text));
  }
  suan::DistributedMatrix<double> a = suan::poisson1d<double>(7, suan::Communicator::world());
  Vector<double> b = suan::ones(a.row_layout());
  Vector<double> x = Vector<double>(a.row_layout());
};

TEST_F(OpenRegistry, SolvesWithWhatTheProgramAdded) {
  const auto report = solve(R"({
    "solver": {"type": "stationary", "weight": 0.5, "rtol": 1e-6, "max_iterations": 2000},
    "preconditioner": {"type": "scaled", "factor": 2, "inner": "jacobi"}})");
  EXPECT_EQ(report.solver, "stationary");
  EXPECT_EQ(report.preconditioner, "scaled");
  EXPECT_TRUE(report.converged()) << report;
  EXPECT_LE(report.true_residual_norm, 1e-6 * report.right_hand_side_norm);

  // weight and factor count: together they are the same.
  const auto same = solve(
      "solver = stationary\nweight = 0.25\nrtol = 1e-6\nmax_iterations = 2000\n"
      "preconditioner = scaled\npreconditioner.factor = 4\n");
  EXPECT_EQ(same.iterations, report.iterations);
  const auto less = solve(
      "solver = stationary\nweight = 0.25\nrtol = 1e-6\nmax_iterations = 2000\n"
      "preconditioner = scaled\n");
  EXPECT_TRUE(less.converged());
  EXPECT_GT(less.iterations, report.iterations);
}

TEST_F(OpenRegistry, ComponentsMakeOthersByName) {
  const auto report = solve(R"({"solver": "gmres",
    "preconditioner": {"type": "solved", "solver": {"type": "stationary", "weight": 0.4,
                                                    "rtol": 0.5}}})");
  EXPECT_TRUE(report.converged()) << report;
  EXPECT_TRUE(solve(R"({"solver": "gmres", "preconditioner": "solved"})").converged());
  const auto nested = solve(R"({"solver": {"type": "gmres", "restart": 40},
    "preconditioner": {"type": "scaled", "factor": 3,
                       "inner": {"type": "block_jacobi", "block_size": 7}}})");
  EXPECT_TRUE(nested.converged()) << nested;
}

TEST_F(OpenRegistry, StructsSayTheSameAsText) {
  SolveOptions options;
  options.solver = {"stationary", StationaryOptions{.krylov = {.rtol = 1e-6}, .weight = 0.5}};
  options.preconditioner = {"scaled", ScaledOptions{.factor = 2}};
  options.krylov().max_iterations = 2000;
  suan::fill(x, 0.0);
  const auto report = suan::solve(a, b, x, options);
  const auto text = solve(SolveOptions::table().write(options));
  EXPECT_TRUE(report.converged());
  EXPECT_EQ(report.iterations, text.iterations);
  EXPECT_LE(report.true_residual_norm, 1e-6 * report.right_hand_side_norm);
}

TEST_F(OpenRegistry, TheLastWordCounts) {
  SolveOptions options;
  options.solver = {"gmres", suan::GmresOptions{.krylov = {.rtol = 1e-4}}};
  EXPECT_EQ(std::get<double>(SolveOptions::table().get(options, "rtol")), 1e-4);
  SolveOptions::table().set(options, "rtol", 1e-10);
  EXPECT_EQ(std::get<double>(SolveOptions::table().get(options, "rtol")), 1e-10);
  suan::fill(x, 0.0);
  const auto report = suan::solve(a, b, x, options);
  EXPECT_LE(report.true_residual_norm, 1e-10 * report.right_hand_side_norm);
}

TEST_F(OpenRegistry, AllMethodsHaveTheOptionsThatStopThem) {
  const auto report = solve(R"({"solver": {"type": "stationary", "weight": 0.1, "rtol": 1e-12,
                                           "max_iterations": 3}})");
  EXPECT_EQ(report.reason, suan::Reason::max_iterations);
  EXPECT_EQ(report.iterations, 3);
  EXPECT_EQ(solve("solver = cg\nmax_iterations = 2\n").iterations, 2);
  EXPECT_EQ(solve("solver.max_iterations = 2\nsolver = gmres\n").iterations, 2);
}

TEST_F(OpenRegistry, ListingsAndHelpHaveThem) {
  EXPECT_THAT(suan::solver_names(), Contains("stationary"));
  EXPECT_THAT(suan::preconditioner_names(), AllOf(Contains("scaled"), Contains("none")));
  EXPECT_THAT(suan::preconditioner_names(), Not(Contains("auto")));
  bool found = false;
  for (const auto& option : SolveOptions::table().descriptions()) {
    if (option.path == "solver") {
      EXPECT_THAT(option.choices, Contains("stationary"));
    }
    if (option.path != "preconditioner.factor") continue;
    found = true;
    EXPECT_EQ(option.name, "factor");
    EXPECT_THAT(option.types, testing::ElementsAre("scaled"));
    EXPECT_EQ(option.range_text(), "in [0.001, 1000]");
  }
  EXPECT_TRUE(found);
}

TEST_F(OpenRegistry, ErrorsNameOptionsOfTheProgram) {
  const auto with = [this](const char* text) { return [this, text] { solve(text); }; };
  EXPECT_THAT(with(R"({"solver": {"type": "stationary", "weigth": 1}})"),
              ThrowsMessage<InvalidArgument>(HasSubstr("did you mean solver.weight?")));
  EXPECT_THAT(with(R"({"solver": {"type": "cg", "weight": 1}})"),
              ThrowsMessage<InvalidArgument>(
                  AllOf(HasSubstr("solver.weight"), HasSubstr("stationary has it"))));
  EXPECT_THAT(with(R"({"preconditioner": {"type": "scaled", "inner": {"type": "jacoby"}}})"),
              ThrowsMessage<InvalidArgument>(
                  AllOf(HasSubstr("preconditioner.inner"), HasSubstr("did you mean jacobi?"))));
  EXPECT_THAT(with(R"({"solver": "stationery"})"),
              ThrowsMessage<InvalidArgument>(HasSubstr("did you mean stationary?")));
  EXPECT_THAT(with(R"({"solver": "gmres", "preconditioner": "solved", "rtol": 1e-3})"),
              ThrowsMessage<InvalidArgument>(
                  AllOf(HasSubstr("solver.rtol"), HasSubstr("preconditioner.solver.rtol"))));
}

TEST_F(OpenRegistry, AComponentOfOneScalarTypeIsNotOneOfOthers) {
  const auto matrix = suan::poisson1d<float>(7, suan::Communicator::world());
  const auto right = suan::ones<float>(matrix.row_layout());
  Vector<float> y(matrix.row_layout());
  SolveOptions options;
  options.preconditioner = "scaled";
  EXPECT_THAT([&] { suan::solve(matrix, right, y, options); },
              ThrowsMessage<InvalidArgument>(HasSubstr("preconditioner for float32")));
  options = {};
  options.solver = "stationary";
  EXPECT_THAT([&] { suan::solve(matrix, right, y, options); },
              ThrowsMessage<InvalidArgument>(HasSubstr("unknown solver for float32")));
}

TEST_F(OpenRegistry, NamesOfTheLibraryAreTaken) {
  EXPECT_THROW(suan::solver_registry<double>().add(
                   "cg", "Mine.", {},
                   [](const OptionNode&) -> std::unique_ptr<suan::Solver<double>> { return {}; }),
               InvalidArgument);
}

TEST_F(OpenRegistry, WhatOnlySomeRanksKnowIsAnErrorOnAll) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "needs several ranks";
  if (world.rank() == 0) {
    suan::preconditioner_registry<double>().add(
        "of_rank_0", "Known to one rank.", {},
        [](const suan::Operator<double>& m, const OptionNode&) {
          return std::make_unique<suan::Identity<double>>(m.row_layout());
        });
  }
  SolveOptions options;
  options.preconditioner = "of_rank_0";
  EXPECT_THROW(suan::solve(a, b, x, options), InvalidArgument);
  EXPECT_THROW(suan::make_preconditioner<double>("of_rank_0", a, {}), InvalidArgument);
}

TEST_F(OpenRegistry, OptionsOfOneRankAreAnErrorOnAll) {
  const auto world = suan::Communicator::world();
  if (world.size() == 1) GTEST_SKIP() << "needs several ranks";
  SolveOptions options;
  const double factor = world.rank() == 0 ? 2 : 3;
  options.preconditioner = {"scaled", ScaledOptions{.factor = factor}};
  EXPECT_THAT([&] { suan::solve(a, b, x, options); },
              ThrowsMessage<InvalidArgument>(HasSubstr("preconditioner.factor")));
  EXPECT_THAT([&] { suan::make_preconditioner<double>("scaled", a, options); },
              ThrowsMessage<InvalidArgument>(HasSubstr("preconditioner.factor")));
}

}  // namespace
