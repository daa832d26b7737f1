// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/galerkin.hpp"

#include <utility>

#include "suan/core/instantiate.hpp"

#if !SUAN_HAVE_CUDA
#include "kernels/galerkin/galerkin_blocks.hpp"
#endif

namespace suan::kernels {

#if SUAN_HAVE_CUDA

template <Scalar T>
GalerkinPlan<T>::GalerkinPlan(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
                              const CsrView<T>& p)
    : left_(space, r, a), right_(space, left_.multiply(space, r, a), p) {}

template <Scalar T>
CsrView<T> GalerkinPlan<T>::multiply(const ExecutionSpace& space, const CsrView<T>& r,
                                     const CsrView<T>& a, const CsrView<T>& p,
                                     CsrView<T> last) const {
  last = {};
  return right_.multiply(space, left_.multiply(space, r, a), p);
}

template <Scalar T>
CsrView<T> galerkin_product(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
                            const CsrView<T>& p) {
  return spgemm(space, spgemm(space, r, a), p);
}

#else

namespace {

template <Scalar T>
Offset longest_row(const ExecutionSpace& space, const HostCsr<T>& m) {
  Offset longest = 0;
  Kokkos::parallel_reduce(
      "suan::longest_row",
      Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<LocalIndex>>(host_instance(space),
                                                                             0, m.rows),
      [&](LocalIndex i, Offset& most) { most = std::max(most, m.offsets[i + 1] - m.offsets[i]); },
      Kokkos::Max<Offset>(longest));
  return std::max<Offset>(longest, 0);
}

template <Scalar T>
GalerkinOperands<T> operands_of(const ExecutionSpace& space, const CsrView<T>& r,
                                const CsrView<T>& a, const CsrView<T>& p) {
  GalerkinOperands<T> operands{HostCsr<T>(r), HostCsr<T>(a), HostCsr<T>(p)};
  operands.longest_of_p = longest_row(space, operands.p);
  return operands;
}

template <Scalar T>
WorkOfRows bounds_of(const ExecutionSpace& space, const GalerkinOperands<T>& m) {
  constexpr Offset row_cost = 8;  // besides its products
  return {space, m.r.rows, row_cost, [&](LocalIndex i) { return m.bound(i); }};
}

}  // namespace

template <Scalar T>
GalerkinPlan<T>::GalerkinPlan(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
                              const CsrView<T>& p) {
  const auto operands = operands_of(space, r, a, p);
  const auto bounds = bounds_of(space, operands);
  const auto runs = find_runs(space, operands.r, operands.a, operands.p);
  chunks_ = whole_runs(bounds.chunks(space), runs);
  const auto structure = find_structure("suan::galerkin_structure", space, chunks_,
                                        [&] { return GalerkinColumns<T>(operands, runs, bounds); });
  structure_ = {r.rows, p.columns, structure.offsets, structure.indices, {}};
}

template <Scalar T>
CsrView<T> GalerkinPlan<T>::multiply(const ExecutionSpace& space, const CsrView<T>& r,
                                     const CsrView<T>& a, const CsrView<T>& p,
                                     CsrView<T> last) const {
  const GalerkinOperands<T> operands{HostCsr<T>(r), HostCsr<T>(a), HostCsr<T>(p)};
  const auto offsets = host_array<Offset>(structure_.offsets);
  const auto columns = host_array<LocalIndex>(structure_.indices);
  const detail::Staged<T> values("suan::Csr::values", columns.extent(0),
                                 std::exchange(last.values, {}));
  const std::size_t count = chunks_.empty() ? 0 : chunks_.size() - 1;
  const auto runs = find_runs(space, operands.r, operands.a, operands.p);
  const auto in_runs = [&](auto width, const auto& next) {
    GalerkinBlock<T, decltype(width)::value> block(operands, runs);
    for (std::size_t c = next(); c < count; c = next()) {
      for (LocalIndex i = chunks_[c]; i < chunks_[c + 1];) {
        const Offset begin = offsets.data()[i];
        const Offset length = offsets.data()[i + 1] - begin;
        const LocalIndex rows = block.form(i);
        block.write(columns.data() + begin, length, rows, values.data() + begin);
        i += rows;
      }
    }
  };
  share_chunks("suan::galerkin_values", space, count, [&](const auto& next) {
    if (runs.longest > 1) {
      with_width(runs, [&](auto width) { in_runs(width, next); });
      return;
    }
    GalerkinSums<T> sums(operands);
    for (std::size_t c = next(); c < count; c = next()) {
      for (LocalIndex i = chunks_[c]; i < chunks_[c + 1]; ++i) {
        sums.start(i);
        sums.multiply([](LocalIndex) {});
        const Offset begin = offsets.data()[i];
        sums.take(columns.data() + begin, offsets.data()[i + 1] - begin, values.data() + begin);
      }
    }
  });
  return {structure_.rows, structure_.columns, structure_.offsets, structure_.indices,
          values.finish()};
}

template <Scalar T>
CsrView<T> galerkin_product(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
                            const CsrView<T>& p) {
  const auto operands = operands_of(space, r, a, p);
  const auto bounds = bounds_of(space, operands);
  const auto runs = find_runs(space, operands.r, operands.a, operands.p);
  const auto chunks = whole_runs(bounds.chunks(space), runs);
  const std::size_t count = chunks.size() - 1;
  std::vector<std::unique_ptr<T[]>> found(count);
  const char* const label = "suan::galerkin_product";
  RowStructure structure;
  if (runs.longest == 1) {
    structure = find_structure(label, space, chunks,
                               [&] { return GalerkinRows<T>(operands, bounds, found); });
  } else {
    with_width(runs, [&](auto width) {
      using Rows = GalerkinBlockRows<T, decltype(width)::value>;
      structure =
          find_structure(label, space, chunks, [&] { return Rows(operands, runs, bounds, found); });
    });
  }
  const auto offsets = host_array<Offset>(structure.offsets);
  const detail::Staged<T> values("suan::Csr::values", structure.indices.extent(0));
  for_chunks("suan::copy_values", space, count, [&](std::size_t c) {
    const Offset begin = offsets.data()[chunks[c]];
    std::copy_n(found[c].get(), offsets.data()[chunks[c + 1]] - begin, values.data() + begin);
    found[c].reset();
  });
  return {r.rows, p.columns, structure.offsets, structure.indices, values.finish()};
}

#endif

#define SUAN_INSTANTIATE(T)                                                      \
  template class GalerkinPlan<T>;                                                \
  template CsrView<T> galerkin_product(const ExecutionSpace&, const CsrView<T>&, \
                                       const CsrView<T>&, const CsrView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
