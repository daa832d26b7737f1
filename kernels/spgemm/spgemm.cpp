// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spgemm.hpp"

#include <utility>

#include "kernels/spgemm/spgemm_columns.hpp"
#include "kernels/spgemm/spgemm_values.hpp"
#include "suan/core/instantiate.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda/cuda.hpp"
#endif

namespace suan::kernels {

template <Scalar T>
SpgemmPlan<T>::SpgemmPlan(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                          const SpgemmOptions& options) {
  prepare(space, a, b, options, nullptr);
}

template <Scalar T>
void SpgemmPlan<T>::prepare(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                            const SpgemmOptions& options, EarlyValues<T>* early) {
  [[maybe_unused]] const KernelPath path = choose_spgemm_path(options.path);
#if SUAN_HAVE_CUDA
  if (path != KernelPath::native) {
    prepared_ = path == KernelPath::cuda ? cuda::make_hash_spgemm<T>(space, a, b)
                                         : cuda::make_cusparse_spgemm<T>(space, a, b, options);
    multiply_adds_ = prepared_->multiply_adds();
    return;
  }
#endif
  const HostCsr<T> host_a(a);
  const HostCsr<T> host_b(b);
  // The cost of a row besides its products: finding it, and its position in the result.
  constexpr Offset row_cost = 4;
  const WorkOfRows products(space, a.rows, row_cost,
                            [&](LocalIndex i) { return products_of_row(host_a, host_b, i); });
  multiply_adds_ = products.total();
  chunks_ = products.chunks(space);
  // Rows whose columns and values come in one pass.
  const bool scatters = early != nullptr && b.columns <= ScatteredRow<T>::most_columns;
  // Then repetitions are worth looking for only in rows of many products, or if the marks of all
  // columns exceed the first-level cache.
  constexpr Offset many_to_repeat = 64;
  constexpr LocalIndex few_columns = LocalIndex(1) << 14;
  const Repeats repeats =
      scatters && b.columns <= few_columns && products.total() <= many_to_repeat * a.rows
          ? Repeats()
          : Repeats(space, host_b);
  if (repeats.distance() > 0) early = nullptr;  // what was found for one row is reused for others
  // Rows whose values are summed right away need no words.
  constexpr Offset many_products = 128;
  const bool has_words = early == nullptr || products.total() > many_products * a.rows;
  const ColumnWords<T> words = has_words ? ColumnWords<T>(space, host_b) : ColumnWords<T>();
  const auto rows = std::make_shared<SpgemmRows>(a.rows, chunks_.size() - 1, repeats.distance());
  if (early != nullptr) early->chunks.resize(chunks_.size() - 1);
  const auto structure = find_structure("suan::spgemm_structure", space, chunks_, [&] {
    return SpgemmColumns<T>(host_a, host_b, products, repeats, words, *rows, early);
  });
  rows_ = rows;
  structure_ = {a.rows, b.columns, structure.offsets, structure.indices, {}};
}

template <Scalar T>
CsrView<T> SpgemmPlan<T>::multiply(const ExecutionSpace& space, const CsrView<T>& a,
                                   const CsrView<T>& b, CsrView<T> last) const {
  return sum(space, a, b, std::move(last), nullptr);
}

template <Scalar T>
CsrView<T> SpgemmPlan<T>::sum(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                              CsrView<T> last, EarlyValues<T>* early) const {
  if (prepared_) {
    last = {};
    return prepared_->multiply(space, a, b);
  }
  const HostCsr<T> host_a(a);
  const HostCsr<T> host_b(b);
  const auto offsets = host_array<Offset>(structure_.offsets);
  const auto columns = host_array<LocalIndex>(structure_.indices);
  const detail::Staged<T> values("suan::Csr::values", columns.extent(0),
                                 std::exchange(last.values, {}));
  const std::size_t count = chunks_.empty() ? 0 : chunks_.size() - 1;
  const bool has_early = early != nullptr && !early->chunks.empty();
  share_chunks("suan::spgemm_values", space, count, [&](const auto& next) {
    SpgemmValues<T> work(host_a, host_b, *rows_);
    for (std::size_t c = next(); c < count; c = next()) {
      const auto known = has_early ? std::move(early->chunks[c]) : typename EarlyValues<T>::Chunk();
      if (known.of_all_rows) {
        const Offset begin = offsets.data()[chunks_[c]];
        std::copy_n(known.values.get(), offsets.data()[chunks_[c + 1]] - begin,
                    values.data() + begin);
        continue;
      }
      work.start_chunk(c, chunks_[c], chunks_[c + 1], known.values.get());
      for (LocalIndex i = chunks_[c]; i < chunks_[c + 1]; ++i) {
        const Offset begin = offsets.data()[i];
        work.row(i, columns.data() + begin, offsets.data()[i + 1] - begin, values.data() + begin);
      }
    }
  });
  return {structure_.rows, structure_.columns, structure_.offsets, structure_.indices,
          values.finish()};
}

template <Scalar T>
CsrView<T> spgemm(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                  const SpgemmOptions& options) {
  SpgemmPlan<T> plan;
  EarlyValues<T> early;
  plan.prepare(space, a, b, options, &early);
  return plan.sum(space, a, b, {}, &early);
}

template <Scalar T>
std::string SpgemmPlan<T>::description() const {
  return prepared_ ? prepared_->description() : "rows on the host";
}

#define SUAN_INSTANTIATE(T)                                                               \
  template class SpgemmPlan<T>;                                                           \
  template CsrView<T> spgemm(const ExecutionSpace&, const CsrView<T>&, const CsrView<T>&, \
                             const SpgemmOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
