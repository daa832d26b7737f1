// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>

#include "io/detail/text_output.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/io/matrix_market.hpp"

namespace suan {
namespace {

/// Lines that a thread formats before they are written: about a MiB.
constexpr std::int64_t lines_per_block = 32768;

template <Scalar T>
void append(detail::TextBuilder& out, const T& value) {
  if constexpr (is_complex<T>) {
    out << value.real() << ' ' << value.imag();
  } else {
    out << value;
  }
}

template <Scalar T>
std::string banner(const char* format) {
  return message("%%MatrixMarket matrix ", format, is_complex<T> ? " complex" : " real",
                 " general\n% written by Suan " SUAN_VERSION "\n");
}

/// Throws unless `value` may be written to a file; `place` describes its position.
template <Scalar T, class Place>
void require_finite(const std::string& path, const T& value,
                    const MatrixMarketWriteOptions& options, const Place& place) {
  if (is_finite(value) || options.allow_nonfinite) [[likely]] {
    return;
  }
  throw InvalidArgument(message(path, ": ", place(), " (counted from 1) is ", value,
                                ", which is not written, because no reader has to take it; ",
                                "allow_nonfinite writes it"));
}

/// The arguments that must be the same on all ranks.
template <Scalar T>
void require_agreement_on_write(const Communicator& comm, const char* what, const std::string& path,
                                const MatrixMarketWriteOptions& options) {
  require_agreement(
      comm, message("write_matrix_market<", scalar_name<T>(), ">, ", what),
      message("path = ", path, "\nallow_nonfinite = ", options.allow_nonfinite, "\n"));
}

/// The three arrays of a local matrix, readable on the host.
template <Scalar T>
struct HostCsr {
  explicit HostCsr(const Csr<T>& matrix)
      : offsets(Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), matrix.view().offsets)),
        indices(Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), matrix.view().indices)),
        values(Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), matrix.view().values)) {}
  HostView<const Offset> offsets;
  HostView<const LocalIndex> indices;
  HostView<const T> values;
};

/// The rows of this rank, local and remote entries together.
template <Scalar T>
class Rows {
 public:
  /// `path` and `options` must outlive this object.
  Rows(const std::string& path, const DistributedMatrix<T>& matrix,
       const MatrixMarketWriteOptions& options)
      : path_(path),
        options_(options),
        first_row_(matrix.row_layout().first()),
        first_column_(matrix.column_layout().first()),
        local_(matrix.local()),
        remote_(matrix.remote().matrix),
        remote_rows_(
            Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), matrix.remote().row_numbers)),
        remote_columns_(matrix.remote().columns) {}

  /// The lines of row `r` of this rank. Remote columns come before or after all local ones.
  void append_row(detail::TextBuilder& out, std::int64_t r) const {
    const LocalIndex* const begin = remote_rows_.data();
    const LocalIndex* const end = begin + remote_rows_.size();
    const auto* const found = std::lower_bound(begin, end, static_cast<LocalIndex>(r));
    Offset at = 0;
    Offset last = 0;
    if (found != end && *found == r) {
      const auto number = static_cast<std::size_t>(found - begin);
      at = remote_.offsets(number);
      last = remote_.offsets(number + 1);
    }
    for (; at < last && remote_column(at) < first_column_; ++at) {
      append_entry(out, r, remote_column(at), remote_.values(static_cast<std::size_t>(at)));
    }
    for (auto i = local_.offsets(static_cast<std::size_t>(r));
         i < local_.offsets(static_cast<std::size_t>(r) + 1); ++i) {
      const auto e = static_cast<std::size_t>(i);
      append_entry(out, r, first_column_ + local_.indices(e), local_.values(e));
    }
    for (; at < last; ++at) {
      append_entry(out, r, remote_column(at), remote_.values(static_cast<std::size_t>(at)));
    }
  }

 private:
  GlobalIndex remote_column(Offset at) const {
    return remote_columns_[static_cast<std::size_t>(remote_.indices(static_cast<std::size_t>(at)))];
  }
  void append_entry(detail::TextBuilder& out, std::int64_t row, GlobalIndex column,
                    const T& value) const {
    require_finite(path_, value, options_, [&] {
      return message("the entry in row ", first_row_ + row + 1, ", column ", column + 1);
    });
    out << first_row_ + row + 1 << ' ' << column + 1 << ' ';
    append(out, value);
    out << '\n';
  }

  const std::string& path_;
  const MatrixMarketWriteOptions& options_;
  GlobalIndex first_row_;
  GlobalIndex first_column_;
  HostCsr<T> local_;
  HostCsr<T> remote_;
  HostView<const LocalIndex> remote_rows_;
  const std::vector<GlobalIndex>& remote_columns_;
};

}  // namespace

const OptionTable<MatrixMarketWriteOptions>& MatrixMarketWriteOptions::table() {
  static const auto table = OptionTable<MatrixMarketWriteOptions>().value(
      "allow_nonfinite", &MatrixMarketWriteOptions::allow_nonfinite,
      "Whether values that are nan or infinite are written.");
  return table;
}

template <Scalar T>
void write_matrix_market(const std::string& path, const DistributedMatrix<T>& matrix,
                         const MatrixMarketWriteOptions& options) {
  const Communicator& comm = matrix.comm();
  require_agreement_on_write<T>(comm, "a matrix", path, options);
  std::unique_ptr<const Rows<T>> text;
  together(comm, [&] { text = std::make_unique<const Rows<T>>(path, matrix, options); });
  const std::int64_t rows = matrix.row_layout().local_size();
  detail::write_text_file(
      path, comm,
      message(banner<T>("coordinate"), matrix.global_rows(), ' ', matrix.global_columns(), ' ',
              matrix.global_entries(), '\n'),
      rows,
      std::clamp<std::int64_t>(lines_per_block * rows / (matrix.local_entries() + 1), 1,
                               lines_per_block),
      [&](detail::TextBuilder& out, std::int64_t row) { text->append_row(out, row); });
}

template <Scalar T>
void write_matrix_market(const std::string& path, const Vector<T>& vector,
                         const MatrixMarketWriteOptions& options) {
  const Communicator& comm = vector.layout().comm();
  require_agreement_on_write<T>(comm, "a vector", path, options);
  HostView<const T> elements;
  together(comm, [&] {
    elements = Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), vector.view());
  });
  detail::write_text_file(
      path, comm, message(banner<T>("array"), vector.global_size(), " 1\n"), vector.local_size(),
      lines_per_block, [&](detail::TextBuilder& out, std::int64_t i) {
        const T& value = elements(static_cast<std::size_t>(i));
        require_finite(path, value, options, [&] {
          return message("the element in row ", vector.layout().first() + i + 1);
        });
        append(out, value);
        out << '\n';
      });
}

#define SUAN_INSTANTIATE(T)                                                          \
  template void write_matrix_market(const std::string&, const DistributedMatrix<T>&, \
                                    const MatrixMarketWriteOptions&);                \
  template void write_matrix_market(const std::string&, const Vector<T>&,            \
                                    const MatrixMarketWriteOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
