// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/kernels/value_storage.hpp"

#include <algorithm>

#include "kernels/values/with_code.hpp"
#include "suan/core/error.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/options.hpp"

namespace suan::kernels {

namespace {

constexpr ValueStorage all_storages[] = {ValueStorage::lossless,   ValueStorage::same,
                                         ValueStorage::dictionary, ValueStorage::float32,
                                         ValueStorage::bfloat16,   ValueStorage::float16};

using Entries = Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<Offset>>;

/// Whether the code would turn a finite number into an infinite one, or cannot represent x at all.
template <class Code, Scalar T>
KOKKOS_FORCEINLINE_FUNCTION bool is_too_large(const T& x) {
  if constexpr (std::same_as<Code, Float16>) {
    return !(Kokkos::abs(x) <= T(65504));  // also true for NaN
  } else {
    return is_finite(x) && !is_finite(decode<T>(encode<Code>(x)));
  }
}

/// A plain load, which may be out of date. On a host an atomic load is a compare-and-swap, by far
/// the slowest part here; an outdated answer costs one more try.
template <class N>
KOKKOS_FORCEINLINE_FUNCTION N peek(const N& number) {
  return *static_cast<const volatile N*>(&number);
}

/// A hash table of the different values, each as the index of an entry that has it; filled by one
/// thread or many.
template <Scalar T>
struct ValueSet {
  static constexpr std::uint32_t slots = 1024;  // at least four times as many as are kept in it
  DeviceView<const T> values;
  DeviceView<Offset> places{"suan::value_set", slots};  // the index plus one; 0: empty
  DeviceView<int> count{"suan::value_count", 1};

  KOKKOS_FUNCTION static std::uint64_t bits_of(Real<T> x) {
    if constexpr (sizeof(x) == 4) {
      return Kokkos::bit_cast<std::uint32_t>(x);
    } else {
      return Kokkos::bit_cast<std::uint64_t>(x);
    }
  }
  KOKKOS_FUNCTION static std::uint32_t first_slot(const T& x) {
    std::uint64_t bits = bits_of(real_part(x));
    if constexpr (is_complex<T>) bits = bits * 3 + bits_of(x.imag());
    return static_cast<std::uint32_t>((bits * 0x9E3779B97F4A7C15ULL) >> 54);
  }
  KOKKOS_FUNCTION bool is_full() const { return peek(count(0)) > ValueFacts<T>::most_values; }
  /// Adds nothing once it is full.
  KOKKOS_FUNCTION void add(Offset k) const {
    const T x = values(k);
    for (std::uint32_t slot = first_slot(x); !is_full(); slot = (slot + 1) % slots) {
      Offset place = peek(places(slot));
      if (place == 0) {
        place = Kokkos::atomic_compare_exchange(&places(slot), Offset(0), k + 1);
        if (place == 0) {
          Kokkos::atomic_inc(&count(0));
          return;
        }
      }
      if (same_bits(values(place - 1), x)) return;
    }
  }
};

template <class Code, Scalar T>
Offset count_too_large(const ExecutionSpace& space, const DeviceView<const T>& values) {
  Offset count = 0;
  Kokkos::parallel_reduce(
      "suan::count_too_large", Entries(space, 0, static_cast<Offset>(values.extent(0))),
      KOKKOS_LAMBDA(Offset k, Offset & sum) { sum += is_too_large<Code>(values(k)) ? 1 : 0; },
      count);
  return count;
}

bool rounds_values(ValueStorage storage) {
  return storage == ValueStorage::float32 || storage == ValueStorage::bfloat16 ||
         storage == ValueStorage::float16;
}

}  // namespace

std::string_view to_string(ValueStorage storage) {
  constexpr std::string_view names[] = {"lossless", "same",     "dictionary",
                                        "float32",  "bfloat16", "float16"};
  return names[static_cast<int>(storage)];
}

std::vector<std::string> value_storage_names() {
  std::vector<std::string> names;
  for (const auto storage : all_storages) names.emplace_back(to_string(storage));
  return names;
}

ValueStorage value_storage_from_string(std::string_view name) {
  for (const auto storage : all_storages) {
    if (to_string(storage) == name) return storage;
  }
  throw_unknown_name("storage of values", name, value_storage_names());
}

template <Scalar T>
ValueFacts<T>::ValueFacts(const ExecutionSpace& space, const CsrView<T>& a, ValueStorage wanted)
    : entries_(a.entries()), wanted_(wanted) {
  collect(space, a);
  if (keeps_all_different_values()) return;
  look_for_rounded(space, a);
  if (!rounds_values(wanted) || !has_storage<T>(wanted) || keeps(wanted)) return;
  with_code<T>(wanted, [&]<class Code>() {
    if constexpr (!std::same_as<Code, DictionaryCode>) {
      too_large_ = count_too_large<Code>(space, a.values);
    }
  });
}

/// Whether a short dictionary is enough to see that no storage would round anything.
template <Scalar T>
bool ValueFacts<T>::keeps_all_different_values() const {
  if (different_ > most_values) return false;
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), dictionary_);
  return std::all_of(host.data(), host.data() + different_, [](const T& x) {
    if constexpr (is_complex<T>) {
      return is_exact<ComplexFloat>(x);
    } else {
      return is_exact<float>(x) && is_exact<BFloat16>(x) && is_exact<Float16>(x);
    }
  });
}

template <Scalar T>
void ValueFacts<T>::look_for_rounded(const ExecutionSpace& space, const CsrView<T>& a) {
  const auto values = a.values;
  const DeviceView<int> found("suan::rounded", rounds_.size());
  const Offset entries = entries_;
  // On a host large enough that checking what other threads found costs nothing.
  constexpr Offset chunk = SUAN_HAVE_CUDA ? 1 : 256;
  Kokkos::parallel_for(
      "suan::look_for_rounded", Entries(space, 0, entries / chunk + 1), KOKKOS_LAMBDA(Offset c) {
        // No float is rounded to float32, and complex numbers have no other storage.
        int known[3] = {std::same_as<Real<T>, float>, is_complex<T>, is_complex<T>};
        for (std::size_t s = 0; s < found.extent(0); ++s) known[s] |= peek(found(s));
        if (known[0] != 0 && known[1] != 0 && known[2] != 0) return;
        const Offset end = Kokkos::min(entries, (c + 1) * chunk);
        int rounded[3] = {0, 0, 0};
        for (Offset k = c * chunk; k < end; ++k) {
          const T x = values(k);
          if constexpr (is_complex<T>) {
            rounded[0] |= known[0] != 0 || is_exact<ComplexFloat>(x) ? 0 : 1;
          } else {
            rounded[0] |= known[0] != 0 || is_exact<float>(x) ? 0 : 1;
            rounded[1] |= known[1] != 0 || is_exact<BFloat16>(x) ? 0 : 1;
            rounded[2] |= known[2] != 0 || is_exact<Float16>(x) ? 0 : 1;
          }
        }
        for (std::size_t s = 0; s < found.extent(0); ++s) {
          if (rounded[s] != 0) Kokkos::atomic_store(&found(s), 1);
        }
      });
  space.fence("suan::look_for_rounded");
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), found);
  for (std::size_t s = 0; s < rounds_.size(); ++s) rounds_[s] = host(s) != 0;
}

template <Scalar T>
void ValueFacts<T>::collect(const ExecutionSpace& space, const CsrView<T>& a) {
  const ValueSet<T> set{a.values};
  constexpr Offset chunk = 256;
  const Offset entries = entries_;
  const Offset chunks = entries / chunk + 1;
  // A host thread reads consecutive entries; neighbouring GPU threads read neighbouring entries.
  const Offset first = SUAN_HAVE_CUDA ? 1 : chunk;
  const Offset step = SUAN_HAVE_CUDA ? chunks : 1;
  Kokkos::parallel_for(
      "suan::collect_values", Entries(space, 0, chunks), KOKKOS_LAMBDA(Offset c) {
        const Offset end = Kokkos::min(entries, c * first + chunk * step);
        for (Offset k = c * first; k < end && !set.is_full(); k += step) {
          // Neighbours are often equal, and a comparison is cheaper than a look-up.
          if (k == c * first || !same_bits(set.values(k), set.values(k - step))) set.add(k);
        }
      });
  space.fence("suan::collect_values");
  const auto count = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), set.count);
  different_ = count(0);
  if (different_ > most_values) return;
  // Which entry represents a value depends on the threads; the values do not.
  const DeviceView<T> found("suan::dictionary", static_cast<std::size_t>(different_) + 1);
  const DeviceView<LocalIndex> used("suan::value_count", 1);
  Kokkos::parallel_for(
      "suan::gather_values", Entries(space, 0, ValueSet<T>::slots), KOKKOS_LAMBDA(Offset slot) {
        if (set.places(slot) == 0) return;
        found(Kokkos::atomic_fetch_add(&used(0), 1)) = set.values(set.places(slot) - 1);
      });
  space.fence("suan::gather_values");
  const auto host = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), found);
  std::sort(host.data(), host.data() + different_,
            [](const T& x, const T& y) { return bits_less(x, y); });
  host(static_cast<std::size_t>(different_)) = marker<T>();
  has_negative_zero_ = std::any_of(host.data(), host.data() + different_,
                                   [](const T& x) { return same_bits(x, marker<T>()); });
  Kokkos::deep_copy(found, host);
  dictionary_ = found;
}

template <Scalar T>
bool ValueFacts<T>::keeps(ValueStorage storage) const {
  if (storage == ValueStorage::same) return true;
  if (storage == ValueStorage::dictionary) return different_ <= most_values;
  return has_storage<T>(storage) && !rounds_[rounding(storage)];
}

template <Scalar T>
void ValueFacts<T>::require(ValueStorage storage) const {
  if (storage == ValueStorage::same) return;
  if (storage == ValueStorage::dictionary) {
    if (different_ <= most_values) return;
    throw NotSupported(message("the storage dictionary takes at most ", most_values,
                               " different values, and there are more; choose same or lossless"));
  }
  if (!has_storage<T>(storage)) {
    throw NotSupported(message("complex values are not stored as ", to_string(storage),
                               "; choose float32, same or lossless"));
  }
  if (keeps(storage)) return;
  if (storage != wanted_) {
    throw InvalidArgument(message("what ", to_string(storage),
                                  " cannot hold was not counted, but for ", to_string(wanted_),
                                  "; collect the facts for ", to_string(storage)));
  }
  if (too_large_ == 0) return;
  throw NotSupported(message("the storage ", to_string(storage), " cannot hold ", too_large_,
                             " of the ", entries_,
                             " values, which are too large; choose float32 or same"));
}

template <Scalar T>
int value_bytes(ValueStorage storage) {
  if (!has_storage<T>(storage)) return 0;
  return with_code<T>(storage, []<class Code>() { return static_cast<int>(sizeof(Code)); });
}

#define SUAN_INSTANTIATE(T)     \
  template class ValueFacts<T>; \
  template int value_bytes<T>(ValueStorage);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels
