// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/richardson_impl.hpp"

namespace suan {

const OptionTable<RichardsonOptions>& RichardsonOptions::table() {
  static const auto table =
      OptionTable<RichardsonOptions>()
          .include(&RichardsonOptions::krylov)
          .number("damping", &RichardsonOptions::damping, -1e6, 1e6,
                  "What richardson multiplies the preconditioned residual by; less is safer.");
  return table;
}

}  // namespace suan
