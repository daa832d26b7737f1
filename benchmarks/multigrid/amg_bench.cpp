// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// CG with algebraic multigrid, b all ones, from zero: set-up and solve, in seconds and in units of
// one product with A in CSR, measured in the same run. One result is one set-up and one solve; the
// table of the hierarchy of the last one goes to the standard error. Also runs under mpirun.
#include <cmath>
#include <iostream>
#include <map>

#include "../support/harness.hpp"
#include "../support/problem.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Communicator;
using suan::Environment;
using suan::GlobalIndex;

struct Options {
  std::int64_t size = 64;
  std::string matrix = "7pt";
  double rtol = 1e-8;
  std::int64_t max_iterations = 500;
  std::int64_t repetitions = 3;
  suan::AmgOptions amg{};
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .number("size", &Options::size, 2, 1200, "Points in each direction.")
            .choice("matrix", &Options::matrix,
                    {"7pt", "27pt", "anisotropic", "jumps", "lognormal", "elasticity", "rmat"},
                    "What to solve with.")
            .number("rtol", &Options::rtol, 0, 1, "Tolerance on ||b - A x|| / ||b||.")
            .number("max_iterations", &Options::max_iterations, 1, 1e9, "Limit on the iterations.")
            .number("repetitions", &Options::repetitions, 1, 10000,
                    "Number of results; minimum and median are reported.")
            .node("amg", &Options::amg);
    return table;
  }
};

struct Problem {
  suan::DistributedMatrix<double> a;
  suan::MultiVector<double> near_null;  // without columns: constants
};

/// A pseudo-random number in [0, 1).
double hashed(GlobalIndex i) {
  auto z = static_cast<std::uint64_t>(i) * 0x9e3779b97f4a7c15u + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  return static_cast<double>((z ^ (z >> 27)) >> 11) * 0x1p-53;
}

/// The coefficient of a cell of a grid of `n` points.
double coefficient(const std::string& name, GlobalIndex cell, GlobalIndex n) {
  if (name == "lognormal") {
    const double radius = std::sqrt(-2 * std::log(1 - hashed(2 * cell)));
    return std::exp(2 * radius * std::cos(2 * M_PI * hashed(2 * cell + 1)));
  }
  // Blocks of 4^3 cells, half of them a million times as stiff.
  const GlobalIndex block = cell % n / 4 + 1000 * (cell / n % n / 4) + 1000000 * (cell / n / n / 4);
  return hashed(block) < 0.5 ? 1 : 1e6;
}

/// Finite volumes on n^3 cells with harmonic means of the coefficients.
suan::DistributedMatrix<double> grid(const Options& options, const Communicator& comm) {
  const GlobalIndex n = options.size;
  const auto layout = suan::Layout::even(n * n * n, comm);
  const bool is_anisotropic = options.matrix == "anisotropic";
  const auto coupling = [&options, n, is_anisotropic](GlobalIndex i, GlobalIndex j, int direction) {
    if (is_anisotropic) return direction == 2 ? 100.0 : 1.0;
    const double left = coefficient(options.matrix, i, n);
    const double right = coefficient(options.matrix, j, n);
    return 2 * left * right / (left + right);
  };
  return suan::generate_rows<double>(
      layout, layout, [=](GlobalIndex i, suan::RowWriter<double>& row) {
        const std::array<GlobalIndex, 3> at = {i % n, i / n % n, i / (n * n)};
        const std::array<GlobalIndex, 3> step = {1, n, n * n};
        double diagonal = 0;
        std::map<GlobalIndex, double> entries;
        for (int d = 0; d < 3; ++d) {
          const auto k = static_cast<std::size_t>(d);
          for (const GlobalIndex sign : {-1, 1}) {
            const GlobalIndex there = at[k] + sign;
            const bool inside = there >= 0 && there < n;
            const double c = coupling(i, inside ? i + sign * step[k] : i, d);
            diagonal += c;
            if (inside) entries[i + sign * step[k]] = -c;
          }
        }
        entries[i] = diagonal;
        for (const auto& [column, value] : entries) row.add(column, value);
      });
}

Problem from_host(const suan::bench::HostCsr& host, std::int64_t block, const Communicator& comm) {
  const auto nodes = suan::Layout::even(host.rows / block, comm);
  const auto layout = suan::Layout::from_local_size(nodes.local_size() * block, comm);
  auto a =
      suan::generate_rows<double>(layout, layout, [&](GlobalIndex i, suan::RowWriter<double>& row) {
        const auto k = static_cast<std::size_t>(i);
        for (auto e = host.offsets[k]; e < host.offsets[k + 1]; ++e) {
          const auto at = static_cast<std::size_t>(e);
          row.add(host.indices[at], host.values[at]);
        }
      });
  return {std::move(a), {}};
}

/// The Laplacian of the graph, with a little more on the diagonal.
suan::bench::HostCsr laplacian(const suan::bench::HostCsr& graph) {
  std::vector<std::map<std::int64_t, double>> rows(static_cast<std::size_t>(graph.rows));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (auto e = graph.offsets[i]; e < graph.offsets[i + 1]; ++e) {
      const auto j = graph.indices[static_cast<std::size_t>(e)];
      if (static_cast<std::size_t>(j) == i) continue;
      rows[i][j] = rows[static_cast<std::size_t>(j)][static_cast<std::int64_t>(i)] = -1;
    }
  }
  suan::bench::HostCsr result;
  result.rows = result.columns = graph.rows;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i][static_cast<std::int64_t>(i)] = static_cast<double>(rows[i].size()) * 1.001 + 1e-3;
    for (const auto& [column, value] : rows[i]) result.add(column, value);
    result.end_row();
  }
  return result;
}

Problem make_problem(const Options& options, const Communicator& comm) {
  if (options.matrix == "elasticity") {
    const auto host = suan::bench::elasticity(options.size);
    auto problem = from_host(host, 3, comm);
    const auto points = std::llround(std::cbrt(static_cast<double>(host.rows / 3)));
    std::vector<double> coordinates;
    const auto& layout = problem.a.row_layout();
    for (GlobalIndex p = layout.first() / 3; p < layout.last() / 3; ++p) {
      for (const GlobalIndex c : {p % points, p / points % points, p / points / points}) {
        coordinates.push_back(static_cast<double>(c));
      }
    }
    problem.near_null = suan::rigid_body_modes<double>(layout, 3, coordinates);
    return problem;
  }
  if (options.matrix == "rmat") {
    return from_host(laplacian(suan::bench::rmat(options.size)), 1, comm);
  }
  auto a = suan::bench::is_poisson(options.matrix)
               ? suan::bench::poisson3d_by_name<double>(options.matrix, options.size, comm)
               : grid(options, comm);
  return {std::move(a), {}};
}

/// Seconds of one product with A: the least of several.
double product_seconds(const suan::DistributedMatrix<double>& a) {
  const auto x = suan::ones(a.column_layout());
  suan::Vector<double> y(a.row_layout());
  double least = 1e300;
  for (int k = 0; k < 12; ++k) {
    a.comm().barrier();
    const suan::Timer timer;
    a.apply(x, y);
    Kokkos::fence("suan::bench::product");
    least = std::min(least, a.comm().max(timer.seconds()));
  }
  return least;
}

void run(benchmark::State& state, const Options& options, const Problem& problem) {
  const auto& comm = problem.a.comm();
  auto amg_options = options.amg;
  if (options.matrix == "elasticity") amg_options.block_size = 3;
  const double product = product_seconds(problem.a);
  const auto b = suan::ones(problem.a.row_layout());
  suan::Vector<double> x(problem.a.column_layout());
  suan::SolveReport report;
  double setup = 1e300;
  double update = 1e300;
  double solve = 1e300;
  suan::AmgReport hierarchy;
  suan::bench::measure(state, comm, 1, [&] {
    const suan::Timer timer;
    const bool has_modes = problem.near_null.columns() > 0 && amg_options.coarsening != "classical";
    auto amg = has_modes ? suan::Amg<double>(problem.a, problem.near_null, amg_options)
                         : suan::Amg<double>(problem.a, amg_options);
    setup = std::min(setup, comm.max(timer.seconds()));
    suan::fill(x, 0.0);
    const suan::Timer solve_timer;
    report = suan::Cg<double>({.rtol = options.rtol, .max_iterations = options.max_iterations})
                 .solve(problem.a, amg, b, x);
    solve = std::min(solve, comm.max(solve_timer.seconds()));
    hierarchy = amg.report();
    // The first update makes the plans that later ones find.
    amg.update(problem.a);
    const suan::Timer update_timer;
    amg.update(problem.a);
    update = std::min(update, comm.max(update_timer.seconds()));
  });
  if (comm.is_root()) std::cerr << hierarchy;
  if (!report.converged()) {
    state.SkipWithError(std::string(suan::to_string(report.reason)).c_str());
    return;
  }
  state.counters["iterations_to_converge"] = static_cast<double>(report.iterations);
  state.counters["operator_complexity"] = hierarchy.operator_complexity();
  state.counters["levels"] = static_cast<double>(hierarchy.levels.size());
  state.counters["product_seconds"] = product;
  state.counters["setup_seconds"] = setup;
  state.counters["update_seconds"] = update;
  state.counters["solve_seconds"] = solve;
  state.counters["setup_products"] = setup / product;
  state.counters["update_products"] = update / product;
  state.counters["solve_products"] = solve / product;
  state.counters["true_relative_residual"] = report.true_relative_residual();
}

void add(const Options& options, const Environment& environment) {
  const auto problem = std::make_shared<Problem>(make_problem(options, environment.world()));
  const std::string name =
      "amg/cg/" + options.matrix + "/" + std::to_string(options.size) + "/float64";
  auto* benchmark = benchmark::RegisterBenchmark(
      name.c_str(), [=](benchmark::State& state) { run(state, options, *problem); });
  suan::bench::configure(benchmark, options.repetitions);
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "CG with algebraic multigrid, right-hand side all ones.", add);
}
