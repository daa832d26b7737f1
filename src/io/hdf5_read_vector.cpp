// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "detail/memory_limit.hpp"
#include "hdf5_input.hpp"
#include "hdf5_matrix_rows.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

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

// Separate from the public function, because nvcc rejects a template lambda in a function whose
// template arguments have defaults.
template <Scalar T>
std::uint64_t read_stored(const InputVector& from, Vector<T>& to) {
  return with_scalar(from.scalar, [&]<Scalar S>() { return read_part<S>(from, to); });
}

}  // namespace

template <Scalar T>
Vector<T> read_hdf5_vector(const std::string& path, const Layout& layout, const std::string& name,
                           const Hdf5ReadOptions& options) {
  const QuietErrors quiet;
  const Communicator& comm = layout.comm();
  require_agreement(comm, message("read_hdf5_vector<", scalar_name<T>(), ">"),
                    message("path = ", path, "\nname = ", name,
                            "\nmemory_limit_gib = ", options.memory_limit_gib, "\n"));
  const int here = comm.node().size();
  InputVector from;
  Vector<T> result;
  std::uint64_t checksum = 0;
  together(comm, [&] {
    Hdf5ReadOptions::table().check(options);
    from = open_vector(path, name);
    require_scalar<T>(from.place, from.scalar);
    if (from.elements != layout.global_size()) {
      throw DimensionMismatch(message(
          from.place.text(), ": the file's vector has the shape ", describe_shape(from.extents),
          ", ", from.elements, " elements, but the layout asked for has ", to_string(layout)));
    }
    const std::string what = message(from.place.text(), ": reading ", from.elements, " elements");
    const double bytes = static_cast<double>(from.elements) * sizeof(T) +
                         static_cast<double>(from.chunk_bytes) * comm.size();
    detail::require_plausible(what, bytes, static_cast<double>(from.file_bytes),
                              options.memory_limit_gib);
    detail::require_memory(what, bytes, options.memory_limit_gib, comm.size(), here);
  });
  require_agreement(comm, "read_hdf5_vector, in what the file holds", seen(from));
  together(comm, [&] {
    result = Vector<T>(layout);
    checksum = read_stored<T>(from, result);
  });
  if (from.checksum) {
    require_checksum(from.place, *from.checksum, comm.sum(checksum) + shape_checksum(from.extents));
  }
  return result;
}

#define SUAN_INSTANTIATE(T)                                                                  \
  template Vector<T> read_hdf5_vector(const std::string&, const Layout&, const std::string&, \
                                      const Hdf5ReadOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
