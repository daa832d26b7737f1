// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// benchmark_matrix NAME SIZE FILE: writes a matrix of the benchmarks for the comparison with peers,
// and prints its numbers of rows, columns and entries. Without arguments: the names, one per line.
#include <cstdlib>
#include <iostream>

#include "problem.hpp"
#include "suan/comm/environment.hpp"

namespace {

int run(const std::string& name, std::int64_t size, const std::string& file) {
  if (size < 1 || size > 1200) {
    std::cerr << "benchmark_matrix: the size is a number from 1 to 1200\n";
    return 2;
  }
  try {
    const auto a = suan::bench::host_matrix(name, size);
    suan::bench::write_csr_file(a, file);
    std::cout << a.rows << " " << a.columns << " " << a.entries() << "\n";
  } catch (const std::exception& error) {
    std::cerr << "benchmark_matrix: " << error.what() << "\n";
    return 2;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) {
    for (const auto& name : suan::bench::matrix_names()) std::cout << name << "\n";
    return 0;
  }
  if (argc != 4) {
    std::cerr << "usage: benchmark_matrix NAME SIZE FILE\n";
    return 2;
  }
  const suan::Environment environment(argc, argv);
  return run(argv[1], std::atoll(argv[2]), argv[3]);
}
