// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What a user writes whose scalar the library has not: solves a Laplace equation without a matrix,
// to a residual that double does not reach.
#include <iostream>
#include <limits>
#include <suan/definitions.hpp>
#include <suan/suan.hpp>

int main(int argc, char** argv) {
  using T = long double;
  return suan::run(argc, argv, [](suan::Environment&) {
    const auto layout = suan::Layout::serial(100);
    const suan::FunctionOperator<T> A(
        layout, layout, [](const suan::Vector<T>& x, suan::Vector<T>& y) {
          const int n = x.local_size();
          for (int i = 0; i < n; ++i) {
            y.view()(i) = T(2) * x.view()(i) - (i > 0 ? x.view()(i - 1) : T(0)) -
                          (i + 1 < n ? x.view()(i + 1) : T(0));
          }
        });
    const auto b = suan::ones<T>(layout);
    suan::Vector<T> x(layout);
    // Some compilers have the same type twice.
    const bool is_longer = std::numeric_limits<T>::digits > std::numeric_limits<double>::digits;
    const auto report = suan::Cg<T>({.rtol = is_longer ? 1e-16 : 1e-10}).solve(A, b, x);
    std::cout << report << '\n';
    return report.converged() ? 0 : 1;
  });
}
