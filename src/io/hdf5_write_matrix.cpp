// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_write_matrix.hpp"

#include <algorithm>
#include <memory>

#include "hdf5_format.hpp"
#include "hdf5_matrix_rows.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/io/hdf5.hpp"

namespace suan::hdf5 {

namespace {

using HostRange = Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// Columns in 32 bits if their number allows it.
constexpr std::int64_t most_columns_in_32_bits = std::int64_t{1} << 31;

/// The link properties that create the groups in a name like "a/b/c".
Handle making_groups(const Place& place) {
  Handle links = checked(H5Pcreate(H5P_LINK_CREATE), H5Pclose, place, "cannot set up a group");
  checked(H5Pset_create_intermediate_group(links.id(), 1), place, "cannot set up a group");
  return links;
}

/// The group of a matrix and its datasets, on ranks that have the file open.
struct MatrixGroup {
  Place place;
  Handle group;
  OutputDataset row_offsets;
  OutputDataset columns;
  OutputDataset values;
};

MatrixGroup create_matrix(hid_t file, const Place& place, const MatrixHeader& header) {
  const Handle properties =
      checked(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, place, "cannot set up a group");
  checked(H5Pset_obj_track_times(properties.id(), false), place, "cannot set up a group");
  MatrixGroup result;
  result.group = checked(H5Gcreate2(file, place.object.c_str(), making_groups(place).id(),
                                    properties.id(), H5P_DEFAULT),
                         H5Gclose, place, "cannot create the group");
  const hid_t group = result.group.id();
  write_header(group, header, place);
  const auto create = [&](const char* name, Handle file_type, Handle memory_type,
                          std::int64_t elements) {
    return Output::create_dataset(group, name, place.in(name), std::move(file_type),
                                  std::move(memory_type), {elements});
  };
  const auto integers = [&](hid_t type) {
    return checked(H5Tcopy(type), H5Tclose, place, "cannot make a datatype");
  };
  const bool narrow = header.index_width == 32;
  result.row_offsets = create(dataset::row_offsets, integers(H5T_STD_I64LE),
                              integers(H5T_NATIVE_INT64), header.rows + 1);
  result.columns = create(dataset::columns, integers(narrow ? H5T_STD_I32LE : H5T_STD_I64LE),
                          integers(narrow ? H5T_NATIVE_INT32 : H5T_NATIVE_INT64), header.entries);
  result.values = create(dataset::values, file_type(header.scalar, place),
                         memory_type(header.scalar, place), header.entries);
  return result;
}

/// Bytes of the three arrays.
std::int64_t array_bytes(const MatrixHeader& header) {
  const auto value_bytes =
      with_scalar(header.scalar, []<Scalar S>() { return static_cast<std::int64_t>(sizeof(S)); });
  return 8 * (header.rows + 1) + header.entries * (header.index_width / 8 + value_bytes);
}

/// Writes this rank's row offsets, the last rank also the final one; returns their part of the
/// checksum.
template <Scalar T>
std::uint64_t write_offsets(Output& output, const OutputDataset& to, const MatrixRows<T>& rows,
                            const Layout& layout, Offset first_entry) {
  std::vector<Offset> buffer;
  std::uint64_t checksum = 0;
  const auto& comm = output.comm();
  const bool is_last = comm.rank() == comm.size() - 1;
  const auto count = static_cast<std::int64_t>(rows.offsets().size()) - (is_last ? 0 : 1);
  const std::int64_t rounds = comm.max((count + entries_per_block - 1) / entries_per_block);
  for (std::int64_t round = 0; round < rounds; ++round) {
    const std::int64_t begin = std::min(count, round * entries_per_block);
    const std::int64_t end = std::min(count, begin + entries_per_block);
    buffer.assign(rows.offsets().begin() + begin, rows.offsets().begin() + end);
    for (auto& offset : buffer) offset += first_entry;
    checksum += checksum_of(Array::row_offsets, layout.first() + begin,
                            std::span<const std::int64_t>(buffer));
    output.write(to, layout.first() + begin, end - begin, buffer.data());
  }
  return checksum;
}

/// One pass over a block that starts at entry `position`: its part of the checksum, its columns in
/// 32 bits unless `narrowed` is empty, and in `not_finite` the first entry that is not finite.
template <Scalar T>
std::uint64_t examine(std::int64_t position, const typename MatrixRows<T>::Block& block,
                      std::span<std::int32_t> narrowed, std::int64_t& not_finite) {
  const auto count = static_cast<std::int64_t>(block.columns.size());
  std::uint64_t checksum = 0;
  not_finite = count;
  Kokkos::parallel_reduce(
      "suan::io::examine_block", HostRange(0, count),
      [&](std::int64_t i, std::uint64_t& sum, std::int64_t& least) {
        const auto k = static_cast<std::size_t>(i);
        sum += term(Array::columns, position + i, block.columns[k]) +
               value_term(position + i, block.values[k]);
        if (!is_finite(block.values[k]) && i < least) least = i;
        if (!narrowed.empty()) narrowed[k] = static_cast<std::int32_t>(block.columns[k]);
      },
      Kokkos::Sum<std::uint64_t>(checksum), Kokkos::Min<std::int64_t>(not_finite));
  return checksum;
}

/// Writes this rank's columns and values; returns their part of the checksum.
/// @throws InvalidArgument naming the row when a value is not finite.
template <Scalar T>
std::uint64_t write_entries(Output& output, const MatrixGroup& group, MatrixRows<T>& rows,
                            const Layout& layout, Offset first_entry, bool narrow) {
  const auto& offsets = rows.offsets();
  const auto starts = split_rows(offsets);
  const auto& comm = output.comm();
  const auto blocks = comm.max(static_cast<std::int64_t>(starts.size()) - 1);
  std::vector<std::int32_t> narrowed;
  std::uint64_t checksum = 0;
  Offset written = 0;
  for (std::int64_t b = 0; b < blocks; ++b) {
    typename MatrixRows<T>::Block block;
    together(comm, [&] {
      const auto k = static_cast<std::size_t>(b);
      if (k + 1 >= starts.size()) return;
      block = rows.block(starts[k], starts[k + 1]);
      if (narrow) narrowed.resize(block.columns.size());
      std::int64_t bad = 0;
      checksum += examine<T>(first_entry + written, block, narrowed, bad);
      if (bad < static_cast<std::int64_t>(block.columns.size())) {
        const auto next = std::upper_bound(offsets.begin(), offsets.end(), written + bad);
        throw InvalidArgument(
            message(group.place.text(), ": row ", layout.first() + (next - offsets.begin()) - 1,
                    " (counted from 0) has a value that is infinite or not a number, "
                    "so the matrix is not written"));
      }
    });
    const auto count = static_cast<std::int64_t>(block.columns.size());
    const void* columns = narrow ? static_cast<const void*>(narrowed.data())
                                 : static_cast<const void*>(block.columns.data());
    output.write(group.columns, first_entry + written, count, columns);
    output.write(group.values, first_entry + written, count, block.values.data());
    written += count;
  }
  return checksum;
}

template <Scalar T>
MatrixHeader header_of(const DistributedMatrix<T>& matrix, const MatrixRows<T>& rows) {
  MatrixHeader header;
  header.rows = matrix.global_rows();
  header.columns = matrix.global_columns();
  header.entries = matrix.comm().template sum<std::int64_t>(rows.entries());
  header.scalar = stored_as<T>();
  header.index_width = header.columns <= most_columns_in_32_bits ? 32 : 64;
  return header;
}

/// This rank's part of a matrix's checksum.
template <Scalar T>
std::uint64_t own_checksum(MatrixRows<T>& rows, const Layout& layout, Offset first_entry) {
  std::vector<Offset> offsets = rows.offsets();
  const auto starts = split_rows(offsets);
  for (auto& offset : offsets) offset += first_entry;
  const bool is_last = layout.comm().rank() == layout.comm().size() - 1;
  if (!is_last) offsets.pop_back();
  std::uint64_t checksum =
      checksum_of(Array::row_offsets, layout.first(), std::span<const std::int64_t>(offsets));
  Offset at = first_entry;
  for (std::size_t k = 0; k + 1 < starts.size(); ++k) {
    const auto block = rows.block(starts[k], starts[k + 1]);
    std::int64_t unused = 0;
    checksum += examine<T>(at, block, {}, unused);
    at += static_cast<Offset>(block.columns.size());
  }
  return checksum;
}

}  // namespace

template <Scalar T>
void write_matrix(Output& output, const Place& place, const DistributedMatrix<T>& matrix) {
  const auto& comm = output.comm();
  std::unique_ptr<MatrixRows<T>> rows;
  together(comm, [&] { rows = std::make_unique<MatrixRows<T>>(matrix); });
  const MatrixHeader header = header_of(matrix, *rows);
  const Offset first_entry = comm.exclusive_sum(rows->entries());
  output.reserve(array_bytes(header));
  MatrixGroup group;
  output.edit([&](hid_t file) { group = create_matrix(file, place, header); });
  group.place = place;
  std::uint64_t checksum =
      write_offsets(output, group.row_offsets, *rows, matrix.row_layout(), first_entry);
  checksum += write_entries(output, group, *rows, matrix.row_layout(), first_entry,
                            header.index_width == 32);
  checksum = comm.sum(checksum) + header_checksum(header);
  output.edit(
      [&](hid_t) { write_unsigned(group.group.id(), attribute::checksum, checksum, place); });
}

#define SUAN_INSTANTIATE(T) \
  template void write_matrix(Output&, const Place&, const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::hdf5

namespace suan {

template <Scalar T>
std::uint64_t hdf5_checksum(const DistributedMatrix<T>& matrix) {
  const auto& comm = matrix.comm();
  std::unique_ptr<hdf5::MatrixRows<T>> rows;
  together(comm, [&] { rows = std::make_unique<hdf5::MatrixRows<T>>(matrix); });
  const auto header = hdf5::header_of(matrix, *rows);
  const Offset first_entry = comm.exclusive_sum(rows->entries());
  std::uint64_t checksum = 0;
  together(comm, [&] { checksum = hdf5::own_checksum(*rows, matrix.row_layout(), first_entry); });
  return comm.sum(checksum) + hdf5::header_checksum(header);
}

#define SUAN_INSTANTIATE(T) template std::uint64_t hdf5_checksum(const DistributedMatrix<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
