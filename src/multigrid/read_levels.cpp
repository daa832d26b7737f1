// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Levels as they are read from HDF5.
#include <algorithm>

#include "multigrid/level_file.hpp"
#include "multigrid/moved_level.hpp"
#include "multigrid/rows_behind.hpp"
#include "multigrid/rows_view.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/distributed_transform.hpp"

namespace suan::multigrid {

namespace {

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

/// Reads levels from above, each on the ranks that it has.
template <Scalar T>
struct LevelReader {
  const FilePlace& from;
  const StoredLevels& stored;
  const AmgOptions& options;
  const std::vector<AmgLevel>& report;
  std::vector<Level<T>> levels{};

  DistributedMatrix<T> matrix(const Layout& rows, const Layout& columns, std::size_t k,
                              const char* what) const {
    return read_hdf5_matrix<T>(from.path, rows, columns, from.in(of_level(k, what)), from.options);
  }

  /// Those below the last one. Collective over its ranks.
  void read_below() {
    while (levels.size() < report.size()) {
      const std::size_t k = levels.size() - 1;
      DistributedMatrix<T> coarse = next_to(levels.back(), k);
      Level<T>& fine = levels.back();
      const Communicator comm = fine.a.comm();
      fine.agglomeration = to_fewer_ranks(coarse, options.rank_rows);
      if (fine.agglomeration) move_coarse(fine, coarse);
      const bool goes_on = !fine.agglomeration;
      const bool takes_part = goes_on || fine.agglomeration->takes_part();
      levels.push_back({.a = std::move(coarse)});
      if (goes_on) continue;
      on_some(comm, takes_part, [&] { read_below(); });
      return;
    }
  }

  /// The matrix of the next level, with what level k has beside its own.
  DistributedMatrix<T> next_to(Level<T>& level, std::size_t k) const {
    const Layout& rows = level.a.row_layout();
    Layout coarse = Layout::even(report[k + 1].rows, rows.comm());
    if (stored.has_rows_behind) {
      const auto part = of_level(k, "rows_behind");
      coarse = layout_behind(rows, read_numbers(from, part, coarse, 0, rows.global_size()));
      level.behind = read_numbers(from, part, coarse, 0, rows.global_size());
    }
    if (options.coarsening == "air") level.structure.splitting = points_behind(level, k);
    if (k == 0 && stored.has_aggregates) {
      const auto of = read_numbers(from, of_level(0, "aggregates"), rows, Aggregates::none,
                                   coarse.global_size());
      together(rows.comm(), [&] {
        level.structure.aggregates.of =
            suan::detail::on_device<GlobalIndex>("suan::multigrid::aggregates", of);
      });
    }
    level.p = matrix(rows, coarse, k, "P");
    level.r = stored.is_hermitian ? conjugate_transpose(level.p) : matrix(coarse, rows, k, "R");
    if (stored.vectors > 0) {
      level.structure.tentative.near_null =
          read_vectors<T>(from, of_level(k + 1, "near_null_space"), stored.vectors, coarse);
    }
    return matrix(coarse, coarse, k + 1, "A");
  }

  /// For smoothers that know of coarse points.
  Splitting points_behind(const Level<T>& level, std::size_t k) const {
    const Layout& rows = level.a.row_layout();
    together(rows.comm(), [&] {
      if (!stored.has_rows_behind) {
        from.fail("header", "says that there are no rows_behind, which coarsening \"air\" needs");
      }
      for (const GlobalIndex row : level.behind) {
        if (rows.first() <= row && row < rows.first() + rows.local_size()) continue;
        from.fail(of_level(k, "rows_behind"), message("row ", row, " is not in its place"));
      }
    });
    return splitting_behind(rows, level.behind);
  }
};

}  // namespace

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
std::vector<Level<T>> read_levels(const FilePlace& from, const StoredLevels& stored,
                                  const AmgOptions& options, const Layout& fine,
                                  const DistributedMatrix<T>* finest,
                                  std::vector<AmgLevel>& report) {
  const auto count = static_cast<std::size_t>(stored.count);
  report.resize(count);
  together(fine.comm(), [&] {
    for (std::size_t k = 0; k < count; ++k) {
      report[k] = read_part(from, of_level(k, "set_up"),
                            [](const std::string& text) { return level_table().read(text); });
    }
  });
  LevelReader<T> reader{from, stored, options, report};
  Level<T>& first = reader.levels.emplace_back();
  if (finest != nullptr) {
    together(fine.comm(), [&] { first.a = *finest; });
  } else {
    first.a = reader.matrix(fine, fine, 0, "A");
  }
  reader.read_below();
  return std::move(reader.levels);
}

#define SUAN_INSTANTIATE(T)                                                                        \
  template std::vector<Level<T>> read_levels(const FilePlace&, const StoredLevels&,                \
                                             const AmgOptions&, const Layout&,                     \
                                             const DistributedMatrix<T>*, std::vector<AmgLevel>&); \
  template MultiVector<T> read_vectors(const FilePlace&, const std::string&, std::int64_t,         \
                                       const Layout&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
