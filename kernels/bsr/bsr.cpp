// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/bsr.hpp"

#include "kernels/algebra/rearrange.hpp"
#include "kernels/bsr/bsr_build.hpp"
#include "kernels/bsr/bsr_spmm.hpp"
#include "kernels/bsr/bsr_spmv.hpp"
#include "kernels/common/csr_from_rows.hpp"
#include "kernels/spmv/row_loops.hpp"
#include "kernels/values/with_code.hpp"
#include "suan/core/error.hpp"
#include "suan/core/instantiate.hpp"

#if SUAN_HAVE_CUDA
#include "kernels/bsr/bsr_spmv.cuh"
#endif

namespace suan::kernels {

namespace {

template <Scalar T>
bool rows_increase(const ExecutionSpace& space, const CsrView<T>& a) {
  Offset wrong = 0;
  Kokkos::parallel_reduce(
      "suan::bsr_rows_increase", BlockRange(space, 0, a.rows),
      KOKKOS_LAMBDA(LocalIndex i, Offset & sum) {
        for (Offset k = a.offsets(i) + 1; k < a.offsets(i + 1); ++k) {
          sum += a.indices(k - 1) >= a.indices(k) ? 1 : 0;
        }
      },
      wrong);
  return wrong == 0;
}

template <Scalar T, class Code>
class BsrSpmv final : public PreparedFormat<T> {
 public:
  BsrSpmv(Offset entries, BsrView<T, Code> m, const ValueFacts<T>& facts, ValueStorage storage)
      : entries_(entries),
        storage_(to_string(storage)),
        again_(storage_again(facts, storage)),
        m_(std::move(m)) {
    if (!facts.keeps(storage)) format_ += message(", rounded to ", storage_);
  }

  std::string format() const override { return format_; }
  std::string description() const override {
    const auto blocks = static_cast<Offset>(m_.columns.size());
    const Offset stored = blocks * m_.block * m_.block;
    return message("values as ", storage_, ", blocks of ", m_.block, " x ", m_.block, ", ",
                   stored == 0 ? 0 : (100 * (stored - entries_) + stored / 2) / stored,
                   " % of their values filled in");
  }
  std::int64_t bytes() const override {
    return bytes_of_blocks(static_cast<std::int64_t>(m_.columns.size()), m_.rows, m_.block,
                           int(sizeof(Code))) +
           m_.codec.bytes();
  }
  void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const override {
#if SUAN_HAVE_CUDA
    cuda::multiply_blocks<T>(space, alpha, m_, x, beta, y);
#else
    product<T>("suan::bsr_spmv", space, alpha, m_, x, beta, y);
#endif
  }
  void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
             const RowMajor<T>& y) const override {
    bsr_spmm<T>(space, alpha, m_, x, beta, y);
  }
#if !SUAN_HAVE_CUDA
  T apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
              const DeviceView<T>& y) const override {
    return product_dot<T>("suan::bsr_spmv_dot", space, m_, x, y);
  }
  Real<T> residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                   const DeviceView<const T>& b, const DeviceView<T>& r) const override {
    return product_residual<T>("suan::bsr_spmv_residual", space, m_, x, b, r);
  }
#endif
  std::shared_ptr<const PreparedSpmv<T>> with_values(const ExecutionSpace& space,
                                                     const CsrView<T>& a) const override {
    return make_bsr<T>(space, a, m_.block, again_);
  }
  CsrView<T> csr(const ExecutionSpace& space) const override {
    return csr_from_rows<T>("suan::csr_from_bsr", space, m_, m_.matrix_columns);
  }

 private:
  Offset entries_;
  std::string format_ = "bsr";
  std::string_view storage_;
  ValueStorage again_;
  BsrView<T, Code> m_;
};

template <Scalar T>
class BsrPlan final : public FormatPlan<T> {
 public:
  BsrPlan(const ExecutionSpace& space, const CsrView<T>& a, int block,
          std::shared_ptr<const ValueFacts<T>> facts)
      : a_(rows_increase(space, a) ? a : sort_rows(space, a)),
        block_(block),
        facts_(std::move(facts)),
        offsets_(block_offsets(space, a_, block)) {
    // Adding up duplicates made new values.
    if (a_.entries() != a.entries() && facts_->entries() > 0) {
      facts_ = std::make_shared<const ValueFacts<T>>(space, a_, facts_->wanted());
    }
    Kokkos::deep_copy(space, Kokkos::View<Offset, Kokkos::HostSpace>(&blocks_),
                      Kokkos::subview(offsets_, offsets_.extent(0) - 1));
    space.fence("suan::bsr_plan");
  }

  std::int64_t bytes(ValueStorage storage) const override {
    if (!has_storage<T>(storage)) return -1;
    std::int64_t table = 0;
    if (storage == ValueStorage::dictionary) {
      if (!has_dictionary()) return -1;
      table = codec_for<DictionaryCode>(*facts_).bytes();
    }
    return bytes_of_blocks(blocks_, a_.rows, block_, value_bytes<T>(storage)) + table;
  }
  std::shared_ptr<const PreparedFormat<T>> make(const ExecutionSpace& space,
                                                ValueStorage storage) const override {
    facts_->require(storage);
    if (storage == ValueStorage::dictionary && !has_dictionary()) {
      throw NotSupported(message("the storage dictionary of bsr takes at most ",
                                 ValueFacts<T>::most_values - 1, " different values, none of them ",
                                 "-0, because one stands for fill-in; choose same or lossless"));
    }
    return with_code<T>(storage, [&]<class Code>() -> std::shared_ptr<const PreparedFormat<T>> {
      return std::make_shared<const BsrSpmv<T, Code>>(
          a_.entries(),
          fill_bsr<T, Code>(space, a_, block_, offsets_, blocks_, codec_for<Code>(*facts_)),
          *facts_, storage);
    });
  }
  bool suits_dictionary() const override { return true; }
  std::int64_t vector_bytes() const override {
    return (std::int64_t{a_.rows} + a_.columns) * static_cast<std::int64_t>(sizeof(T));
  }
  Offset stored_values() const override { return blocks_ * block_ * block_; }
  const ValueFacts<T>& facts() const override { return *facts_; }

 private:
  bool has_dictionary() const {
    return facts_->different_values() < ValueFacts<T>::most_values && !facts_->has_negative_zero();
  }

  CsrView<T> a_;
  int block_;
  std::shared_ptr<const ValueFacts<T>> facts_;
  DeviceView<const Offset> offsets_;
  Offset blocks_ = 0;
};

}  // namespace

template <Scalar T>
std::shared_ptr<const FormatPlan<T>> plan_bsr(const ExecutionSpace& space, const CsrView<T>& a,
                                              int block,
                                              std::shared_ptr<const ValueFacts<T>> facts) {
  if (block < smallest_block || block > largest_block) {
    throw InvalidArgument(message("the format bsr has blocks of ", smallest_block, " to ",
                                  largest_block, " rows, and ", block, " was requested"));
  }
  return std::make_shared<const BsrPlan<T>>(space, a, block, std::move(facts));
}

template <Scalar T>
std::int64_t bsr_bytes(const ExecutionSpace& space, const CsrView<T>& a, int block,
                       ValueStorage storage) {
  const auto plan = plan_bsr<T>(space, a, block, facts_about(space, a, storage));
  return plan->bytes(storage == ValueStorage::lossless ? plan->lossless() : storage);
}

template <Scalar T>
std::shared_ptr<const PreparedFormat<T>> make_bsr(const ExecutionSpace& space, const CsrView<T>& a,
                                                  int block, ValueStorage storage) {
  const auto plan = plan_bsr<T>(space, a, block, facts_about(space, a, storage));
  return plan->make(space, storage == ValueStorage::lossless ? plan->lossless() : storage);
}

#define SUAN_INSTANTIATE(T)                                                                     \
  template std::shared_ptr<const FormatPlan<T>> plan_bsr(                                       \
      const ExecutionSpace&, const CsrView<T>&, int, std::shared_ptr<const ValueFacts<T>>);     \
  template std::int64_t bsr_bytes(const ExecutionSpace&, const CsrView<T>&, int, ValueStorage); \
  template std::shared_ptr<const PreparedFormat<T>> make_bsr(                                   \
      const ExecutionSpace&, const CsrView<T>&, int, ValueStorage);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
