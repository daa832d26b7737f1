// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/gmres_impl.hpp"

namespace suan {

const OptionTable<GmresOptions>& GmresOptions::table() {
  static const auto table =
      OptionTable<GmresOptions>()
          .include(&GmresOptions::krylov)
          .number(
              "restart", &GmresOptions::restart, 1, 1000,
              "Basis vectors of gmres before it restarts; more converge faster and cost memory.");
  return table;
}

}  // namespace suan
