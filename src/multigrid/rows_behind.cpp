// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/rows_behind.hpp"

#include <span>

#include "multigrid/rows_view.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using suan::detail::on_host;

/// The first row of the root of each coarse row's aggregate.
template <Scalar T>
std::vector<GlobalIndex> rows_of_roots(const Level<T>& level) {
  const auto& nodes = level.structure.graph.nodes();
  const auto roots = on_host<GlobalIndex>(level.structure.aggregates.roots);
  const auto coarse = on_host<LocalIndex>(level.structure.tentative.first_rows);
  const auto rows = on_host<LocalIndex>(nodes.first);
  std::vector<GlobalIndex> result;
  for (std::size_t c = 0; c < roots.size() && c + 1 < coarse.size(); ++c) {
    const auto node = static_cast<std::size_t>(roots[c] - nodes.layout.first());
    const GlobalIndex local = rows.empty() ? static_cast<GlobalIndex>(node) : rows[node];
    result.insert(result.end(), static_cast<std::size_t>(coarse[c + 1] - coarse[c]),
                  level.a.row_layout().first() + local);
  }
  return result;
}

template <Scalar T>
std::vector<GlobalIndex> rows_of_points(const Level<T>& level) {
  const auto& first = level.structure.splitting;
  const auto& second = level.structure.second_splitting;
  auto rows = coarse_rows(first, level.a.row_layout());
  if (second.coarse.global_size() == 0) return rows;
  std::vector<GlobalIndex> result;
  for (const GlobalIndex point : coarse_rows(second, first.coarse)) {
    result.push_back(rows[static_cast<std::size_t>(point - first.coarse.first())]);
  }
  return result;
}

}  // namespace

template <Scalar T>
std::vector<GlobalIndex> rows_behind(const Level<T>& level) {
  std::vector<GlobalIndex> rows = level.behind;
  together(level.a.comm(), [&] {
    if (!rows.empty()) return;
    const bool has_points = level.structure.splitting.coarse.global_size() > 0;
    rows = has_points ? rows_of_points(level) : rows_of_roots(level);
  });
  if (level.a.comm().sum(static_cast<std::int64_t>(rows.size())) != level.p.global_columns()) {
    rows.clear();
  }
  return rows;
}

Splitting splitting_behind(const Layout& fine, const std::vector<GlobalIndex>& behind) {
  Splitting splitting;
  splitting.coarse = Layout::from_local_size(static_cast<std::int64_t>(behind.size()), fine.comm());
  together(fine.comm(), [&] {
    std::vector<GlobalIndex> numbers(static_cast<std::size_t>(fine.local_size()), Splitting::fine);
    GlobalIndex next = splitting.coarse.first();
    for (const GlobalIndex row : behind) {
      numbers[static_cast<std::size_t>(row - fine.first())] = next++;
    }
    splitting.numbers = suan::detail::on_device<GlobalIndex>("suan::multigrid::numbers", numbers);
  });
  return splitting;
}

Layout layout_behind(const Layout& fine, const std::vector<GlobalIndex>& part) {
  std::vector<std::int64_t> counts(static_cast<std::size_t>(fine.comm().size()), 0);
  for (const GlobalIndex row : part) ++counts[static_cast<std::size_t>(fine.owner(row))];
  fine.comm().sum(std::span<std::int64_t>(counts));
  return Layout::from_local_size(counts[static_cast<std::size_t>(fine.comm().rank())], fine.comm());
}

#define SUAN_INSTANTIATE(T) template std::vector<GlobalIndex> rows_behind(const Level<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
