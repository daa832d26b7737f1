// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/transpose.hpp"

#include "kernels/transpose/mirrored.hpp"
#include "suan/core/instantiate.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda/cuda.hpp"
#else
#include "kernels/common/counting_sort.hpp"
#endif

namespace suan::kernels {

namespace {

#if !SUAN_HAVE_CUDA

using detail::Staged;

/// Prefetches the same position of two arrays for writing.
template <class First, class Second>
struct PrefetchIn {
  First* first;
  Second* second;
  KOKKOS_FORCEINLINE_FUNCTION void operator()(Offset place) const {
    __builtin_prefetch(first + place, 1);
    __builtin_prefetch(second + place, 1);
  }
};
template <class First, class Second>
PrefetchIn(First*, Second*) -> PrefetchIn<First, Second>;

/// The entries of A sorted by column, in the order of the rows.
template <Scalar T>
class ByColumn {
 public:
  /// Writes the offsets of the transpose.
  ByColumn(const ExecutionSpace& space, const HostCsr<T>& a, Offset* offsets)
      : parts_(split_rows(a.offsets, a.rows,
                          CountingSort::number_of_parts(space, a.entries(), a.columns))),
        places_(space, static_cast<std::size_t>(a.columns), parts_.size() - 1, offsets,
                [&](std::size_t p, const auto& use) {
                  const Offset end = a.offsets[parts_[p + 1]];
                  for (Offset k = a.offsets[parts_[p]]; k < end; ++k) use(a.indices[k]);
                }) {}

  /// Calls put(place, row, k) for each entry k, and before that prefetch(place) for the place where
  /// it will probably go, which can be anywhere.
  template <class Prefetch, class Put>
  void visit(const ExecutionSpace& space, const HostCsr<T>& a, const Prefetch& prefetch,
             const Put& put) {
    places_.for_parts(space, [&](std::size_t p, Offset* next) {
      const Offset last = a.offsets[parts_[p + 1]];
      for (LocalIndex i = parts_[p]; i < parts_[p + 1]; ++i) {
        const Offset end = a.offsets[i + 1];
        for (Offset k = a.offsets[i]; k < end; ++k) {
          if (k + 2 * entries_ahead < last) {
            __builtin_prefetch(next + a.indices[k + 2 * entries_ahead], 1);
            prefetch(next[a.indices[k + entries_ahead]]);
          }
          put(next[a.indices[k]]++, i, k);
        }
      }
    });
  }

 private:
  // Handling this many entries takes about as long as loading a line from memory.
  static constexpr Offset entries_ahead = 24;

  std::vector<LocalIndex> parts_;
  CountingSort places_;
};

#endif

/// Whether each entry has a mirror; if so, `mirrors` says where.
template <Scalar T>
bool note_mirrors(const ExecutionSpace& space, const CsrView<T>& a,
                  const DeviceView<Offset>& mirrors) {
  Offset* const to = mirrors.data();
  return visit_mirrors<T>(
      space, a, nullptr, KOKKOS_LAMBDA(Offset k, Offset mirror) { to[k] = mirror; });
}

#if !SUAN_HAVE_CUDA

template <Scalar T>
CsrView<T> transpose_by_counting(const ExecutionSpace& space, const CsrView<T>& a,
                                 bool conjugated) {
  const HostCsr<T> host(a);
  const auto entries = static_cast<std::size_t>(host.entries());
  const Staged<Offset> offsets("suan::Csr::offsets", static_cast<std::size_t>(a.columns) + 1);
  const Staged<LocalIndex> indices("suan::Csr::indices", entries);
  const Staged<T> values("suan::Csr::values", entries);
  ByColumn<T> by_column(space, host, offsets.data());
  LocalIndex* const row_of = indices.data();
  T* const value_of = values.data();
  by_column.visit(space, host, PrefetchIn{row_of, value_of},
                  [&](Offset place, LocalIndex i, Offset k) {
                    row_of[place] = i;
                    value_of[place] = conjugated ? conjugate(host.values[k]) : host.values[k];
                  });
  return {a.columns, a.rows, offsets.finish(), indices.finish(), values.finish()};
}

#endif

/// result(k) = values(source(k)), or its conjugate.
template <Scalar T>
DeviceView<T> from_source(const ExecutionSpace& space, const DeviceView<const Offset>& source,
                          const DeviceView<const T>& values, bool conjugated) {
  const auto result = detail::allocate<T>("suan::Csr::values", source.extent(0));
  Kokkos::parallel_for(
      "suan::transpose_values",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(
          space, 0, static_cast<Offset>(source.extent(0))),
      KOKKOS_LAMBDA(Offset k) {
        const T value = values(source(k));
        result(k) = conjugated ? conjugate(value) : value;
      });
  return result;
}

}  // namespace

template <Scalar T>
CsrView<T> transpose(const ExecutionSpace& space, const CsrView<T>& a, bool conjugated) {
  auto values = detail::allocate<T>("suan::Csr::values", a.values.extent(0));
  const T* const from = a.values.data();
  T* const to = values.data();
  // Scattered reads, sequential writes: scattered writes would move each line twice.
  const auto fetch = KOKKOS_LAMBDA(Offset k, Offset mirror) {
    to[k] = conjugated ? conjugate(from[mirror]) : from[mirror];
  };
  if (visit_mirrors(space, a, from, fetch)) {
    return {a.rows, a.columns, detail::kept(a.offsets), detail::kept(a.indices), values};
  }
#if SUAN_HAVE_CUDA
  values = {};
  const auto t = cuda::transpose_structure(space, a.rows, a.columns, a.offsets, a.indices);
  return {a.columns, a.rows, t.offsets, t.indices,
          from_source<T>(space, t.source, a.values, conjugated)};
#else
  return transpose_by_counting(space, a, conjugated);
#endif
}

template <Scalar T>
TransposePlan<T>::TransposePlan(const ExecutionSpace& space, const CsrView<T>& a) {
  auto mirrors = detail::allocate<Offset>("suan::TransposePlan::source", a.values.extent(0));
  if (note_mirrors(space, a, mirrors)) {
    structure_ = {a.rows, a.columns, detail::kept(a.offsets), detail::kept(a.indices), {}};
    source_ = mirrors;
    return;
  }
#if SUAN_HAVE_CUDA
  mirrors = {};
  const auto t = cuda::transpose_structure(space, a.rows, a.columns, a.offsets, a.indices);
  structure_ = {a.columns, a.rows, t.offsets, t.indices, {}};
  source_ = t.source;
#else
  const HostCsr<T> host(a);
  const auto entries = static_cast<std::size_t>(host.entries());
  const Staged<Offset> offsets("suan::Csr::offsets", static_cast<std::size_t>(a.columns) + 1);
  const Staged<LocalIndex> indices("suan::Csr::indices", entries);
  const Staged<Offset> source("suan::TransposePlan::source", entries);
  ByColumn<T> by_column(space, host, offsets.data());
  LocalIndex* const row_of = indices.data();
  Offset* const source_of = source.data();
  by_column.visit(space, host, PrefetchIn{row_of, source_of},
                  [&](Offset place, LocalIndex i, Offset k) {
                    row_of[place] = i;
                    source_of[place] = k;
                  });
  structure_ = {a.columns, a.rows, offsets.finish(), indices.finish(), {}};
  source_ = source.finish();
#endif
}

template <Scalar T>
CsrView<T> TransposePlan<T>::apply(const ExecutionSpace& space, const DeviceView<const T>& values,
                                   bool conjugated) const {
  return {structure_.rows, structure_.columns, structure_.offsets, structure_.indices,
          from_source<T>(space, source_, values, conjugated)};
}

#define SUAN_INSTANTIATE(T)                                                      \
  template CsrView<T> transpose(const ExecutionSpace&, const CsrView<T>&, bool); \
  template class TransposePlan<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
