// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The transposed product on the host, row by row: each thread takes a range of rows, adds to its
// own range of y, and collects contributions outside it in a spill buffer; the spills are added in
// the order of the threads.
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/spmv/row_products.hpp"
#include "kernels/transpose/transposed_gather.hpp"
#include "suan/core/detail/threads.hpp"

namespace suan::kernels {

/// Part p has rows [first_row, the next part's), elements [first_column, the next part's) of y, and
/// a spill for the columns [spill_begin, spill_end), in which its own range stays untouched.
struct TransposedParts {
  struct Part {
    LocalIndex first_row = 0;
    LocalIndex first_column = 0;
    LocalIndex spill_begin = 0;
    LocalIndex spill_end = 0;
    Offset spill = 0;  ///< its start among all spills
  };
  std::vector<Part> parts;  ///< and an empty one at the end
  Offset spilled = 0;
};

#if !SUAN_HAVE_CUDA

namespace transposed {

using PartRange = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>;

template <Scalar T>
TransposedParts plan_scatter(const ExecutionSpace& space, const CsrView<T>& a) {
  const int count = detail::threads_of(space);
  TransposedParts plan;
  auto& parts = plan.parts;
  parts.resize(static_cast<std::size_t>(count) + 1);
  for (int part = 0; part <= count; ++part) {
    auto& p = parts[static_cast<std::size_t>(part)];
    p.first_row = first_row_of_part(a, part, count);
    // In a square matrix a part owns the columns with the numbers of its rows.
    p.first_column = part == count ? a.columns
                                   : static_cast<LocalIndex>(Offset{p.first_row} * a.columns /
                                                             std::max<Offset>(a.rows, 1));
  }
  Kokkos::parallel_for("suan::spmv_transposed_plan", PartRange(space, 0, count), [&](int part) {
    auto& p = parts[static_cast<std::size_t>(part)];
    const auto& next = parts[static_cast<std::size_t>(part) + 1];
    LocalIndex begin = a.columns;
    LocalIndex end = 0;
    for (Offset k = a.offsets(p.first_row); k < a.offsets(next.first_row); ++k) {
      const LocalIndex j = a.indices(k);
      if (j >= p.first_column && j < next.first_column) continue;
      begin = std::min(begin, j);
      end = std::max(end, j + 1);
    }
    p.spill_begin = std::min(begin, end);
    p.spill_end = end;
  });
  space.fence("suan::spmv_transposed_plan");
  for (auto& p : parts) {
    p.spill = plan.spilled;
    plan.spilled += p.spill_end - p.spill_begin;
  }
  return plan;
}

/// Adds alpha conj(a_ij) x_i to y_j for the rows [begin, end): to `own` where j is in
/// [own_begin, own_end), else to `spill`, whose first element is that of column `spill_begin`.
template <bool conjugated, Scalar T>
void scatter_rows(const CsrView<T>& a, LocalIndex begin, LocalIndex end, T alpha, const T* x,
                  LocalIndex own_begin, LocalIndex own_end, T* own, T* spill,
                  LocalIndex spill_begin) {
  const Offset* const offsets = a.offsets.data();
  const LocalIndex* const indices = a.indices.data();
  const T* const values = a.values.data();
  for (LocalIndex i = begin; i < end; ++i) {
    const T xi = alpha * x[i];
    for (Offset k = offsets[i]; k < offsets[i + 1]; ++k) {
      const LocalIndex j = indices[k];
      T& target = j >= own_begin && j < own_end ? own[j] : spill[j - spill_begin];
      target += entry<conjugated>(values[k]) * xi;
    }
  }
}

template <Scalar T>
struct Scattered {
  const CsrView<T>& a;
  const TransposedParts& plan;
  const DeviceView<T>& spills;

  int count() const { return static_cast<int>(plan.parts.size()) - 1; }
  const TransposedParts::Part& part(int number) const {
    return plan.parts[static_cast<std::size_t>(number)];
  }

  /// y(j) = start(j), plus what the rows of a part add to its own range; the rest goes to its
  /// spill.
  template <bool conjugated, class Start>
  void scatter(int number, T alpha, const T* x, T* y, const Start& start) const {
    const auto& p = part(number);
    const LocalIndex own_end = part(number + 1).first_column;
    T* const spill = spills.data() + p.spill;
    for (LocalIndex j = p.first_column; j < own_end; ++j) y[j] = start(j);
    // The columns outside the part's own range.
    for (LocalIndex j = p.spill_begin; j < p.spill_end; ++j) {
      if (j == p.first_column && own_end > j) j = own_end;
      if (j < p.spill_end) spill[j - p.spill_begin] = T(0);
    }
    scatter_rows<conjugated>(a, p.first_row, part(number + 1).first_row, alpha, x, p.first_column,
                             own_end, y, spill, p.spill_begin);
  }

  /// Adds the other parts' spills to the columns [begin, end) of a part.
  void collect(int number, LocalIndex begin, LocalIndex end, T* y) const {
    for (int from = 0; from < count(); ++from) {
      if (from == number) continue;
      const auto& p = part(from);
      const T* const spill = spills.data() + p.spill;
      const LocalIndex stop = std::min(end, p.spill_end);
      for (LocalIndex j = std::max(begin, p.spill_begin); j < stop; ++j) {
        y[j] += spill[j - p.spill_begin];
      }
    }
  }
};

/// As gather().
template <bool conjugated, Scalar T, class Start>
void scatter(const ExecutionSpace& space, T alpha, const Scattered<T>& m,
             const DeviceView<const T>& x, const DeviceView<T>& y, const Start& start) {
  const PartRange parts(space, 0, m.count());
  Kokkos::parallel_for("suan::spmv_transposed_scatter", parts, [&](int part) {
    m.template scatter<conjugated>(part, alpha, x.data(), y.data(), start);
  });
  Kokkos::parallel_for("suan::spmv_transposed_collect", parts, [&](int part) {
    m.collect(part, m.part(part).first_column, m.part(part + 1).first_column, y.data());
  });
}

/// As gather_sum().
template <bool conjugated, class Sum, Scalar T, class Start, class End>
Sum scatter_sum(const ExecutionSpace& space, T alpha, const Scattered<T>& m,
                const DeviceView<const T>& x, const DeviceView<T>& y, const Start& start,
                const End& end) {
  const PartRange parts(space, 0, m.count());
  Kokkos::parallel_for("suan::spmv_transposed_scatter", parts, [&](int part) {
    m.template scatter<conjugated>(part, alpha, x.data(), y.data(), start);
  });
  // A few columns at a time, so that the sum finds them in the first-level cache.
  constexpr LocalIndex some = 1024;
  Sum sum{};
  Kokkos::parallel_reduce(
      "suan::spmv_transposed_collect_sum", parts,
      [&](int part, Sum& partial) {
        const LocalIndex own_end = m.part(part + 1).first_column;
        for (Offset at = m.part(part).first_column; at < own_end; at += some) {
          const auto begin = static_cast<LocalIndex>(at);
          const LocalIndex last = std::min(some, own_end - begin) + begin;
          m.collect(part, begin, last, y.data());
          Sum even{};
          Sum odd{};
          LocalIndex j = begin;
          for (; j + 2 <= last; j += 2) {
            even += end(j, y(j));
            odd += end(j + 1, y(j + 1));
          }
          if (j < last) even += end(j, y(j));
          partial += even + odd;
        }
      },
      sum);
  return sum;
}

}  // namespace transposed

#endif

}  // namespace suan::kernels
