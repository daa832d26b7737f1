// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spgemm.hpp"

#include "kernels/row_accumulator.hpp"
#include "kernels/row_structure.hpp"

namespace suan::kernels {

namespace {

/// What a row costs beside its products: finding it, and its place in the result.
constexpr Offset row_cost = 4;

/// The columns of rows of C, on one thread.
template <Scalar T>
class Columns {
 public:
  Columns(const HostCsr<T>& a, const HostCsr<T>& b) : a_(a), b_(b), set_(b.columns) {}

  Offset bound(LocalIndex i) const {
    return std::min<Offset>(products_of_row(a_, b_, i), b_.columns);
  }

  LocalIndex* columns(LocalIndex i, const LocalIndex* before, LocalIndex* out) {
    // The rows of the unknowns at one point have the same columns, as a rule.
    if (before != nullptr && same_as_row_before(i)) return std::copy_n(before, out - before, out);
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex row = a_.indices[k];
      for (Offset l = b_.offsets[row]; l < b_.offsets[row + 1]; ++l) set_.insert(b_.indices[l]);
    }
    return set_.take(out);
  }

 private:
  bool same_as_row_before(LocalIndex i) const {
    const Offset length = a_.offsets[i + 1] - a_.offsets[i];
    const LocalIndex* const row = a_.indices + a_.offsets[i];
    return a_.offsets[i] - a_.offsets[i - 1] == length &&
           std::equal(row, row + length, row - length);
  }

  const HostCsr<T>& a_;
  const HostCsr<T>& b_;
  ColumnSet set_;
};

}  // namespace

template <Scalar T>
SpgemmPlan<T>::SpgemmPlan(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b) {
  const HostCsr<T> host_a(a);
  const HostCsr<T> host_b(b);
  {
    const auto work =
        std::make_unique_for_overwrite<Offset[]>(static_cast<std::size_t>(a.rows) + 1);
    sum_weights(space, a.rows, work.get(),
                [&](LocalIndex i) { return products_of_row(host_a, host_b, i) + row_cost; });
    const Offset total = work[static_cast<std::size_t>(a.rows)];
    multiply_adds_ = total - row_cost * a.rows;
    chunks_ = split_rows(work.get(), a.rows, number_of_chunks(space, total));
  }
  const auto structure = find_structure("suan::spgemm_structure", space, chunks_,
                                        [&] { return Columns<T>(host_a, host_b); });
  structure_ = {a.rows, b.columns, structure.offsets, structure.indices, {}};
}

template <Scalar T>
CsrView<T> SpgemmPlan<T>::multiply(const ExecutionSpace& space, const CsrView<T>& a,
                                   const CsrView<T>& b) const {
  const HostCsr<T> host_a(a);
  const HostCsr<T> host_b(b);
  const auto offsets = host_array<Offset>(structure_.offsets);
  const auto columns = host_array<LocalIndex>(structure_.indices);
  const detail::Staged<T> values("suan::Csr::values", columns.extent(0));
  const std::size_t count = chunks_.empty() ? 0 : chunks_.size() - 1;
  share_chunks("suan::spgemm_values", space, count, [&](const auto& next) {
    RowAccumulator<T> accumulator;
    for (std::size_t c = next(); c < count; c = next()) {
      for (LocalIndex i = chunks_[c]; i < chunks_[c + 1]; ++i) {
        const Offset begin = offsets.data()[i];
        accumulator.sum(columns.data() + begin, offsets.data()[i + 1] - begin,
                        values.data() + begin, [&](const auto& add) {
                          for (Offset k = host_a.offsets[i]; k < host_a.offsets[i + 1]; ++k) {
                            const LocalIndex row = host_a.indices[k];
                            const T factor = host_a.values[k];
                            const Offset end = host_b.offsets[row + 1];
                            for (Offset l = host_b.offsets[row]; l < end; ++l) {
                              add(host_b.indices[l], factor * host_b.values[l]);
                            }
                          }
                        });
      }
    }
  });
  return {structure_.rows, structure_.columns, structure_.offsets, structure_.indices,
          values.finish()};
}

template class SpgemmPlan<float>;
template class SpgemmPlan<double>;
template class SpgemmPlan<Complex>;

}  // namespace suan::kernels
