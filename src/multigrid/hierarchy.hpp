// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The levels of a multigrid method.
#pragma once

#include <exception>

#include "multigrid/coarsening.hpp"
#include "multigrid/coarsest.hpp"
#include "multigrid/sparse_coarsest.hpp"

namespace suan::multigrid {

/// What a hierarchy for other values has from the one before it, besides its structure.
enum class Keep { structure, interpolation };

template <Scalar T>
class Hierarchy {
 public:
  /// With the structure of `before` if that is not null, and with its prolongators where they can
  /// be kept if those are to be. Collective. @throws as Amg.
  Hierarchy(const DistributedMatrix<T>& a, const MultiVector<T>& near_null,
            const AmgOptions& options, const Hierarchy* before, Keep keep = Keep::structure);
  /// From the matrices, prolongators and restrictions of levels, and the report on their set-up:
  /// sets up the smoothers and the solution on the last level. Collective. @throws as Amg.
  Hierarchy(std::vector<Level<T>> levels, const AmgOptions& options, bool hermitian,
            AmgReport report);

  /// x = one cycle for A x = b from zero. Collective. What goes wrong on levels that some ranks
  /// alone have is thrown there, and x is not a number on the others; by a cycle with
  /// another number of vectors than the last, which takes memory, it is thrown on all ranks.
  void cycle(const Vector<T>& b, Vector<T>& x) const;
  /// The same for several vectors, with each matrix read once for all.
  void cycle(const MultiVector<T>& b, MultiVector<T>& x) const;
  /// x = one cycle for A x = b on a level and those below it, from zero. Collective. @throws on all
  /// ranks alike.
  void cycle_from(std::size_t level, const Vector<T>& b, Vector<T>& x) const;

  const std::vector<Level<T>>& levels() const { return levels_; }
  /// Whether this rank takes part in a level.
  bool takes_part(std::size_t level) const;

  bool is_hermitian() const { return hermitian_; }
  /// Whether there is a structure that another hierarchy can keep.
  bool has_structure() const { return has_structure_; }
  const AmgOptions& options() const { return options_; }
  const DistributedMatrix<T>& matrix() const { return levels_.front().a; }
  const AmgReport& report() const { return report_; }
  /// Bytes of a cycle on all ranks, by formula.
  std::int64_t bytes() const { return bytes_; }

 private:
  /// Numbers of vectors of the last cycle: it failed, or had a Vector.
  static constexpr LocalIndex none = -2;
  static constexpr LocalIndex single = -1;

  void add_levels(Coarsening<T>& coarsening, const Hierarchy* before, MemoryPlan& memory);
  bool interpolate(Coarsening<T>& coarsening, const Hierarchy* before, LevelLog& log);
  bool coarsen_if_possible(Coarsening<T>& coarsening, const Hierarchy* before, MemoryPlan& memory);
  bool coarsen(Coarsening<T>& coarsening, const Hierarchy* before, MemoryPlan& memory);
  void set_up_levels(std::size_t k);
  void set_up_smoother(Level<T>& level, AmgLevel& report) const;
  void finish_last();
  void factorise_sparsely();
  static void describe(const DistributedMatrix<T>& a, AmgLevel& level);
  void finish_report();
  std::int64_t count_bytes() const;
  template <class V>
  void start(const V& b, V& x, LocalIndex columns) const;
  template <class V>
  void run(std::size_t level, const V& b, V& x) const;
  template <class V>
  void visit(std::size_t level, const V& b, V& x, const std::string& cycle) const;
  template <class V, class... Columns>
  void make_vectors(CycleVectors<V> Level<T>::*vectors, Columns... columns) const;
  bool visits_twice(std::size_t level) const;
  template <class V>
  void correct(std::size_t level, const V& b, V& x, const std::string& cycle) const;
  void accelerate(std::size_t level, const Vector<T>& b, Vector<T>& x) const;
  template <class V>
  void smooth_after(const Level<T>& level, const V& b, V& x) const;

  AmgOptions options_;
  bool hermitian_ = true;
  bool keeps_own_smoother_ = false;  // that of the coarsening, since none was named
  bool has_structure_ = true;
  Keep keep_ = Keep::structure;
  mutable std::vector<Level<T>> levels_;  // their vectors are for work
  Coarsest<T> coarsest_;
  std::unique_ptr<SparseCoarsest<T>> sparse_;  // in its place, where that would be too large
  bool is_direct_ = false;                     // whether the last level has one of them
  mutable std::exception_ptr failed_;          // in a cycle, on a level that some ranks alone have
  mutable LocalIndex last_columns_ = none;
  std::int64_t bytes_ = 0;
  AmgReport report_;
};

}  // namespace suan::multigrid
