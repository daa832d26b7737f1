// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The definitions of suan/matrix/csr.hpp.
#pragma once

#include "suan/matrix/csr.hpp"

#include <cmath>

#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace detail {

/// The result of one pass over the structure: the first row with each defect.
struct CsrDefects {
  LocalIndex decreasing = std::numeric_limits<LocalIndex>::max();
  LocalIndex out_of_range = std::numeric_limits<LocalIndex>::max();
  LocalIndex unsorted = std::numeric_limits<LocalIndex>::max();
};

template <Scalar T>
CsrDefects inspect_csr(const kernels::CsrView<T>& a) {
  CsrDefects found;
  const auto offsets = a.offsets;
  const auto indices = a.indices;
  const LocalIndex columns = a.columns;
  const auto entries = a.entries();
  Kokkos::parallel_reduce(
      "suan::csr_inspect",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, LocalIndex & decreasing, LocalIndex & out_of_range,
                    LocalIndex & unsorted) {
        const Offset begin = offsets(i);
        const Offset end = offsets(i + 1);
        if (begin < 0 || begin > end || end > entries) {
          if (i < decreasing) decreasing = i;
          return;
        }
        LocalIndex previous = -1;
        for (Offset k = begin; k < end; ++k) {
          const LocalIndex j = indices(k);
          if ((j < 0 || j >= columns) && i < out_of_range) out_of_range = i;
          if (j <= previous && i < unsorted) unsorted = i;
          previous = j;
        }
      },
      Kokkos::Min<LocalIndex>(found.decreasing), Kokkos::Min<LocalIndex>(found.out_of_range),
      Kokkos::Min<LocalIndex>(found.unsorted));
  return found;
}

template <Scalar T>
void require_csr_sizes(const kernels::CsrView<T>& a) {
  const auto describe = [&] { return message("Csr of ", a.rows, " x ", a.columns, ": "); };
  if (a.rows < 0 || a.columns < 0) {
    throw InvalidArgument(describe() + "sizes must not be negative");
  }
  const auto wanted = static_cast<std::size_t>(a.rows) + 1;
  // On a device Csr() has no offset (offset_of_no_rows).
  const bool has_arrays = a.offsets.size() + a.indices.size() + a.values.size() > 0;
  if (SUAN_HAVE_CUDA != 0 && a.rows == 0 && !has_arrays) return;
  if (a.offsets.extent(0) != wanted) {
    throw DimensionMismatch(message(describe(), "there are ", a.offsets.extent(0),
                                    " row offsets, but ", wanted, " are needed"));
  }
  if (a.indices.extent(0) != a.values.extent(0)) {
    throw DimensionMismatch(message(describe(), "there are ", a.indices.extent(0), " columns, but ",
                                    a.values.extent(0), " values"));
  }
  Offset ends[2] = {0, 0};
  for (const int which : {0, 1}) {
    const auto at = which == 0 ? std::size_t(0) : static_cast<std::size_t>(a.rows);
    Kokkos::deep_copy(ends[which], Kokkos::subview(a.offsets, at));
  }
  if (ends[0] != 0 || ends[1] != a.entries()) {
    throw DimensionMismatch(message(describe(), "the row offsets go from ", ends[0], " to ",
                                    ends[1], ", but must go from 0 to the ", a.entries(),
                                    " entries"));
  }
}

template <class T>
DeviceView<const T> to_device(std::span<const T> host, const std::string& label) {
  const DeviceView<T> device = allocate<T>(label, host.size());
  Kokkos::deep_copy(device, HostView<const T>(host.data(), host.size()));
  return device;
}

}  // namespace detail

template <Scalar T>
Csr<T>::Csr(LocalIndex rows, LocalIndex columns, DeviceView<const Offset> offsets,
            DeviceView<const LocalIndex> indices, DeviceView<const T> values, KernelPath path)
    : Operator<T>(Layout::serial(rows), Layout::serial(columns)),
      a_{rows, columns, std::move(offsets), std::move(indices), std::move(values)} {
  detail::require_csr_sizes(a_);
  const detail::CsrDefects found = detail::inspect_csr(a_);
  if (found.decreasing < rows) {
    throw InvalidArgument(message("Csr of ", rows, " x ", columns, ": the offsets of row ",
                                  found.decreasing, " decrease or leave the entries"));
  }
  if (found.out_of_range < rows) {
    throw InvalidArgument(message("Csr of ", rows, " x ", columns, ": row ", found.out_of_range,
                                  " has a column outside [0, ", columns, ")"));
  }
  sorted_ = found.unsorted >= rows;
  plan_ = with_typed_errors([&] { return kernels::SpmvPlan<T>(ExecutionSpace(), a_, path); });
}

template <Scalar T>
Csr<T> Csr<T>::from_host(LocalIndex rows, LocalIndex columns, std::span<const Offset> offsets,
                         std::span<const LocalIndex> indices, std::span<const T> values,
                         KernelPath path) {
  return Csr(rows, columns, detail::to_device(offsets, "suan::Csr::offsets"),
             detail::to_device(indices, "suan::Csr::indices"),
             detail::to_device(values, "suan::Csr::values"), path);
}

template <Scalar T>
Csr<T> Csr<T>::with_plan(kernels::SpmvPlan<T> plan) const {
  if (!plan.is_of(a_)) {
    throw InvalidArgument(message("with_plan: the products were prepared for another matrix than ",
                                  "this one of ", a_.rows, " x ", a_.columns, " with ",
                                  a_.entries(), " entries; prepare them from its own arrays"));
  }
  Csr same = *this;
  same.plan_ = std::move(plan);
  same.require_current();
  return same;
}

template <Scalar T>
void Csr<T>::update_values(DeviceView<const T> values) {
  if (values.extent(0) != a_.values.extent(0)) {
    throw DimensionMismatch(message("update_values: ", values.extent(0),
                                    " values were given for the ", a_.entries(), " entries"));
  }
  kernels::CsrView<T> next = a_;
  next.values = std::move(values);
  plan_ = with_typed_errors([&] { return plan_.with_values(ExecutionSpace(), next); });
  a_ = std::move(next);
  ++version_;
}

template <Scalar T>
void Csr<T>::update_values(std::span<const T> values) {
  update_values(detail::to_device(values, "suan::Csr::values"));
}

template <Scalar T>
void Csr<T>::require_current() const {
  if (plan_.is_current(ExecutionSpace())) return;
  throw InvalidArgument(message("the values of the matrix have changed since its products in the ",
                                "format ", plan_.format(), " copied them: call update_values() or ",
                                "optimize() again"));
}

template <Scalar T>
DeviceView<T> Csr<T>::diagonal() const {
  if (a_.rows != a_.columns) {
    throw InvalidArgument(message("diagonal: the matrix has ", a_.rows, " rows and ", a_.columns,
                                  " columns, but must be square"));
  }
  const auto result = detail::allocate<T>("suan::Csr::diagonal", static_cast<std::size_t>(a_.rows));
  const auto a = a_;
  Kokkos::parallel_for(
      "suan::csr_diagonal",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i) {
        // Counted first, by vector instructions: most entries are not on the diagonal.
        LocalIndex left = 0;
        for (Offset k = a.offsets(i); k < a.offsets(i + 1); ++k) left += a.indices(k) == i ? 1 : 0;
        T sum{};
        for (Offset k = a.offsets(i); left > 0; ++k) {
          if (a.indices(k) != i) continue;
          sum += a.values(k);
          --left;
        }
        result(i) = sum;
      });
  return result;
}

template <Scalar T>
std::int64_t Csr<T>::memory_bytes() const noexcept {
  return static_cast<std::int64_t>(a_.offsets.span() * sizeof(Offset) +
                                   a_.indices.span() * sizeof(LocalIndex) +
                                   a_.values.span() * sizeof(T));
}

template <Scalar T>
std::int64_t Csr<T>::bytes_per_apply() const {
  const auto vectors = static_cast<std::int64_t>(a_.rows) + a_.columns;
  return plan_.bytes() + vectors * static_cast<std::int64_t>(sizeof(T));
}

template <Scalar T>
void Csr<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const try {
  plan_.apply(ExecutionSpace(), alpha, x.view(), beta, y.view());
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
void Csr<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const try {
  plan_.apply(ExecutionSpace(), alpha, x.view(), beta, y.view());
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
T Csr<T>::do_apply_dot(const Vector<T>& x, Vector<T>& y) const try {
  return plan_.apply_dot(ExecutionSpace(), x.view(), y.view());
} catch (...) {
  rethrow_typed();
}

template <Scalar T>
Real<T> Csr<T>::do_residual(const Vector<T>& b, const Vector<T>& x, Vector<T>& r) const try {
  return norm2(r, plan_.residual(ExecutionSpace(), x.view(), b.view(), r.view()));
} catch (...) {
  rethrow_typed();
}

#define SUAN_INSTANTIATE(T) SUAN_TEMPLATE class Csr<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
