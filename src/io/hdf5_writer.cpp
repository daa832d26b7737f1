// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "hdf5_format.hpp"
#include "hdf5_matrix_rows.hpp"
#include "hdf5_output.hpp"
#include "suan/io/hdf5.hpp"

namespace suan {

using namespace hdf5;

namespace {

using HostRange = Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// Positions and columns in 32 bits where the number of columns allows it.
constexpr std::int64_t most_columns_in_32_bits = std::int64_t{1} << 31;

void require_name(const Place& file, const std::string& name) {
  const auto bad = [&](const char* why) {
    throw InvalidArgument(
        message(file.path, ": '", name, "' cannot name an object of the file: ", why));
  };
  if (name.empty()) bad("it is empty");
  if (name.front() == '/' || name.back() == '/') bad("it begins or ends with '/'");
  if (name.find('\0') != std::string::npos) bad("it contains a zero byte");
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('/', begin), name.size());
    const std::string part = name.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") bad("between '/' there must be a name");
    begin = end + 1;
  }
}

/// The properties of links that make the groups in a name like "a/b/c".
Handle making_groups(const Place& place) {
  Handle links = checked(H5Pcreate(H5P_LINK_CREATE), H5Pclose, place, "cannot set up a group");
  checked(H5Pset_create_intermediate_group(links.id(), 1), place, "cannot set up a group");
  return links;
}

/// The group of a matrix and its datasets, on ranks that hold the file.
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

/// Writes this rank's row offsets, the last rank also their end; returns their part of the
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

/// Goes once over a block whose first entry is the one at `position`: its part of the checksum, its
/// columns in 32 bits unless `narrowed` is empty, and in `not_finite` the first entry that is not.
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

}  // namespace

struct Hdf5Writer::State {
  State(const std::string& path, const Communicator& comm)
      : output(std::make_unique<Output>(path, comm)) {}

  /// The place of a new object. @throws InvalidArgument when it cannot be written.
  Place begin(const std::string& name, const Communicator* operand) {
    if (output == nullptr) {
      throw InvalidArgument(
          "this HDF5 file was closed (or a write to it failed); make another "
          "Hdf5Writer to write more");
    }
    const Place& file = output->place();
    require_name(file, name);
    if (operand != nullptr && !operand->congruent(output->comm())) {
      throw InvalidArgument(message(file.path, ": '", name, "' is spread over ", operand->size(),
                                    " ranks, but the file is written by another group of ",
                                    output->comm().size()));
    }
    output->edit([&](hid_t id) {
      for (std::size_t end = 0; end < name.size();) {
        end = std::min(name.find('/', end + 1), name.size());
        if (H5Lexists(id, name.substr(0, end).c_str(), H5P_DEFAULT) <= 0) return;
      }
      throw InvalidArgument(message(file.path, ": '", name, "' was written already"));
    });
    return file.in(name);
  }

  /// Runs a write; after a failed one the file can only be given up.
  template <class Body>
  void attempt(Body&& body) {
    const QuietErrors quiet;
    try {
      body(*output);
    } catch (...) {
      output.reset();
      throw;
    }
  }

  std::unique_ptr<Output> output;
};

Hdf5Writer::Hdf5Writer(const std::string& path, const Communicator& comm)
    : state_(std::make_unique<State>(path, comm)) {}

Hdf5Writer::~Hdf5Writer() = default;

template <Scalar T>
void Hdf5Writer::write(const std::string& name, const DistributedMatrix<T>& matrix) {
  const Place place = state_->begin(name, &matrix.comm());
  state_->attempt([&](Output& output) {
    const auto& comm = output.comm();
    std::unique_ptr<MatrixRows<T>> rows;
    together(comm, [&] { rows = std::make_unique<MatrixRows<T>>(matrix); });
    MatrixHeader header;
    header.rows = matrix.global_rows();
    header.columns = matrix.global_columns();
    header.entries = comm.template sum<std::int64_t>(rows->entries());
    header.scalar = stored_as<T>();
    header.index_width = header.columns <= most_columns_in_32_bits ? 32 : 64;
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
  });
}

template <Scalar T>
void Hdf5Writer::write(const std::string& name, const Vector<T>& vector,
                       std::span<const GlobalIndex> shape) {
  const Place place = state_->begin(name, &vector.layout().comm());
  std::vector<std::int64_t> extents(shape.begin(), shape.end());
  if (shape.empty()) extents.push_back(vector.global_size());
  require_shape(place, extents, vector.global_size());
  state_->attempt([&](Output& output) {
    const auto& comm = output.comm();
    output.reserve(vector.global_size() * static_cast<std::int64_t>(sizeof(T)));
    OutputDataset to;
    output.edit([&](hid_t file) {
      to = Output::create_dataset(file, name, place, file_type(stored_as<T>(), place),
                                  memory_type(stored_as<T>(), place), extents);
      write_kind(to.dataset.id(), kind::vector, place);
      write_text_attribute(to.dataset.id(), attribute::scalar, scalar_name<T>(), place);
    });
    const auto size = static_cast<std::int64_t>(vector.local_size());
    const GlobalIndex first = vector.layout().first();
    const std::int64_t rounds = comm.max((size + entries_per_block - 1) / entries_per_block);
    std::uint64_t checksum = 0;
    for (std::int64_t round = 0; round < rounds; ++round) {
      const std::int64_t begin = std::min(size, round * entries_per_block);
      const std::int64_t end = std::min(size, begin + entries_per_block);
      HostView<const T> piece;
      together(comm, [&] {
        const auto range =
            std::make_pair(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
        piece = Kokkos::create_mirror_view_and_copy(
            Kokkos::HostSpace(), Kokkos::subview(vector.view(), range), "suan::io::block");
        checksum += checksum_of_values(
            first + begin, std::span<const T>(piece.data(), static_cast<std::size_t>(end - begin)));
      });
      output.write(to, first + begin, end - begin, piece.data());
    }
    checksum = comm.sum(checksum) + shape_checksum(extents);
    output.edit(
        [&](hid_t) { write_unsigned(to.dataset.id(), attribute::checksum, checksum, place); });
  });
}

void Hdf5Writer::write_text(const std::string& name, const std::string& text) {
  const Place place = state_->begin(name, nullptr);
  state_->attempt([&](Output& output) {
    output.reserve(static_cast<std::int64_t>(text.size()));
    OutputDataset to;
    output.edit([&](hid_t file) {
      Handle type = checked(H5Tcopy(H5T_C_S1), H5Tclose, place, "cannot make a datatype");
      checked(H5Tset_size(type.id(), std::max<std::size_t>(text.size(), 1)), place,
              "cannot make a datatype");
      checked(H5Tset_strpad(type.id(), H5T_STR_NULLPAD), place, "cannot make a datatype");
      checked(H5Tset_cset(type.id(), H5T_CSET_UTF8), place, "cannot make a datatype");
      Handle same = checked(H5Tcopy(type.id()), H5Tclose, place, "cannot make a datatype");
      to = Output::create_dataset(file, name, place, std::move(type), std::move(same), {});
      write_kind(to.dataset.id(), kind::text, place);
    });
    output.write(to, 0, output.comm().is_root() ? 1 : 0, text.c_str());
  });
}

void Hdf5Writer::close() {
  if (state_->output == nullptr) throw InvalidArgument("this HDF5 file was closed before");
  state_->attempt([](Output& output) { output.commit(); });
  state_->output.reset();
}

template void Hdf5Writer::write(const std::string&, const DistributedMatrix<float>&);
template void Hdf5Writer::write(const std::string&, const DistributedMatrix<double>&);
template void Hdf5Writer::write(const std::string&, const DistributedMatrix<Complex>&);
template void Hdf5Writer::write(const std::string&, const Vector<float>&,
                                std::span<const GlobalIndex>);
template void Hdf5Writer::write(const std::string&, const Vector<double>&,
                                std::span<const GlobalIndex>);
template void Hdf5Writer::write(const std::string&, const Vector<Complex>&,
                                std::span<const GlobalIndex>);

}  // namespace suan
