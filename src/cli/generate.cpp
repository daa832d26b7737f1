// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// suan generate: matrices of model problems.
#include <iostream>

#include "agreement.hpp"
#include "commands.hpp"
#include "source.hpp"

namespace suan::cli {

namespace {

struct GenerateArguments {
  std::string problem;
  std::string output;
  std::string scalar = "float64";
  bool list = false;
  double memory_limit_gib = 0;
  GalleryOptions gallery;
  static const OptionTable<GenerateArguments>& table();
};

const OptionTable<GenerateArguments>& GenerateArguments::table() {
  static const auto table =
      OptionTable<GenerateArguments>()
          .choice("problem", &GenerateArguments::problem, gallery_names(), "The model problem.")
          .value("output", &GenerateArguments::output,
                 "The file to write; it ends in .mtx, .mtx.gz, .h5 or .hdf5.")
          .choice("scalar", &GenerateArguments::scalar,
                  {"float32", "float64", "complex64", "complex128"}, "The type of the numbers.")
          .number("memory_limit_gib", &GenerateArguments::memory_limit_gib, 0, 1e9,
                  "Matrices that need more memory per node are refused; 0 stands for half of the "
                  "free memory.")
          .value("list", &GenerateArguments::list, "Print the names of the problems.")
          .include(&GenerateArguments::gallery);
  return table;
}

}  // namespace

Usage generate_usage() {
  const auto problem = GalleryOptions::table().descriptions();
  return {"generate",
          "Writes the matrix of a model problem.",
          {"problem", "output"},
          {{"Problem and file", without(GenerateArguments::table().descriptions(), problem)},
           {"Model problem", problem}},
          {"suan generate --list", "suan generate poisson3d --size 128 A.h5",
           "mpirun -n 4 suan generate convection_diffusion2d --size 1000 --convection 50 A.mtx"}};
}

int run_generate(const Communicator& world, const CommandLine& line) {
  const auto arguments = make_options<GenerateArguments>(line);
  if (arguments.list) {
    if (world.is_root()) {
      for (const auto& name : gallery_names()) std::cout << name << '\n';
    }
    return exit_solved;
  }
  if (arguments.problem.empty() || arguments.output.empty()) {
    throw InvalidArgument(
        "a problem and a file are needed, as in `suan generate poisson3d --size 64 A.mtx`; "
        "`suan generate --list` lists the problems");
  }
  const auto output = parse_file_name(arguments.output);
  require_writable(output.path, world);
  with_scalar(arguments.scalar, [&]<class T>(T) {
    require_memory_for(arguments.problem, arguments.gallery, sizeof(T), 0,
                       arguments.memory_limit_gib, world);
    write(output, gallery<T>(arguments.problem, arguments.gallery, world));
  });
  return exit_solved;
}

}  // namespace suan::cli
