// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/galerkin.hpp"

#include "kernels/row_accumulator.hpp"
#include "kernels/row_structure.hpp"

namespace suan::kernels {

namespace {

/// What a row costs beside its products.
constexpr Offset row_cost = 8;

template <Scalar T>
struct Operands {
  HostCsr<T> r;
  HostCsr<T> a;
  HostCsr<T> p;

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
    Offset sum = 0;
    visit(coarse, [&](LocalIndex k, Offset, Offset) { sum += length_of_p(k); });
    return sum;
  }
};

/// The columns of rows of R A P, on one thread.
template <Scalar T>
class Columns {
 public:
  explicit Columns(const Operands<T>& m) : m_(m), fine_(m.a.columns), coarse_(m.p.columns) {}

  Offset bound(LocalIndex i) const { return std::min<Offset>(m_.bound(i), m_.p.columns); }

  LocalIndex* columns(LocalIndex i, const EarlierRows&, LocalIndex* out) {
    std::size_t products = 0;
    m_.visit(i, [&](LocalIndex k, Offset, Offset) {
      fine_.insert(k);
      ++products;
    });
    row_.resize(std::max(row_.size(), std::min(products, static_cast<std::size_t>(m_.a.columns))));
    const LocalIndex* const end = fine_.take(row_.data());
    for (const LocalIndex* k = row_.data(); k < end; ++k) {
      for (Offset l = m_.p.offsets[*k]; l < m_.p.offsets[*k + 1]; ++l) {
        coarse_.insert(m_.p.indices[l]);
      }
    }
    return coarse_.take(out);
  }

 private:
  const Operands<T>& m_;
  ColumnSet fine_;
  ColumnSet coarse_;
  std::vector<LocalIndex> row_;
};

/// One row of R A: sums by column, in the order in which the columns came first.
template <Scalar T>
class SparseRow {
 public:
  /// Forgets the last row; up to `columns` different ones will come.
  void start(std::size_t columns) {
    for (const std::size_t s : slots_) table_[s] = -1;
    slots_.clear();
    columns_.clear();
    values_.clear();
    const std::size_t size = std::bit_ceil(std::max<std::size_t>(2 * columns, 2));
    if (table_.size() < size) table_.resize(size, -1);
    mask_ = size - 1;
    shift_ = 64 - std::countr_zero(size);
  }

  void add(LocalIndex column, const T& value) {
    std::size_t s = (static_cast<std::uint64_t>(column) * 0x9e3779b97f4a7c15ULL) >> shift_;
    for (;; s = (s + 1) & mask_) {
      const std::int64_t place = table_[s];
      if (place < 0) break;
      if (columns_[static_cast<std::size_t>(place)] == column) {
        values_[static_cast<std::size_t>(place)] += value;
        return;
      }
    }
    table_[s] = static_cast<std::int64_t>(columns_.size());
    slots_.push_back(s);
    columns_.push_back(column);
    values_.push_back(value);
  }

  std::size_t size() const { return columns_.size(); }
  LocalIndex column(std::size_t k) const { return columns_[k]; }
  const T& value(std::size_t k) const { return values_[k]; }

 private:
  std::vector<std::int64_t> table_;  // places among the columns, -1 where free
  std::vector<std::size_t> slots_;   // those in use
  std::vector<LocalIndex> columns_;
  std::vector<T> values_;
  std::size_t mask_ = 0;
  int shift_ = 0;
};

}  // namespace

template <Scalar T>
GalerkinPlan<T>::GalerkinPlan(const ExecutionSpace& space, const CsrView<T>& r, const CsrView<T>& a,
                              const CsrView<T>& p) {
  const Operands<T> operands{HostCsr<T>(r), HostCsr<T>(a), HostCsr<T>(p)};
  {
    const auto work =
        std::make_unique_for_overwrite<Offset[]>(static_cast<std::size_t>(r.rows) + 1);
    sum_weights(space, r.rows, work.get(),
                [&](LocalIndex i) { return operands.bound(i) + row_cost; });
    chunks_ = split_rows(work.get(), r.rows,
                         number_of_chunks(space, work[static_cast<std::size_t>(r.rows)]));
  }
  const auto structure = find_structure("suan::galerkin_structure", space, chunks_,
                                        [&] { return Columns<T>(operands); });
  structure_ = {r.rows, p.columns, structure.offsets, structure.indices, {}};
}

template <Scalar T>
CsrView<T> GalerkinPlan<T>::multiply(const ExecutionSpace& space, const CsrView<T>& r,
                                     const CsrView<T>& a, const CsrView<T>& p) const {
  const Operands<T> operands{HostCsr<T>(r), HostCsr<T>(a), HostCsr<T>(p)};
  const auto offsets = host_array<Offset>(structure_.offsets);
  const auto columns = host_array<LocalIndex>(structure_.indices);
  const detail::Staged<T> values("suan::Csr::values", columns.extent(0));
  const std::size_t count = chunks_.empty() ? 0 : chunks_.size() - 1;
  share_chunks("suan::galerkin_values", space, count, [&](const auto& next) {
    RowAccumulator<T> accumulator;
    SparseRow<T> row;  // of R A
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
