// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Triangular solves in one launch, in which rows wait for the results that they need. Processing
// rows in an order where each comes after its dependencies, and waiting for single results:
// J. H. Saltz, "Aggregation methods for solving sparse triangular systems on multiprocessors", SIAM
// J. Sci. Stat. Comput. 11 (1990), 123-144. On GPUs: W. Liu, A. Li, J. Hogg, I. Duff, B. Vinter,
// "A synchronization-free algorithm for parallel sparse triangular solves", Euro-Par 2016, 617-630,
// with atomic additions to the sums of other rows; here each row gathers its own.
#include "kernels/cuda/launch.cuh"
#include "kernels/trsv/trsv_analysis.hpp"
#include "kernels/trsv/trsv_rows.cuh"
#include "suan/core/detail/staged.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::kernels::cuda {
namespace {

/// Lanes that row i can use: one for each of its entries.
int lanes_of_row(const TrsvStructure& a, LocalIndex i, bool stored) {
  const Offset entries = a.offsets[i + 1] - a.offsets[i] - (stored ? 1 : 0);
  int lanes = 1;
  while (lanes < 32 && lanes < entries) lanes *= 2;
  return lanes;
}

/// Where tasks start in the order of levels, and the end. The rows of a task belong to one level
/// and together fill the lanes of a warp.
std::vector<LocalIndex> divide_levels(const TrsvStructure& a, const TrsvLevels& levels,
                                      bool stored) {
  std::vector<LocalIndex> begin;
  for (const TrsvSegment& level : levels.segments) {
    int lanes = 32;
    LocalIndex rows = 32;
    for (LocalIndex p = level.begin; p < level.end; ++p) {
      const int wanted =
          std::max(lanes, lanes_of_row(a, levels.rows[static_cast<std::size_t>(p)], stored));
      if (p == level.begin || (rows + 1) * wanted > 32) {
        begin.push_back(p);
        lanes = lanes_of_row(a, levels.rows[static_cast<std::size_t>(p)], stored);
        rows = 1;
      } else {
        lanes = wanted;
        ++rows;
      }
    }
  }
  begin.push_back(a.rows);
  return begin;
}

DeviceView<const LocalIndex> to_device(const std::string& label,
                                       const std::vector<LocalIndex>& host) {
  const detail::Staged<LocalIndex> staged(label, host.size());
  std::copy(host.begin(), host.end(), staged.data());
  return staged.finish();
}

template <Scalar T>
class SelfScheduledTrsv final : public PreparedTrsv<T> {
 public:
  SelfScheduledTrsv(const CsrView<T>& a, const TrsvStructure& structure, Diagonal diagonal)
      : offsets_(a.offsets), indices_(a.indices), rows_(a.rows) {
    lower_ = structure.triangle == Triangle::lower;
    stored_ = diagonal == Diagonal::stored;
    const TrsvLevels levels = analyse_levels(structure, 1);
    levels_ = levels.count;
    const auto tasks = divide_levels(structure, levels, stored_);
    count_ = static_cast<LocalIndex>(tasks.size()) - 1;
    order_ = to_device("suan::trsv::order", levels.rows);
    tasks_ = to_device("suan::trsv::tasks", tasks);
  }

  TrsvSchedule schedule() const override { return TrsvSchedule::self_scheduling; }
  std::string description() const override {
    return message(to_string(schedule()), ": ", count_, " tasks in ", levels_, " levels");
  }
  std::int64_t memory_bytes() const override {
    return static_cast<std::int64_t>(sizeof(LocalIndex) * (order_.size() + tasks_.size()) +
                                     sizeof(Word) * words_.size());
  }
  void solve(const ExecutionSpace& space, const DeviceView<const T>& values, std::uint64_t,
             const DeviceView<const T>& b, const DeviceView<T>& x) override {
    if (rows_ == 0) return;
    const TrsvResults<T> results = next_solve(space, 1);
    launch_together("trsv_by_warps", space, trsv_by_warps<T>, blocks(), trsv_threads,
                    matrix(values), tasks(), results, b.data(), x.data());
  }
  void solve(const ExecutionSpace& space, const DeviceView<const T>& values, std::uint64_t,
             const RowMajor<const T>& b, const RowMajor<T>& x) override {
    constexpr std::size_t most = 32;
    for (std::size_t c = 0; rows_ > 0 && c < b.extent(1); c += most) {
      const std::size_t vectors = std::min(most, b.extent(1) - c);
      const TrsvResults<T> results = next_solve(space, vectors);
      launch_together("trsm_by_warps", space, trsm_by_warps<T>, blocks(), trsv_threads,
                      matrix(values), tasks(), results, static_cast<int>(vectors), b.data() + c,
                      static_cast<Offset>(b.stride(0)), x.data() + c,
                      static_cast<Offset>(x.stride(0)));
    }
  }

 private:
  using Word = Stamped<Real<T>>;

  Triangular<T> matrix(const DeviceView<const T>& values) const {
    return {offsets_.data(), indices_.data(), values.data(), lower_, stored_};
  }
  TrsvTasks tasks() const { return {order_.data(), tasks_.data(), count_}; }
  /// One warp per task.
  Offset blocks() const {
    constexpr Offset warps = trsv_threads / 32;
    return (Offset{count_} + warps - 1) / warps;
  }

  /// A number that no word carries yet. Words of 4 + 4 bytes are cleared when their numbers run
  /// out, once in 2^32 solves.
  TrsvResults<T> next_solve(const ExecutionSpace& space, std::size_t vectors) {
    const std::size_t size = static_cast<std::size_t>(rows_) * vectors * words_per_value<T>;
    if (size > words_.size()) {
      words_ = DeviceView<Word>(Kokkos::view_alloc(space, "suan::trsv::results"), size);
    }
    if (static_cast<Stamp<T>>(++solve_) == 0) {
      Kokkos::deep_copy(space, words_, Word{});
      ++solve_;
    }
    return {words_.data(), static_cast<Stamp<T>>(solve_), static_cast<Offset>(vectors)};
  }

  DeviceView<const Offset> offsets_;
  DeviceView<const LocalIndex> indices_;
  LocalIndex rows_ = 0;
  bool lower_ = true;
  bool stored_ = true;
  LocalIndex levels_ = 0;
  LocalIndex count_ = 0;
  DeviceView<const LocalIndex> order_;
  DeviceView<const LocalIndex> tasks_;
  DeviceView<Word> words_;
  std::uint64_t solve_ = 0;
};

}  // namespace

template <Scalar T>
std::unique_ptr<PreparedTrsv<T>> make_self_scheduled_trsv(const CsrView<T>& a,
                                                          const TrsvStructure& structure,
                                                          Diagonal diagonal) {
  return std::make_unique<SelfScheduledTrsv<T>>(a, structure, diagonal);
}

#define SUAN_INSTANTIATE(T)                                           \
  template std::unique_ptr<PreparedTrsv<T>> make_self_scheduled_trsv( \
      const CsrView<T>&, const TrsvStructure&, Diagonal);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::kernels::cuda
