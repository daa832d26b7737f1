// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/solvers/workspace.hpp.
#pragma once

#include "suan/solvers/workspace.hpp"

#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::detail {

template <Scalar T>
std::span<Vector<T>> Workspace<T>::vectors(Part part, const Layout& layout, std::size_t count) {
  auto& kept = vectors_[part];
  // First free what does not fit, on all ranks: both together may not fit in memory.
  if (!kept.empty() && !(kept.front().layout() == layout)) kept.clear();
  if (kept.size() < count) {
    // Only when all ranks have them: else the next solve would find some here and others there.
    std::vector<Vector<T>> made;
    together(layout.comm(), [&] {
      for (std::size_t k = kept.size(); k < count; ++k) made.emplace_back(layout);
      kept.reserve(count);
    });
    for (auto& vector : made) kept.push_back(std::move(vector));
  }
  return {kept.data(), count};
}

template <Scalar T>
ColumnMajor<T> Workspace<T>::basis(std::size_t which, const Layout& layout, std::size_t columns) {
  if (bases_.size() <= which) bases_.resize(which + 1);
  auto& kept = bases_[which];
  if (!(kept.layout == layout) || kept.columns.extent(1) != columns) {
    kept = {};
    ColumnMajor<T> made;
    together(layout.comm(), [&] {
      made = allocate_view<ColumnMajor<T>>("suan::Workspace::basis",
                                           static_cast<std::size_t>(layout.local_size()), columns);
    });
    kept = {layout, made};
  }
  return kept.columns;
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Workspace<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
