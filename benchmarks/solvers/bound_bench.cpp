// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a bound solver costs besides its iterations: the tridiagonal Laplacian, solved again and
// again from zero by the same LinearSolver, with one iteration and with 21.
#include <algorithm>
#include <limits>

#include "../support/harness.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/vector/blas1.hpp"

namespace {

struct Options {
  std::int64_t size = 1000;
  std::int64_t solves = 2000;
  std::int64_t repetitions = 3;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .number("size", &Options::size, 1, 1e9, "Rows.")
            .number("solves", &Options::solves, 1, 1e9, "Solves of which the fastest counts.")
            .number("repetitions", &Options::repetitions, 1, 10000,
                    "Number of measurements; minimum and median are reported.");
    return table;
  }
};

using Matrix = suan::DistributedMatrix<double>;

/// Seconds of the fastest of `solves` solves with so many iterations.
double fastest_solve(const std::shared_ptr<const Matrix>& a, const std::string& method,
                     std::int64_t iterations, std::int64_t solves) {
  suan::SolveOptions options;
  options.solver = suan::OptionNode(method);
  options.preconditioner = suan::OptionNode("jacobi");
  options.stop.max_iterations = iterations;
  options.stop.rtol = 1e-14;  // not reached
  suan::LinearSolver<double> solver(a, options);
  const auto b = suan::random_vector<double>(a->row_layout(), 7);
  suan::Vector<double> x(a->row_layout());
  double fastest = std::numeric_limits<double>::infinity();
  for (std::int64_t k = 0; k < solves; ++k) {
    suan::fill(x, 0.0);
    Kokkos::fence("suan::bench::bound");
    const suan::Timer timer;
    solver.solve(b, x);
    fastest = std::min(fastest, a->comm().max(timer.seconds()));
  }
  return fastest;
}

void run(benchmark::State& state, const Options& options, const std::string& method,
         const std::shared_ptr<const Matrix>& a) {
  constexpr std::int64_t more = 20;
  const double one = fastest_solve(a, method, 1, options.solves);
  const double many = fastest_solve(a, method, 1 + more, options.solves);
  const double iteration = (many - one) / static_cast<double>(more);
  for ([[maybe_unused]] auto _ : state) state.SetIterationTime(one);
  state.counters["microseconds_per_iteration"] = 1e6 * iteration;
  state.counters["microseconds_besides"] = 1e6 * (one - iteration);
}

void add(const Options& options, const suan::Environment& environment) {
  const auto a =
      std::make_shared<const Matrix>(suan::poisson1d<double>(options.size, environment.world()));
  for (const std::string method : {"cg", "gmres"}) {
    const std::string name =
        "bound/" + method + "/jacobi/poisson1d/" + std::to_string(options.size);
    auto* benchmark = benchmark::RegisterBenchmark(
        name.c_str(), [=](benchmark::State& state) { run(state, options, method, a); });
    suan::bench::configure(benchmark, options.repetitions);
  }
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "What a bound solver costs besides its iterations.", add);
}
