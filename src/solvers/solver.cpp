// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/solver_impl.hpp"

namespace suan {

const OptionTable<KrylovOptions>& KrylovOptions::table() {
  constexpr double huge = 1e300;
  static const auto table =
      OptionTable<KrylovOptions>()
          .number("rtol", &KrylovOptions::rtol, 0, 1,
                  "Solved when the recomputed residual is at most rtol times the norm of b; the "
                  "default stands for 1e-5 in float32.")
          .number("atol", &KrylovOptions::atol, 0, huge,
                  "Also solved when the recomputed residual is at most atol.")
          .number("max_iterations", &KrylovOptions::max_iterations, 0, 1e9,
                  "Stop after this many iterations.")
          .number("time_limit", &KrylovOptions::time_limit, 0, huge,
                  "Stop after this many seconds, set-up included; 0 means no limit.")
          .number("dtol", &KrylovOptions::dtol, 1, huge,
                  "Diverged when the residual exceeds dtol times its start and the norm of b.");
  return table;
}

}  // namespace suan
