// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The row sources of the convenient assembly functions: arrays and functions.
#pragma once

#include <algorithm>
#include <numeric>

#include "suan/comm/detail/callbacks.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/assembly.hpp"

namespace suan {

namespace detail {

/// Rows per block: some hundred KiB of entries for usual matrices, and enough blocks for all
/// threads.
inline constexpr LocalIndex rows_per_block = 8192;

inline std::vector<LocalIndex> even_blocks(LocalIndex rows) {
  std::vector<LocalIndex> starts;
  for (GlobalIndex at = 0; at < rows; at += rows_per_block) {
    starts.push_back(static_cast<LocalIndex>(at));
  }
  starts.push_back(rows);
  return starts;
}

template <Scalar T>
class ArrayRows final : public RowBlockSource<T> {
 public:
  ArrayRows(LocalIndex rows, std::span<const Offset> offsets, std::span<const GlobalIndex> indices,
            std::span<const T> values)
      : rows_(rows), offsets_(offsets), indices_(indices), values_(values) {}

  std::vector<LocalIndex> block_starts() const override { return even_blocks(rows_); }

  void structure(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    entries(k, use);
  }

  void entries(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    const auto first = k * rows_per_block;
    const auto count =
        std::min<std::size_t>(rows_per_block, static_cast<std::size_t>(rows_) - first);
    const auto offsets = offsets_.subspan(first, count + 1);
    const auto begin = static_cast<std::size_t>(offsets.front());
    const auto length = static_cast<std::size_t>(offsets.back()) - begin;
    const auto indices = indices_.subspan(begin, length);
    const auto values = values_.subspan(begin, length);
    if (in_order(offsets, indices)) {
      use({static_cast<LocalIndex>(count), offsets, indices, values});
    } else {
      use_ordered(offsets, indices, values, use);
    }
  }

 private:
  static bool in_order(std::span<const Offset> offsets, std::span<const GlobalIndex> indices) {
    for (std::size_t r = 0; r + 1 < offsets.size(); ++r) {
      const auto begin = static_cast<std::size_t>(offsets[r] - offsets[0]);
      const auto end = static_cast<std::size_t>(offsets[r + 1] - offsets[0]);
      for (std::size_t e = begin + 1; e < end; ++e) {
        if (indices[e] <= indices[e - 1]) return false;
      }
    }
    return true;
  }

  static void use_ordered(std::span<const Offset> offsets, std::span<const GlobalIndex> indices,
                          std::span<const T> values,
                          const std::function<void(const RowBlock<T>&)>& use) {
    std::vector<Offset> new_offsets{0};
    std::vector<GlobalIndex> new_indices;
    std::vector<T> new_values;
    new_indices.reserve(indices.size());
    new_values.reserve(values.size());
    std::vector<std::size_t> order;
    for (std::size_t r = 0; r + 1 < offsets.size(); ++r) {
      order.resize(static_cast<std::size_t>(offsets[r + 1] - offsets[r]));
      std::iota(order.begin(), order.end(), static_cast<std::size_t>(offsets[r] - offsets[0]));
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return indices[a] < indices[b]; });
      const auto row_begin = new_indices.size();
      for (const std::size_t e : order) {
        if (new_indices.size() > row_begin && new_indices.back() == indices[e]) {
          new_values.back() += values[e];
        } else {
          new_indices.push_back(indices[e]);
          new_values.push_back(values[e]);
        }
      }
      new_offsets.push_back(static_cast<Offset>(new_indices.size()));
    }
    use({static_cast<LocalIndex>(offsets.size() - 1), new_offsets, new_indices, new_values});
  }

  LocalIndex rows_;
  std::span<const Offset> offsets_;
  std::span<const GlobalIndex> indices_;
  std::span<const T> values_;
};

template <Scalar T>
class GeneratedRows final : public RowBlockSource<T> {
 public:
  using Row = std::function<void(GlobalIndex, RowWriter<T>&)>;
  GeneratedRows(const Layout& rows, const Row& row) : rows_(rows), row_(row) {}

  std::vector<LocalIndex> block_starts() const override { return even_blocks(rows_.local_size()); }
  void structure(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    entries(k, use);
  }
  void entries(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    const auto first = static_cast<GlobalIndex>(k) * rows_per_block;
    const auto last = std::min<GlobalIndex>(first + rows_per_block, rows_.local_size());
    RowWriter<T> writer;
    std::vector<Offset> offsets{0};
    offsets.reserve(static_cast<std::size_t>(last - first) + 1);
    for (GlobalIndex i = first; i < last; ++i) {
      row_(rows_.first() + i, writer);
      offsets.push_back(static_cast<Offset>(writer.columns().size()));
    }
    use({static_cast<LocalIndex>(last - first), offsets, writer.columns(), writer.values()});
  }

 private:
  Layout rows_;
  const Row& row_;
};

template <Scalar T>
void require_row_arrays(const Layout& rows, std::span<const Offset> offsets, std::size_t indices,
                        std::size_t values) {
  const auto wanted = static_cast<std::size_t>(rows.local_size()) + 1;
  if (offsets.size() != wanted) {
    throw DimensionMismatch(message("assemble: there are ", offsets.size(), " row offsets for the ",
                                    rows.local_size(), " rows of this rank, but ", wanted,
                                    " are needed"));
  }
  if (indices != values) {
    throw DimensionMismatch(
        message("assemble: there are ", indices, " columns, but ", values, " values"));
  }
  if (offsets.front() != 0 || offsets.back() != static_cast<Offset>(values)) {
    throw DimensionMismatch(message("assemble: the row offsets go from ", offsets.front(), " to ",
                                    offsets.back(), ", but must go from 0 to the ", values,
                                    " entries"));
  }
  const auto bad = std::is_sorted_until(offsets.begin(), offsets.end());
  if (bad != offsets.end()) {
    throw InvalidArgument(message("assemble: the offsets of row ",
                                  rows.first() + (bad - offsets.begin()) - 1, " decrease"));
  }
}

}  // namespace detail

template <Scalar T>
DistributedMatrix<T> assemble(const Layout& rows, const Layout& columns,
                              std::span<const Offset> offsets, std::span<const GlobalIndex> indices,
                              std::span<const T> values, KernelPath path) {
  detail::require_told_alike("assemble", rows, columns, path);
  together(rows.comm(),
           [&] { detail::require_row_arrays<T>(rows, offsets, indices.size(), values.size()); });
  detail::ArrayRows<T> source(rows.local_size(), offsets, indices, values);
  return assemble(rows, columns, source, path);
}

template <Scalar T>
DistributedMatrix<T> generate_rows(const Layout& rows, const Layout& columns,
                                   const std::function<void(GlobalIndex, RowWriter<T>&)>& row,
                                   KernelPath path) {
  detail::require_told_alike("generate_rows", rows, columns, path);
  together(rows.comm(), [&] {
    if (!row) throw InvalidArgument("generate_rows: the function that makes the rows is empty");
  });
  detail::GeneratedRows<T> source(rows, row);
  return assemble(rows, columns, source, path);
}

#define SUAN_INSTANTIATE(T)                                                                 \
  SUAN_TEMPLATE DistributedMatrix<T> assemble(                                              \
      const Layout&, const Layout&, std::span<const Offset>, std::span<const GlobalIndex>,  \
      std::span<const T>, KernelPath);                                                      \
  SUAN_TEMPLATE DistributedMatrix<T> generate_rows(                                         \
      const Layout&, const Layout&, const std::function<void(GlobalIndex, RowWriter<T>&)>&, \
      KernelPath);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
