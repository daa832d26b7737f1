// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Solves A x = b for the matrix of a Matrix Market file and b = 1: suan_minimal part.mtx
#include <iostream>
#include <suan/suan.hpp>

int main(int argc, char** argv) {
  return suan::run(argc, argv, [&](suan::Environment& env) {
    const auto A = suan::read_matrix_market<double>(argc > 1 ? argv[1] : "part.mtx", env.world());
    const auto b = suan::ones(A.row_layout());
    suan::Vector<double> x(A.column_layout());

    const auto report = suan::solve(A, b, x);
    if (env.world().is_root()) std::cout << report << '\n';
    return report.converged() ? 0 : 1;
  });
}
