// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/level_file.hpp"

#include <algorithm>
#include <span>

#include "multigrid/check.hpp"
#include "multigrid/rows_behind.hpp"
#include "multigrid/rows_view.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::multigrid {

namespace {

/// Whole numbers, as HDF5 files hold them.
Vector<double> as_vector(const Layout& layout, const std::vector<GlobalIndex>& rows) {
  std::vector<double> numbers;
  together(layout.comm(), [&] { numbers.assign(rows.begin(), rows.end()); });
  return Vector<double>::from_host(layout, std::span<const double>(numbers));
}

/// Whether the ranks of level k are some of all ranks, and its matrices are of these alone. The
/// same on all ranks.
template <Scalar T>
bool has_moved(const Hierarchy<T>& hierarchy, std::size_t k) {
  const auto& levels = hierarchy.levels();
  const auto above = levels.begin() + static_cast<std::ptrdiff_t>(std::min(k, levels.size()));
  return std::any_of(levels.begin(), above,
                     [](const Level<T>& level) { return level.agglomeration.has_value(); });
}

/// Writes what a level has, from all ranks.
template <Scalar T>
struct LevelWriter {
  Hdf5Writer& file;
  const Communicator& comm;
  bool has_moved;
  bool takes_part;

  void write(const std::string& to, const DistributedMatrix<T>& a) const {
    if (has_moved) {
      file.write(to, on_all(comm, takes_part, a));
    } else {
      file.write(to, a);
    }
  }

  void write(const std::string& to, std::int64_t count, const MultiVector<T>& vectors) const {
    if (count == 0) return;
    if (!has_moved) return write_vectors(file, to, vectors);
    const std::int64_t rows = takes_part ? vectors.layout().local_size() : 0;
    MultiVector<T> of_all(Layout::from_local_size(rows, comm), static_cast<LocalIndex>(count));
    together(comm, [&] {
      if (rows > 0) Kokkos::deep_copy(of_all.view(), vectors.view());
    });
    write_vectors(file, to, of_all);
  }
};

}  // namespace

std::string of_level(std::size_t k, const char* what) { return message("level_", k, "/", what); }

const OptionTable<AmgLevel>& level_table() {
  constexpr double most = 1e300;
  static const auto table =
      OptionTable<AmgLevel>()
          .number("rows", &AmgLevel::rows, 0, 9007199254740992.0, "")
          .number("node_rows", &AmgLevel::node_rows, 0, Nodes::most_rows, "")
          .number("radius", &AmgLevel::radius, 0, most, "")
          .number("strength", &AmgLevel::strength, 0, most, "Seconds, as all that follow.")
          .number("aggregation", &AmgLevel::aggregation, 0, most, "")
          .number("tentative", &AmgLevel::tentative, 0, most, "")
          .number("interpolation", &AmgLevel::interpolation, 0, most, "")
          .number("restriction", &AmgLevel::restriction, 0, most, "")
          .number("product", &AmgLevel::product, 0, most, "")
          .number("smoothing", &AmgLevel::smoothing, 0, most, "");
  return table;
}

const OptionTable<StoredLevels>& StoredLevels::table() {
  static const auto table = OptionTable<StoredLevels>()
                                .number("levels", &StoredLevels::count, 1, 100, "")
                                .number("vectors", &StoredLevels::vectors, 0, Nodes::most_rows, "")
                                .value("has_rows_behind", &StoredLevels::has_rows_behind, "")
                                .value("has_aggregates", &StoredLevels::has_aggregates, "")
                                .value("is_hermitian", &StoredLevels::is_hermitian, "");
  return table;
}

void FilePlace::fail(const std::string& part, const std::string& what) const {
  throw IoError(message(path, ": '", in(part), "': ", what));
}

template <Scalar T>
void write_vectors(Hdf5Writer& file, const std::string& name, const MultiVector<T>& vectors) {
  for (LocalIndex j = 0; j < vectors.columns(); ++j) {
    file.write(message(name, "_", j), vectors.column(j));
  }
}

template <Scalar T>
StoredLevels write_levels(Hdf5Writer& file, const std::string& name,
                          const Hierarchy<T>& hierarchy) {
  const Communicator& comm = hierarchy.matrix().comm();
  const Level<T> none{};
  const auto count = hierarchy.report().levels.size();
  StoredLevels stored;
  stored.count = static_cast<std::int64_t>(count);
  stored.is_hermitian = hierarchy.is_hermitian();
  stored.vectors = hierarchy.levels().front().structure.tentative.near_null.columns();
  stored.has_rows_behind = true;
  std::vector<std::vector<GlobalIndex>> behind(count - 1);
  for (std::size_t k = 0; k + 1 < count; ++k) {
    on_some(comm, hierarchy.takes_part(k), [&] { behind[k] = rows_behind(hierarchy.levels()[k]); });
    stored.has_rows_behind = stored.has_rows_behind && comm.max(behind[k].empty() ? 0 : 1) == 1;
  }
  const auto aggregates = aggregates_of_rows(hierarchy);
  const bool has_any = std::any_of(aggregates.begin(), aggregates.end(),
                                   [](GlobalIndex a) { return a != Aggregates::none; });
  stored.has_aggregates = comm.max(has_any ? 1 : 0) == 1;
  for (std::size_t k = 0; k < count; ++k) {
    const LevelWriter<T> writer{file, comm, has_moved(hierarchy, k), hierarchy.takes_part(k)};
    const auto& level = writer.takes_part ? hierarchy.levels()[k] : none;
    const auto in_file = [&](const char* what) { return name + "/" + of_level(k, what); };
    std::string text;
    together(comm, [&] { text = level_table().write(hierarchy.report().levels[k]); });
    file.write_text(in_file("set_up"), text);
    writer.write(in_file("A"), level.a);
    if (k + 1 == count) break;
    writer.write(in_file("P"), level.p);
    if (!stored.is_hermitian) writer.write(in_file("R"), level.r);
    if (stored.has_rows_behind) {
      const auto rows = static_cast<std::int64_t>(behind[k].size());
      file.write(in_file("rows_behind"), as_vector(Layout::from_local_size(rows, comm), behind[k]));
    }
    if (k == 0 && stored.has_aggregates) {
      file.write(in_file("aggregates"), as_vector(level.a.row_layout(), aggregates));
    }
    writer.write(name + "/" + of_level(k + 1, "near_null_space"), stored.vectors,
                 level.structure.tentative.near_null);
  }
  return stored;
}

#define SUAN_INSTANTIATE(T)                                                                 \
  template StoredLevels write_levels(Hdf5Writer&, const std::string&, const Hierarchy<T>&); \
  template void write_vectors(Hdf5Writer&, const std::string&, const MultiVector<T>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
