// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "hdf5_input.hpp"
#include "hdf5_matrix_rows.hpp"
#include "suan/distributed/assembly.hpp"

namespace suan {

using namespace hdf5;

namespace {

using HostRange = Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>>;
using LeastRow = Kokkos::Min<std::int64_t>;

/// This rank's rows of a file whose values are stored as S.
template <Scalar S, Scalar T>
class FileRows final : public RowBlockSource<T> {
 public:
  FileRows(const InputMatrix& from, const Layout& rows) : from_(from), first_row_(rows.first()) {
    value_type_ = memory_type(from.header.scalar, from.place.in(dataset::values));
    read_offsets(rows);
    starts_ = split_rows({offsets_.data(), offsets_.extent(0)});
    checksums_.resize(starts_.size());
  }

  std::vector<LocalIndex> block_starts() const override { return starts_; }
  bool concurrent() const override { return false; }  // HDF5 is not

  void structure(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    use(read_columns(k));
  }

  void entries(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    RowBlock<T> block = read_columns(k);
    block.values = read_values(k);
    const Offset position = block.offsets.front();
    checksums_[k] = checksum_of(Array::columns, position, block.columns) +
                    checksum_of_values(position, std::span<const S>(stored_));
    use(block);
  }

  /// As in the file: positions among the entries of all ranks.
  const HostView<Offset>& offsets() const noexcept { return offsets_; }

  /// This rank's part, once entries() has gone through all blocks.
  std::uint64_t checksum(const Layout& rows) const {
    // The offset at the end of this rank's rows is the next rank's, but for the last rank.
    const bool is_last = rows.comm().rank() == rows.comm().size() - 1;
    const std::size_t count = offsets_.extent(0) - (is_last ? 0 : 1);
    std::uint64_t sum = checksum_of(Array::row_offsets, first_row_, {offsets_.data(), count});
    for (const std::uint64_t block : checksums_) sum += block;
    return sum;
  }

 private:
  void read_offsets(const Layout& rows) {
    const Place place = from_.place.in(dataset::row_offsets);
    const auto count = static_cast<std::int64_t>(rows.local_size()) + 1;
    offsets_ =
        HostView<Offset>(Kokkos::view_alloc(Kokkos::WithoutInitializing, "suan::Csr::offsets"),
                         static_cast<std::size_t>(count));
    const std::int64_t extent = from_.header.rows + 1;
    read_elements(from_.row_offsets.id(), H5T_NATIVE_INT64, {&extent, 1}, first_row_, count,
                  offsets_.data(), place);
    const std::int64_t entries = from_.header.entries;
    const auto end = static_cast<std::size_t>(count) - 1;
    const bool starts_wrong = first_row_ == 0 && offsets_(0) != 0;
    const bool ends_wrong = rows.last() == rows.global_size() && offsets_(end) != entries;
    if (starts_wrong || ends_wrong) {
      fail(place,
           message(starts_wrong ? "begins with " : "ends with ", offsets_(starts_wrong ? 0 : end),
                   "; it must go from 0 to the ", entries, " entries"));
    }
    const auto offsets = offsets_;
    std::int64_t bad = count;
    Kokkos::parallel_reduce(
        "suan::io::check_offsets", HostRange(0, count),
        [&](std::int64_t i, std::int64_t& least) {
          const Offset offset = offsets(i);
          const bool decreases = i + 1 < count && offsets(i + 1) < offset;
          if ((decreases || offset < 0 || offset > entries) && i < least) least = i;
        },
        LeastRow(bad));
    if (bad < count) {
      fail(place, message("row ", first_row_ + bad, " (counted from 0) begins at entry ",
                          offsets_(static_cast<std::size_t>(bad)),
                          "; the offsets must not decrease and must stay in [0, ", entries, "]"));
    }
  }

  /// Reads and checks the columns of block k.
  RowBlock<T> read_columns(std::size_t k) {
    const Place place = from_.place.in(dataset::columns);
    const LocalIndex rows = starts_[k + 1] - starts_[k];
    const Offset* offsets = offsets_.data() + starts_[k];
    const Offset begin = offsets[0];
    const Offset count = offsets[rows] - begin;
    columns_.resize(static_cast<std::size_t>(count));
    const std::int64_t extent = from_.header.entries;
    if (from_.header.index_width == 32) {
      narrow_.resize(columns_.size());
      read_elements(from_.columns.id(), H5T_NATIVE_INT32, {&extent, 1}, begin, count,
                    narrow_.data(), place);
    } else {
      read_elements(from_.columns.id(), H5T_NATIVE_INT64, {&extent, 1}, begin, count,
                    columns_.data(), place);
    }
    check_columns(place, starts_[k], rows, offsets);
    return {rows, {offsets, static_cast<std::size_t>(rows) + 1}, columns_, {}};
  }

  /// Widens the columns where they are stored in 32 bits, and checks their range and order.
  void check_columns(const Place& place, LocalIndex first, LocalIndex rows, const Offset* offsets) {
    const bool widen = from_.header.index_width == 32;
    const std::int64_t columns = from_.header.columns;
    std::int64_t bad = rows;
    Kokkos::parallel_reduce(
        "suan::io::check_columns", HostRange(0, rows),
        [&](std::int64_t row, std::int64_t& least) {
          GlobalIndex previous = -1;
          bool wrong = false;
          for (Offset k = offsets[row] - offsets[0]; k < offsets[row + 1] - offsets[0]; ++k) {
            const auto i = static_cast<std::size_t>(k);
            const GlobalIndex column = widen ? narrow_[i] : columns_[i];
            wrong = wrong || column <= previous || column >= columns;
            columns_[i] = column;
            previous = column;
          }
          if (wrong && row < least) least = row;
        },
        LeastRow(bad));
    if (bad < rows) {
      fail(place, message("row ", first_row_ + first + bad,
                          " (counted from 0) has columns that "
                          "are not in [0, ",
                          columns, ") or do not increase"));
    }
  }

  /// Reads and checks the values of block k.
  std::span<const T> read_values(std::size_t k) {
    const Place place = from_.place.in(dataset::values);
    const LocalIndex rows = starts_[k + 1] - starts_[k];
    const Offset* offsets = offsets_.data() + starts_[k];
    stored_.resize(static_cast<std::size_t>(offsets[rows] - offsets[0]));
    const std::int64_t extent = from_.header.entries;
    read_elements(from_.values.id(), value_type_.id(), {&extent, 1}, offsets[0],
                  offsets[rows] - offsets[0], stored_.data(), place);
    if constexpr (!std::same_as<S, T>) converted_.resize(stored_.size());
    std::int64_t bad = rows;
    Kokkos::parallel_reduce(
        "suan::io::check_values", HostRange(0, rows),
        [&](std::int64_t row, std::int64_t& least) {
          bool wrong = false;
          for (Offset e = offsets[row] - offsets[0]; e < offsets[row + 1] - offsets[0]; ++e) {
            const auto i = static_cast<std::size_t>(e);
            const T value = convert<T>(stored_[i]);
            wrong = wrong || !is_finite(value);
            if constexpr (!std::same_as<S, T>) converted_[i] = value;
          }
          if (wrong && row < least) least = row;
        },
        LeastRow(bad));
    if (bad < rows) {
      fail(place, message("row ", first_row_ + starts_[k] + bad,
                          " (counted from 0) has a value "
                          "that is infinite or not a number as ",
                          scalar_name<T>()));
    }
    if constexpr (std::same_as<S, T>) {
      return stored_;
    } else {
      return converted_;
    }
  }

  const InputMatrix& from_;
  GlobalIndex first_row_;
  Handle value_type_;
  HostView<Offset> offsets_;
  std::vector<LocalIndex> starts_;
  std::vector<std::uint64_t> checksums_;
  std::vector<std::int32_t> narrow_;
  std::vector<GlobalIndex> columns_;
  std::vector<S> stored_;
  std::vector<T> converted_;
};

/// On one rank every column is local and the sizes are known: one pass over the file.
template <Scalar S, Scalar T>
DistributedMatrix<T> read_on_one_rank(FileRows<S, T>& source, const Layout& rows,
                                      const Layout& columns, std::int64_t entries) {
  const auto size = static_cast<std::size_t>(entries);
  DeviceView<LocalIndex> indices(
      Kokkos::view_alloc(Kokkos::WithoutInitializing, "suan::Csr::indices"), size);
  DeviceView<T> values(Kokkos::view_alloc(Kokkos::WithoutInitializing, "suan::Csr::values"), size);
  const auto starts = source.block_starts();
  for (std::size_t k = 0; k + 1 < starts.size(); ++k) {
    source.entries(k, [&](const RowBlock<T>& block) {
      const auto begin = static_cast<std::size_t>(block.offsets.front());
      const auto range = std::make_pair(begin, begin + block.columns.size());
      const auto to = Kokkos::subview(indices, range);
      auto narrow = Kokkos::create_mirror_view(Kokkos::view_alloc(Kokkos::WithoutInitializing), to);
      Kokkos::parallel_for("suan::io::narrow_columns",
                           HostRange(0, static_cast<std::int64_t>(block.columns.size())),
                           [&](std::int64_t i) {
                             const auto k32 = static_cast<std::size_t>(i);
                             narrow(k32) = static_cast<LocalIndex>(block.columns[k32]);
                           });
      Kokkos::deep_copy(to, narrow);
      Kokkos::deep_copy(Kokkos::subview(values, range),
                        HostView<const T>(block.values.data(), block.values.size()));
    });
  }
  const auto offsets =
      Kokkos::create_mirror_view_and_copy(MemorySpace(), source.offsets(), "suan::Csr::offsets");
  return {
      rows, columns, Csr<T>(rows.local_size(), columns.local_size(), offsets, indices, values), {}};
}

template <Scalar S, Scalar T>
DistributedMatrix<T> read_as(const InputMatrix& from, const Communicator& comm) {
  const MatrixHeader& header = from.header;
  const Layout rows = Layout::even(header.rows, comm);
  const Layout columns = header.rows == header.columns ? rows : Layout::even(header.columns, comm);
  std::unique_ptr<FileRows<S, T>> source;
  together(comm, [&] { source = std::make_unique<FileRows<S, T>>(from, rows); });
  auto matrix = comm.size() == 1 ? read_on_one_rank<S, T>(*source, rows, columns, header.entries)
                                 : assemble<T>(rows, columns, *source);
  require_checksum(from.place, header.checksum,
                   comm.sum(source->checksum(rows)) + header_checksum(header));
  return matrix;
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> read_hdf5_matrix(const std::string& path, const Communicator& comm,
                                      const std::string& name) {
  const QuietErrors quiet;
  InputMatrix from;
  together(comm, [&] {
    from = open_matrix(path, name);
    require_scalar<T>(from.place, from.header.scalar);
  });
  return with_scalar(from.header.scalar, [&]<Scalar S>() { return read_as<S, T>(from, comm); });
}

template DistributedMatrix<float> read_hdf5_matrix(const std::string&, const Communicator&,
                                                   const std::string&);
template DistributedMatrix<double> read_hdf5_matrix(const std::string&, const Communicator&,
                                                    const std::string&);
template DistributedMatrix<Complex> read_hdf5_matrix(const std::string&, const Communicator&,
                                                     const std::string&);

}  // namespace suan
