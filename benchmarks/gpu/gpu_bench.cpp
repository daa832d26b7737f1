// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Suan's kernels and cuSPARSE's on one GPU, in one run: products with one and with several vectors,
// products of matrices, triangular solves, transposes and conversions. For builds with CUDA.
#include <cstring>
#include <fstream>
#include <future>
#include <iostream>
#include <map>

#include "../support/problem.hpp"
#include "contest.hpp"
#include "operations.hpp"
#include "suan/comm/environment.hpp"

namespace {

using suan::bench::HostCsr;
using suan::bench::MatrixSource;

struct Options {
  std::string matrix = "all";
  std::int64_t size = 128;
  std::string operations = "spmv,spmm,spgemm,trsv,convert";
  std::string contestants;
  std::string tune = "no";
  std::int64_t repetitions = 5;
  double seconds = 0.005;
  std::string json;
  static const suan::OptionTable<Options>& table() {
    static const auto table =
        suan::OptionTable<Options>()
            .value("matrix", &Options::matrix, "Shapes, separated by commas, or all.")
            .number("size", &Options::size, 1, 1200, "Points in each direction.")
            .value("operations", &Options::operations,
                   "Any of bandwidth,spmv,spmm,spgemm,galerkin,trsv,convert.")
            .value("contestants", &Options::contestants, "Names, separated by commas; empty: all.")
            .choice("tune", &Options::tune, {"no", "yes"},
                    "Whether to time each variant of Suan's own CSR kernel.")
            .number("repetitions", &Options::repetitions, 1, 1000, "Results per contestant.")
            .number("seconds", &Options::seconds, 0, 10, "Approximate time of a result.")
            .value("json", &Options::json, "A file for the results.");
    return table;
  }
};

bool names(const std::string& list, const std::string& one) {
  return ("," + list + ",").find("," + one + ",") != std::string::npos;
}

suan::bench::Matrix make(const MatrixSource& source,
                         std::map<std::string, std::future<HostCsr>>& under_way) {
  const auto found = under_way.find(source.name);
  if (found == under_way.end()) return suan::bench::local_matrix<double>(source);
  return suan::bench::from_host_csr<double>(found->second.get());
}

int run(const Options& options, const suan::Environment& environment) {
  suan::bench::Contest contest(options.seconds, static_cast<int>(options.repetitions),
                               options.contestants, std::cout);
  const auto sources = suan::bench::matrix_sources(options.matrix, options.size, "");
  // Most of the time would go into generating matrices on one core.
  std::map<std::string, std::future<HostCsr>> under_way;
  for (const auto& source : sources) {
    if (suan::bench::is_poisson(source.name)) continue;
    under_way[source.name] = std::async(std::launch::async, [source] {
      return suan::bench::host_matrix(source.name, source.size);
    });
  }
  const auto wants = [&](const char* operation) { return names(options.operations, operation); };
  if (wants("bandwidth")) suan::bench::compare_bandwidth(contest);
  for (const auto& source : sources) {
    const auto a = make(source, under_way);
    const auto key = source.key();
    if (wants("spmv")) suan::bench::compare_spmv(contest, key, a, options.tune == "yes");
    if (wants("spmm")) suan::bench::compare_spmm(contest, key, a, 8);
    if (a.rows() == a.columns()) {
      if (wants("trsv")) suan::bench::compare_trsv(contest, key, a);
      if (wants("spgemm")) suan::bench::compare_spgemm(contest, key, a);
    }
    if (wants("galerkin") && suan::bench::is_poisson(source.name)) {
      suan::bench::compare_galerkin(contest, key, a, source.size);
    }
    if (wants("convert")) suan::bench::compare_conversions(contest, key, a);
  }
  if (!options.json.empty()) {
    std::ofstream file(options.json);
    suan::bench::write_json(file, contest.results(), environment.description());
  }
  bool failed = false;
  for (const auto& result : contest.results()) failed = failed || !result.error.empty();
  return failed ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const suan::Environment environment(argc, argv);
    Options options;
    for (int i = 1; i < argc; i += 2) {
      if (std::strncmp(argv[i], "--", 2) != 0 || i + 1 == argc) {
        throw suan::InvalidArgument(
            suan::message("\"", argv[i], "\" is not an option with a value"));
      }
      Options::table().parse(options, argv[i] + 2, argv[i + 1]);
    }
    std::cout << environment.description() << std::endl;
    return run(options, environment);
  } catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << "\n";
    return 2;
  }
}
