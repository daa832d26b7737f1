// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Opening matrices, vectors and texts for reading, with all their claims checked. Nothing here is
// collective: each rank reads by itself, so a damaged file cannot leave a rank waiting.
#pragma once

#include <optional>
#include <vector>

#include "hdf5_format.hpp"
#include "hdf5_open.hpp"
#include "suan/io/hdf5.hpp"

namespace suan::hdf5 {

/// The product of the extents of a dataset.
std::int64_t count(std::span<const std::int64_t> extents);

struct InputMatrix {
  Place place;
  Handle file;
  Handle row_offsets;
  Handle columns;
  Handle values;
  MatrixHeader header;
};
/// Opens a matrix and checks its attributes and its datasets' sizes and types.
InputMatrix open_matrix(const std::string& path, const std::string& name);

struct InputVector {
  Place place;
  Handle file;
  Handle dataset;
  Stored scalar = Stored::float64;
  std::vector<std::int64_t> extents;
  std::int64_t elements = 0;
  std::int64_t chunk_bytes = 0;  ///< memory that HDF5 needs to decompress a part of it
  std::int64_t file_bytes = 0;
  std::optional<std::uint64_t> checksum;  ///< none in a dataset that another program wrote
};
/// Opens a vector: one of ours, or any dataset of a type that we know.
InputVector open_vector(const std::string& path, const std::string& name);

struct InputText {
  Place place;
  Handle file;
  Handle dataset;
};
/// Opens a text that Hdf5Writer::write_text wrote.
InputText open_text(const std::string& path, const std::string& name);

/// Reads `count` elements, starting at position `first`.
void read_elements(hid_t dataset, hid_t memory_type, std::span<const std::int64_t> extents,
                   std::int64_t first, std::int64_t count, void* elements, const Place& place);

/// One rank's view of a file, for comparison with the other ranks.
std::string seen(const InputMatrix& matrix);
std::string seen(const InputVector& vector);

/// Throws IoError when `found`, summed over the ranks, is not `stored`.
void require_checksum(const Place& place, std::uint64_t stored, std::uint64_t found);

/// @throws InvalidArgument when complex numbers would be read as real ones.
template <Scalar T>
void require_scalar(const Place& place, Stored stored) {
  const bool complex = stored == Stored::complex64 || stored == Stored::complex128;
  if (complex && !is_complex<T>) {
    throw InvalidArgument(message(place.text(), ": holds complex numbers, which cannot be read as ",
                                  scalar_name<T>(), "; read it as ", to_string(stored)));
  }
}

/// A number from a file as T.
template <Scalar T, Scalar S>
T convert(const S& x) {
  if constexpr (is_complex<S> && !is_complex<T>) {
    return static_cast<T>(x.real());
  } else {
    return scalar_cast<T>(x);
  }
}

}  // namespace suan::hdf5
