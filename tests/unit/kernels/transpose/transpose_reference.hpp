// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A transpose simple enough to verify by reading.
#pragma once

#include <utility>
#include <vector>

#include "support/sparse.hpp"

namespace suan::test {

/// Row by row into lists per column.
template <class T>
HostArrays<T> transpose_reference(const HostArrays<T>& a, bool conjugated) {
  std::vector<std::vector<std::pair<LocalIndex, T>>> lists(static_cast<std::size_t>(a.columns));
  for (LocalIndex i = 0; i < a.rows; ++i) {
    const auto row = static_cast<std::size_t>(i);
    for (auto k = static_cast<std::size_t>(a.offsets[row]);
         k < static_cast<std::size_t>(a.offsets[row + 1]); ++k) {
      lists[static_cast<std::size_t>(a.indices[k])].emplace_back(
          i, conjugated ? conjugate(a.values[k]) : a.values[k]);
    }
  }
  HostArrays<T> result{a.columns, a.rows};
  for (const auto& list : lists) {
    for (const auto& [i, value] : list) {
      result.indices.push_back(i);
      result.values.push_back(value);
    }
    result.offsets.push_back(static_cast<Offset>(result.indices.size()));
  }
  return result;
}

}  // namespace suan::test
