// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The matrices that the benchmarks share with the peers, generated on first use, one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "shapes.hpp"
#include "suan/core/detail/memory.hpp"
#include "suan/core/options.hpp"
#include "suan/gallery/poisson.hpp"
#include "suan/matrix/csr.hpp"

namespace suan::bench {

/// Multiplies each row i of a local matrix by 1 + 0.001 (g mod 977), as in the peers' programs,
/// which gives numbers that need all their bits. g = first + numbers(i), or first + i without
/// numbers.
template <class T>
Csr<T> with_general_values(const Csr<T>& part, GlobalIndex first,
                           const DeviceView<const LocalIndex>& numbers) {
  const auto& view = part.view();
  const auto values = suan::detail::allocate<T>("suan::bench::values", view.values.extent(0));
  const auto offsets = view.offsets;
  const auto old = view.values;
  Kokkos::parallel_for(
      "suan::bench::general_values",
      Kokkos::RangePolicy<ExecutionSpace, Kokkos::IndexType<LocalIndex>>(0, view.rows),
      KOKKOS_LAMBDA(LocalIndex i) {
        const GlobalIndex row = first + (numbers.size() == 0 ? i : numbers(i));
        const auto factor = static_cast<T>(1 + 0.001 * static_cast<double>(row % 977));
        for (Offset k = offsets(i); k < offsets(i + 1); ++k) values(k) = factor * old(k);
      });
  return Csr<T>(view.rows, view.columns, view.offsets, view.indices, values);
}

template <class T>
DistributedMatrix<T> with_general_values(const DistributedMatrix<T>& a) {
  const GlobalIndex first = a.row_layout().first();
  auto remote = a.remote();
  if (remote.matrix.rows() > 0) {
    remote.matrix = with_general_values(remote.matrix, first, remote.row_numbers);
  }
  return DistributedMatrix<T>(a.row_layout(), a.column_layout(),
                              with_general_values(a.local(), first, {}), std::move(remote));
}

inline bool is_poisson(const std::string& name) {
  return name == "7pt" || name == "27pt" || name == "7pt-general" || name == "27pt-general";
}

/// The Laplacian on size^3 points called `name`, one of the four above. Collective.
template <class T>
DistributedMatrix<T> poisson3d_by_name(const std::string& name, GlobalIndex size,
                                       const Communicator& comm) {
  const auto a = name.starts_with("27pt") ? poisson3d_27pt<T>(size, size, size, comm)
                                          : poisson3d<T>(size, size, size, comm);
  return name.ends_with("-general") ? with_general_values(a) : a;
}

/// All names that host_matrix() knows.
const std::vector<std::string>& matrix_names();
/// The names that "all" stands for: one of each shape, with general values where that matters.
const std::vector<std::string>& shape_names();

/// A matrix by name, with about size^3 rows: 7pt, 27pt (with -general: each row times a different
/// number), the shapes of shapes.hpp, 27pt-lower, and the prolongators of 7pt and 27pt.
/// @throws InvalidArgument for an unknown name.
HostCsr host_matrix(const std::string& name, std::int64_t size);
HostCsr to_host(const Csr<double>& a);
/// Rows [first, last).
HostCsr rows_of(const HostCsr& a, std::int64_t first, std::int64_t last);

/// A matrix by name and size, or from a file of csr_file.hpp.
struct MatrixSource {
  std::string name;
  std::int64_t size = 0;
  std::string file;
  /// "7pt/128", or the file's name without folder and extension.
  std::string key() const;
  bool is_square() const;
};

/// The sources named by a driver's options: `matrix` is a comma-separated list or "all", which
/// means `all`; a file replaces both. @throws InvalidArgument for an unknown name.
std::vector<MatrixSource> matrix_sources(const std::string& matrix, std::int64_t size,
                                         const std::string& file,
                                         const std::vector<std::string>& all = shape_names());

/// Options of the kernels' drivers: their members `matrix`, `size` and `file`.
template <class Options>
OptionTable<Options> matrix_table() {
  return OptionTable<Options>()
      .value("matrix", &Options::matrix,
             "Matrices to measure: names with commas, such as 7pt,27pt-general,rmat, or all.")
      .number("size", &Options::size, 1, 1200,
              "Points in each direction; matrices without a grid have about size^3 rows.")
      .value("file", &Options::file, "A file of benchmark_matrix to read in place of both.");
}

template <class T>
Csr<T> from_host_csr(const HostCsr& host) {
  const std::vector<T> values(host.values.begin(), host.values.end());
  return Csr<T>::from_host(static_cast<LocalIndex>(host.rows),
                           static_cast<LocalIndex>(host.columns), host.offsets, host.indices,
                           values);
}

/// The whole matrix on this rank alone.
template <class T>
Csr<T> local_matrix(const MatrixSource& source) {
  if (!source.file.empty()) return from_host_csr<T>(read_csr_file(source.file));
  if (is_poisson(source.name)) {
    return poisson3d_by_name<T>(source.name, source.size, {}).local();
  }
  return from_host_csr<T>(host_matrix(source.name, source.size));
}

/// The matrix distributed over the ranks, in rows as even as possible. Collective.
template <class T>
DistributedMatrix<T> distributed_matrix(const MatrixSource& source, const Communicator& comm) {
  if (source.file.empty() && is_poisson(source.name)) {
    return poisson3d_by_name<T>(source.name, source.size, comm);
  }
  if (comm.size() == 1) return DistributedMatrix<T>(local_matrix<T>(source));
  const auto whole = source.file.empty() ? host_matrix(source.name, source.size) : HostCsr();
  const auto sizes = source.file.empty() ? CsrFileSizes{whole.rows, whole.columns, whole.entries()}
                                         : csr_file_sizes(source.file);
  const auto rows = Layout::even(sizes.rows, comm);
  const auto columns = sizes.rows == sizes.columns ? rows : Layout::even(sizes.columns, comm);
  const auto last = rows.first() + rows.local_size();
  const auto mine = source.file.empty() ? rows_of(whole, rows.first(), last)
                                        : read_csr_file(source.file, rows.first(), last);
  const std::vector<GlobalIndex> indices(mine.indices.begin(), mine.indices.end());
  const std::vector<T> values(mine.values.begin(), mine.values.end());
  return assemble<T>(rows, columns, mine.offsets, indices, values);
}

/// Keeps one object alive: the next benchmark's matrix replaces the last one's, so that only one is
/// in memory and all repetitions of a benchmark share it.
class Slot {
 public:
  template <class Problem, class Make>
  std::shared_ptr<Problem> get(const std::string& key, Make&& make) {
    if (key != key_) {
      held_.reset();
      held_ = std::make_shared<Problem>(make());
      key_ = key;
    }
    return std::static_pointer_cast<Problem>(held_);
  }

 private:
  std::string key_;
  std::shared_ptr<void> held_;
};

}  // namespace suan::bench
