// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Several vectors for tests.
#pragma once

#include "suan/vector/multi_vector.hpp"

namespace suan::test {

/// Vector j is pseudo-random with the seed `seed` + j.
template <Scalar T>
MultiVector<T> random_vectors(const Layout& layout, LocalIndex columns, std::uint64_t seed = 20) {
  MultiVector<T> x(layout, columns);
  for (LocalIndex j = 0; j < columns; ++j) {
    x.set_column(j, random_vector<T>(layout, seed + static_cast<std::uint64_t>(j)));
  }
  return x;
}

}  // namespace suan::test
