// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// suan convert: matrices and vectors from one format to another.
#include <iostream>

#include "agreement.hpp"
#include "commands.hpp"
#include "source.hpp"

namespace suan::cli {

namespace {

struct ConvertArguments {
  std::string input;
  std::string output;
  std::string scalar = "auto";
  MatrixMarketOptions matrix_market;
  static const OptionTable<ConvertArguments>& table();
};

const OptionTable<ConvertArguments>& ConvertArguments::table() {
  static const auto table =
      OptionTable<ConvertArguments>()
          .value("input", &ConvertArguments::input,
                 "A matrix or a vector in a file that ends in .mtx, .mtx.gz, .h5 or .hdf5. "
                 "file.h5:name names one of several objects.")
          .value("output", &ConvertArguments::output,
                 "The file to write, with one of these endings; an existing one is replaced once "
                 "the new one is complete.")
          .choice("scalar", &ConvertArguments::scalar,
                  {"auto", "float32", "float64", "complex64", "complex128"},
                  "The type of the numbers; auto keeps that of the input.")
          .include(&ConvertArguments::matrix_market);
  return table;
}

template <Scalar T>
void convert_as(const Communicator& world, const ConvertArguments& arguments,
                const FileContents& contents) {
  const auto input = parse_file_name(arguments.input);
  const auto output = parse_file_name(arguments.output);
  const MatrixMarketWriteOptions writing{arguments.matrix_market.allow_nonfinite};
  if (contents.kind == FileContents::Kind::matrix) {
    write(output, read_matrix<T>(input, world, arguments.matrix_market), writing);
  } else {
    const auto layout = Layout::even(contents.rows, world);
    write(output, read_vector<T>(input, layout, arguments.matrix_market), {}, writing);
  }
}

}  // namespace

Usage convert_usage() {
  const auto reading = MatrixMarketOptions::table().descriptions();
  return {"convert",
          "Copies a matrix or a vector from one file format to another. A Matrix Market array of "
          "one column is a vector; both triangles of a symmetric matrix are written.",
          {"input", "output"},
          {{"Files", without(ConvertArguments::table().descriptions(), reading)},
           {"Reading Matrix Market files", reading}},
          {"suan convert A.mtx A.h5", "suan convert x.h5:x x.mtx",
           "mpirun -n 4 suan convert A.h5 A.mtx.gz"}};
}

int run_convert(const Communicator& world, const CommandLine& line) {
  const auto arguments = make_options<ConvertArguments>(line);
  if (arguments.input.empty() || arguments.output.empty()) {
    throw InvalidArgument("two files are needed, as in `suan convert A.mtx A.h5`");
  }
  const auto input = parse_file_name(arguments.input);
  const auto output = parse_file_name(arguments.output);
  require_different(input.path, output.path, world);
  require_writable(output.path, world);
  const auto contents = inspect(input, Wanted::either, world);
  const auto scalar = arguments.scalar == "auto" ? contents.scalar : arguments.scalar;
  with_scalar(scalar, [&]<class T>(T) { convert_as<T>(world, arguments, contents); });
  return exit_solved;
}

}  // namespace suan::cli
