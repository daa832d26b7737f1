// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/galerkin.hpp"

#include <utility>

#include "kernels/row_accumulator.hpp"
#include "kernels/row_structure.hpp"

namespace suan::kernels {

namespace {

template <Scalar T>
struct Operands {
  HostCsr<T> r;
  HostCsr<T> a;
  HostCsr<T> p;
  Offset longest_of_p = 0;

  /// Calls use(k, entry of R, entry of A) for all products of a row of R A, k being the column.
  template <class Use>
  void visit(LocalIndex coarse, const Use& use) const {
    for (Offset m = r.offsets[coarse]; m < r.offsets[coarse + 1]; ++m) {
      const LocalIndex i = r.indices[m];
      for (Offset k = a.offsets[i]; k < a.offsets[i + 1]; ++k) use(a.indices[k], m, k);
    }
  }
  Offset length_of_p(LocalIndex k) const { return p.offsets[k + 1] - p.offsets[k]; }
  /// Products with P if no column came twice in the row of R A: at least as many as there are.
  Offset bound(LocalIndex coarse) const {
    // Of no use when rows of P are very different, but the exact number costs a walk through A.
    constexpr Offset alike = 8;
    if (longest_of_p * p.rows <= alike * p.entries()) {
      return products_of_row(r, a, coarse) * longest_of_p;
    }
    Offset sum = 0;
    visit(coarse, [&](LocalIndex k, Offset, Offset) { sum += length_of_p(k); });
    return sum;
  }
};

/// The columns of rows of R A P, on one thread.
template <Scalar T>
class Columns {
 public:
  explicit Columns(const Operands<T>& m)
      : m_(m), last_row_with_(static_cast<std::size_t>(m.a.columns), -1), coarse_(m.p.columns) {}

  Offset bound(LocalIndex i) const { return std::min<Offset>(m_.bound(i), m_.p.columns); }

  LocalIndex* columns(LocalIndex i, const EarlierRows&, LocalIndex* out) {
    const auto most = std::min<Offset>(products_of_row(m_.r, m_.a, i), m_.a.columns);
    row_.resize(std::max(row_.size(), static_cast<std::size_t>(most) + 1));
    LocalIndex* end = row_.data();
    m_.visit(i, [&](LocalIndex k, Offset, Offset) {
      // Without a branch, which nobody could predict.
      LocalIndex& last = last_row_with_[static_cast<std::size_t>(k)];
      *end = k;
      end += last == i ? 0 : 1;
      last = i;
    });
    for (const LocalIndex* k = row_.data(); k < end; ++k) {
      for (Offset l = m_.p.offsets[*k]; l < m_.p.offsets[*k + 1]; ++l) {
        coarse_.insert(m_.p.indices[l]);
      }
    }
    return coarse_.take(out);
  }

  void end_chunk(std::size_t) {}

 private:
  const Operands<T>& m_;
  std::vector<LocalIndex> last_row_with_;  // for each column of R A
  std::vector<LocalIndex> row_;            // different columns of a row of R A
  ColumnSet coarse_;
};

/// One row of R A: sums by column, in the order in which the columns came first. Memory: 4 bytes
/// per column; what one row touches of them stays in the caches.
template <Scalar T>
class SparseRow {
 public:
  explicit SparseRow(LocalIndex columns) : places_(static_cast<std::size_t>(columns), -1) {}

  /// Forgets the last row; up to `most` different columns will come.
  void start(std::size_t most) {
    for (LocalIndex k = 0; k < size_; ++k) place_of(columns_[static_cast<std::size_t>(k)]) = -1;
    size_ = 0;
    if (columns_.size() < most) {
      columns_.resize(most);
      values_.resize(most);
    }
  }

  void add(LocalIndex column, const T& value) {
    LocalIndex& place = place_of(column);
    if (place >= 0) {
      values_[static_cast<std::size_t>(place)] += value;
      return;
    }
    place = size_;
    columns_[static_cast<std::size_t>(size_)] = column;
    values_[static_cast<std::size_t>(size_)] = value;
    ++size_;
  }

  std::size_t size() const { return static_cast<std::size_t>(size_); }
  LocalIndex column(std::size_t k) const { return columns_[k]; }
  const T& value(std::size_t k) const { return values_[k]; }

 private:
  LocalIndex& place_of(LocalIndex column) { return places_[static_cast<std::size_t>(column)]; }

  std::vector<LocalIndex> places_;  // among the columns, -1 for those that did not come
  std::vector<LocalIndex> columns_;
  std::vector<T> values_;
  LocalIndex size_ = 0;
};

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

}  // namespace

template <Scalar T>
GalerkinPlan<T>::GalerkinPlan(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
                              const CsrView<T>& p) {
  Operands<T> operands{HostCsr<T>(r), HostCsr<T>(a), HostCsr<T>(p)};
  operands.longest_of_p = longest_row(space, operands.p);
  {
    constexpr Offset row_cost = 8;  // what a row costs beside its products
    const auto work =
        std::make_unique_for_overwrite<Offset[]>(static_cast<std::size_t>(r.rows) + 1);
    sum_weights(space, r.rows, work.get(),
                [&](LocalIndex i) { return operands.bound(i) + row_cost; });
    chunks_ = split_rows(work.get(), r.rows,
                         number_of_chunks(space, work[static_cast<std::size_t>(r.rows)], r.rows));
  }
  const auto structure = find_structure("suan::galerkin_structure", space, chunks_,
                                        [&] { return Columns<T>(operands); });
  structure_ = {r.rows, p.columns, structure.offsets, structure.indices, {}};
}

template <Scalar T>
CsrView<T> GalerkinPlan<T>::multiply(const ExecutionSpace& space, const CsrView<T>& r,
                                     const CsrView<T>& a, const CsrView<T>& p,
                                     CsrView<T> last) const {
  const Operands<T> operands{HostCsr<T>(r), HostCsr<T>(a), HostCsr<T>(p)};
  const auto offsets = host_array<Offset>(structure_.offsets);
  const auto columns = host_array<LocalIndex>(structure_.indices);
  const detail::Staged<T> values("suan::Csr::values", columns.extent(0),
                                 std::exchange(last.values, {}));
  const std::size_t count = chunks_.empty() ? 0 : chunks_.size() - 1;
  share_chunks("suan::galerkin_values", space, count, [&](const auto& next) {
    RowAccumulator<T> accumulator;
    SparseRow<T> row(operands.a.columns);  // of R A
    const auto& host_p = operands.p;
    for (std::size_t c = next(); c < count; c = next()) {
      for (LocalIndex i = chunks_[c]; i < chunks_[c + 1]; ++i) {
        row.start(static_cast<std::size_t>(
            std::min<Offset>(products_of_row(operands.r, operands.a, i), a.columns)));
        operands.visit(i, [&](LocalIndex k, Offset of_r, Offset of_a) {
          row.add(k, operands.r.values[of_r] * operands.a.values[of_a]);
        });
        const Offset begin = offsets.data()[i];
        accumulator.sum(columns.data() + begin, offsets.data()[i + 1] - begin,
                        values.data() + begin, [&](const auto& add) {
                          for (std::size_t k = 0; k < row.size(); ++k) {
                            const T factor = row.value(k);
                            const LocalIndex fine = row.column(k);
                            const Offset end = host_p.offsets[fine + 1];
                            for (Offset l = host_p.offsets[fine]; l < end; ++l) {
                              add(host_p.indices[l], factor * host_p.values[l]);
                            }
                          }
                        });
      }
    }
  });
  return {structure_.rows, structure_.columns, structure_.offsets, structure_.indices,
          values.finish()};
}

template class GalerkinPlan<float>;
template class GalerkinPlan<double>;
template class GalerkinPlan<Complex>;

}  // namespace suan::kernels
