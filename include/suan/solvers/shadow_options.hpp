// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The options of methods with a shadow residual: bicgstab, cgs and tfqmr.
#pragma once

#include "suan/solvers/solver.hpp"

namespace suan {

struct ShadowOptions {
  KrylovOptions krylov{};
  /// "random": pseudo-random, hashed from global row numbers. "residual": the first residual, as in
  /// the papers; if b is smooth, residuals then tend to grow by orders of magnitude at first.
  std::string shadow = "random";
  static const OptionTable<ShadowOptions>& table();
};

namespace detail {

/// Declares the option of each method that has it.
template <class Options>
OptionTable<Options> with_shadow(OptionTable<Options> table) {
  return table.choice(
      "shadow", &Options::shadow, {"random", "residual"},
      "The shadow residual: random, or the first residual, with which residuals may grow more.");
}

}  // namespace detail

}  // namespace suan
