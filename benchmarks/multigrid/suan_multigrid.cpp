// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// benchmark_multigrid --file FILE ...: Suan in the comparison of multigrid. Solves A x = b, b all
// ones, from zero, with a matrix that all contestants read from a file; prints a line of JSON per
// repetition (see compare.py), and the last hierarchy to the standard error. Options of multigrid,
// such as --theta 0.05, are those of the library. Also runs under mpirun.
#include <algorithm>
#include <iostream>

#include "../peers/common.hpp"
#include "../support/dense_file.hpp"
#include "suan/comm/environment.hpp"
#include "suan/core/options.hpp"
#include "suan/matrix/assembly.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/solvers/cg.hpp"
#include "suan/solvers/gmres.hpp"
#include "suan/vector/blas1.hpp"

namespace {

using suan::Communicator;

struct Options {
  std::string name = "Suan";
  std::string file;
  std::string near_null;
  std::string method = "cg";
  double rtol = 1e-8;
  std::int64_t max_iterations = 500;
  std::int64_t repetitions = 2;
  std::int64_t cycles = 0;
  suan::AmgOptions amg{};
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .value("name", &Options::name, "Of the contestant.")
            .value("file", &Options::file, "A matrix (csr_file.hpp).")
            .value("near_null", &Options::near_null,
                   "Its near null space (dense_file.hpp); without one: constants.")
            .choice("method", &Options::method, {"cg", "gmres"}, "What multigrid preconditions.")
            .number("rtol", &Options::rtol, 0, 1, "Tolerance on ||b - A x|| / ||b||.")
            .number("max_iterations", &Options::max_iterations, 1, 1e9, "Limit on the iterations.")
            .number("repetitions", &Options::repetitions, 1, 1000, "Set-ups and solves.")
            .number("cycles", &Options::cycles, 0, 1e6,
                    "Cycles after the solve, for the counter of messages (messages.py).")
            .node("amg", &Options::amg);
    return table;
  }
};

struct Problem {
  suan::DistributedMatrix<double> a;
  suan::MultiVector<double> near_null;  // without columns: constants
};

Problem read(const Options& options, const Communicator& comm) {
  const auto sizes = suan::bench::csr_file_sizes(options.file);
  const auto nodes = suan::Layout::even(sizes.rows / options.amg.block_size, comm);
  const auto rows =
      suan::Layout::from_local_size(nodes.local_size() * options.amg.block_size, comm);
  const auto mine = suan::bench::read_csr_file(options.file, rows.first(), rows.last());
  auto a = suan::assemble<double>(rows, rows, mine.offsets, mine.indices, mine.values);
  if (options.near_null.empty()) return {std::move(a), {}};
  const auto vectors = suan::bench::read_dense_file(options.near_null, rows.first(), rows.last());
  return {std::move(a),
          suan::MultiVector<double>::from_host(rows, static_cast<suan::LocalIndex>(vectors.columns),
                                               std::span<const double>(vectors.elements))};
}

/// Seconds of one product with A in CSR: the median of several.
double product_seconds(const suan::DistributedMatrix<double>& a) {
  const auto x = suan::ones(a.column_layout());
  suan::Vector<double> y(a.row_layout());
  const auto seconds = peers::measure(3, 11, [&] {
    a.comm().barrier();
    a.apply(x, y);
    Kokkos::fence("suan::bench::product");
  });
  return a.comm().max(peers::median(seconds));
}

std::unique_ptr<suan::Solver<double>> make_solver(const Options& options) {
  const suan::KrylovOptions krylov{.rtol = options.rtol, .max_iterations = options.max_iterations};
  if (options.method == "cg") return std::make_unique<suan::Cg<double>>(krylov);
  return std::make_unique<suan::Gmres<double>>(suan::GmresOptions{.krylov = krylov});
}

/// Of all ranks together; negative if the system does not tell.
double peak_bytes(const suan::bench::PeakMemory& memory, const Communicator& comm) {
  const double mine = memory.bytes();
  return comm.max(mine < 0 ? 1.0 : 0.0) > 0 ? -1 : comm.sum(mine);
}

/// For the counter of messages.
void cycle(const Options& options, const suan::Amg<double>& amg, const suan::Vector<double>& b,
           suan::Vector<double>& x) {
#if SUAN_HAVE_MPI
  if (options.cycles == 0) return;
  amg.apply(b, x);
  for (std::int64_t k = 0; k < options.cycles; ++k) {
    MPI_Pcontrol(1);
    amg.apply(b, x);
  }
  MPI_Pcontrol(0);
#endif
}

void solve(const Options& options, const Problem& problem, double product) {
  const auto& comm = problem.a.comm();
  const auto b = suan::ones(problem.a.row_layout());
  const auto solver = make_solver(options);
  const suan::bench::PeakMemory memory;
  suan::Vector<double> x(problem.a.column_layout());
  comm.barrier();
  const suan::Timer setup_timer;
  const auto amg = options.near_null.empty()
                       ? suan::Amg<double>(problem.a, options.amg)
                       : suan::Amg<double>(problem.a, problem.near_null, options.amg);
  Kokkos::fence("suan::bench::setup");
  const double setup = comm.max(setup_timer.seconds());
  const suan::Timer timer;
  const auto report = solver->solve(problem.a, amg, b, x);
  Kokkos::fence("suan::bench::solve");
  const double seconds = comm.max(timer.seconds());
  const double peak = peak_bytes(memory, comm);
  cycle(options, amg, b, x);
  if (!comm.is_root()) return;
  auto line = peers::solve_line(options.name, setup, seconds, static_cast<int>(report.iterations),
                                report.true_relative_residual());
  line.number("rows", static_cast<double>(b.global_size()))
      .number("product_seconds", product)
      .number("operator_complexity", amg.report().operator_complexity())
      .number("levels", static_cast<double>(amg.report().levels.size()))
      .number("bytes_moved", static_cast<double>(report.bytes_moved))
      .number("peak_bytes", peak)
      .text("reason", suan::to_string(report.reason));
  line.print();
  std::cerr << amg.report();
}

int run(int argc, char** argv, const suan::Environment& environment) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    Options::table().parse(options, std::string(argv[i]).substr(2), argv[i + 1]);
  }
  const auto& comm = environment.world();
  const auto problem = read(options, comm);
  const double product = product_seconds(problem.a);
  for (std::int64_t k = 0; k < options.repetitions; ++k) solve(options, problem, product);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const suan::Environment environment(argc, argv);
  try {
    return run(argc, argv, environment);
  } catch (const std::exception& error) {
    if (environment.world().is_root()) std::cerr << "error: " << error.what() << "\n";
    return 2;
  }
}
