// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spmv_transposed.hpp"

#include <algorithm>
#include <vector>

#include "core/memory.hpp"
#include "core/threads.hpp"
#include "kernels/row_products.hpp"
#include "suan/core/error.hpp"

namespace suan {

std::string_view to_string(TransposedPath path) {
  if (path == TransposedPath::scatter) return "scatter";
  return path == TransposedPath::gather ? "gather" : "auto";
}

namespace kernels {

/// Rows [first_row, the next part's); of y the elements [first_column, the next part's); a spill
/// for the columns [spill_begin, spill_end), of which those in the part's own range are not
/// touched.
struct TransposedParts {
  struct Part {
    LocalIndex first_row = 0;
    LocalIndex first_column = 0;
    LocalIndex spill_begin = 0;
    LocalIndex spill_end = 0;
    Offset spill = 0;  ///< where it stands among all spills
  };
  std::vector<Part> parts;  ///< and an empty one at the end
  Offset spilled = 0;
};

namespace {

template <bool conjugated, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION T entry(const T& value) {
  if constexpr (conjugated) return conjugate(value);
  return value;
}

/// What gathering needs, made on the host by counting: the entries of a column in the order of
/// rows.
struct Transposed {
  HostView<Offset> offsets;
  HostView<LocalIndex> rows;
  HostView<Offset> positions;
};

Transposed transpose(LocalIndex rows, LocalIndex columns, const HostView<const Offset>& offsets,
                     const HostView<const LocalIndex>& indices) {
  const auto entries = indices.extent(0);
  Transposed t{HostView<Offset>("suan::transposed::offsets", static_cast<std::size_t>(columns) + 1),
               detail::allocate_on_host<LocalIndex>("suan::transposed::rows", entries),
               detail::allocate_on_host<Offset>("suan::transposed::positions", entries)};
  for (std::size_t k = 0; k < entries; ++k) ++t.offsets(indices(k) + 1);
  for (LocalIndex j = 0; j < columns; ++j) t.offsets(j + 1) += t.offsets(j);
  std::vector<Offset> next(t.offsets.data(), t.offsets.data() + columns);
  for (LocalIndex i = 0; i < rows; ++i) {
    for (Offset k = offsets(i); k < offsets(i + 1); ++k) {
      const Offset place = next[static_cast<std::size_t>(indices(k))]++;
      t.rows(place) = i;
      t.positions(place) = k;
    }
  }
  return t;
}

template <bool conjugated, Scalar T>
void gather(const ExecutionSpace& space, T alpha, const CsrView<T>& a,
            const DeviceView<const Offset>& offsets, const DeviceView<const LocalIndex>& rows,
            const DeviceView<const Offset>& positions, const DeviceView<const T>& x, T beta,
            const DeviceView<T>& y) {
  const auto values = a.values;
  Kokkos::parallel_for(
      "suan::spmv_transposed_gather",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(space, 0, a.columns),
      KOKKOS_LAMBDA(LocalIndex j) {
        T sum{};
        for (Offset k = offsets(j); k < offsets(j + 1); ++k) {
          sum += entry<conjugated>(values(positions(k))) * x(rows(k));
        }
        y(j) = beta == T(0) ? alpha * sum : alpha * sum + beta * y(j);
      });
}

#if !SUAN_HAVE_CUDA

using Parts = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<int>>;

template <Scalar T>
TransposedParts plan_scatter(const ExecutionSpace& space, const CsrView<T>& a) {
  const int count = detail::threads_of(space);
  TransposedParts plan;
  auto& parts = plan.parts;
  parts.resize(static_cast<std::size_t>(count) + 1);
  for (int part = 0; part <= count; ++part) {
    auto& p = parts[static_cast<std::size_t>(part)];
    p.first_row = first_row_of_part(a, part, count);
    // Of a square matrix the part's own columns are those of its rows.
    p.first_column = part == count ? a.columns
                                   : static_cast<LocalIndex>(Offset{p.first_row} * a.columns /
                                                             std::max<Offset>(a.rows, 1));
  }
  Kokkos::parallel_for("suan::spmv_transposed_plan", Parts(space, 0, count), [&](int part) {
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

template <bool conjugated, Scalar T>
void scatter(const ExecutionSpace& space, T alpha, const CsrView<T>& a, const TransposedParts& plan,
             const DeviceView<T>& spills, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) {
  const int count = static_cast<int>(plan.parts.size()) - 1;
  const auto part_of = [&](int part) -> const TransposedParts::Part& {
    return plan.parts[static_cast<std::size_t>(part)];
  };
  Kokkos::parallel_for("suan::spmv_transposed_scatter", Parts(space, 0, count), [&](int part) {
    const auto& p = part_of(part);
    const LocalIndex own_end = part_of(part + 1).first_column;
    T* const spill = spills.data() + p.spill;
    for (LocalIndex j = p.first_column; j < own_end; ++j) y(j) = beta == T(0) ? T(0) : beta * y(j);
    // Around the part's own range, and all of it when that lies elsewhere.
    for (LocalIndex j = p.spill_begin; j < p.spill_end; ++j) {
      if (j == p.first_column && own_end > j) j = own_end;
      if (j < p.spill_end) spill[j - p.spill_begin] = T(0);
    }
    scatter_rows<conjugated>(a, p.first_row, part_of(part + 1).first_row, alpha, x.data(),
                             p.first_column, own_end, y.data(), spill, p.spill_begin);
  });
  Kokkos::parallel_for("suan::spmv_transposed_collect", Parts(space, 0, count), [&](int part) {
    const LocalIndex own_begin = part_of(part).first_column;
    const LocalIndex own_end = part_of(part + 1).first_column;
    for (int from = 0; from < count; ++from) {
      if (from == part) continue;
      const auto& p = part_of(from);
      const T* const spill = spills.data() + p.spill;
      const LocalIndex end = std::min(own_end, p.spill_end);
      for (LocalIndex j = std::max(own_begin, p.spill_begin); j < end; ++j) {
        y(j) += spill[j - p.spill_begin];
      }
    }
  });
}

#endif

}  // namespace

template <Scalar T>
SpmvTransposedPlan<T>::SpmvTransposedPlan(const ExecutionSpace& space, const CsrView<T>& a,
                                          TransposedPath wanted)
    : a_(a) {
  if (SUAN_HAVE_CUDA != 0 && wanted == TransposedPath::scatter) {
    throw NotSupported(
        "the transposed product by scattering was asked for, but this build of Suan runs on CUDA; "
        "use auto or gather");
  }
  const HostView<const Offset> offsets =
      Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.offsets);
  const HostView<const LocalIndex> indices =
      Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), a.indices);
#if !SUAN_HAVE_CUDA
  if (wanted != TransposedPath::gather) {
    auto plan = plan_scatter(space, a);
    // The transposed structure takes 12 bytes per entry, and is read besides the matrix.
    const bool small = plan.spilled * Offset(sizeof(T)) <= 12 * a.entries() + 4096;
    if (wanted == TransposedPath::scatter || small) {
      path_ = TransposedPath::scatter;
      spills_ =
          detail::allocate<T>("suan::transposed::spills", static_cast<std::size_t>(plan.spilled));
      parts_ = std::make_shared<const TransposedParts>(std::move(plan));
      return;
    }
  }
#endif
  const Transposed t = transpose(a.rows, a.columns, offsets, indices);
  offsets_ = Kokkos::create_mirror_view_and_copy(MemorySpace(), t.offsets);
  rows_ = Kokkos::create_mirror_view_and_copy(MemorySpace(), t.rows);
  positions_ = Kokkos::create_mirror_view_and_copy(MemorySpace(), t.positions);
}

template <Scalar T>
std::int64_t SpmvTransposedPlan<T>::memory_bytes() const {
  return static_cast<std::int64_t>(sizeof(T) * spills_.span() + sizeof(Offset) * offsets_.span() +
                                   sizeof(LocalIndex) * rows_.span() +
                                   sizeof(Offset) * positions_.span());
}

template <Scalar T>
void SpmvTransposedPlan<T>::apply(const ExecutionSpace& space, Adjoint op, T alpha,
                                  const DeviceView<const T>& x, T beta,
                                  const DeviceView<T>& y) const {
  const auto with = [&]<bool conjugated>() {
#if !SUAN_HAVE_CUDA
    if (path_ == TransposedPath::scatter) {
      return scatter<conjugated, T>(space, alpha, a_, *parts_, spills_, x, beta, y);
    }
#endif
    gather<conjugated, T>(space, alpha, a_, offsets_, rows_, positions_, x, beta, y);
  };
  if (is_complex<T> && op == Adjoint::conjugate) return with.template operator()<true>();
  with.template operator()<false>();
}

template class SpmvTransposedPlan<float>;
template class SpmvTransposedPlan<double>;
template class SpmvTransposedPlan<Complex>;

}  // namespace kernels
}  // namespace suan
