// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hints.hpp"

#include <numeric>
#include <vector>

#include "suan/core/instantiate.hpp"
#include "suan/matrix/assembly.hpp"
#include "suan/matrix/distributed_transform.hpp"
#include "suan/multigrid/near_null_space.hpp"
#include "suan/multigrid/strength.hpp"

namespace suan::cli {

namespace {

/// The global numbers of this rank's elements.
std::vector<GlobalIndex> numbers_in(const Layout& layout) {
  std::vector<GlobalIndex> numbers(static_cast<std::size_t>(layout.local_size()));
  std::iota(numbers.begin(), numbers.end(), layout.first());
  return numbers;
}

AmgOptions amg_options(const SolveOptions& solve) {
  const auto& table = AmgOptions::table();
  return table.from(table.known_part(solve.preconditioner));
}

template <class View>
auto on_host(const View& view) {
  return Kokkos::create_mirror_view_and_copy(Kokkos::HostSpace(), view);
}

/// A matrix of few columns, or several vectors, of a file.
template <Scalar T>
struct Columns {
  LocalIndex count = 0;
  std::vector<T> values;  ///< of this rank, row by row
};

/// The rows of the layout. `what` is for messages.
template <Scalar T>
Columns<T> read_matrix_columns(const char* what, const FileName& file, const Layout& rows,
                               LocalIndex most, const MatrixMarketOptions& reading) {
  const auto matrix = read_matrix<T>(file, rows.comm(), reading);
  if (matrix.global_rows() != rows.global_size() || matrix.global_columns() > most) {
    throw DimensionMismatch(message(file.path, ": the ", what, " of ", matrix.global_rows(), " x ",
                                    matrix.global_columns(), " must have ", rows.global_size(),
                                    " rows, and at most ", most, " columns"));
  }
  const auto fetched = fetch_rows<T>(matrix, numbers_in(rows));
  Columns<T> result;
  result.count = static_cast<LocalIndex>(matrix.global_columns());
  const auto columns = static_cast<std::size_t>(result.count);
  together(rows.comm(), [&] {
    const auto offsets = on_host(fetched.offsets);
    const auto indices = on_host(fetched.columns);
    const auto values = on_host(fetched.values);
    result.values.assign(static_cast<std::size_t>(rows.local_size()) * columns, T(0));
    for (std::size_t i = 0; i + 1 < offsets.extent(0); ++i) {
      for (auto e = static_cast<std::size_t>(offsets(i));
           e < static_cast<std::size_t>(offsets(i + 1)); ++e) {
        result.values[i * columns + static_cast<std::size_t>(indices(e))] = values(e);
      }
    }
  });
  return result;
}

/// The same, also from a vector that has one row after the other, in `count` columns, or in as many
/// as it has elements for each row.
template <Scalar T>
Columns<T> read_columns(const char* what, const std::string& path, const Layout& rows,
                        LocalIndex count, LocalIndex most, const MatrixMarketOptions& reading) {
  const FileName file = parse_file_name(path);
  const auto found = inspect(file, Wanted::either, rows.comm());
  if (found.kind == FileContents::Kind::matrix) {
    return read_matrix_columns<T>(what, file, rows, most, reading);
  }
  const GlobalIndex size = rows.global_size();
  if (count == 0 && size > 0 && found.rows % size == 0 && found.rows / size <= most) {
    count = static_cast<LocalIndex>(found.rows / size);
  }
  if (count == 0 || found.rows != count * size) {
    throw DimensionMismatch(
        message(file.path, ": the ", what, " of ", found.rows,
                " numbers must have one or more, but always as many, for each of ", size, " rows"));
  }
  const auto layout =
      Layout::from_local_size(static_cast<GlobalIndex>(rows.local_size()) * count, rows.comm());
  return {count, read_vector<T>(file, layout, reading).to_host()};
}

template <Scalar T>
MultiVector<T> modes_from(const std::string& path, const Layout& rows, GlobalIndex block,
                          const MatrixMarketOptions& reading) {
  const auto dimension = static_cast<LocalIndex>(block);
  if (rows.global_size() % block != 0) {
    throw DimensionMismatch(message("the matrix has ", rows.global_size(),
                                    " rows, which are no nodes of block_size = ", block));
  }
  const auto nodes = Layout::from_local_size(rows.local_size() / block, rows.comm());
  const auto points = read_columns<double>("coordinates", path, nodes, dimension, 3, reading);
  if (points.count != dimension) {
    throw DimensionMismatch(message(parse_file_name(path).path, ": the coordinates have ",
                                    points.count, " dimensions, but block_size is ", block,
                                    ": the unknowns of a node are its displacements along each"));
  }
  return rigid_body_modes<T>(rows, dimension, points.values);
}

}  // namespace

const OptionTable<HintOptions>& HintOptions::table() {
  static const auto table =
      OptionTable<HintOptions>()
          .value("coordinates", &HintOptions::coordinates,
                 "For amg and elasticity: a file as for the matrix, with a row of 2 or 3 "
                 "coordinates for each node, whose displacements are block_size unknowns.")
          .value("near_null_space", &HintOptions::near_null_space,
                 "For amg: a file as for the matrix, whose columns are vectors that the matrix "
                 "nearly maps to zero.");
  return table;
}

void check_hints(const HintOptions& hints, const SolveOptions& solve) {
  if (!hints.any()) return;
  if (!hints.coordinates.empty() && !hints.near_null_space.empty()) {
    throw InvalidArgument(message("both coordinates (", hints.coordinates,
                                  ") and a near null space (", hints.near_null_space,
                                  ") are given; leave one of them out"));
  }
  const char* name = hints.coordinates.empty() ? "near_null_space" : "coordinates";
  if (!(solve.preconditioner == "amg")) {
    throw InvalidArgument(message("option ", name, " is for --preconditioner amg, but the ",
                                  "preconditioner is ", solve.preconditioner));
  }
  for (const auto& path : {hints.coordinates, hints.near_null_space}) {
    if (!path.empty()) parse_file_name(path);
  }
  const GlobalIndex block = rows_of_a_node(solve);
  if (!hints.coordinates.empty() && block != 2 && block != 3) {
    throw InvalidArgument(message("option coordinates: block_size is ", block, ", but must be the ",
                                  "number of dimensions, 2 or 3, for the displacements of a node; ",
                                  "add --block-size 3"));
  }
}

GlobalIndex rows_of_a_node(const SolveOptions& solve) {
  if (!(solve.preconditioner == "amg")) return 1;
  return amg_options(solve).block_size;
}

template <Scalar T>
DistributedMatrix<T> in_whole_nodes(const DistributedMatrix<T>& a, GlobalIndex block) {
  const Layout& rows = a.row_layout();
  const Communicator& comm = rows.comm();
  if (comm.size() == 1 || block == 1 || rows.global_size() % block != 0) return a;
  if (!(rows == a.column_layout())) return a;
  const bool is_whole = comm.max(std::int64_t{rows.local_size() % block != 0}) == 0;
  if (is_whole) return a;
  const auto nodes = Layout::even(rows.global_size() / block, comm);
  const auto layout =
      Layout::from_local_size(static_cast<GlobalIndex>(nodes.local_size()) * block, comm);
  const auto fetched = fetch_rows<T>(a, numbers_in(layout));
  std::vector<Offset> offsets;
  std::vector<GlobalIndex> columns;
  std::vector<T> values;
  together(comm, [&] {
    const auto copy = [](const auto& view, auto& into) {
      const auto host = on_host(view);
      into.assign(host.data(), host.data() + host.extent(0));
    };
    copy(fetched.offsets, offsets);
    copy(fetched.columns, columns);
    copy(fetched.values, values);
  });
  return assemble<T>(layout, layout, std::span<const Offset>(offsets),
                     std::span<const GlobalIndex>(columns), std::span<const T>(values));
}

template <Scalar T>
std::optional<MultiVector<T>> read_hints(const HintOptions& hints, const Layout& rows,
                                         const SolveOptions& solve,
                                         const MatrixMarketOptions& reading) {
  if (rows.global_size() == 0) return {};
  if (!hints.coordinates.empty()) {
    return modes_from<T>(hints.coordinates, rows, rows_of_a_node(solve), reading);
  }
  // In double precision, for scalings beyond the range of single.
  const auto vectors = read_columns<DoubleOf<T>>("near null space", hints.near_null_space, rows, 0,
                                                 Nodes::most_rows, reading);
  return near_null_vectors<T>(rows, vectors.count, vectors.values);
}

template <Scalar T>
std::shared_ptr<const Amg<T>> make_amg(const DistributedMatrix<T>& a,
                                       const std::optional<MultiVector<T>>& near_null_space,
                                       const SolveOptions& solve) {
  const auto options = amg_options(solve);
  if (!near_null_space) return std::make_shared<Amg<T>>(a, options);
  return std::make_shared<Amg<T>>(a, *near_null_space, options);
}

#define SUAN_INSTANTIATE(T)                                                                \
  template DistributedMatrix<T> in_whole_nodes(const DistributedMatrix<T>&, GlobalIndex);  \
  template std::optional<MultiVector<T>> read_hints(                                       \
      const HintOptions&, const Layout&, const SolveOptions&, const MatrixMarketOptions&); \
  template std::shared_ptr<const Amg<T>> make_amg(                                         \
      const DistributedMatrix<T>&, const std::optional<MultiVector<T>>&, const SolveOptions&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::cli
