// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a user of an installed Suan writes: solves a Poisson problem and checks the answer.
#include <cmath>
#include <iostream>
#include <suan/suan.hpp>

int main(int argc, char** argv) {
  return suan::run(argc, argv, [](suan::Environment& env) {
    const auto A = suan::poisson3d<double>(16, 16, 16, env.world());
    const auto b = suan::ones(A.row_layout());
    suan::Vector<double> x(A.column_layout());

    const auto report = suan::solve(A, b, x);
    std::cout << "Suan " SUAN_VERSION ", MPI " << SUAN_HAVE_MPI << ", HDF5 " << SUAN_HAVE_HDF5
              << '\n'
              << report << '\n';
    const bool accurate = report.true_residual_norm <= 1e-6 * report.right_hand_side_norm;
    return report.converged() && accurate ? 0 : 1;
  });
}
