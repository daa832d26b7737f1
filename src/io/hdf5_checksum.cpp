// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_checksum.hpp"

#include "suan/core/instantiate.hpp"

namespace suan::hdf5 {

namespace {

/// The sum of term(0) to term(count - 1) on all threads.
template <class Term>
std::uint64_t sum(std::size_t count, const Term& term) {
  using Range = Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>>;
  std::uint64_t result = 0;
  Kokkos::parallel_reduce(
      "suan::io::checksum", Range(0, static_cast<std::int64_t>(count)),
      [&](std::int64_t i, std::uint64_t& partial) { partial += term(i); }, result);
  return result;
}

}  // namespace

std::uint64_t checksum_of(Array array, std::int64_t position,
                          std::span<const std::int64_t> numbers) {
  return sum(numbers.size(), [&](std::int64_t i) {
    return term(array, position + i, numbers[static_cast<std::size_t>(i)]);
  });
}

std::uint64_t checksum_of_text(std::string_view text) {
  const auto size = static_cast<std::int64_t>(text.size());
  return term(Array::header, 0, size) + sum(text.size(), [&](std::int64_t i) {
           const auto byte = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
           return term(Array::values, i, std::uint64_t{byte});
         });
}

template <Scalar T>
std::uint64_t checksum_of_values(std::int64_t position, std::span<const T> values) {
  return sum(values.size(), [&](std::int64_t i) {
    return value_term(position + i, values[static_cast<std::size_t>(i)]);
  });
}

#define SUAN_INSTANTIATE(T) \
  template std::uint64_t checksum_of_values(std::int64_t, std::span<const T>);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::hdf5
