// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/spgemm.hpp"

#include "kernels/row_accumulator.hpp"
#include "kernels/row_structure.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/cuda.hpp"
#endif

namespace suan::kernels {

namespace {

/// What a row costs beside its products: finding it, and its place in the result.
constexpr Offset row_cost = 4;

/// The rows of B as words of 64 columns, for matrices whose columns stand close together: the
/// compression of Deveci, Trott and Rajamanickam. Only the structure needs it.
template <Scalar T>
class Words {
 public:
  Words(const ExecutionSpace& space, const HostCsr<T>& b) {
    offsets_ = std::make_unique_for_overwrite<Offset[]>(static_cast<std::size_t>(b.rows) + 1);
    sum_weights(space, b.rows, offsets_.get(), [&](LocalIndex i) {
      Offset count = 0;
      visit(b, i, [&](std::uint32_t, std::uint64_t) { ++count; });
      return count;
    });
    const Offset count = offsets_[static_cast<std::size_t>(b.rows)];
    // A word costs three to four times the memory of a column, and pays from two entries on.
    worth_it_ = 2 * count <= b.entries();
    if (!worth_it_) return;
    words_ = std::make_unique_for_overwrite<Word[]>(static_cast<std::size_t>(count));
    const auto parts = split_rows(offsets_.get(), b.rows, number_of_chunks(space, count));
    for_chunks("suan::spgemm_words", space, parts.size() - 1, [&](std::size_t p) {
      Word* word = words_.get() + offsets_[static_cast<std::size_t>(parts[p])];
      for (LocalIndex i = parts[p]; i < parts[p + 1]; ++i) {
        visit(b, i, [&](std::uint32_t number, std::uint64_t bits) { *word++ = {bits, number}; });
      }
    });
  }

  bool worth_it() const { return worth_it_; }
  void insert_row(LocalIndex i, ColumnSet& set) const {
    const Word* const end = words_.get() + offsets_[static_cast<std::size_t>(i) + 1];
    for (const Word* w = words_.get() + offsets_[static_cast<std::size_t>(i)]; w < end; ++w) {
      set.insert_word(w->number, w->bits);
    }
  }

 private:
  struct Word {
    std::uint64_t bits;
    std::uint32_t number;
  };

  /// Calls use(number, bits) for each run of entries of row i that share a word.
  template <class Use>
  static void visit(const HostCsr<T>& b, LocalIndex i, const Use& use) {
    const Offset end = b.offsets[i + 1];
    for (Offset k = b.offsets[i]; k < end;) {
      const std::uint32_t number = static_cast<std::uint32_t>(b.indices[k]) >> 6;
      std::uint64_t bits = 0;
      for (; k < end && static_cast<std::uint32_t>(b.indices[k]) >> 6 == number; ++k) {
        bits |= std::uint64_t(1) << (b.indices[k] & 63);
      }
      use(number, bits);
    }
  }

  bool worth_it_ = false;
  std::unique_ptr<Offset[]> offsets_;
  std::unique_ptr<Word[]> words_;
};

/// The columns of rows of C, on one thread.
template <Scalar T>
class Columns {
 public:
  Columns(const HostCsr<T>& a, const HostCsr<T>& b, const Words<T>& words)
      : a_(a), b_(b), words_(words), set_(b.columns) {}

  Offset bound(LocalIndex i) const {
    return std::min<Offset>(products_of_row(a_, b_, i), b_.columns);
  }

  LocalIndex* columns(LocalIndex i, const LocalIndex* before, LocalIndex* out) {
    // The rows of the unknowns at one point have the same columns, as a rule.
    if (before != nullptr && same_as_row_before(i)) return std::copy_n(before, out - before, out);
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
  bool same_as_row_before(LocalIndex i) const {
    const Offset length = a_.offsets[i + 1] - a_.offsets[i];
    const LocalIndex* const row = a_.indices + a_.offsets[i];
    return a_.offsets[i] - a_.offsets[i - 1] == length &&
           std::equal(row, row + length, row - length);
  }

  const HostCsr<T>& a_;
  const HostCsr<T>& b_;
  const Words<T>& words_;
  ColumnSet set_;
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
    chunks_ = split_rows(work.get(), a.rows, number_of_chunks(space, total));
  }
  const Words<T> words(space, host_b);
  const auto structure = find_structure("suan::spgemm_structure", space, chunks_,
                                        [&] { return Columns<T>(host_a, host_b, words); });
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

template <Scalar T>
std::string SpgemmPlan<T>::description() const {
  return prepared_ ? prepared_->description() : "rows on the host";
}

template class SpgemmPlan<float>;
template class SpgemmPlan<double>;
template class SpgemmPlan<Complex>;

}  // namespace suan::kernels
