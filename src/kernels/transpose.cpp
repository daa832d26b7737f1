// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/transpose.hpp"

#include <memory>

#include "kernels/host_csr.hpp"

namespace suan::kernels {

namespace {

using detail::Staged;

/// For each part of the rows and each column, where the next entry goes.
template <Scalar T>
class Places {
 public:
  /// Counts, and writes the offsets of the transpose.
  Places(const ExecutionSpace& space, const HostCsr<T>& a, Offset* offsets)
      : columns_(static_cast<std::size_t>(a.columns)),
        parts_(split_rows(a.offsets, a.rows, number_of_parts(space, a))),
        next_(std::make_unique_for_overwrite<Offset[]>(parts() * columns_)) {
    for_chunks("suan::transpose_count", space, parts(), [&](std::size_t p) {
      Offset* const counts = of_part(p);
      std::fill(counts, counts + columns_, Offset(0));
      const Offset end = a.offsets[parts_[p + 1]];
      for (Offset k = a.offsets[parts_[p]]; k < end; ++k) ++counts[a.indices[k]];
    });
    Kokkos::parallel_scan("suan::transpose_places",
                          Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>>(
                              host_instance(space), 0, a.columns),
                          [&](std::int64_t j, Offset& place, bool final) {
                            if (final) offsets[j] = place;
                            for (std::size_t p = 0; p < parts(); ++p) {
                              Offset& count = of_part(p)[j];
                              const Offset here = count;
                              if (final) count = place;
                              place += here;
                            }
                          });
    host_instance(space).fence("suan::transpose_places");
    offsets[a.columns] = a.entries();
  }

  /// Calls put(place, row, k) for each entry k, those of a part in their order.
  template <class Put>
  void visit(const ExecutionSpace& space, const HostCsr<T>& a, const Put& put) {
    for_chunks("suan::transpose_fill", space, parts(), [&](std::size_t p) {
      Offset* const next = of_part(p);
      for (LocalIndex i = parts_[p]; i < parts_[p + 1]; ++i) {
        const Offset end = a.offsets[i + 1];
        for (Offset k = a.offsets[i]; k < end; ++k) put(next[a.indices[k]]++, i, k);
      }
    });
  }

 private:
  /// As many as threads, unless the counts would take more memory than the entries.
  static std::size_t number_of_parts(const ExecutionSpace& space, const HostCsr<T>& a) {
    const auto threads = static_cast<Offset>(host_instance(space).concurrency());
    return static_cast<std::size_t>(std::clamp<Offset>(a.entries() / (a.columns + 1), 1, threads));
  }
  std::size_t parts() const { return parts_.size() - 1; }
  Offset* of_part(std::size_t p) { return next_.get() + p * columns_; }

  std::size_t columns_;
  std::vector<LocalIndex> parts_;
  std::unique_ptr<Offset[]> next_;
};

}  // namespace

template <Scalar T>
CsrView<T> transpose(const ExecutionSpace& space, const CsrView<T>& a, bool conjugated) {
  const HostCsr<T> host(a);
  const auto entries = static_cast<std::size_t>(host.entries());
  const Staged<Offset> offsets("suan::Csr::offsets", static_cast<std::size_t>(a.columns) + 1);
  const Staged<LocalIndex> indices("suan::Csr::indices", entries);
  const Staged<T> values("suan::Csr::values", entries);
  Places<T> places(space, host, offsets.data());
  LocalIndex* const row_of = indices.data();
  T* const value_of = values.data();
  if (is_complex<T> && conjugated) {
    places.visit(space, host, [&](Offset place, LocalIndex i, Offset k) {
      row_of[place] = i;
      value_of[place] = conjugate(host.values[k]);
    });
  } else {
    places.visit(space, host, [&](Offset place, LocalIndex i, Offset k) {
      row_of[place] = i;
      value_of[place] = host.values[k];
    });
  }
  return {a.columns, a.rows, offsets.finish(), indices.finish(), values.finish()};
}

template <Scalar T>
TransposePlan<T>::TransposePlan(const ExecutionSpace& space, const CsrView<T>& a) {
  const HostCsr<T> host(a);
  const auto entries = static_cast<std::size_t>(host.entries());
  const Staged<Offset> offsets("suan::Csr::offsets", static_cast<std::size_t>(a.columns) + 1);
  const Staged<LocalIndex> indices("suan::Csr::indices", entries);
  const Staged<Offset> source("suan::TransposePlan::source", entries);
  Places<T> places(space, host, offsets.data());
  LocalIndex* const row_of = indices.data();
  Offset* const source_of = source.data();
  places.visit(space, host, [&](Offset place, LocalIndex i, Offset k) {
    row_of[place] = i;
    source_of[place] = k;
  });
  structure_ = {a.columns, a.rows, offsets.finish(), indices.finish(), {}};
  source_ = source.finish();
}

template <Scalar T>
CsrView<T> TransposePlan<T>::apply(const ExecutionSpace& space, const DeviceView<const T>& values,
                                   bool conjugated) const {
  const auto source = source_;
  const auto result = detail::allocate<T>("suan::Csr::values", source.extent(0));
  Kokkos::parallel_for(
      "suan::transpose_values",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>(
          space, 0, static_cast<Offset>(source.extent(0))),
      KOKKOS_LAMBDA(Offset k) {
        const T value = values(source(k));
        result(k) = conjugated ? conjugate(value) : value;
      });
  return {structure_.rows, structure_.columns, structure_.offsets, structure_.indices, result};
}

#define SUAN_INSTANTIATE(T) \
  template CsrView<T> transpose(const ExecutionSpace&, const CsrView<T>&, bool);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE
template class TransposePlan<float>;
template class TransposePlan<double>;
template class TransposePlan<Complex>;

}  // namespace suan::kernels
