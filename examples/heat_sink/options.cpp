// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <string_view>

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
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") {
      options.help = true;
      return options;
    }
    if (!argument.starts_with("--")) {
      throw suan::InvalidArgument(
          suan::message("\"", argument, "\" is not an option; options start with --, see --help"));
    }
    const auto equals = argument.find('=');
    const std::string_view name = argument.substr(2, equals - 2);
    if (equals == std::string_view::npos && i + 1 == argc) {
      throw suan::InvalidArgument(suan::message("option --", name, " needs a value"));
    }
    const std::string value(equals != std::string_view::npos ? argument.substr(equals + 1)
                                                             : argv[++i]);
    if (value.empty()) {
      throw suan::InvalidArgument(suan::message(
          "option --", name, " is empty; give it a value or leave it out (is a variable of a ",
          "script not set?)"));
    }
    Options::table().parse(options, name, value);
  }
  return options;
}

namespace {

/// The value that is used, or the default of an option that only another type has.
suan::OptionValue value_in_use(const Options& options, const suan::OptionDescription& option) {
  try {
    return Options::table().get(options, option.path);
  } catch (const suan::InvalidArgument&) {
    return option.default_value;
  }
}

}  // namespace

std::string help_text() {
  std::ostringstream out;
  out << "suan_heat_sink [--option value ...]\n\n"
         "Steady temperature of a finned heat sink, solved on all ranks that mpirun starts.\n\n";
  const Options defaults;
  for (const auto& option : Options::table().descriptions()) {
    out << "  --" << option.flag() << " <" << suan::option_type_name(option.default_value) << ">  "
        << option.sentence << " Default: " << suan::to_string(value_in_use(defaults, option));
    if (!option.range_text().empty()) out << ", " << option.range_text();
    out << ".\n";
  }
  return out.str();
}

}  // namespace heat_sink
