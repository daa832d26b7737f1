// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/idr_impl.hpp"

namespace suan {

const OptionTable<IdrOptions>& IdrOptions::table() {
  static const auto table =
      OptionTable<IdrOptions>()
          .include(&IdrOptions::krylov)
          .number(
              "s", &IdrOptions::s, 1, 32,
              "Dimension of the shadow space of idr; more take fewer products and more memory.");
  return table;
}

}  // namespace suan
