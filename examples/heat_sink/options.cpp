// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

namespace heat_sink {

// Diffusion through a few hundred cells with two materials takes CG and Jacobi well over the
// library's default limit of iterations.
Options::Options() { solve.krylov().max_iterations = 10000; }

const suan::OptionTable<Options>& Options::table() {
  static const auto table =
      suan::OptionTable<Options>()
          .value("output", &Options::output, "Folder for all files; made if it is not there.")
          .value("matrix", &Options::matrix,
                 "Write the matrix and the right-hand side to heat_sink_matrix.h5.")
          .include(&Options::shape)
          .include(&Options::physics)
          .include(&Options::solve);
  return table;
}

Options parse(int argc, const char* const* argv) {
  Options options;
  const auto arguments = suan::read_arguments(argc, argv);
  options.help = !arguments;
  if (arguments) Options::table().parse(options, *arguments);
  return options;
}

std::string help_text() {
  return "suan_heat_sink [--option value ...]\n\n"
         "Steady temperature of a finned heat sink, solved on all ranks that mpirun starts.\n\n" +
         Options::table().help();
}

}  // namespace heat_sink
