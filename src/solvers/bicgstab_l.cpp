// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/bicgstab_l_impl.hpp"

namespace suan {

const OptionTable<BicgstabLOptions>& BicgstabLOptions::table() {
  static const auto table = detail::with_shadow(
      OptionTable<BicgstabLOptions>()
          .include(&BicgstabLOptions::krylov)
          .number("ell", &BicgstabLOptions::ell, 1, 16,
                  "Degree of the residual polynomials of bicgstab_l; more than 2 help with strong "
                  "convection and cost memory."));
  return table;
}

}  // namespace suan
