// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// How a hierarchy finds the next level.
#pragma once

#include "multigrid/level.hpp"
#include "multigrid/memory_plan.hpp"
#include "suan/core/timer.hpp"
#include "suan/multigrid/amg.hpp"

namespace suan::multigrid {

/// The seconds since the last call.
class Laps {
 public:
  double lap() {
    Kokkos::fence("suan::multigrid::lap");
    const double now = timer_.seconds();
    const double since = now - last_;
    last_ = now;
    return since;
  }

 private:
  Timer timer_;
  double last_ = 0;
};

/// Where a step of the set-up writes what it did.
struct LevelLog {
  std::size_t level;
  AmgLevel& report;  // of that level
  std::vector<std::string>& notes;
  MemoryPlan& memory;
  Laps laps{};
};

/// A method of coarsening, on its way down a hierarchy.
template <Scalar T>
class Coarsening {
 public:
  Coarsening() = default;
  Coarsening(const Coarsening&) = delete;
  Coarsening& operator=(const Coarsening&) = delete;
  virtual ~Coarsening() = default;

  /// Finds P and R of `fine` and the structure behind them, which is that of `before` unless that
  /// is null. False, with a note that says why, if the next level would not be smaller. What it
  /// then needs, it tells log.memory, if it knows that before P is made. Collective. @throws as
  /// Amg, and OverBudget.
  virtual bool interpolate(Level<T>& fine, const Level<T>* before, LevelLog& log) = 0;
  /// Takes P, R and all else from `before`, whose ranks are those of `fine`, if this coarsening can
  /// do so for other values of the matrix; else it returns false. Collective. @throws as Amg.
  virtual bool keep_interpolation(Level<T>&, const Level<T>&, LevelLog&) { return false; }
  /// Whether P has the entries of the one before in structures that are known.
  virtual bool keeps_structure() const { return false; }
  /// Drops entries of R A P, if it does. Collective.
  virtual void filter(DistributedMatrix<T>&) const {}
  /// Whether interpolate() forecasts memory, unless there is a level before.
  virtual bool forecasts() const { return false; }
  /// Goes on with R A P, which interpolate() made possible, and which has moved unless
  /// `agglomeration` is null. Collective over the ranks of the finer level.
  virtual void descend(const DistributedMatrix<T>& coarse, const Agglomeration* agglomeration) = 0;
};

/// What body(), which checks the rows of a level, returns. @throws InvalidArgument, on all ranks:
/// below the finest level, for the matrix as a whole.
template <class Body>
auto checked_on_level(std::size_t level, const Body& body) {
  if (level == 0) return body();
  try {
    return body();
  } catch (const InvalidArgument& error) {
    throw InvalidArgument(message("amg: the matrix is indefinite, or not finite in products; on ",
                                  "level ", level, " of the hierarchy, ", error.what()));
  }
}

/// Whether the next level is so small that it pays; else a note says that it is not.
inline bool is_smaller(GlobalIndex coarse_rows, GlobalIndex rows, LevelLog& log) {
  if (coarse_rows > 0 && static_cast<double>(coarse_rows) <= 0.9 * static_cast<double>(rows)) {
    return true;
  }
  log.notes.push_back(message("level ", log.level, " is the last: the next one would have ",
                              coarse_rows, " of its ", rows, " rows"));
  return false;
}

}  // namespace suan::multigrid
