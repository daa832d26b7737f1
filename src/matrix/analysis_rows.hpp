// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The pass over the rows behind analyse(): what one range of rows adds to the facts.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "suan/core/detail/splitmix.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan::detail::analysis {

/// The smallest number of rows that a thread takes at a time.
constexpr LocalIndex chunk_unit = 96;

/// What is summed over the rows: modulo 2^64, so that hashes can be included.
enum Count : std::size_t {
  hash_pattern,
  hash_pattern_transposed,
  hash_values,
  hash_values_transposed,
  hash_values_conjugate_transposed,
  hash_values_negative_transposed,
  empty_rows,
  positive_diagonals,
  negative_diagonals,
  zero_diagonals,
  missing_diagonals,
  positive_circles,  // rows whose Gershgorin circle is certainly in the right half plane
  right_circles,     // ... or touches the imaginary axis, to rounding
  negative_circles,
  left_circles,
  isolated_zeros,  // rows with a zero diagonal and nothing else
  strictly_dominant_rows,
  dominant_rows,
  stored_zeros,
  not_finite,
  row_lengths,  // one per power of two
  counts = row_lengths + 65
};

struct Partial {
  std::array<std::uint64_t, counts> count{};
  GlobalIndex lower_bandwidth = 0;
  GlobalIndex upper_bandwidth = 0;
  std::int64_t shortest_row = std::numeric_limits<std::int64_t>::max();
  std::int64_t longest_row = 0;
  double smallest = std::numeric_limits<double>::infinity();
  double largest = 0;
  double lower_bound = std::numeric_limits<double>::infinity();
  double upper_bound = -std::numeric_limits<double>::infinity();

  void merge(const Partial& other) {
    for (std::size_t k = 0; k < counts; ++k) count[k] += other.count[k];
    lower_bandwidth = std::max(lower_bandwidth, other.lower_bandwidth);
    upper_bandwidth = std::max(upper_bandwidth, other.upper_bandwidth);
    shortest_row = std::min(shortest_row, other.shortest_row);
    longest_row = std::max(longest_row, other.longest_row);
    smallest = std::min(smallest, other.smallest);
    largest = std::max(largest, other.largest);
    lower_bound = std::min(lower_bound, other.lower_bound);
    upper_bound = std::max(upper_bound, other.upper_bound);
  }
};

inline std::uint64_t hash_of_position(GlobalIndex i, GlobalIndex j) {
  return mixed(mixed(static_cast<std::uint64_t>(i)) + static_cast<std::uint64_t>(j));
}

/// The bits of a number, with one zero instead of two.
inline std::uint64_t bits_of(double x) { return std::bit_cast<std::uint64_t>(x + 0.0); }

template <Scalar T>
std::uint64_t hash_of_value(std::uint64_t position, const T& value) {
  if constexpr (is_complex<T>) {
    return mixed(mixed(position ^ bits_of(value.real())) ^ bits_of(value.imag()));
  } else {
    return mixed(position ^ bits_of(static_cast<double>(value)));
  }
}

template <Scalar T>
double magnitude(const T& value) {
  if constexpr (is_complex<T>) {
    return std::hypot(value.real(), value.imag());
  } else {
    return std::abs(static_cast<double>(value));
  }
}

template <Scalar T>
double imaginary_part(const T& value) {
  if constexpr (is_complex<T>) {
    return value.imag();
  } else {
    return 0;
  }
}

template <class V>
auto host_copy(const V& view, const char* label) {
  return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view, label);
}

template <Scalar T>
struct HostCsr {
  explicit HostCsr(const Csr<T>& a)
      : rows(a.rows()),
        offsets(host_copy(a.view().offsets, "suan::analysis::offsets")),
        indices(host_copy(a.view().indices, "suan::analysis::indices")),
        values(host_copy(a.view().values, "suan::analysis::values")) {}
  LocalIndex rows;
  HostView<const Offset> offsets;
  HostView<const LocalIndex> indices;
  HostView<const T> values;
};

/// The local and the ghost part of this rank's rows, on the host.
template <Scalar T>
class Rows {
 public:
  explicit Rows(const DistributedMatrix<T>& a)
      : first_row_(a.row_layout().first()),
        first_column_(a.column_layout().first()),
        diagonals_(std::min(a.global_rows(), a.global_columns())),
        square_(a.global_rows() == a.global_columns()),
        count_(a.row_layout().local_size()),
        local_(a.local()),
        remote_(a.remote().matrix),
        remote_rows_(host_copy(a.remote().row_numbers, "suan::analysis::remote_rows")),
        remote_columns_(a.remote().columns) {}

  LocalIndex count() const { return count_; }

  /// Adds up the rows [begin, end).
  void visit(LocalIndex begin, LocalIndex end, Partial& sum) const {
    LocalIndex remote_row = first_remote_row(begin);
    for (LocalIndex i = begin; i < end; ++i) visit_row(i, remote_row, sum);
  }

 private:
  LocalIndex first_remote_row(LocalIndex row) const {
    const auto* first = remote_rows_.data();
    const auto* last = first + remote_rows_.extent(0);
    return static_cast<LocalIndex>(std::lower_bound(first, last, row) - first);
  }
  bool has_remote(LocalIndex i, LocalIndex remote_row) const {
    return remote_row < remote_.rows && remote_rows_(remote_row) == i;
  }

  GlobalIndex remote_column(Offset k) const {
    return remote_columns_[static_cast<std::size_t>(remote_.indices(k))];
  }

  struct Row {
    std::int64_t length = 0;
    bool has_diagonal = false;
    T diagonal{};
    double others = 0;  // sum of |a_ij|, j != i
  };

  void visit_entry(GlobalIndex i, GlobalIndex j, const T& value, Row& row, Partial& sum) const {
    const std::uint64_t here = hash_of_position(i, j);
    const std::uint64_t there = hash_of_position(j, i);
    sum.count[hash_pattern] += here;
    sum.count[hash_pattern_transposed] += there;
    sum.lower_bandwidth = std::max(sum.lower_bandwidth, i - j);
    sum.upper_bandwidth = std::max(sum.upper_bandwidth, j - i);
    ++row.length;
    const double size = magnitude(value);
    if (i == j) {
      row.has_diagonal = true;
      row.diagonal += value;
    } else {
      row.others += size;
    }
    if (!is_finite(value)) ++sum.count[not_finite];
    if (size == 0) {
      ++sum.count[stored_zeros];
      return;
    }
    sum.count[hash_values] += hash_of_value(here, value);
    sum.count[hash_values_transposed] += hash_of_value(there, value);
    if constexpr (is_complex<T>) {
      sum.count[hash_values_conjugate_transposed] += hash_of_value(there, conjugate(value));
    }
    sum.count[hash_values_negative_transposed] += hash_of_value(there, T(-value));
    if (std::isfinite(size)) {
      sum.smallest = std::min(sum.smallest, size);
      sum.largest = std::max(sum.largest, size);
    }
  }

  void visit_row(LocalIndex i, LocalIndex& remote_row, Partial& sum) const {
    Row row;
    const GlobalIndex global = first_row_ + i;
    // In the order of the columns, so that sums do not depend on the number of ranks: ghost columns
    // come partly before this rank's own and partly after them.
    Offset k = 0;
    Offset last = 0;
    if (has_remote(i, remote_row)) {
      k = remote_.offsets(remote_row);
      last = remote_.offsets(remote_row + 1);
      ++remote_row;
    }
    for (; k < last && remote_column(k) < first_column_; ++k) {
      visit_entry(global, remote_column(k), remote_.values(k), row, sum);
    }
    for (Offset l = local_.offsets(i); l < local_.offsets(i + 1); ++l) {
      visit_entry(global, first_column_ + local_.indices(l), local_.values(l), row, sum);
    }
    for (; k < last; ++k) visit_entry(global, remote_column(k), remote_.values(k), row, sum);
    finish_row(global, row, sum);
  }

  void finish_row(GlobalIndex i, const Row& row, Partial& sum) const {
    sum.shortest_row = std::min(sum.shortest_row, row.length);
    sum.longest_row = std::max(sum.longest_row, row.length);
    const auto length = static_cast<std::uint64_t>(row.length);
    ++sum.count[row_lengths + static_cast<std::size_t>(std::bit_width(length))];
    if (row.length == 0) ++sum.count[empty_rows];
    if (i >= diagonals_) return;

    const double size = magnitude(row.diagonal);
    const double real = static_cast<double>(real_part(row.diagonal));
    const bool is_real = imaginary_part(row.diagonal) == 0;
    if (!row.has_diagonal) {
      ++sum.count[missing_diagonals];
    } else if (size == 0) {
      ++sum.count[zero_diagonals];
    } else if (is_real && real > 0) {
      ++sum.count[positive_diagonals];
    } else if (is_real && real < 0) {
      ++sum.count[negative_diagonals];
    }
    // A bound on the rounding error of the sum over the row.
    const double rounding = static_cast<double>(row.length) *
                            std::numeric_limits<double>::epsilon() * (size + row.others);
    if (size - row.others > rounding) ++sum.count[strictly_dominant_rows];
    if (size - row.others >= -rounding) ++sum.count[dominant_rows];
    if (size == 0 && row.others == 0) ++sum.count[isolated_zeros];
    if (!square_) return;
    sum.lower_bound = std::min(sum.lower_bound, real - row.others);
    sum.upper_bound = std::max(sum.upper_bound, real + row.others);
    if (real - row.others > rounding) ++sum.count[positive_circles];
    if (real - row.others >= -rounding) ++sum.count[right_circles];
    if (real + row.others < -rounding) ++sum.count[negative_circles];
    if (real + row.others <= rounding) ++sum.count[left_circles];
  }

  GlobalIndex first_row_;
  GlobalIndex first_column_;
  GlobalIndex diagonals_;
  bool square_;
  LocalIndex count_;
  HostCsr<T> local_;
  HostCsr<T> remote_;
  HostView<const LocalIndex> remote_rows_;
  const std::vector<GlobalIndex>& remote_columns_;
};

}  // namespace suan::detail::analysis
