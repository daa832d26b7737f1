// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spgemm.hpp"

#include "kernels/column_words.hpp"
#include "kernels/place_lists.hpp"
#include "kernels/row_accumulator.hpp"
#include "kernels/row_structure.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda.hpp"
#endif

namespace suan::kernels {

namespace {

/// What a row costs beside its products: finding it, and its place in the result.
constexpr Offset row_cost = 4;

/// The columns of rows of C, on one thread.
template <Scalar T>
class Columns {
 public:
  Columns(const HostCsr<T>& a, const HostCsr<T>& b, const Repeats& repeats,
          const ColumnWords<T>& words, RowKinds& kinds)
      : a_(a), b_(b), repeats_(repeats), words_(words), kinds_(kinds), set_(b.columns) {}

  Offset bound(LocalIndex i) const {
    return std::min<Offset>(products_of_row(a_, b_, i), b_.columns);
  }

  LocalIndex* columns(LocalIndex i, const EarlierRows& earlier, LocalIndex* out) {
    const LocalIndex distance = repeats_.distance();
    RowKind& kind = kinds_.of_row[static_cast<std::size_t>(i)];
    if (distance > 0 && earlier.has(distance) && repeats_.product_repeats(a_, i)) {
      kind = RowKind::moved;
      const auto from = earlier.row(distance);
      return std::transform(from.begin(), from.end(), out,
                            [=](LocalIndex j) { return j + distance; });
    }
    // The rows of the unknowns at one point have the same columns, as a rule.
    if (earlier.has(1) && same_as_row_before(i)) {
      kind = RowKind::as_before;
      const auto from = earlier.row(1);
      return std::copy(from.begin(), from.end(), out);
    }
    if (products_of_row(a_, b_, i) <= few) return few_columns(i, out);
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex row = a_.indices[k];
      if (words_.worth_it()) {
        words_.insert_row(row, set_);
      } else {
        for (Offset l = b_.offsets[row]; l < b_.offsets[row + 1]; ++l) set_.insert(b_.indices[l]);
      }
    }
    return set_.take(out);
  }

 private:
  // So many columns are sorted faster than they are put into a set and taken out again.
  static constexpr Offset few = 16;

  LocalIndex* few_columns(LocalIndex i, LocalIndex* out) const {
    LocalIndex* end = out;
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex row = a_.indices[k];
      for (Offset l = b_.offsets[row]; l < b_.offsets[row + 1]; ++l) {
        const LocalIndex column = b_.indices[l];
        LocalIndex* at = end;
        while (at > out && at[-1] > column) --at;
        if (at > out && at[-1] == column) continue;
        std::copy_backward(at, end, end + 1);
        *at = column;
        ++end;
      }
    }
    return end;
  }

  bool same_as_row_before(LocalIndex i) const {
    const Offset length = a_.offsets[i + 1] - a_.offsets[i];
    const LocalIndex* const row = a_.indices + a_.offsets[i];
    return a_.offsets[i] - a_.offsets[i - 1] == length &&
           std::equal(row, row + length, row - length);
  }

  const HostCsr<T>& a_;
  const HostCsr<T>& b_;
  const Repeats& repeats_;
  const ColumnWords<T>& words_;
  RowKinds& kinds_;
  ColumnSet set_;
};

/// The values of rows of C, on one thread.
template <Scalar T>
class Values {
 public:
  Values(const HostCsr<T>& a, const HostCsr<T>& b, const RowKinds& kinds)
      : a_(a), b_(b), lists_(kinds) {}

  void start(LocalIndex first, LocalIndex end) { lists_.start(first, end); }

  /// Row i, the one after the last: of `count` entries in the columns given.
  void row(LocalIndex i, const LocalIndex* columns, Offset count, T* values) {
    const PlaceLists::List* list = lists_.find(i);
    if (list == nullptr && count <= PlaceLists::most_entries && lists_.wanted(i) &&
        products_of_row(a_, b_, i) <= PlaceLists::most_products) {
      list = &make_list(i, columns, count);
    }
    if (list != nullptr) {
      std::fill_n(values, count, T{});
      const PlaceLists::Place* place = list->data();
      visit(i, [&](const T& factor, Offset l) { values[*place++] += factor * b_.values[l]; });
      return;
    }
    accumulator_.sum(columns, count, values, [&](const auto& add) {
      visit(i, [&](const T& factor, Offset l) { add(b_.indices[l], factor * b_.values[l]); });
    });
  }

 private:
  const PlaceLists::List& make_list(LocalIndex i, const LocalIndex* columns, Offset count) {
    using Place = PlaceLists::Place;
    // Where a column stands is looked up while a table of the columns stays in the caches.
    constexpr Offset widest = Offset(1) << 16;
    PlaceLists::List& list = lists_.make(i);
    const LocalIndex first = count > 0 ? columns[0] : 0;
    const Offset width = count > 0 ? Offset(columns[count - 1]) - first + 1 : 0;
    if (width <= widest) {
      if (places_.size() < static_cast<std::size_t>(width)) {
        places_.resize(static_cast<std::size_t>(width));
      }
      Place* const places = places_.data();
      for (Offset k = 0; k < count; ++k) places[columns[k] - first] = static_cast<Place>(k);
      visit(i, [&](const T&, Offset l) { list.push_back(places[b_.indices[l] - first]); });
    } else {
      visit(i, [&](const T&, Offset l) {
        const LocalIndex* const at = std::lower_bound(columns, columns + count, b_.indices[l]);
        list.push_back(static_cast<Place>(at - columns));
      });
    }
    return list;
  }

  /// Calls use(entry of A, number of the entry of B) for each product, in the order of the sums.
  template <class Use>
  void visit(LocalIndex i, const Use& use) const {
    for (Offset k = a_.offsets[i]; k < a_.offsets[i + 1]; ++k) {
      const LocalIndex row = a_.indices[k];
      const T factor = a_.values[k];
      const Offset end = b_.offsets[row + 1];
      for (Offset l = b_.offsets[row]; l < end; ++l) use(factor, l);
    }
  }

  const HostCsr<T>& a_;
  const HostCsr<T>& b_;
  PlaceLists lists_;
  std::vector<PlaceLists::Place> places_;
  RowAccumulator<T> accumulator_;
};

}  // namespace

template <Scalar T>
SpgemmPlan<T>::SpgemmPlan(const ExecutionSpace& space, const CsrView<T>& a, const CsrView<T>& b,
                          const SpgemmOptions& options) {
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
  {
    const auto work =
        std::make_unique_for_overwrite<Offset[]>(static_cast<std::size_t>(a.rows) + 1);
    sum_weights(space, a.rows, work.get(),
                [&](LocalIndex i) { return products_of_row(host_a, host_b, i) + row_cost; });
    const Offset total = work[static_cast<std::size_t>(a.rows)];
    multiply_adds_ = total - row_cost * a.rows;
    chunks_ = split_rows(work.get(), a.rows, number_of_chunks(space, total, a.rows));
  }
  const Repeats repeats(space, host_b);
  const ColumnWords<T> words(space, host_b);
  const auto kinds = std::make_shared<RowKinds>();
  kinds->distance = repeats.distance();
  kinds->of_row.resize(static_cast<std::size_t>(a.rows), RowKind::own);
  const auto structure = find_structure("suan::spgemm_structure", space, chunks_, [&] {
    return Columns<T>(host_a, host_b, repeats, words, *kinds);
  });
  kinds_ = kinds;
  structure_ = {a.rows, b.columns, structure.offsets, structure.indices, {}};
}

template <Scalar T>
CsrView<T> SpgemmPlan<T>::multiply(const ExecutionSpace& space, const CsrView<T>& a,
                                   const CsrView<T>& b) const {
  if (prepared_) return prepared_->multiply(space, a, b);
  const HostCsr<T> host_a(a);
  const HostCsr<T> host_b(b);
  const auto offsets = host_array<Offset>(structure_.offsets);
  const auto columns = host_array<LocalIndex>(structure_.indices);
  const detail::Staged<T> values("suan::Csr::values", columns.extent(0));
  const std::size_t count = chunks_.empty() ? 0 : chunks_.size() - 1;
  share_chunks("suan::spgemm_values", space, count, [&](const auto& next) {
    Values<T> work(host_a, host_b, *kinds_);
    for (std::size_t c = next(); c < count; c = next()) {
      work.start(chunks_[c], chunks_[c + 1]);
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
std::string SpgemmPlan<T>::description() const {
  return prepared_ ? prepared_->description() : "rows on the host";
}

template class SpgemmPlan<float>;
template class SpgemmPlan<double>;
template class SpgemmPlan<Complex>;

}  // namespace suan::kernels
