// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "hdf5_input.hpp"
#include "hdf5_matrix_rows.hpp"

namespace suan {

using namespace hdf5;

namespace {

/// Reads this rank's elements, stored as S; returns their part of the checksum.
template <Scalar S, Scalar T>
std::uint64_t read_part(const InputVector& from, Vector<T>& to) {
  const GlobalIndex first = to.layout().first();
  const auto size = static_cast<std::int64_t>(to.local_size());
  const Handle type = memory_type(from.scalar, from.place);
  std::vector<S> stored;
  std::vector<T> elements;
  std::uint64_t checksum = 0;
  for (std::int64_t begin = 0; begin < size; begin += entries_per_block) {
    const std::int64_t count = std::min(size - begin, entries_per_block);
    stored.resize(static_cast<std::size_t>(count));
    read_elements(from.dataset.id(), type.id(), from.extents, first + begin, count, stored.data(),
                  from.place);
    checksum += checksum_of_values(first + begin, std::span<const S>(stored));
    elements.resize(stored.size());
    std::transform(stored.begin(), stored.end(), elements.begin(), convert<T, S>);
    const auto range =
        std::make_pair(static_cast<std::size_t>(begin), static_cast<std::size_t>(begin + count));
    Kokkos::deep_copy(Kokkos::subview(to.view(), range),
                      HostView<const T>(elements.data(), elements.size()));
  }
  return checksum;
}

// Apart from the public function, because nvcc does not take a template lambda in a function whose
// template arguments have defaults.
template <Scalar T>
std::uint64_t read_stored(const InputVector& from, Vector<T>& to) {
  return with_scalar(from.scalar, [&]<Scalar S>() { return read_part<S>(from, to); });
}

}  // namespace

template <Scalar T>
Vector<T> read_hdf5_vector(const std::string& path, const Layout& layout, const std::string& name) {
  const QuietErrors quiet;
  InputVector from;
  Vector<T> result;
  std::uint64_t checksum = 0;
  together(layout.comm(), [&] {
    from = open_vector(path, name);
    require_scalar<T>(from.place, from.scalar);
    if (from.elements != layout.global_size()) {
      throw DimensionMismatch(message(
          from.place.text(), ": the file's vector has the shape ", describe_shape(from.extents),
          ", ", from.elements, " elements, but the layout asked for has ", to_string(layout)));
    }
    result = Vector<T>(layout);
    checksum = read_stored<T>(from, result);
  });
  if (from.checksum) {
    require_checksum(from.place, *from.checksum,
                     layout.comm().sum(checksum) + shape_checksum(from.extents));
  }
  return result;
}

std::vector<Hdf5Entry> list_hdf5(const std::string& path) {
  const QuietErrors quiet;
  const Place place{path, {}};
  return list_entries(open_file(place).id(), place);
}

template Vector<float> read_hdf5_vector(const std::string&, const Layout&, const std::string&);
template Vector<double> read_hdf5_vector(const std::string&, const Layout&, const std::string&);
template Vector<Complex> read_hdf5_vector(const std::string&, const Layout&, const std::string&);

}  // namespace suan
