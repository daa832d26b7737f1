// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/sell.hpp"

#include <optional>

#include "kernels/common/csr_from_rows.hpp"
#include "kernels/sell/sell_build.hpp"
#include "kernels/sell/sell_spmm.hpp"
#include "kernels/sell/sell_spmv.hpp"
#include "kernels/sell/sell_spmv_device.hpp"
#include "kernels/spmv/row_loops.hpp"
#include "kernels/values/with_code.hpp"
#include "suan/core/error.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels {

namespace {

template <Scalar T, class Code>
class SellSpmv final : public PreparedFormat<T> {
 public:
  SellSpmv(const ExecutionSpace& space, const CsrView<T>& a, const SellLayout& layout,
           const ValueFacts<T>& facts, ValueStorage storage)
      : entries_(a.entries()),
        columns_(a.columns),
        storage_(to_string(storage)),
        again_(storage_again(facts, storage)),
        m_(fill_sell<T, Code>(space, a, layout, codec_for<Code>(facts))),
        counts_(layout.counts) {
    if (!facts.keeps(storage)) format_ += message(", rounded to ", storage_);
  }
  /// Of a matrix whose values have been codes from the start.
  SellSpmv(SellView<T, Code> m, LocalIndex columns, const SellCounts& counts, ValueStorage storage)
      : entries_(m.entries),
        columns_(columns),
        storage_(to_string(storage)),
        m_(std::move(m)),
        counts_(counts) {}

  std::string format() const override { return format_; }
  std::string description() const override {
    const auto percent = [](Offset part, Offset whole) {
      return message((100 * part + whole / 2) / std::max<Offset>(whole, 1), " %");
    };
    const auto slices = static_cast<Offset>(m_.slices.size());
    return message("values as ", storage_, ", ", percent(counts_.entries_in_runs, entries_),
                   " of the entries in runs of columns, ", percent(counts_.near, slices),
                   " of the slices with 16-bit columns, ", percent(counts_.shared, slices),
                   " with values shared by their rows");
  }
  std::int64_t bytes() const override {
    return static_cast<std::int64_t>(m_.slices.size() * sizeof(SellSlice) +
                                     m_.words.size() * sizeof(std::uint32_t) +
                                     m_.values.size() * sizeof(Code)) +
           m_.codec.bytes();
  }
  void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const override {
    product<T>("suan::sell_spmv", space, alpha, m_, x, beta, y);
  }
  void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
             const RowMajor<T>& y) const override {
    sell_spmm<T>(space, alpha, m_, x, beta, y);
  }
  T apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
              const DeviceView<T>& y) const override {
    return product_dot<T>("suan::sell_spmv_dot", space, m_, x, y);
  }
  Real<T> residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                   const DeviceView<const T>& b, const DeviceView<T>& r) const override {
    return product_residual<T>("suan::sell_spmv_residual", space, m_, x, b, r);
  }

  std::shared_ptr<const PreparedSpmv<T>> with_values(const ExecutionSpace& space,
                                                     const CsrView<T>& a) const override {
    if (!again_) return nullptr;
    return make_sell<T>(space, a, *again_);
  }
  CsrView<T> csr(const ExecutionSpace& space) const override {
    return csr_from_rows<T>("suan::csr_from_sell", space, m_, columns_);
  }

 private:
  Offset entries_;
  LocalIndex columns_;
  std::string format_ = "sell";
  std::string_view storage_;
  std::optional<ValueStorage> again_;
  SellView<T, Code> m_;
  SellCounts counts_;
};

template <Scalar T>
class SellPlan final : public FormatPlan<T> {
 public:
  SellPlan(const ExecutionSpace& space, const CsrView<T>& a,
           std::shared_ptr<const ValueFacts<T>> facts)
      : a_(a), facts_(std::move(facts)), layout_(sell_layout(space, a)) {}

  std::int64_t bytes(ValueStorage storage) const override {
    if (!has_storage<T>(storage)) return -1;
    const auto structure = static_cast<std::int64_t>(layout_.slices.size() * sizeof(SellSlice)) +
                           layout_.words * static_cast<Offset>(sizeof(std::uint32_t));
    if (storage == ValueStorage::same) {
      return structure + layout_.values * static_cast<Offset>(sizeof(T));
    }
    if (storage == ValueStorage::dictionary && !facts_->keeps(storage)) return -1;
    return structure + with_code<T>(storage, [&]<class Code>() {
             return layout_.values * static_cast<Offset>(sizeof(Code)) +
                    codec_for<Code>(*facts_).bytes();
           });
  }
  std::shared_ptr<const PreparedFormat<T>> make(const ExecutionSpace& space,
                                                ValueStorage storage) const override {
    facts_->require(storage);
    return with_code<T>(storage, [&]<class Code>() -> std::shared_ptr<const PreparedFormat<T>> {
      return std::make_shared<const SellSpmv<T, Code>>(space, a_, layout_, *facts_, storage);
    });
  }
  bool suits_dictionary() const override {
    return 2 * layout_.counts.entries_in_runs >= a_.entries();
  }
  std::int64_t vector_bytes() const override {
    return (std::int64_t{a_.rows} + a_.columns) * static_cast<std::int64_t>(sizeof(T));
  }
  Offset stored_values() const override { return layout_.values; }
  const ValueFacts<T>& facts() const override { return *facts_; }

 private:
  CsrView<T> a_;
  std::shared_ptr<const ValueFacts<T>> facts_;
  SellLayout layout_;
};

}  // namespace

template <Scalar T>
std::shared_ptr<const FormatPlan<T>> plan_sell(const ExecutionSpace& space, const CsrView<T>& a,
                                               std::shared_ptr<const ValueFacts<T>> facts) {
  return std::make_shared<const SellPlan<T>>(space, a, std::move(facts));
}

template <Scalar T>
std::int64_t sell_bytes(const ExecutionSpace& space, const CsrView<T>& a, ValueStorage storage) {
  const auto plan = plan_sell<T>(space, a, facts_about(space, a, storage));
  return plan->bytes(storage == ValueStorage::lossless ? plan->lossless() : storage);
}

template <Scalar T>
std::shared_ptr<const PreparedFormat<T>> make_sell(const ExecutionSpace& space, const CsrView<T>& a,
                                                   ValueStorage storage) {
  const auto facts = facts_about(space, a, storage);
  if (storage != ValueStorage::lossless) facts->require(storage);
  const auto plan = plan_sell<T>(space, a, facts);
  return plan->make(space, storage == ValueStorage::lossless ? plan->lossless() : storage);
}

template <Scalar T, Scalar Stored>
std::shared_ptr<const PreparedFormat<T>> make_mixed_sell(const ExecutionSpace& space,
                                                         const CsrView<Stored>& a) {
  const auto layout = sell_layout(space, a);
  const auto same = fill_sell<Stored, Stored>(space, a, layout, Codec<Stored, Stored>());
  // Decoding such a code takes no table, so the arrays are those of both views.
  const SellView<T, Stored> wide{same.rows, same.entries, same.slices, same.words, same.values, {}};
  return std::make_shared<const SellSpmv<T, Stored>>(wide, a.columns, layout.counts,
                                                     ValueStorage::float32);
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template std::shared_ptr<const FormatPlan<T>> plan_sell(                                  \
      const ExecutionSpace&, const CsrView<T>&, std::shared_ptr<const ValueFacts<T>>);      \
  template std::int64_t sell_bytes(const ExecutionSpace&, const CsrView<T>&, ValueStorage); \
  template std::shared_ptr<const PreparedFormat<T>> make_sell(const ExecutionSpace&,        \
                                                              const CsrView<T>&, ValueStorage);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE
template std::shared_ptr<const PreparedFormat<double>> make_mixed_sell(const ExecutionSpace&,
                                                                       const CsrView<float>&);
template std::shared_ptr<const PreparedFormat<Complex>> make_mixed_sell(
    const ExecutionSpace&, const CsrView<ComplexFloat>&);

}  // namespace suan::kernels
