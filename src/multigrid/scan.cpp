// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/scan.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "multigrid/rows_view.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

using Range = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>;

constexpr LocalIndex largest_node = 6;

/// Sums over rows: the first of counts, the others of entries.
struct RowCounts {
  std::int64_t hubs = 0;
  std::int64_t isolated = 0;
  std::int64_t positive = 0;
  std::int64_t zero_sums = 0;
  std::int64_t zero_diagonals = 0;
  std::int64_t negative_diagonals = 0;
  /// Rows of nodes of b = 2 to 6 rows.
  Kokkos::Array<std::int64_t, largest_node + 1> full{};
  double sum = 0;
  double sum_of_sizes = 0;

  KOKKOS_FUNCTION RowCounts& operator+=(const RowCounts& other) {
    hubs += other.hubs;
    isolated += other.isolated;
    positive += other.positive;
    zero_sums += other.zero_sums;
    zero_diagonals += other.zero_diagonals;
    negative_diagonals += other.negative_diagonals;
    for (std::size_t b = 0; b < full.size(); ++b) full[b] += other.full[b];
    sum += other.sum;
    sum_of_sizes += other.sum_of_sizes;
    return *this;
  }
};

template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION double size_of_imaginary(const T& value) {
  if constexpr (is_complex<T>) {
    return Kokkos::abs(value.imag());
  } else {
    return 0;
  }
}

/// Whether the entries of a row in the rank's own columns are full blocks of b. The other rows of
/// the node then must have as many, or fail by themselves.
template <Scalar T>
KOKKOS_FUNCTION bool has_full_blocks(const kernels::CsrView<T>& a, LocalIndex i, LocalIndex b) {
  const Offset begin = a.offsets(i);
  const Offset end = a.offsets(i + 1);
  if ((end - begin) % b != 0) return false;
  for (Offset k = begin; k < end; ++k) {
    const auto place = static_cast<LocalIndex>((k - begin) % b);
    if (a.indices(k) % b != place) return false;
    if (place > 0 && a.indices(k) != a.indices(k - 1) + 1) return false;
  }
  return true;
}

template <Scalar T>
RowCounts count_rows(const RowsView<T>& a, Offset longest) {
  constexpr double rounding = 64.0 * std::numeric_limits<Real<T>>::epsilon();
  RowCounts counts;
  Kokkos::parallel_reduce(
      "suan::multigrid_scan", Range(0, a.own.rows),
      KOKKOS_LAMBDA(LocalIndex i, RowCounts & partial) {
        double diagonal = 0;
        double beside = 0;
        double positive = 0;
        double imaginary = 0;
        double sum = 0;
        a.visit(i, [&](LocalIndex j, const T& value) {
          const double real = real_part(value);
          sum += real;
          if (j == i) {
            diagonal += real;
            return;
          }
          beside += static_cast<double>(Kokkos::abs(value));
          if (real > 0) positive += real;
          imaginary += size_of_imaginary(value);
        });
        const double size = Kokkos::abs(diagonal) + beside;
        const Offset length = a.length(i);
        if (length > longest) ++partial.hubs;
        if (diagonal == 0) ++partial.zero_diagonals;
        if (diagonal < 0) ++partial.negative_diagonals;
        partial.sum += sum;
        partial.sum_of_sizes += size;
        if (beside == 0) {
          ++partial.isolated;
          return;
        }
        if (positive > 0.08 * beside && imaginary <= 0.01 * beside) ++partial.positive;
        if (Kokkos::abs(sum) <= rounding * size) ++partial.zero_sums;
        for (LocalIndex b = 2; b <= largest_node; ++b) {
          if (has_full_blocks(a.own, i, b)) ++partial.full[static_cast<std::size_t>(b)];
        }
      },
      counts);
  return counts;
}

/// Whether each rank's rows are whole nodes.
bool is_divisible(const Layout& rows, LocalIndex block) {
  const bool is_own = rows.first() % block == 0 && rows.local_size() % block == 0;
  return rows.comm().min(std::int64_t{is_own}) != 0;
}

}  // namespace

Offset longest_row(std::int64_t entries, GlobalIndex rows) {
  if (rows == 0) return least_hub;
  return std::max<Offset>(least_hub, hub_factor * (entries / rows + 1));
}

template <Scalar T>
MatrixScan scan(const DistributedMatrix<T>& a) {
  MatrixScan result;
  result.rows = a.global_rows();
  result.entries = a.global_entries();
  RowCounts own;
  together(a.comm(), [&] {
    own = count_rows(RowsView<T>(suan::detail::local_rows(a)),
                     longest_row(result.entries, result.rows));
  });
  std::array<std::int64_t, 6 + largest_node + 1> counts = {
      own.hubs,      own.isolated,       own.positive,
      own.zero_sums, own.zero_diagonals, own.negative_diagonals};
  for (std::size_t b = 0; b < own.full.size(); ++b) counts[6 + b] = own.full[b];
  std::array<double, 2> sums = {own.sum, own.sum_of_sizes};
  a.comm().sum(std::span<std::int64_t>(counts));
  a.comm().sum(std::span<double>(sums));
  result.hubs = counts[0];
  result.isolated = counts[1];
  result.positive = counts[2];
  result.zero_sums = counts[3];
  result.zero_diagonals = counts[4];
  result.negative_diagonals = counts[5];
  constexpr double margin = 1024.0 * std::numeric_limits<Real<T>>::epsilon();
  result.is_negative_for_ones = sums[0] < -margin * sums[1];
  const GlobalIndex connected = result.rows - result.isolated;
  // In a matrix that is hardly sparse blocks are full by chance.
  const bool is_sparse = result.entries / 8 < result.rows * (result.rows / 8);
  for (LocalIndex b = largest_node; b >= 2 && connected > 0 && is_sparse; --b) {
    const auto full = counts[static_cast<std::size_t>(6 + b)];
    if (5 * full < 4 * connected || !is_divisible(a.row_layout(), b)) continue;
    result.block_size = b;
    break;
  }
  return result;
}

#define SUAN_INSTANTIATE(T) template MatrixScan scan(const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
