// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/io/matrix_market.hpp"

#include <algorithm>
#include <optional>

#include "io/detail/matrix_market_reader.hpp"
#include "io/detail/row_blocks.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {
namespace {

using detail::InputFile;
using detail::MatrixMarketReader;
using detail::MatrixMarketText;

/// A file whose header was read on every rank.
struct OpenedFile {
  std::optional<InputFile> file;
  MatrixMarketText text;
};

template <Scalar T>
void open(const std::string& function, const std::string& path, const Communicator& comm,
          const MatrixMarketOptions& options, OpenedFile& opened) {
  require_agreement(comm, message(function, "<", scalar_name<T>(), ">"),
                    message("path = ", path, "\nduplicates = ", options.duplicates,
                            "\nallow_nonfinite = ", options.allow_nonfinite,
                            "\nmemory_limit_gib = ", options.memory_limit_gib, "\n"));
  together(comm, [&] {
    MatrixMarketOptions::table().check(options);
    opened.file.emplace(path);
    opened.text = detail::read_header(*opened.file);
    if (!is_complex<T> && opened.text.header.field == MatrixMarketHeader::Field::complex) {
      throw InvalidArgument(message(path, ": the file is complex and cannot be read as ",
                                    scalar_name<T>(), "; read it as complex128 or complex64"));
    }
  });
  // Each rank reads a part of what should be the same file.
  const auto& header = opened.text.header;
  require_agreement(
      comm, function + ", in what the file holds",
      message("bytes = ", opened.file->size(), "\nformat = ", static_cast<int>(header.format),
              "\nfield = ", static_cast<int>(header.field),
              "\nsymmetry = ", static_cast<int>(header.symmetry), "\nrows = ", header.rows,
              "\ncolumns = ", header.columns, "\nentries = ", header.stored_entries, "\n"));
}

void check_local_size(const OpenedFile& opened, const char* what, GlobalIndex size, int ranks) {
  constexpr GlobalIndex most = std::numeric_limits<LocalIndex>::max();
  if (size / ranks < most) return;
  detail::throw_at_line(
      *opened.file, opened.text.size_line,
      message(size, " ", what, " are too many for ", ranks, ranks == 1 ? " rank" : " ranks",
              ", which can hold ", most, " each; use more ranks"));
}

template <bool Wide, Scalar T>
DistributedMatrix<T> read_rows(const OpenedFile& opened, const MatrixMarketOptions& options,
                               const Layout& rows, const Layout& columns) {
  MatrixMarketReader<T, Wide> reader(*opened.file, opened.text, options, rows, sizeof(Offset));
  detail::SortedRowBlocks<T, Wide> blocks(
      reader.read(), [&](GlobalIndex row, GlobalIndex column) { reader.duplicate(row, column); });
  return assemble<T>(rows, columns, blocks);
}

}  // namespace

const OptionTable<MatrixMarketOptions>& MatrixMarketOptions::table() {
  static const auto table =
      OptionTable<MatrixMarketOptions>()
          .choice("duplicates", &MatrixMarketOptions::duplicates, {"sum", "error"},
                  "What to do with duplicate entries of a file.")
          .value("allow_nonfinite", &MatrixMarketOptions::allow_nonfinite,
                 "Whether to accept values that are nan or infinite.")
          .number("memory_limit_gib", &MatrixMarketOptions::memory_limit_gib, 0.0, 1e9,
                  "Matrices that need more memory per node are refused; 0 stands for half of the "
                  "free memory.");
  return table;
}

template <Scalar T>
DistributedMatrix<T> read_matrix_market(const std::string& path, const Communicator& comm,
                                        const MatrixMarketOptions& options) {
  OpenedFile opened;
  open<T>("read_matrix_market", path, comm, options, opened);
  const auto& header = opened.text.header;
  together(comm, [&] {
    check_local_size(opened, "rows", header.rows, comm.size());
    check_local_size(opened, "columns", header.columns, comm.size());
  });
  const auto rows = Layout::even(header.rows, comm);
  const auto columns = header.rows == header.columns ? rows : Layout::even(header.columns, comm);
  return header.columns > std::numeric_limits<LocalIndex>::max()
             ? read_rows<true, T>(opened, options, rows, columns)
             : read_rows<false, T>(opened, options, rows, columns);
}

template <Scalar T>
Vector<T> read_matrix_market_vector(const std::string& path, const Layout& layout,
                                    const MatrixMarketOptions& options) {
  const auto& comm = layout.comm();
  OpenedFile opened;
  open<T>("read_matrix_market_vector", path, comm, options, opened);
  const auto& header = opened.text.header;
  together(comm, [&] {
    if (header.columns != 1 || header.rows != layout.global_size()) {
      throw DimensionMismatch(message(path, ", line ", opened.text.size_line, ": the file holds ",
                                      header.rows, " x ", header.columns,
                                      " numbers, but a vector of ", to_string(layout), " needs ",
                                      layout.global_size(), " x 1"));
    }
  });
  // The elements are in the vector, and before that in a temporary array.
  MatrixMarketReader<T, false> reader(*opened.file, opened.text, options, layout, 2 * sizeof(T));
  detail::SortedRowBlocks<T, false> blocks(
      reader.read(), [&](GlobalIndex row, GlobalIndex column) { reader.duplicate(row, column); });
  std::vector<T> elements;
  together(comm, [&] {
    elements.assign(static_cast<std::size_t>(layout.local_size()), T(0));
    const auto starts = blocks.block_starts();
    const auto count = starts.size() - 1;
    detail::host_loop(count, count > 1, [&](std::size_t k) {
      blocks.structure(k, [](const RowBlock<T>&) {});
      blocks.entries(k, [&](const RowBlock<T>& block) {
        for (LocalIndex r = 0; r < block.rows; ++r) {
          const auto at = static_cast<std::size_t>(block.offsets[static_cast<std::size_t>(r)]);
          if (block.offsets[static_cast<std::size_t>(r) + 1] >
              block.offsets[static_cast<std::size_t>(r)]) {
            elements[static_cast<std::size_t>(starts[k] + r)] = block.values[at];
          }
        }
      });
    });
  });
  Vector<T> result;
  together(comm, [&] { result = Vector<T>::from_host(layout, elements); });
  return result;
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template DistributedMatrix<T> read_matrix_market(const std::string&, const Communicator&, \
                                                   const MatrixMarketOptions&);             \
  template Vector<T> read_matrix_market_vector(const std::string&, const Layout&,           \
                                               const MatrixMarketOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
