// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Conjugate gradients with Jacobi on a 3-D Poisson problem, with b all ones, from zero. Several
// vectors, where element i of vector j is 1 + j (i mod 17) / 16, are solved together. One result is
// one whole solve, including the recomputation of the residual. Also runs under mpirun.
#include "../support/bandwidth.hpp"
#include "../support/harness.hpp"
#include "../support/problem.hpp"
#include "suan/matrix/optimize.hpp"
#include "suan/preconditioners/jacobi.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Communicator;
using suan::Environment;

struct Options {
  std::int64_t size = 128;
  std::string stencil = "7pt";
  std::string format = "csr";
  std::int64_t vectors = 1;
  double rtol = 1e-8;
  std::int64_t max_iterations = 10000;
  std::int64_t repetitions = 3;
  std::int64_t stream_elements = std::int64_t{1} << 25;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .number("size", &Options::size, 1, 1200, "Points in each direction.")
            .choice("stencil", &Options::stencil, {"7pt", "27pt"}, "Which Laplacian to solve with.")
            .choice("format", &Options::format, {"csr", "sell", "auto"},
                    "Format in which products read the matrix; auto measures.")
            .number("vectors", &Options::vectors, 1, 64,
                    "Right-hand sides that are solved together.")
            .number("rtol", &Options::rtol, 0, 1, "Tolerance on ||b - A x|| / ||b||.")
            .number("max_iterations", &Options::max_iterations, 1, 1e9, "Limit on the iterations.")
            .number("repetitions", &Options::repetitions, 1, 10000,
                    "Number of solves; minimum and median are reported.")
            .number("stream_elements", &Options::stream_elements, 1, 1e9,
                    "Elements per array and rank when the read bandwidth is measured.");
    return table;
  }
};

struct Problem {
  suan::DistributedMatrix<double> a;
  suan::MultiVector<double> b;
  suan::MultiVector<double> x;
};

Problem make_problem(const Options& options, const Communicator& comm) {
  auto a = suan::bench::poisson3d_by_name<double>(options.stencil, options.size, comm);
  const auto vectors = static_cast<suan::LocalIndex>(options.vectors);
  suan::MultiVector<double> b(a.row_layout(), vectors);
  for (suan::LocalIndex j = 0; j < vectors; ++j) {
    b.set_column(j, suan::generate<double>(a.row_layout(), [j](suan::GlobalIndex i) {
                   return 1 + j * static_cast<double>(i % 17) / 16;
                 }));
  }
  suan::MultiVector<double> x(a.column_layout(), vectors);
  return {std::move(a), std::move(b), std::move(x)};
}

void run(benchmark::State& state, const Options& options, Problem& problem,
         const suan::bench::ReadMeter& meter) {
  const double before = meter.median();
  const auto& comm = problem.a.comm();
  std::vector<suan::SolveReport> reports;
  double setup = 0;
  const double seconds = [&] {
    const suan::Timer timer;
    const suan::Jacobi<double> jacobi(problem.a);
    const auto a = suan::optimize(problem.a, {.format = options.format});
    Kokkos::fence("suan::bench::setup");
    setup = comm.max(timer.seconds());
    suan::Cg<double> cg({.rtol = options.rtol, .max_iterations = options.max_iterations});
    Kokkos::deep_copy(problem.x.view(), 0.0);
    if (options.vectors > 1) {
      return suan::bench::measure(state, comm, 1,
                                  [&] { reports = cg.solve(a, jacobi, problem.b, problem.x); });
    }
    const auto b = problem.b.column(0);
    auto x = problem.x.column(0);
    return suan::bench::measure(state, comm, 1, [&] { reports = {cg.solve(a, jacobi, b, x)}; });
  }();
  double bytes = 0;
  double residual = 0;
  std::int64_t iterations = 0;
  for (const auto& report : reports) {
    if (!report.converged()) {
      state.SkipWithError(std::string(suan::to_string(report.reason)).c_str());
      return;
    }
    bytes += static_cast<double>(report.bytes_moved);
    residual = std::max(residual, report.true_relative_residual());
    iterations = std::max(iterations, report.iterations);
  }
  state.counters["vectors"] = static_cast<double>(options.vectors);
  state.counters["iterations_to_converge"] = static_cast<double>(iterations);
  state.counters["seconds"] = seconds;
  state.counters["milliseconds_per_iteration"] =
      1e3 * seconds / static_cast<double>(std::max<std::int64_t>(iterations, 1));
  state.counters["setup_seconds"] = setup;
  state.counters["bytes_moved"] = bytes;
  state.counters["gigabytes_per_second"] = bytes / seconds * 1e-9;
  state.counters["fraction_of_read"] = bytes / seconds * 1e-9 / (0.5 * (before + meter.median()));
  state.counters["true_relative_residual"] = residual;
}

void add(const Options& options, const Environment& environment) {
  const auto& comm = environment.world();
  const auto meter = std::make_shared<suan::bench::ReadMeter>(comm, options.stream_elements);
  benchmark::AddCustomContext("read_gigabytes_per_second_median", std::to_string(meter->median()));
  const auto problem = std::make_shared<Problem>(make_problem(options, comm));
  const std::string name = "cg/jacobi/poisson3d_" + options.stencil + "/" +
                           std::to_string(options.size) + "/float64" +
                           (options.vectors > 1 ? "/" + std::to_string(options.vectors) : "");
  auto* benchmark = benchmark::RegisterBenchmark(
      name.c_str(), [=](benchmark::State& state) { run(state, options, *problem, *meter); });
  suan::bench::configure(benchmark, options.repetitions);
}

}  // namespace

int main(int argc, char** argv) {
  return suan::bench::main_program<Options>(
      argc, argv, "CG with Jacobi on a 3-D Poisson problem, right-hand side all ones.", add);
}
