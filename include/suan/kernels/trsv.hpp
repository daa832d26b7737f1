// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Solving with a sparse triangular matrix, CSR, on one rank. The functions check nothing.
//
// Bytes per solve, with v the bytes of a value: entries * (v + 4) + rows * (8 + 2 v) for the
// matrix, b and x, each once; repeated reads of x are assumed to hit the caches. For k right-hand
// sides at once: entries * (v + 4) + rows * (8 + 2 k v).
//
// Sources. Level scheduling: E. Anderson, Y. Saad, "Solving sparse triangular linear systems on
// parallel computers", Int. J. High Speed Comput. 1 (1989), 73-95. Waiting for single results
// instead of barriers: J. H. Saltz, "Aggregation methods for solving sparse triangular systems on
// multiprocessors", SIAM J. Sci. Stat. Comput. 11 (1990), 123-144; J. Park, M. Smelyanskiy,
// N. Sundaram, P. Dubey, "Sparsifying synchronization for high-performance shared-memory sparse
// triangular solver", ISC 2014, 124-140.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "suan/kernels/spmm.hpp"

namespace suan {

enum class Triangle { lower, upper };
/// stored: each row holds its diagonal entry. unit: no row does; the diagonal is one.
enum class Diagonal { stored, unit };

/// automatic: the structure and the number of threads decide.
/// sequential: row after row on one thread.
/// levels: rows that depend on no other row of their level, level after level; thin levels on one
/// thread.
/// blocks: blocks of consecutive rows, each of which waits for the blocks that it depends on;
/// threads claim them dynamically. Host only.
/// self_scheduling: rows wait for the single results that they need, in one launch. CUDA only.
/// cusparse: NVIDIA's SpSV, and SpSM for several right-hand sides. CUDA only.
enum class TrsvSchedule { automatic, sequential, levels, blocks, self_scheduling, cusparse };

std::string_view to_string(Triangle triangle);
std::string_view to_string(TrsvSchedule schedule);
/// @throws InvalidArgument naming the valid ones.
TrsvSchedule trsv_schedule_from_string(std::string_view name);

namespace kernels {

struct TrsvAnalysis;

/// A solve set up for CUDA; see TrsvPlan. `version` distinguishes values from earlier ones.
template <Scalar T>
class PreparedTrsv {
 public:
  virtual ~PreparedTrsv() = default;
  virtual TrsvSchedule schedule() const = 0;
  virtual std::string description() const = 0;
  virtual std::int64_t memory_bytes() const = 0;
  virtual void solve(const ExecutionSpace& space, const DeviceView<const T>& values,
                     std::uint64_t version, const DeviceView<const T>& b,
                     const DeviceView<T>& x) = 0;
  virtual void solve(const ExecutionSpace& space, const DeviceView<const T>& values,
                     std::uint64_t version, const RowMajor<const T>& b, const RowMajor<T>& x) = 0;
};

/// The analysis of one structure, made once; values may change. Each row is one sum in the order of
/// its entries (reversed in an upper triangle), so the bits do not depend on schedule or threads.
/// Copies share the analysis. Solves with it must not overlap, neither from two host threads nor on
/// two streams.
///
/// In a CUDA build `automatic` takes self_scheduling, and the analysis runs on the host. There each
/// row is a fixed tree of sums: the same bits in each run, but not those of the other schedules.
/// Levels are one launch each: correct, but not tuned.
template <Scalar T>
class TrsvPlan {
 public:
  TrsvPlan() = default;
  /// Columns increase in each row, and all entries belong to the triangle; see Diagonal.
  /// @throws NotSupported when this build has no such schedule, or it cannot take this matrix.
  TrsvPlan(const ExecutionSpace& space, const CsrView<T>& a, Triangle triangle, Diagonal diagonal,
           TrsvSchedule wanted);

  /// Sets other values for the same structure.
  void set_values(const DeviceView<const T>& values);

  /// The schedule in use; never automatic.
  TrsvSchedule schedule() const noexcept { return schedule_; }
  /// The same in words: "blocks: 32768 blocks in 382 levels, 2 threads".
  std::string description() const;
  /// Bytes of the analysis.
  std::int64_t memory_bytes() const;

  /// x = A^-1 b; b and x may be the same array.
  void solve(const ExecutionSpace& space, const DeviceView<const T>& b,
             const DeviceView<T>& x) const;
  /// The same for each column of B and X, in one pass over the matrix; both may be the same array.
  /// Each element is again one sum in the order of the row's entries.
  void solve(const ExecutionSpace& space, const RowMajor<const T>& b, const RowMajor<T>& x) const;

 private:
  CsrView<T> a_;
  Triangle triangle_ = Triangle::lower;
  Diagonal diagonal_ = Diagonal::stored;
  TrsvSchedule schedule_ = TrsvSchedule::sequential;
  std::shared_ptr<TrsvAnalysis> analysis_;
  std::shared_ptr<PreparedTrsv<T>> prepared_;  // of the schedules that only CUDA has
  std::uint64_t version_ = 0;                  // of the values
};

}  // namespace kernels
}  // namespace suan
