// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "multigrid/level_file.hpp"

#include <algorithm>
#include <span>

#include "multigrid/check.hpp"
#include "multigrid/rows_behind.hpp"
#include "multigrid/rows_view.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::multigrid {

namespace {

/// The name of an object of level k.
std::string of_level(std::size_t k, const char* what) { return message("level_", k, "/", what); }

/// What the set-up measured on a level; all else follows from its matrices.
const OptionTable<AmgLevel>& level_table() {
  constexpr double most = 1e300;
  static const auto table =
      OptionTable<AmgLevel>()
          .number("rows", &AmgLevel::rows, 0, 9007199254740992.0, "")
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

/// Whole numbers, as HDF5 files hold them.
Vector<double> as_vector(const Layout& layout, const std::vector<GlobalIndex>& rows) {
  std::vector<double> numbers;
  together(layout.comm(), [&] { numbers.assign(rows.begin(), rows.end()); });
  return Vector<double>::from_host(layout, std::span<const double>(numbers));
}

/// From `least` to less than `end`.
std::vector<GlobalIndex> read_numbers(const FilePlace& from, const std::string& part,
                                      const Layout& layout, GlobalIndex least, GlobalIndex end) {
  const auto read = read_hdf5_vector<double>(from.path, layout, from.in(part), from.options);
  std::vector<GlobalIndex> rows;
  together(layout.comm(), [&] {
    for (const double number : read.to_host()) {
      if (!(number >= static_cast<double>(least)) || !(number < static_cast<double>(end))) {
        from.fail(part,
                  message("holds ", number, ", and must hold numbers in [", least, ", ", end, ")"));
      }
      rows.push_back(static_cast<GlobalIndex>(number));
    }
  });
  return rows;
}

}  // namespace

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
MultiVector<T> read_vectors(const FilePlace& from, const std::string& part, std::int64_t count,
                            const Layout& layout) {
  MultiVector<T> vectors(layout, static_cast<LocalIndex>(count));
  for (LocalIndex j = 0; j < vectors.columns(); ++j) {
    vectors.set_column(
        j, read_hdf5_vector<T>(from.path, layout, from.in(message(part, "_", j)), from.options));
  }
  return vectors;
}

template <Scalar T>
StoredLevels write_levels(Hdf5Writer& file, const std::string& name,
                          const Hierarchy<T>& hierarchy) {
  const auto& levels = hierarchy.levels();
  StoredLevels stored;
  stored.count = static_cast<std::int64_t>(levels.size());
  stored.is_hermitian = hierarchy.is_hermitian();
  stored.vectors = levels.front().structure.tentative.near_null.columns();
  stored.has_rows_behind = true;
  std::vector<std::vector<GlobalIndex>> behind;
  for (std::size_t k = 0; k + 1 < levels.size(); ++k) {
    behind.push_back(rows_behind(levels[k]));
    const bool is_known = levels[k].a.comm().max(behind.back().empty() ? 0 : 1) == 1;
    stored.has_rows_behind = stored.has_rows_behind && is_known;
  }
  const auto aggregates = aggregates_of_rows(hierarchy);
  const bool has_any = std::any_of(aggregates.begin(), aggregates.end(),
                                   [](GlobalIndex a) { return a != Aggregates::none; });
  stored.has_aggregates = hierarchy.matrix().comm().max(has_any ? 1 : 0) == 1;
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const auto& level = levels[k];
    const auto in_file = [&](const char* what) { return name + "/" + of_level(k, what); };
    std::string text;
    together(level.a.comm(), [&] { text = level_table().write(hierarchy.report().levels[k]); });
    file.write_text(in_file("set_up"), text);
    file.write(in_file("A"), level.a);
    if (k + 1 == levels.size()) break;
    file.write(in_file("P"), level.p);
    if (!stored.is_hermitian) file.write(in_file("R"), level.r);
    if (stored.has_rows_behind) {
      file.write(in_file("rows_behind"), as_vector(level.p.column_layout(), behind[k]));
    }
    if (k == 0 && stored.has_aggregates) {
      file.write(in_file("aggregates"), as_vector(level.a.row_layout(), aggregates));
    }
    write_vectors(file, name + "/" + of_level(k + 1, "near_null_space"),
                  level.structure.tentative.near_null);
  }
  return stored;
}

template <Scalar T>
std::vector<Level<T>> read_levels(const FilePlace& from, const StoredLevels& stored,
                                  const Layout& fine, const DistributedMatrix<T>* finest,
                                  std::vector<AmgLevel>& report) {
  const Communicator& comm = fine.comm();
  const auto count = static_cast<std::size_t>(stored.count);
  report.resize(count);
  together(comm, [&] {
    for (std::size_t k = 0; k < count; ++k) {
      report[k] = read_part(from, of_level(k, "set_up"),
                            [](const std::string& text) { return level_table().read(text); });
    }
  });
  const auto matrix = [&](const Layout& rows, const Layout& columns, std::size_t k,
                          const char* what) {
    return read_hdf5_matrix<T>(from.path, rows, columns, from.in(of_level(k, what)), from.options);
  };
  std::vector<Level<T>> levels(count);
  Layout rows = fine;
  for (std::size_t k = 0; k < count; ++k) {
    Level<T>& level = levels[k];
    if (k == 0 && finest != nullptr) {
      together(comm, [&] { level.a = *finest; });
    } else {
      level.a = matrix(rows, rows, k, "A");
    }
    report[k].rows = level.a.global_rows();
    report[k].entries = level.a.global_entries();
    if (k + 1 == count) break;
    Layout coarse = Layout::even(report[k + 1].rows, comm);
    if (stored.has_rows_behind) {
      const auto part = of_level(k, "rows_behind");
      coarse = layout_behind(rows, read_numbers(from, part, coarse, 0, rows.global_size()));
      level.behind = read_numbers(from, part, coarse, 0, rows.global_size());
    }
    if (k == 0 && stored.has_aggregates) {
      const auto of = read_numbers(from, of_level(0, "aggregates"), rows, Aggregates::none,
                                   coarse.global_size());
      together(comm, [&] {
        level.structure.aggregates.of =
            suan::detail::on_device<GlobalIndex>("suan::multigrid::aggregates", of);
      });
    }
    level.p = matrix(rows, coarse, k, "P");
    level.r = stored.is_hermitian ? conjugate_transpose(level.p) : matrix(coarse, rows, k, "R");
    report[k].interpolation_entries = level.p.global_entries();
    if (stored.vectors > 0) {
      level.structure.tentative.near_null =
          read_vectors<T>(from, of_level(k + 1, "near_null_space"), stored.vectors, coarse);
    }
    rows = coarse;
  }
  return levels;
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template StoredLevels write_levels(Hdf5Writer&, const std::string&, const Hierarchy<T>&);        \
  template std::vector<Level<T>> read_levels(const FilePlace&, const StoredLevels&, const Layout&, \
                                             const DistributedMatrix<T>*, std::vector<AmgLevel>&); \
  template void write_vectors(Hdf5Writer&, const std::string&, const MultiVector<T>&);             \
  template MultiVector<T> read_vectors(const FilePlace&, const std::string&, std::int64_t,         \
                                       const Layout&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
