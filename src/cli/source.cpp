// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "source.hpp"

#include "core/utf8.hpp"
#include "io/detail/memory_limit.hpp"

namespace suan::cli {

const OptionTable<SourceOptions>& SourceOptions::table() {
  static const auto table =
      OptionTable<SourceOptions>()
          .value("matrix", &SourceOptions::matrix,
                 "The matrix: a file that ends in .mtx, .mtx.gz, .h5 or .hdf5. "
                 "file.h5:name names one of several matrices.")
          .choice("problem", &SourceOptions::problem, gallery_names(),
                  "A model problem instead of a file.")
          .choice("scalar", &SourceOptions::scalar,
                  {"auto", "float32", "float64", "complex64", "complex128"},
                  "The type of the numbers; auto is complex128 for complex files and float64 for "
                  "all others.")
          .include(&SourceOptions::matrix_market)
          .include(&SourceOptions::gallery);
  return table;
}

std::vector<OptionGroup> source_groups() {
  const auto files = MatrixMarketOptions::table().descriptions();
  const auto problems = GalleryOptions::table().descriptions();
  return {{"Matrix", without(without(SourceOptions::table().descriptions(), files), problems)},
          {"Model problem", problems},
          {"Reading Matrix Market files", files}};
}

void check_source(const SourceOptions& source, const CommandLine& line) {
  if (source.matrix.empty() && source.problem.empty()) {
    throw InvalidArgument(
        "there is no matrix; name a file (.mtx, .mtx.gz, .h5, .hdf5) or a model problem, as in "
        "--problem poisson3d --size 64");
  }
  if (!source.matrix.empty() && !source.problem.empty()) {
    throw InvalidArgument(message("both a file (", source.matrix, ") and a model problem (",
                                  source.problem, ") are given; name one matrix"));
  }
  if (!source.problem.empty()) return;
  parse_file_name(source.matrix);
  for (const auto& option : GalleryOptions::table().descriptions()) {
    if (!line.has(option.name)) continue;
    throw InvalidArgument(message("option ", option.name, " belongs to a model problem, but the ",
                                  "matrix is the file ", source.matrix));
  }
}

std::string source_name(const SourceOptions& source) {
  if (source.problem.empty()) return detail::one_line(source.matrix);
  return message(source.problem, ", size ", source.gallery.size);
}

std::string choose_scalar(const SourceOptions& source, const std::vector<std::string>& vectors,
                          const Communicator& comm) {
  if (source.scalar != "auto") return source.scalar;
  const auto is_complex_file = [&comm](const std::string& path, Wanted wanted) {
    return !path.empty() &&
           inspect(parse_file_name(path), wanted, comm).scalar.starts_with("complex");
  };
  bool any = is_complex_file(source.matrix, Wanted::matrix);
  for (const auto& vector : vectors) any = is_complex_file(vector, Wanted::vector) || any;
  return any ? scalar_name<Complex>() : scalar_name<double>();
}

void require_memory_for(const std::string& problem, const GalleryOptions& options,
                        std::size_t scalar_bytes, double vectors, double limit_gib,
                        const Communicator& comm) {
  const int ranks_here = comm.node().size();
  together(comm, [&] {
    const GallerySize size = gallery_size(problem, options);
    const auto rows = static_cast<double>(size.unknowns);
    const auto entries = static_cast<double>(size.entries);
    const auto bytes = static_cast<double>(scalar_bytes);
    const double all =
        entries * (bytes + sizeof(LocalIndex)) + rows * sizeof(Offset) + vectors * rows * bytes;
    detail::require_memory(message(problem, ", size ", options.size, ": a matrix of ",
                                   size.unknowns, " rows and ", size.entries, " entries",
                                   vectors > 0 ? message(" with ", vectors, " vectors") : ""),
                           all, limit_gib, comm.size(), ranks_here);
  });
}

}  // namespace suan::cli
