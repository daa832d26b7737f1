// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/shadow_options.hpp"

namespace suan {

const OptionTable<ShadowOptions>& ShadowOptions::table() {
  static const auto table =
      detail::with_shadow(OptionTable<ShadowOptions>().include(&ShadowOptions::krylov));
  return table;
}

}  // namespace suan
