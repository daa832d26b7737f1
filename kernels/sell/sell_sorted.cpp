// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/sell_sorted.hpp"

#include "kernels/common/csr_from_rows.hpp"
#include "kernels/sell/sell_sorted_build.hpp"
#include "kernels/sell/sell_sorted_sums.hpp"
#include "suan/core/error.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels {

#if SUAN_HAVE_CUDA

template <Scalar T>
std::shared_ptr<const FormatPlan<T>> plan_sorted_sell(const ExecutionSpace&, const CsrView<T>&,
                                                      std::shared_ptr<const ValueFacts<T>>) {
  throw NotSupported(
      "the format sell_sorted is for CPUs; this build runs on a GPU, for which sell has slices of "
      "a warp");
}

#else

template <Scalar T>
LocalIndex SortedSellView<T>::first_row_of_part(int part, int parts) const {
  const LocalIndex count = pieces_of(rows, window);
  const LocalIndex slices_of_window = window / sorted_rows;
  const auto cost = [&](LocalIndex w) {
    const Offset own = w == count ? entries : slices(w * slices_of_window).values;
    return 3 * own + 2 * std::min<Offset>(Offset(w) * window, rows);
  };
  const LocalIndex first = first_of_part(count, part, parts, cost);
  return first == count ? rows : first * window;
}

namespace {

/// Writes the sums of the slice at `place` to its rows.
template <Scalar T>
KOKKOS_FORCEINLINE_FUNCTION void put_in_order(const SortedSellView<T>& m, LocalIndex place,
                                              LocalIndex rows, const T* sums, T* window) {
  const std::uint8_t* const order = m.order.data() + place;
  if (rows == sorted_rows) {
    for (LocalIndex l = 0; l < sorted_rows; ++l) window[order[l]] = sums[l];
  } else {
    for (LocalIndex l = 0; l < rows; ++l) window[order[l]] = sums[l];
  }
}

template <Scalar T>
void portable_row_products(const SortedSellView<T>& m, LocalIndex begin, LocalIndex count,
                           const T* x, T* products) {
  alignas(64) T sums[sorted_rows];
  for (LocalIndex r = 0; r < count; r += sorted_rows) {
    sums_of_slice(m.entries_of((begin + r) / sorted_rows), x, sums);
    put_in_order(m, begin + r, std::min(sorted_rows, count - r), sums,
                 products + r / m.window * m.window);
  }
}

#if SUAN_AVX512
template <Scalar T>
SUAN_AVX512_FUNCTION void avx512_row_products(const SortedSellView<T>& m, LocalIndex begin,
                                              LocalIndex count, const T* x, T* products) {
  alignas(64) T sums[sorted_rows];
  for (LocalIndex r = 0; r < count; r += sorted_rows) {
    const LocalIndex place = begin + r;
    const auto entries = m.entries_of(place / sorted_rows);
    if (entries.far) {
      avx512_sums<true>(entries, x, sums);
    } else {
      avx512_sums<false>(entries, x + entries.base, sums);
    }
    put_in_order(m, place, std::min(sorted_rows, count - r), sums,
                 products + r / m.window * m.window);
  }
}
#endif

}  // namespace

template <Scalar T>
void SortedSellView<T>::row_products(LocalIndex begin, LocalIndex count, const T* x,
                                     T* products) const {
#if SUAN_AVX512
  if constexpr (has_avx512_sums<T>) {
    if (uses_avx512()) return avx512_row_products(*this, begin, count, x, products);
  }
#endif
  portable_row_products(*this, begin, count, x, products);
}

namespace {

/// Y = alpha A X + beta Y; one row at a time, with its sums in registers.
template <Scalar T>
void multiply_several(const ExecutionSpace& space, T alpha, const SortedSellView<T>& m,
                      const RowMajor<const T>& x, T beta, const RowMajor<T>& y) {
  const MultiTarget<T> target(alpha, beta, y);
  const std::size_t vectors = y.extent(1);
  const std::size_t stride = x.stride(0);
  const T* const elements = x.data();
  const int parts = parts_of_work(space, m.work() * static_cast<Offset>(vectors));
  for_parts("suan::sell_spmm", space, parts, [&](int part) {
    const LocalIndex end = m.first_row_of_part(part + 1, parts);
    // 64 bits, because the last step may go beyond 2^31.
    for (Offset at = m.first_row_of_part(part, parts); at < end; at += sorted_rows) {
      const auto place = static_cast<LocalIndex>(at);
      const auto entries = m.entries_of(place / sorted_rows);
      const LocalIndex window = place / m.window * m.window;
      const LocalIndex rows = std::min(sorted_rows, end - place);
      for_widths<widest_multi<T>>(vectors, [&]<int width>(std::size_t c) {
        for (LocalIndex l = 0; l < rows; ++l) {
          MultiSums<T, width> sums;
          entries.visit_row(l, [&](LocalIndex column, const T& value) {
            sums.add(value, elements + std::size_t(column) * stride + c);
          });
          target.put(sums, window + m.order(place + l), c);
        }
      });
    }
    end_of_stream();
  });
}

template <Scalar T>
class SortedSell final : public PreparedFormat<T> {
 public:
  SortedSell(SortedSellView<T> m, LocalIndex columns) : m_(std::move(m)), columns_(columns) {}

  std::string format() const override { return "sell_sorted"; }
  std::string description() const override {
    const auto all = static_cast<Offset>(m_.slices.size());
    Offset near = 0;
    for (Offset s = 0; s < all; ++s) near += m_.slices(s).column_words == 1 ? 1 : 0;
    return message("rows sorted in windows of ", m_.window, ", ",
                   (100 * near + all / 2) / std::max<Offset>(all, 1),
                   " % of the slices with 16-bit columns", uses_avx512() ? ", with AVX-512" : "");
  }
  std::int64_t bytes() const override { return m_.bytes(); }
  void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const override {
    product<T>("suan::sell_spmv", space, alpha, m_, x, beta, y);
  }
  void apply(const ExecutionSpace& space, T alpha, const RowMajor<const T>& x, T beta,
             const RowMajor<T>& y) const override {
    multiply_several(space, alpha, m_, x, beta, y);
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
    return std::make_shared<const SortedSell<T>>(
        fill_sorted_sell(space, a, m_, static_cast<Offset>(m_.columns.size())), columns_);
  }
  CsrView<T> csr(const ExecutionSpace& space) const override {
    return csr_from_rows<T>("suan::csr_from_sell", space, m_, columns_);
  }

 private:
  SortedSellView<T> m_;
  LocalIndex columns_;
};

template <Scalar T>
class SortedSellPlan final : public FormatPlan<T> {
 public:
  SortedSellPlan(const ExecutionSpace& space, const CsrView<T>& a,
                 std::shared_ptr<const ValueFacts<T>> facts)
      : a_(a), facts_(std::move(facts)), layout_(sorted_sell_layout(space, a, column_words_)) {}

  std::int64_t bytes(ValueStorage storage) const override {
    if (storage != ValueStorage::same) return -1;
    return layout_.bytes() + column_words_ * static_cast<Offset>(sizeof(std::uint16_t)) +
           layout_.entries * static_cast<Offset>(sizeof(T));
  }
  std::shared_ptr<const PreparedFormat<T>> make(const ExecutionSpace& space,
                                                ValueStorage storage) const override {
    if (storage != ValueStorage::same) {
      throw NotSupported(message("the format sell_sorted stores values as they are, not as ",
                                 to_string(storage), "; sell and bsr do"));
    }
    return std::make_shared<const SortedSell<T>>(
        fill_sorted_sell(space, a_, layout_, column_words_), a_.columns);
  }
  bool suits_dictionary() const override { return false; }
  std::int64_t vector_bytes() const override {
    return (std::int64_t{a_.rows} + a_.columns) * static_cast<std::int64_t>(sizeof(T));
  }
  Offset stored_values() const override { return layout_.entries; }
  const ValueFacts<T>& facts() const override { return *facts_; }

 private:
  CsrView<T> a_;
  std::shared_ptr<const ValueFacts<T>> facts_;
  Offset column_words_ = 0;  // before layout_, which sets it
  SortedSellView<T> layout_;
};

}  // namespace

template <Scalar T>
std::shared_ptr<const FormatPlan<T>> plan_sorted_sell(const ExecutionSpace& space,
                                                      const CsrView<T>& a,
                                                      std::shared_ptr<const ValueFacts<T>> facts) {
  return std::make_shared<const SortedSellPlan<T>>(space, a, std::move(facts));
}

#endif

template <Scalar T>
std::shared_ptr<const PreparedFormat<T>> make_sorted_sell(const ExecutionSpace& space,
                                                          const CsrView<T>& a) {
  return plan_sorted_sell<T>(space, a, std::make_shared<const ValueFacts<T>>())
      ->make(space, ValueStorage::same);
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template std::shared_ptr<const FormatPlan<T>> plan_sorted_sell(                           \
      const ExecutionSpace&, const CsrView<T>&, std::shared_ptr<const ValueFacts<T>>);      \
  template std::shared_ptr<const PreparedFormat<T>> make_sorted_sell(const ExecutionSpace&, \
                                                                     const CsrView<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
