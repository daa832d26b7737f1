// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Types and dataspaces as stored in a file.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hdf5_handle.hpp"
#include "suan/core/types.hpp"

namespace suan::hdf5 {

/// The number types of files.
enum class Stored { float32, float64, complex64, complex128 };

template <Scalar T>
constexpr Stored stored_as() {
  if constexpr (std::same_as<T, float>) return Stored::float32;
  if constexpr (std::same_as<T, double>) return Stored::float64;
  if constexpr (std::same_as<T, ComplexFloat>) return Stored::complex64;
  return Stored::complex128;
}

const char* to_string(Stored stored);

/// Calls `body.template operator()<S>()` with the scalar type S that `stored` stands for.
template <class Body>
decltype(auto) with_scalar(Stored stored, Body&& body) {
  switch (stored) {
    case Stored::float32:
      return body.template operator()<float>();
    case Stored::float64:
      return body.template operator()<double>();
    case Stored::complex64:
      return body.template operator()<ComplexFloat>();
    case Stored::complex128:
      break;
  }
  return body.template operator()<Complex>();
}

/// The type in memory, and the one written: little-endian IEEE 754; complex numbers are a compound
/// of "r" and "i".
Handle memory_type(Stored stored, const Place& place);
Handle file_type(Stored stored, const Place& place);
/// The type of `dataset`. @throws IoError when it is none of the above (of either endianness).
Stored stored_type(hid_t dataset, const Place& place);
/// Whether it is one of them.
bool is_stored_scalar(hid_t dataset, const Place& place);

/// Whether a dataset has a shape at all; some have a null dataspace.
bool has_elements(hid_t dataset, const Place& place);
/// The extents of a dataset; none for a single element.
std::vector<std::int64_t> extents(hid_t dataset, const Place& place);
/// A dataspace with these extents.
Handle dataspace(std::span<const std::int64_t> extents, const Place& place);
/// Selects the elements first to first + count - 1 of `space`, counted with the last dimension
/// fastest.
void select_range(hid_t space, std::span<const std::int64_t> extents, std::int64_t first,
                  std::int64_t count, const Place& place);

}  // namespace suan::hdf5
