// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// suan solve: from a matrix to a verified solution and a report.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "agreement.hpp"
#include "commands.hpp"
#include "hints.hpp"
#include "io/output_file.hpp"
#include "progress.hpp"
#include "signals.hpp"
#include "source.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/solvers/linear_solver.hpp"
#include "suan/solvers/solve.hpp"

namespace suan::cli {

namespace {

struct SolveArguments {
  SourceOptions source;
  SolveOptions solve;
  HintOptions hints;
  std::string rhs;
  std::string initial_guess;
  std::string output;
  std::string report;
  std::string kernel = "auto";
  std::string config;
  bool quiet = false;
  static const OptionTable<SolveArguments>& table();
};

const OptionTable<SolveArguments>& SolveArguments::table() {
  static const auto table =
      OptionTable<SolveArguments>()
          .include(&SolveArguments::source)
          .value("rhs", &SolveArguments::rhs,
                 "The right-hand side: a file as for the matrix; default: all ones.")
          .value("initial_guess", &SolveArguments::initial_guess,
                 "The initial guess: a file as for the matrix; default: zero.")
          .include(&SolveArguments::solve)
          .include(&SolveArguments::hints)
          .choice("kernel", &SolveArguments::kernel, {"auto", "native", "cusparse", "cuda"},
                  "The implementation of the matrix-vector product; an error if it is not in this "
                  "build.")
          .value("output", &SolveArguments::output,
                 "The file for the solution; it ends in .mtx, .mtx.gz, .h5 or .hdf5.")
          .value("report", &SolveArguments::report,
                 "The file for the report as JSON; - is the standard output.")
          .value("config", &SolveArguments::config,
                 "A JSON file of options, named as here but with underscores; the command line "
                 "overrides it.")
          .value("quiet", &SolveArguments::quiet, "Print nothing but errors.");
  return table;
}

/// The command's options, with the configuration file read on rank 0. Collective.
SolveArguments parse(const Communicator& world, const CommandLine& line) {
  const std::string path = line.text("config");
  if (path.empty()) return make_options<SolveArguments>(line);
  std::string text;
  together(world, [&] {
    if (world.is_root()) text = read_config(path);
  });
  text = world.broadcast(text);
  for (const auto& option : parse_config(path, text)) {
    if (option.first == "config") {
      throw InvalidArgument(message(path, ": a configuration file cannot name another one"));
    }
  }
  return make_options<SolveArguments>(line, path, text);
}

/// Checks before the work what could lose the solution after it. Collective.
void check_output(const Communicator& world, const FileName& output) {
  if (output.format == FileName::Format::hdf5) {
    if (SUAN_HAVE_HDF5 == 0) {
      throw NotSupported(
          message(output.path, ": this build of Suan has no HDF5; write the solution to a .mtx"));
    }
    for (std::size_t begin = 0; begin <= output.object.size() && !output.object.empty();) {
      const std::size_t end = std::min(output.object.find('/', begin), output.object.size());
      const std::string part = output.object.substr(begin, end - begin);
      const bool reserved = begin == 0 && part == "report";
      if (part.empty() || part == "." || part == ".." || reserved) {
        throw InvalidArgument(message(output.path, ": \"", output.object, "\" cannot name the ",
                                      "solution", reserved ? ", for the report is called so" : "",
                                      "; write ", output.path, ":x"));
      }
      begin = end + 1;
    }
  }
  require_writable(output.path, world);
  // A trial shows any other problem with the place.
  const detail::OutputFile trial(output.path, world);
}

/// Checks everything that can be checked before numbers are read. Collective.
void check(const Communicator& world, const SolveArguments& arguments, const CommandLine& line) {
  check_source(arguments.source, line);
  const KernelPath kernel = choose_spmv_path(kernel_path_from_string(arguments.kernel));
  if (kernel != KernelPath::native && arguments.kernel != "auto" &&
      arguments.solve.format != "auto" && arguments.solve.format != "csr") {
    throw InvalidArgument(message("the kernel path ", arguments.kernel, " reads csr, but --format ",
                                  arguments.solve.format, " was given: leave one of the two out"));
  }
  for (const auto& path : {arguments.rhs, arguments.initial_guess, arguments.output}) {
    if (!path.empty()) parse_file_name(path);
  }
  check_hints(arguments.hints, arguments.solve);
  if (!arguments.output.empty()) {
    check_output(world, parse_file_name(arguments.output));
    const std::string output = parse_file_name(arguments.output).path;
    // It may be the initial guess: continuing from a solution may replace it.
    for (const auto& path : {arguments.source.matrix, arguments.rhs, arguments.hints.coordinates,
                             arguments.hints.near_null_space}) {
      if (!path.empty()) require_different(parse_file_name(path).path, output, world);
    }
    if (!arguments.report.empty()) require_different(arguments.report, output, world);
  }
  if (arguments.report.empty()) return;
  require_writable(arguments.report, world);
  for (const auto& path : {arguments.source.matrix, arguments.rhs, arguments.initial_guess,
                           arguments.hints.coordinates, arguments.hints.near_null_space}) {
    if (!path.empty()) require_different(parse_file_name(path).path, arguments.report, world);
  }
  if (!arguments.config.empty()) require_different(arguments.config, arguments.report, world);
}

/// The same matrix with another path for its products; the arrays are shared. Collective.
template <Scalar T>
DistributedMatrix<T> on_path(DistributedMatrix<T> a, const std::string& kernel) {
  const KernelPath path = kernel_path_from_string(kernel);
  if (path == KernelPath::automatic || a.path() == to_string(path)) return a;
  kernels::SpmvPlan<T> plan;
  together(a.comm(),
           [&] { plan = kernels::SpmvPlan<T>(ExecutionSpace(), a.local().view(), path); });
  return a.with_plan(std::move(plan));
}

/// Writes several outputs, each even if another one fails.
class Outputs {
 public:
  /// Calls write(path) unless the path is empty.
  template <class Write>
  void write(const std::string& path, const Write& write) {
    if (path.empty()) return;
    try {
      write(path);
    } catch (const Error& error) {
      // Thrown on all ranks; after an error on one rank alone there is no continuing.
      errors_ += message(errors_.empty() ? "" : "; ", error.what());
    }
  }
  /// @throws IoError with the texts of all failures.
  void finish() const {
    if (!errors_.empty()) throw IoError(errors_);
  }

 private:
  std::string errors_;
};

struct Solved {
  SolveReport report;
  std::optional<AmgReport> levels;  // of multigrid, if it was used
};

template <Scalar T>
std::string report_json(const Solved& solved, const SourceOptions& source,
                        const DistributedMatrix<T>& a, double read_seconds) {
  nlohmann::ordered_json json;
  json["command"] = "suan solve";
  json["version"] = SUAN_VERSION;
  json["matrix"] = source_name(source);
  json["rows"] = a.global_rows();
  json["columns"] = a.global_columns();
  json["entries"] = a.global_entries();
  json["read_seconds"] = read_seconds;
  json.update(nlohmann::ordered_json::parse(solved.report.to_json(-1)));
  if (solved.levels) {
    json["multigrid"] = nlohmann::ordered_json::parse(solved.levels->to_json(-1));
  }
  return json.dump(2) + "\n";
}

/// The number of vectors of a solve: b, x and those of the method, or of cg if that is not known
/// yet.
double vectors_of(const SolveOptions& options) {
  const auto number = [&](const char* name) {
    return static_cast<double>(std::get<std::int64_t>(SolveOptions::table().get(options, name)));
  };
  if (options.solver == "gmres") return number("solver.restart") + 5;
  if (options.solver == "bicgstab_l") return 2 * number("solver.ell") + 7;
  if (options.solver == "idr") return 3 * number("solver.s") + 5;
  if (options.solver == "bicgstab" || options.solver == "cgs") return 8;
  if (options.solver == "tfqmr") return 9;
  return 5;
}

template <Scalar T>
Solved solve_with(const DistributedMatrix<T>& a, const Vector<T>& b, Vector<T>& x,
                  const SolveOptions& options, std::shared_ptr<const Operator<T>> m,
                  std::shared_ptr<EventLogger> logger) {
  LinearSolver<T> solver(std::make_shared<DistributedMatrix<T>>(a), options, std::move(m));
  Solved solved;
  solved.report = solver.solve(b, x, std::move(logger));
  if (const AmgReport* levels = solver.levels()) solved.levels = *levels;
  return solved;
}

/// With multigrid made for what the user knows of the matrix. The time limit includes that.
template <Scalar T>
Solved solve_with_hints(const DistributedMatrix<T>& a, const Vector<T>& b, Vector<T>& x,
                        const std::optional<MultiVector<T>>& near_null_space,
                        const SolveArguments& arguments, std::shared_ptr<EventLogger> logger) {
  const Timer timer;
  const auto m = make_amg<T>(a, near_null_space, arguments.solve);
  const double seconds = a.comm().max(timer.seconds());
  auto options = detail::settled(arguments.solve);
  options.preconditioner = "auto";
  auto& limit = options.krylov().time_limit;
  if (limit > 0) limit = std::max(limit - seconds, 1e-9);
  auto solved = solve_with<T>(a, b, x, options, m, std::move(logger));
  solved.report.setup_seconds += seconds;
  return solved;
}

template <Scalar T>
int solve_as(const Communicator& world, const SolveArguments& arguments) {
  const auto& source = arguments.source;
  const Timer reading;
  const auto a = on_path(in_whole_nodes(load_matrix<T>(source, vectors_of(arguments.solve), world),
                                        rows_of_a_node(arguments.solve)),
                         arguments.kernel);
  const auto vector_or = [&](const std::string& path, auto&& otherwise) {
    if (path.empty()) return otherwise();
    return read_vector<T>(parse_file_name(path), a.row_layout(), source.matrix_market);
  };
  const auto b = vector_or(arguments.rhs, [&] { return ones<T>(a.row_layout()); });
  auto x = vector_or(arguments.initial_guess, [&] { return Vector<T>(a.column_layout()); });
  std::optional<MultiVector<T>> near_null_space;
  if (arguments.hints.any()) {
    near_null_space =
        read_hints<T>(arguments.hints, a.row_layout(), arguments.solve, source.matrix_market);
  }
  const double read_seconds = world.max(reading.seconds());

  const bool shows_progress = world.is_root() && !arguments.quiet;
  const NotedSignals noted;  // from here on there are results to lose
  const auto logger = stopped_by_signals(shows_progress ? progress_on_terminal() : nullptr);
  const auto solved = arguments.hints.any()
                          ? solve_with_hints(a, b, x, near_null_space, arguments, logger)
                          : solve_with<T>(a, b, x, arguments.solve, nullptr, logger);
  const SolveReport& report = solved.report;

  // The solution first, so that no later failure can lose it.
  const std::string json = report_json(solved, source, a, read_seconds);
  Outputs outputs;
  outputs.write(arguments.output,
                [&](const std::string& path) { suan::cli::write(parse_file_name(path), x, json); });
  outputs.write(arguments.report, [&](const std::string& path) { write_text(path, json, world); });
  const bool prints = world.is_root() && !arguments.quiet && arguments.report != "-";
  if (prints) {
    std::cout << source_name(source) << ": " << report;
    if (solved.levels) std::cout << *solved.levels;
    std::cout << std::flush;
  }
  outputs.finish();
  if (report.reason == Reason::interrupted) return exit_interrupted;
  return report.converged() ? exit_solved : exit_not_converged;
}

}  // namespace

Usage solve_usage() {
  auto method = SolveOptions::table().descriptions();
  const auto hints = HintOptions::table().descriptions();
  method.insert(method.end(), hints.begin(), hints.end());
  auto groups = source_groups();
  const auto mine = without(
      without(SolveArguments::table().descriptions(), SourceOptions::table().descriptions()),
      method);
  groups.insert(groups.begin() + 1,
                {{"Right-hand side, results and control", mine}, {"Method", method}});
  return {"solve",
          "Solves A x = b, recomputes the residual and reports what was done and why it stopped. "
          "Exit code 0: solved; 1: not converged; 2: bad use or bad input; 3: interrupted by a "
          "signal, with all results written.",
          {"matrix"},
          groups,
          {"suan solve A.mtx", "suan solve A.mtx.gz --rhs b.mtx --rtol 1e-10 --output x.h5",
           "suan solve A.mtx --solver gmres --solver.restart 50 --preconditioner block_jacobi",
           "mpirun -n 4 suan solve --problem poisson3d --size 128 --report report.json"},
          {{"Solvers (`suan help gmres` has the options of one)", solver_types()},
           {"Preconditioners", preconditioner_types()}}};
}

int run_solve(const Communicator& world, const CommandLine& line) {
  const auto arguments = parse(world, line);
  check(world, arguments, line);
  // A file that is missing is found before the matrix is read.
  for (const auto& path : {arguments.hints.coordinates, arguments.hints.near_null_space}) {
    if (!path.empty()) inspect(parse_file_name(path), Wanted::either, world);
  }
  const auto scalar =
      choose_scalar(arguments.source, {arguments.rhs, arguments.initial_guess}, world);
  return with_scalar(scalar, [&]<class T>(T) { return solve_as<T>(world, arguments); });
}

}  // namespace suan::cli
