// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "detail/memory_limit.hpp"
#include "hdf5_input.hpp"
#include "hdf5_matrix_rows.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/assembly.hpp"

namespace suan {

using namespace hdf5;

namespace {

using HostRange = Kokkos::RangePolicy<HostExecutionSpace, Kokkos::IndexType<std::int64_t>>;

/// This rank's rows of a file.
template <Scalar T>
class FileRows : public RowBlockSource<T> {
 public:
  FileRows(const InputMatrix& from, const Layout& rows) : from_(from), first_row_(rows.first()) {
    read_offsets(rows);
    starts_ = split_rows({offsets_.data(), offsets_.extent(0)});
    checksums_.resize(starts_.size());
  }

  std::vector<LocalIndex> block_starts() const override { return starts_; }
  bool concurrent() const override { return false; }  // HDF5 is not

  void structure(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    std::uint64_t unused = 0;
    use(read_columns(k, unused));
  }

  void entries(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) override {
    std::uint64_t of_columns = 0;
    std::uint64_t of_values = 0;
    RowBlock<T> block = read_columns(k, of_columns);
    block.values = read_values(k, of_values);
    checksums_[k] = of_columns + of_values;
    use(block);
  }

  /// As in the file: positions among the entries of all ranks.
  const HostView<Offset>& offsets() const noexcept { return offsets_; }

  /// This rank's part, once entries() has gone through all blocks.
  std::uint64_t checksum(const Layout& rows) const {
    // The offset at the end of this rank's rows is the next rank's first, except on the last rank.
    const bool is_last = rows.comm().rank() == rows.comm().size() - 1;
    const std::size_t count = offsets_.extent(0) - (is_last ? 0 : 1);
    std::uint64_t sum = checksum_of(Array::row_offsets, first_row_, {offsets_.data(), count});
    for (const std::uint64_t block : checksums_) sum += block;
    return sum;
  }

 protected:
  /// Reads and checks the values of block k.
  virtual std::span<const T> read_values(std::size_t k, std::uint64_t& checksum) = 0;

  const InputMatrix& from_;
  GlobalIndex first_row_;
  HostView<Offset> offsets_;
  std::vector<LocalIndex> starts_;

 private:
  void read_offsets(const Layout& rows) {
    const Place place = from_.place.in(dataset::row_offsets);
    const auto count = static_cast<std::int64_t>(rows.local_size()) + 1;
    offsets_ =
        detail::allocate_on_host<Offset>("suan::Csr::offsets", static_cast<std::size_t>(count));
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
        Kokkos::Min<std::int64_t>(bad));
    if (bad < count) {
      fail(place, message("row ", first_row_ + bad, " (counted from 0) begins at entry ",
                          offsets_(static_cast<std::size_t>(bad)),
                          "; the offsets must not decrease and must stay in [0, ", entries, "]"));
    }
  }

  /// Reads and checks the columns of block k.
  RowBlock<T> read_columns(std::size_t k, std::uint64_t& checksum) {
    const Place place = from_.place.in(dataset::columns);
    const LocalIndex rows = starts_[k + 1] - starts_[k];
    const Offset* offsets = offsets_.data() + starts_[k];
    const Offset begin = offsets[0];
    const Offset count = offsets[rows] - begin;
    columns_.resize(static_cast<std::size_t>(count));
    const std::int64_t extent = from_.header.entries;
    const bool widen = from_.header.index_width == 32;
    if (widen) narrow_.resize(columns_.size());
    read_elements(
        from_.columns.id(), widen ? H5T_NATIVE_INT32 : H5T_NATIVE_INT64, {&extent, 1}, begin, count,
        widen ? static_cast<void*>(narrow_.data()) : static_cast<void*>(columns_.data()), place);
    const std::int64_t bad = examine_columns(rows, offsets, widen, checksum);
    if (bad < rows) {
      fail(place, message("row ", first_row_ + starts_[k] + bad,
                          " (counted from 0) has columns that are not in [0, ",
                          from_.header.columns, ") or do not increase"));
    }
    return {rows, {offsets, static_cast<std::size_t>(rows) + 1}, columns_, {}};
  }

  /// One pass over the columns of a block: widens them where they are stored in 32 bits; returns
  /// the first row with a column out of range or order, or `rows`.
  std::int64_t examine_columns(LocalIndex rows, const Offset* offsets, bool widen,
                               std::uint64_t& checksum) {
    const std::int64_t columns = from_.header.columns;
    std::int64_t bad = rows;
    Kokkos::parallel_reduce(
        "suan::io::examine_columns", HostRange(0, rows),
        [&](std::int64_t row, std::int64_t& least, std::uint64_t& sum) {
          GlobalIndex previous = -1;
          bool wrong = false;
          for (Offset k = offsets[row]; k < offsets[row + 1]; ++k) {
            const auto i = static_cast<std::size_t>(k - offsets[0]);
            const GlobalIndex column = widen ? narrow_[i] : columns_[i];
            wrong = wrong || column <= previous || column >= columns;
            sum += term(Array::columns, k, column);
            columns_[i] = column;
            previous = column;
          }
          if (wrong && row < least) least = row;
        },
        Kokkos::Min<std::int64_t>(bad), Kokkos::Sum<std::uint64_t>(checksum));
    return bad;
  }

  std::vector<std::uint64_t> checksums_;
  std::vector<std::int32_t> narrow_;
  std::vector<GlobalIndex> columns_;
};

/// The same for values that are stored as S.
template <Scalar S, Scalar T>
class StoredRows final : public FileRows<T> {
 public:
  StoredRows(const InputMatrix& from, const Layout& rows)
      : FileRows<T>(from, rows),
        value_type_(memory_type(from.header.scalar, from.place.in(dataset::values))) {}

 private:
  using FileRows<T>::from_;
  using FileRows<T>::first_row_;
  using FileRows<T>::offsets_;
  using FileRows<T>::starts_;

  std::span<const T> read_values(std::size_t k, std::uint64_t& checksum) override {
    const Place place = from_.place.in(dataset::values);
    const Offset begin = offsets_(static_cast<std::size_t>(starts_[k]));
    const Offset count = offsets_(static_cast<std::size_t>(starts_[k + 1])) - begin;
    stored_.resize(static_cast<std::size_t>(count));
    const std::int64_t extent = from_.header.entries;
    read_elements(from_.values.id(), value_type_.id(), {&extent, 1}, begin, count, stored_.data(),
                  place);
    constexpr bool converts = !std::same_as<S, T>;
    if constexpr (converts) converted_.resize(stored_.size());
    std::int64_t bad = count;
    Kokkos::parallel_reduce(
        "suan::io::examine_values", HostRange(0, count),
        [&](std::int64_t e, std::int64_t& least, std::uint64_t& sum) {
          const auto i = static_cast<std::size_t>(e);
          const T value = convert<T>(stored_[i]);
          if (!is_finite(value) && e < least) least = e;
          sum += value_term(begin + e, stored_[i]);
          if constexpr (converts) converted_[i] = value;
        },
        Kokkos::Min<std::int64_t>(bad), Kokkos::Sum<std::uint64_t>(checksum));
    if (bad < count) {
      const Offset* end = offsets_.data() + offsets_.extent(0);
      const auto row =
          std::upper_bound<const Offset*>(offsets_.data(), end, begin + bad) - offsets_.data() - 1;
      fail(place, message("row ", first_row_ + row,
                          " (counted from 0) has a value that is infinite or not a number as ",
                          scalar_name<T>()));
    }
    if constexpr (converts) {
      return converted_;
    } else {
      return stored_;
    }
  }

  Handle value_type_;
  std::vector<S> stored_;
  std::vector<T> converted_;
};

/// On one rank every column is local and the sizes are known: one pass over the file.
template <Scalar T>
DistributedMatrix<T> read_on_one_rank(FileRows<T>& source, const Layout& rows,
                                      const Layout& columns, std::int64_t entries) {
  const auto size = static_cast<std::size_t>(entries);
  const auto indices = detail::allocate<LocalIndex>("suan::Csr::indices", size);
  const auto values = detail::allocate<T>("suan::Csr::values", size);
  const auto starts = source.block_starts();
  for (std::size_t k = 0; k + 1 < starts.size(); ++k) {
    source.entries(k, [&](const RowBlock<T>& block) {
      const auto begin = static_cast<std::size_t>(block.offsets.front());
      const auto range = std::make_pair(begin, begin + block.columns.size());
      const auto device_indices = Kokkos::subview(indices, range);
      const auto device_values = Kokkos::subview(values, range);
      // If the device is the host, these are the same arrays, and the copies do nothing.
      const auto host_indices =
          Kokkos::create_mirror_view(Kokkos::WithoutInitializing, device_indices);
      const auto host_values =
          Kokkos::create_mirror_view(Kokkos::WithoutInitializing, device_values);
      Kokkos::parallel_for("suan::io::narrow_columns",
                           HostRange(0, static_cast<std::int64_t>(block.columns.size())),
                           [&](std::int64_t i) {
                             const auto e = static_cast<std::size_t>(i);
                             host_indices(e) = static_cast<LocalIndex>(block.columns[e]);
                             host_values(e) = block.values[e];
                           });
      Kokkos::deep_copy(device_indices, host_indices);
      Kokkos::deep_copy(device_values, host_values);
    });
  }
  const auto offsets =
      Kokkos::create_mirror_view_and_copy(MemorySpace(), source.offsets(), "suan::Csr::offsets");
  return {
      rows, columns, Csr<T>(rows.local_size(), columns.local_size(), offsets, indices, values), {}};
}

// Separate from the public function, because nvcc rejects a template lambda in a function whose
// template arguments have defaults.
template <Scalar T>
std::unique_ptr<FileRows<T>> open_rows(const InputMatrix& from, const Layout& rows) {
  return with_scalar(from.header.scalar, [&]<Scalar S>() -> std::unique_ptr<FileRows<T>> {
    if constexpr (is_complex<S> && !is_complex<T>) {
      return nullptr;  // require_scalar() has refused them
    } else {
      return std::make_unique<StoredRows<S, T>>(from, rows);
    }
  });
}

template <Scalar T>
DistributedMatrix<T> read_stored(const InputMatrix& from, const Layout& rows,
                                 const Layout& columns) {
  const MatrixHeader& header = from.header;
  const Communicator& comm = rows.comm();
  std::unique_ptr<FileRows<T>> source;
  together(comm, [&] { source = open_rows<T>(from, rows); });
  auto matrix = comm.size() == 1 ? read_on_one_rank<T>(*source, rows, columns, header.entries)
                                 : assemble<T>(rows, columns, *source);
  require_checksum(from.place, header.checksum,
                   comm.sum(source->checksum(rows)) + header_checksum(header));
  return matrix;
}

/// Bytes that a matrix takes in host memory, on all ranks together. If the device has its own
/// memory, only the row offsets are in the host's; the user's limit covers everything.
template <Scalar T>
double bytes_needed(const MatrixHeader& header, bool limited) {
  constexpr bool on_host = Kokkos::SpaceAccessibility<Kokkos::HostSpace, MemorySpace>::accessible;
  const double offsets = static_cast<double>(header.rows) * sizeof(Offset);
  if (!on_host && !limited) return offsets;
  return offsets + static_cast<double>(header.entries) * (sizeof(LocalIndex) + sizeof(T));
}

void require_size(const InputMatrix& from, const Layout& rows, const Layout& columns) {
  const MatrixHeader& header = from.header;
  if (header.rows == rows.global_size() && header.columns == columns.global_size()) return;
  throw DimensionMismatch(message(from.place.text(), ": the file's matrix is ", header.rows, " x ",
                                  header.columns, ", but the layouts asked for have ",
                                  to_string(rows), " and ", to_string(columns)));
}

/// Opens a matrix on all ranks, which see the same. `check` is told what was found.
template <Scalar T, class Check>
InputMatrix open_together(const std::string& path, const Communicator& comm,
                          const std::string& name, const Hdf5ReadOptions& options,
                          const Check& check) {
  require_agreement(comm, message("read_hdf5_matrix<", scalar_name<T>(), ">"),
                    message("path = ", path, "\nname = ", name,
                            "\nmemory_limit_gib = ", options.memory_limit_gib, "\n"));
  const int here = comm.node().size();
  InputMatrix from;
  together(comm, [&] {
    Hdf5ReadOptions::table().check(options);
    from = open_matrix(path, name);
    require_scalar<T>(from.place, from.header.scalar);
    check(from);
    const MatrixHeader& header = from.header;
    // The file really contains the arrays, so their sizes need not be compared with its own.
    detail::require_memory(message(from.place.text(), ": reading ", header.entries, " entries in ",
                                   header.rows, " rows"),
                           bytes_needed<T>(header, options.memory_limit_gib > 0),
                           options.memory_limit_gib, comm.size(), here);
  });
  require_agreement(comm, "read_hdf5_matrix, in what the file holds", seen(from));
  return from;
}

}  // namespace

template <Scalar T>
DistributedMatrix<T> read_hdf5_matrix(const std::string& path, const Communicator& comm,
                                      const std::string& name, const Hdf5ReadOptions& options) {
  const QuietErrors quiet;
  const auto from = open_together<T>(path, comm, name, options, [](const InputMatrix&) {});
  const MatrixHeader& header = from.header;
  const Layout rows = Layout::even(header.rows, comm);
  return read_stored<T>(from, rows,
                        header.rows == header.columns ? rows : Layout::even(header.columns, comm));
}

template <Scalar T>
DistributedMatrix<T> read_hdf5_matrix(const std::string& path, const Layout& rows,
                                      const Layout& columns, const std::string& name,
                                      const Hdf5ReadOptions& options) {
  const QuietErrors quiet;
  const auto from =
      open_together<T>(path, rows.comm(), name, options,
                       [&](const InputMatrix& found) { require_size(found, rows, columns); });
  return read_stored<T>(from, rows, columns);
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template DistributedMatrix<T> read_hdf5_matrix(const std::string&, const Communicator&,          \
                                                 const std::string&, const Hdf5ReadOptions&);      \
  template DistributedMatrix<T> read_hdf5_matrix(const std::string&, const Layout&, const Layout&, \
                                                 const std::string&, const Hdf5ReadOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
