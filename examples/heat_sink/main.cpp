// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The steady temperature of a finned heat sink: assemble, write, solve, check, and leave files for
// ParaView and plot.py. Runs on any number of ranks: mpirun -n 4 suan_heat_sink
//
// Returns 0 if the system is solved and the heat balance holds, 1 if not, 2 for bad options or
// files.
#include <algorithm>
#include <filesystem>
#include <iomanip>
#include <iostream>

#include "options.hpp"
#include "output.hpp"
#include "summary.hpp"

namespace heat_sink {
namespace {

void make_folder(const std::filesystem::path& folder, const suan::Communicator& comm) {
  suan::together(comm, [&] {
    std::error_code error;
    if (comm.is_root()) std::filesystem::create_directories(folder, error);
    if (error) {
      throw suan::IoError(
          suan::message("cannot make the folder ", folder.string(), ": ", error.message()));
    }
  });
}

void describe(std::ostream& out, const Geometry& geometry) {
  out << "Heat sink: " << geometry.nx() << " x " << geometry.ny() << " x " << geometry.nz()
      << " cells of " << geometry.cell_size() * 1e3 << " mm, of which " << geometry.unknowns()
      << " are solid and unknowns\n";
}

int run(const suan::Environment& env, int argc, char** argv) {
  const suan::Communicator& comm = env.world();
  std::ostream silent(nullptr);
  std::ostream& out = comm.is_root() ? std::cout : silent;
  out << std::setprecision(3);

  Options options;
  std::string told;
  suan::together(comm, [&] {
    options = parse(argc, argv);
    told = Options::table().write(options) + (options.help ? "help" : "no help");
  });
  suan::require_agreement(comm, "the options", told);
  if (options.help) {
    out << help_text();
    return 0;
  }
  const std::filesystem::path folder = std::filesystem::path(options.output).lexically_normal();
  out << env.description() << '\n';
  const Conduction problem(Geometry(options.shape), options.physics);
  const Geometry& geometry = problem.geometry();
  describe(out, geometry);
  make_folder(folder, comm);

  const suan::Timer assembly;
  const auto layout = suan::Layout::even(geometry.unknowns(), comm);
  const auto a = assemble_matrix(problem, layout);
  const auto b = assemble_right_hand_side(problem, layout);
  out << "Assembled " << a.global_entries() << " entries in " << assembly.seconds() << " s\n";

  if (!SUAN_HAVE_HDF5) {
    out << "This Suan was built without HDF5, so neither the matrix nor the temperature field is "
           "written.\n";
  } else if (options.matrix) {
    const suan::Timer writing;
    write_system(folder / "heat_sink_matrix.h5", a, b);
    out << "Wrote matrix and right-hand side to " << (folder / "heat_sink_matrix.h5").string()
        << " in " << writing.seconds() << " s\n";
  }
  out << std::flush;

  suan::Vector<double> temperature(layout);
  suan::fill(temperature, options.physics.ambient);
  const suan::SolveReport report = suan::solve(a, b, temperature, options.solve);
  out << '\n' << report << '\n';

  const auto& krylov = options.solve.krylov();
  const double tolerance =
      std::max({krylov.rtol * report.right_hand_side_norm, krylov.atol, report.true_residual_norm});
  const Summary summary = summarise(problem, temperature, tolerance);
  // The field first, and each file even if another one fails.
  std::string failures;
  const auto attempt = [&failures](const auto& write) {
    try {
      write();
      return true;
    } catch (const suan::Error& error) {
      failures += suan::message(failures.empty() ? "" : "; ", error.what());
      return false;
    }
  };
  const bool field = SUAN_HAVE_HDF5 && report.converged() &&
                     attempt([&] { write_field(folder / "heat_sink.h5", geometry, temperature); });
  if (field) {
    attempt([&] {
      suan::write_text_file((folder / "heat_sink.xdmf").string(), xdmf(geometry, "heat_sink.h5"),
                            comm);
    });
  }
  attempt([&] {
    suan::write_text_file((folder / "heat_sink_report.json").string(),
                          suan::message("{\"rtol\": ", krylov.rtol,
                                        ",\n\"cell_size_mm\": ", geometry.cell_size() * 1e3,
                                        ",\n\"field\": ", field ? "true" : "false",
                                        ",\n\"summary\": ", to_json(summary),
                                        ",\n\"solve\": ", report.to_json(), "}\n"),
                          comm);
  });
  if (!failures.empty()) {
    out << summary << std::flush;
    throw suan::IoError(failures);
  }

  if (!report.converged()) {
    out << "Not solved, so no temperature field is written.\n";
    return 1;
  }
  out << summary;
  if (field) {
    out << "Wrote the temperature field; open " << (folder / "heat_sink.xdmf").string()
        << " in ParaView\n";
  }
  if (!summary.balanced()) {
    out << "The heat balance does not hold: do not trust this temperature field.\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace heat_sink

int main(int argc, char** argv) {
  return suan::run(argc, argv,
                   [&](suan::Environment& env) { return heat_sink::run(env, argc, argv); });
}
