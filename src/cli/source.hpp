// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Where a command's matrix comes from: a file or the gallery.
#pragma once

#include <string>
#include <vector>

#include "arguments.hpp"
#include "files.hpp"
#include "suan/gallery/gallery.hpp"

namespace suan::cli {

struct SourceOptions {
  std::string matrix;
  std::string problem;
  std::string scalar = "auto";
  MatrixMarketOptions matrix_market;
  GalleryOptions gallery;
  static const OptionTable<SourceOptions>& table();
};

/// The groups of these options in the help.
std::vector<OptionGroup> source_groups();

/// @throws InvalidArgument unless either a file or a problem is given, or when options of the
/// gallery are given without a problem.
void check_source(const SourceOptions& source, const CommandLine& line);

/// The name of the matrix in tables and reports: its path (in UTF-8, with other bytes as \xe9), or
/// "poisson3d, size 128".
std::string source_name(const SourceOptions& source);

/// The requested scalar type; for "auto" complex128 if the matrix or one of the `vectors` (paths;
/// empty ones are skipped) is complex, else float64. Collective.
std::string choose_scalar(const SourceOptions& source, const std::vector<std::string>& vectors,
                          const Communicator& comm);

/// Calls action(T()) for the scalar type of this name.
template <class Action>
auto with_scalar(const std::string& scalar, const Action& action) {
  if (scalar == scalar_name<float>()) return action(float());
  if (scalar == scalar_name<Complex>()) return action(Complex());
  if (scalar == scalar_name<ComplexFloat>()) return action(ComplexFloat());
  return action(double());
}

/// Refuses a model problem too large for a machine's memory before it is generated: the matrix, and
/// that many vectors. Collective. @throws OutOfMemory naming both numbers.
void require_memory_for(const std::string& problem, const GalleryOptions& options,
                        std::size_t scalar_bytes, double vectors, double limit_gib,
                        const Communicator& comm);

/// Reads or generates the matrix, in addition to which there will be that many vectors. Collective.
template <Scalar T>
DistributedMatrix<T> load_matrix(const SourceOptions& source, double vectors,
                                 const Communicator& comm) {
  if (!source.problem.empty()) {
    require_memory_for(source.problem, source.gallery, sizeof(T), vectors,
                       source.matrix_market.memory_limit_gib, comm);
    return gallery<T>(source.problem, source.gallery, comm);
  }
  return read_matrix<T>(parse_file_name(source.matrix), comm, source.matrix_market);
}

}  // namespace suan::cli
