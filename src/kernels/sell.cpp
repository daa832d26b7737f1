// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/sell.hpp"

#include "kernels/row_loops.hpp"
#include "kernels/sell_build.hpp"
#include "kernels/sell_products.hpp"
#include "suan/core/options.hpp"

namespace suan::kernels {

namespace {

constexpr ValueStorage all_storages[] = {ValueStorage::lossless, ValueStorage::same,
                                         ValueStorage::float32, ValueStorage::bfloat16,
                                         ValueStorage::float16};

using Entries = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>;

/// Entries that do not come back unchanged from the code.
template <class Code, Scalar T>
Offset count_inexact(const ExecutionSpace& space, const CsrView<T>& a) {
  const auto values = a.values;
  Offset count = 0;
  Kokkos::parallel_reduce(
      "suan::sell_inexact", Entries(space, 0, a.entries()),
      KOKKOS_LAMBDA(Offset k, Offset & sum) { sum += is_exact<Code>(values(k)) ? 0 : 1; }, count);
  return count;
}

/// Finite entries that the code would turn into infinity.
template <class Code, Scalar T>
Offset count_too_large(const ExecutionSpace& space, const CsrView<T>& a) {
  const auto values = a.values;
  Offset count = 0;
  Kokkos::parallel_reduce(
      "suan::sell_too_large", Entries(space, 0, a.entries()),
      KOKKOS_LAMBDA(Offset k, Offset & sum) {
        const T x = values(k);
        if constexpr (std::same_as<Code, Float16>) {
          sum += Kokkos::abs(x) <= T(65504) ? 0 : 1;  // nor NaN and infinity
        } else {
          sum += is_finite(x) && !is_finite(decode<T>(encode<Code>(x))) ? 1 : 0;
        }
      },
      count);
  return count;
}

template <Scalar T, class Code>
class SellSpmv final : public PreparedSpmv<T> {
 public:
  SellSpmv(const ExecutionSpace& space, const CsrView<T>& a, const char* storage)
      : entries_(a.entries()), storage_(storage) {
    if (count_inexact<Code>(space, a) > 0) format_ += message(", rounded to ", storage);
    SellBuilder<T, Code> builder(space, a);
    m_ = builder.build();
    counts_ = builder.counts();
  }

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
                                     m_.values.size() * sizeof(Code));
  }
  void apply(const ExecutionSpace& space, T alpha, const DeviceView<const T>& x, T beta,
             const DeviceView<T>& y) const override {
    product<T>("suan::sell_spmv", space, alpha, m_, x, beta, y);
  }
  T apply_dot(const ExecutionSpace& space, const DeviceView<const T>& x,
              const DeviceView<T>& y) const override {
    return product_dot<T>("suan::sell_spmv_dot", space, m_, x, y);
  }
  Real<T> residual(const ExecutionSpace& space, const DeviceView<const T>& x,
                   const DeviceView<const T>& b, const DeviceView<T>& r) const override {
    return product_residual<T>("suan::sell_spmv_residual", space, m_, x, b, r);
  }

 private:
  Offset entries_;
  std::string format_ = "sell";
  const char* storage_;
  SellView<T, Code> m_;
  SellCounts counts_;
};

template <class Code, Scalar T>
std::shared_ptr<const PreparedSpmv<T>> make_as(const ExecutionSpace& space, const CsrView<T>& a,
                                               ValueStorage storage) {
  const char* const name = to_string(storage).data();
  if constexpr (!std::same_as<Code, T>) {
    const Offset lost = count_too_large<Code>(space, a);
    if (lost > 0) {
      throw NotSupported(message("the storage ", name, " cannot hold ", lost, " of the ",
                                 a.entries(), " values, which are too large; choose float32 or ",
                                 "same"));
    }
  }
  return std::make_shared<const SellSpmv<T, Code>>(space, a, name);
}

/// Calls use.operator()<Code>(storage) for the type in which `storage` keeps values of type T.
template <Scalar T, class Use>
auto with_code(ValueStorage storage, const Use& use) {
  if constexpr (is_complex<T>) {
    if (storage == ValueStorage::float32) return use.template operator()<ComplexFloat>(storage);
    if (storage != ValueStorage::same) {
      throw NotSupported(message("complex values are not stored as ", to_string(storage),
                                 "; choose float32, same or lossless"));
    }
  } else {
    if (storage == ValueStorage::bfloat16) return use.template operator()<BFloat16>(storage);
    if (storage == ValueStorage::float16) return use.template operator()<Float16>(storage);
    if (storage == ValueStorage::float32 && std::same_as<T, double>) {
      return use.template operator()<float>(storage);
    }
  }
  return use.template operator()<T>(ValueStorage::same);
}

}  // namespace

std::string_view to_string(ValueStorage storage) {
  switch (storage) {
    case ValueStorage::lossless:
      return "lossless";
    case ValueStorage::same:
      return "same";
    case ValueStorage::float32:
      return "float32";
    case ValueStorage::bfloat16:
      return "bfloat16";
    case ValueStorage::float16:
      break;
  }
  return "float16";
}

ValueStorage value_storage_from_string(std::string_view name) {
  std::vector<std::string> names;
  for (const auto storage : all_storages) {
    if (to_string(storage) == name) return storage;
    names.emplace_back(to_string(storage));
  }
  throw_unknown_name("storage of values", name, names);
}

template <Scalar T>
ValueStorage lossless_storage(const ExecutionSpace& space, const CsrView<T>& a) {
  if constexpr (is_complex<T>) {
    return count_inexact<ComplexFloat>(space, a) == 0 ? ValueStorage::float32 : ValueStorage::same;
  } else {
    if (count_inexact<BFloat16>(space, a) == 0) return ValueStorage::bfloat16;
    if (count_inexact<Float16>(space, a) == 0) return ValueStorage::float16;
    if (std::same_as<T, double> && count_inexact<float>(space, a) == 0) {
      return ValueStorage::float32;
    }
    return ValueStorage::same;
  }
}

template <Scalar T>
std::int64_t sell_bytes(const ExecutionSpace& space, const CsrView<T>& a, ValueStorage storage) {
  if (storage == ValueStorage::lossless) storage = lossless_storage(space, a);
  return with_code<T>(
      storage, [&]<class Code>(ValueStorage) { return SellBuilder<T, Code>(space, a).bytes(); });
}

template <Scalar T>
std::shared_ptr<const PreparedSpmv<T>> make_sell(const ExecutionSpace& space, const CsrView<T>& a,
                                                 ValueStorage storage) {
  if (storage == ValueStorage::lossless) storage = lossless_storage(space, a);
  return with_code<T>(storage,
                      [&]<class Code>(ValueStorage kept) { return make_as<Code>(space, a, kept); });
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template ValueStorage lossless_storage(const ExecutionSpace&, const CsrView<T>&);         \
  template std::int64_t sell_bytes(const ExecutionSpace&, const CsrView<T>&, ValueStorage); \
  template std::shared_ptr<const PreparedSpmv<T>> make_sell(const ExecutionSpace&,          \
                                                            const CsrView<T>&, ValueStorage);
SUAN_INSTANTIATE(float)
SUAN_INSTANTIATE(double)
SUAN_INSTANTIATE(Complex)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
