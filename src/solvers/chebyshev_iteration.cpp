// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/chebyshev_iteration_impl.hpp"

namespace suan {

const OptionTable<ChebyshevIterationOptions>& ChebyshevIterationOptions::table() {
  static const auto table =
      OptionTable<ChebyshevIterationOptions>()
          .include(&ChebyshevIterationOptions::krylov)
          .number("smallest", &ChebyshevIterationOptions::smallest, 0, 1e300,
                  "A lower bound of the eigenvalues of M A, which chebyshev reduces best above it; "
                  "0 estimates it.")
          .number("largest", &ChebyshevIterationOptions::largest, 0, 1e300,
                  "An upper bound of the eigenvalues of M A, above which chebyshev diverges; 0 "
                  "estimates it.")
          .number("check_every", &ChebyshevIterationOptions::check_every, 1, 1000,
                  "Iterations of chebyshev from one residual to the next; more wait less for other "
                  "ranks.")
          .number("bound_steps", &ChebyshevIterationOptions::bound_steps, 4, 200,
                  "Products that estimate the eigenvalues for chebyshev; more tell the smallest "
                  "better.");
  return table;
}

}  // namespace suan
