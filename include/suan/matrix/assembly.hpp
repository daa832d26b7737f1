// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// From rows with global columns to a distributed matrix: the common path of readers, generators and
// users' arrays.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "suan/core/arrays.hpp"
#include "suan/matrix/distributed_matrix.hpp"

namespace suan {

namespace detail {
/// Compares the arguments of `function` between ranks. Collective. @throws InvalidArgument.
void require_told_alike(const char* function, const Layout& rows, const Layout& columns,
                        KernelPath path);
}  // namespace detail

/// Consecutive rows of one rank in host memory. Columns are global and increase strictly in a row.
template <Scalar T>
struct RowBlock {
  LocalIndex rows = 0;
  /// rows + 1 positions in `columns`, starting at any number.
  std::span<const Offset> offsets;
  std::span<const GlobalIndex> columns;
  /// Empty in the counting pass of a source that stores values separately.
  std::span<const T> values;
};

/// Supplies a rank's rows block by block, so that only a few blocks exist besides the matrix.
/// Blocks are requested in parallel, each twice: first for its structure, then, once the matrix is
/// allocated, for its entries, in rows of the same length.
///
/// Its functions, and those passed to generate_rows and assemble_elements, may use Kokkos, and
/// vectors and matrices on one rank: kernels started by several threads run one after the other,
/// each on the thread that started it. Communication with other ranks throws NotSupported there.
///
/// Their exceptions are thrown unchanged on their own rank, and as an Error with the text and that
/// rank on the others.
template <Scalar T>
class RowBlockSource {
 public:
  virtual ~RowBlockSource() = default;
  /// The local rows at which blocks start, followed by the number of rows.
  virtual std::vector<LocalIndex> block_starts() const = 0;
  /// Passes the structure of block `k` to `use`.
  virtual void structure(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) = 0;
  /// Passes block `k` with its values to `use`, for the last time: its memory can then be freed.
  virtual void entries(std::size_t k, const std::function<void(const RowBlock<T>&)>& use) = 0;
  /// Whether blocks may be requested from several threads at a time.
  virtual bool concurrent() const { return true; }
};

/// Builds the matrix from this rank's source. Collective, like the functions below; an error on one
/// rank is thrown on all. @throws InvalidArgument for a column outside the layout or out of order,
/// a row that differs the second time, or blocks that are not as announced, naming the row; and
/// when ranks pass different sizes or paths.
template <Scalar T>
DistributedMatrix<T> assemble(const Layout& rows, const Layout& columns, RowBlockSource<T>& source,
                              KernelPath path = KernelPath::automatic);

/// Builds the matrix from this rank's rows in CSR with global columns (host memory; sorted or not;
/// duplicates are summed in order). Collective.
template <Scalar T>
DistributedMatrix<T> assemble(const Layout& rows, const Layout& columns,
                              std::span<const Offset> offsets, std::span<const GlobalIndex> indices,
                              std::span<const T> values, KernelPath path = KernelPath::automatic);

/// The same from arrays of other types, which are converted: offsets and columns of any integer
/// type, values that T can represent (std::complex<double> for Complex, float for double).
/// @throws InvalidArgument for a number that does not fit, naming its position.
template <Scalar T, detail::Array Offsets, detail::Array Indices, detail::Array Values>
DistributedMatrix<T> assemble(const Layout& rows, const Layout& columns, const Offsets& offsets,
                              const Indices& indices, const Values& values,
                              KernelPath path = KernelPath::automatic) {
  detail::require_told_alike("assemble", rows, columns, path);
  std::optional<detail::Integers<Offset>> all_offsets;
  std::optional<detail::Integers<GlobalIndex>> all_indices;
  std::optional<detail::Scalars<T>> all_values;
  together(rows.comm(), [&] {
    all_offsets.emplace("assemble: row offsets", offsets);
    all_indices.emplace("assemble: columns", indices);
    all_values.emplace(values);
  });
  return assemble<T>(rows, columns, all_offsets->span(), all_indices->span(), all_values->span(),
                     path);
}

/// Collects the entries of rows that are being generated.
template <Scalar T>
class RowWriter {
 public:
  /// Columns of a row must increase strictly.
  void add(GlobalIndex column, T value) {
    columns_.push_back(column);
    values_.push_back(value);
  }
  const std::vector<GlobalIndex>& columns() const noexcept { return columns_; }
  const std::vector<T>& values() const noexcept { return values_; }

 private:
  std::vector<GlobalIndex> columns_;
  std::vector<T> values_;
};

/// Builds a matrix whose row i is what `row(i, writer)` appends; `row` is called twice per row,
/// from several threads, and must append the same entries both times. See RowBlockSource for what
/// it may do. @throws as assemble.
template <Scalar T>
DistributedMatrix<T> generate_rows(
    const Layout& rows, const Layout& columns,
    const std::function<void(GlobalIndex row, RowWriter<T>& writer)>& row,
    KernelPath path = KernelPath::automatic);

/// One entry of a matrix in coordinates.
template <Scalar T>
struct Triplet {
  GlobalIndex row = 0;
  GlobalIndex column = 0;
  T value{};
};

/// Builds a matrix from entries given on any rank in any order; duplicates are summed, by rank and
/// then in the order given. For many threads use TripletBuilder. Beside the array this needs 16
/// bytes and a value per entry on several ranks, and as much again for those that are sent.
template <Scalar T>
DistributedMatrix<T> from_triplets(const Layout& rows, const Layout& columns,
                                   std::span<const Triplet<T>> triplets,
                                   KernelPath path = KernelPath::automatic);

}  // namespace suan
