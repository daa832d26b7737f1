// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What the tests of classical multigrid share: rows given by a function, on any number of ranks and
// as a dense reference.
#pragma once

#include <algorithm>
#include <numeric>

#include "multigrid/classical_interpolation.hpp"
#include "multigrid/classical_strength.hpp"
#include "multigrid_cases.hpp"
#include "suan/core/detail/splitmix.hpp"

namespace suan::test {

/// The entries of a row by column.
using Row = std::map<GlobalIndex, double>;

template <Scalar T>
DistributedMatrix<T> from_rows(const Layout& layout, const std::vector<Row>& rows) {
  return generate_rows<T>(layout, layout, [&](GlobalIndex i, RowWriter<T>& row) {
    for (const auto& [column, value] : rows[static_cast<std::size_t>(i)]) {
      row.add(column, T(static_cast<Real<T>>(value)));
    }
  });
}

/// Neighbours left and right and some at random, most of them negative and none the mirror image of
/// another; multiples of 1/64, which all precisions have.
inline std::vector<Row> random_rows(GlobalIndex n, std::uint32_t seed) {
  Numbers numbers(seed);
  std::vector<Row> rows(static_cast<std::size_t>(n));
  for (GlobalIndex i = 0; i < n; ++i) {
    auto& row = rows[static_cast<std::size_t>(i)];
    const auto add = [&](GlobalIndex j) {
      if (j < 0 || j >= n || j == i) return;
      row[j] = numbers.below(9) == 0 ? 0.25 : -static_cast<double>(1 + numbers.below(64)) / 64;
    };
    add(i - 1);
    add(i + 1);
    for (int k = 0; k < 4; ++k) add(numbers.below(static_cast<LocalIndex>(n)));
    double sum = 0;
    for (const auto& [column, value] : row) sum += value;
    row[i] = std::max(0.25, -sum) + (i % 3 == 0 ? 0.5 : 0);
  }
  return rows;
}

/// The columns on which each row depends strongly.
inline std::vector<std::vector<GlobalIndex>> strong_columns(const std::vector<Row>& rows,
                                                            double theta, double max_row_sum) {
  std::vector<std::vector<GlobalIndex>> result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto self = static_cast<GlobalIndex>(i);
    double most = 0;
    double sum = 0;
    for (const auto& [column, value] : rows[i]) {
      sum += value;
      if (column != self) most = std::max(most, -value);
    }
    auto& strong = result.emplace_back();
    if (max_row_sum < 1 && sum > max_row_sum * rows[i].at(self)) continue;
    for (const auto& [column, value] : rows[i]) {
      if (column != self && -value >= theta * most && value < 0) strong.push_back(column);
    }
  }
  return result;
}

/// The rounds of a splitting, each as written in its description.
inline std::vector<GlobalIndex> reference_splitting(
    const std::vector<std::vector<GlobalIndex>>& strong) {
  constexpr GlobalIndex open = -9;
  const std::size_t n = strong.size();
  const auto at = [](GlobalIndex i) { return static_cast<std::size_t>(i); };
  std::vector<bool> matters(n, false);
  for (const auto& columns : strong) {
    for (const GlobalIndex j : columns) matters[at(j)] = true;
  }
  std::vector<GlobalIndex> fates(n, open);
  for (std::size_t i = 0; i < n; ++i) {
    if (!matters[i]) fates[i] = multigrid::Splitting::fine;
    if (strong[i].empty()) fates[i] = multigrid::Splitting::decoupled;
  }
  const auto at_first = fates;  // what was not open then never stops to count
  while (std::count(fates.begin(), fates.end(), open) > 0) {
    std::vector<std::pair<std::size_t, std::uint64_t>> weights(n);
    for (std::size_t i = 0; i < n; ++i) {
      weights[i].second = detail::mixed(i) >> 32;
      if (fates[i] != open && at_first[i] == open) continue;
      for (const GlobalIndex j : strong[i]) ++weights[at(j)].first;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const bool is_left = fates[i] == open && weights[i].first == 0 && strong[i].size() >= 3;
      if (is_left) fates[i] = multigrid::Splitting::fine;
    }
    std::vector<bool> loses(n, false);
    for (std::size_t i = 0; i < n; ++i) {
      for (const GlobalIndex j : strong[i]) {
        if (fates[i] == open && fates[at(j)] == open) {
          loses[weights[i] > weights[at(j)] ? at(j) : i] = true;
        }
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      if (fates[i] == open && !loses[i]) fates[i] = 0;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const bool is_fine = std::any_of(strong[i].begin(), strong[i].end(),
                                       [&](GlobalIndex j) { return fates[at(j)] == 0; });
      if (fates[i] == open && is_fine) fates[i] = multigrid::Splitting::fine;
    }
  }
  GlobalIndex number = 0;
  for (auto& fate : fates) fate = fate < 0 ? fate : number++;
  return fates;
}

/// A level on the way down, with the splitting that `fates` has for all rows, or its own.
template <Scalar T>
struct ClassicalLevel {
  DistributedMatrix<T> a;
  StrengthGraph graph;
  multigrid::Splitting splitting;

  explicit ClassicalLevel(const DistributedMatrix<T>& matrix, double theta = 0.25,
                          double max_row_sum = 0.9)
      : a(matrix),
        graph(multigrid::classical_strength<T>(a, make_nodes(a, 1), {}, {theta, max_row_sum})),
        splitting(multigrid::split(graph, multigrid::Isolated::are_decoupled)) {}

  void take(const std::vector<GlobalIndex>& fates) {
    const auto& map = *a.exchange().map();
    std::vector<GlobalIndex> numbers;
    LocalIndex coarse = 0;
    for (LocalIndex i = 0; i < map.size(); ++i) {
      numbers.push_back(fates[static_cast<std::size_t>(map.global(i))]);
      if (i < map.owned() && numbers.back() >= 0) ++coarse;
    }
    const DeviceView<GlobalIndex> view("suan::test", numbers.size());
    Kokkos::deep_copy(view, HostView<const GlobalIndex>(numbers.data(), numbers.size()));
    splitting = {Layout::from_local_size(coarse, a.comm()), view};
  }
  /// The splitting of all rows, on every rank.
  std::vector<GlobalIndex> fates() const {
    auto own = to_host<GlobalIndex>(splitting.numbers);
    own.resize(static_cast<std::size_t>(a.row_layout().local_size()));
    return everywhere(own);
  }
  DistributedMatrix<T> interpolation(const multigrid::Truncation& truncation = {1000, 0},
                                     bool hermitian = false) const {
    return multigrid::interpolation(a, graph, splitting, {}, truncation, hermitian);
  }
};

/// An entry with its global position.
template <Scalar T>
struct Entry {
  GlobalIndex row;
  GlobalIndex column;
  T value;
  bool operator==(const Entry& other) const {
    return row == other.row && column == other.column && value == other.value;
  }
};

/// Those of all ranks, by row and column, on every rank.
template <Scalar T>
std::vector<Entry<T>> all_entries(const DistributedMatrix<T>& a) {
  std::vector<Entry<T>> own;
  const auto add = [&](const HostArrays<T>& part, const auto& row_of, const auto& column_of) {
    for (LocalIndex r = 0; r < part.rows; ++r) {
      const auto k = static_cast<std::size_t>(r);
      for (auto e = part.offsets[k]; e < part.offsets[k + 1]; ++e) {
        const auto at = static_cast<std::size_t>(e);
        own.push_back(
            {a.row_layout().first() + row_of(k), column_of(part.indices[at]), part.values[at]});
      }
    }
  };
  const auto rows = to_host<LocalIndex>(a.remote().row_numbers);
  add(
      to_host(a.local()), [](std::size_t k) { return static_cast<GlobalIndex>(k); },
      [&](LocalIndex j) { return a.column_layout().first() + j; });
  add(
      to_host(a.remote().matrix), [&](std::size_t k) { return GlobalIndex(rows[k]); },
      [&](LocalIndex j) { return a.remote().columns[static_cast<std::size_t>(j)]; });
  auto all = everywhere(own);
  std::sort(all.begin(), all.end(), [](const Entry<T>& left, const Entry<T>& right) {
    return std::pair(left.row, left.column) < std::pair(right.row, right.column);
  });
  return all;
}

}  // namespace suan::test
