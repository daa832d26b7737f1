// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// A hierarchy from levels that were read.
#include "multigrid/hierarchy.hpp"
#include "multigrid/shared_report.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/multigrid/smoother_registry.hpp"

namespace suan::multigrid {

template <Scalar T>
Hierarchy<T>::Hierarchy(std::vector<Level<T>> levels, const AmgOptions& options, bool hermitian,
                        AmgReport report)
    : options_(options),
      hermitian_(hermitian),
      has_structure_(false),
      levels_(std::move(levels)),
      report_(std::move(report)) {
  keeps_own_smoother_ = options_.smoother.type() == "auto";
  if (keeps_own_smoother_) options_.smoother = suitable_smoother(hermitian_);
  const AmgReport told = report_;
  set_up_levels(0);
  report_.notes = told.notes;  // which have said already what finish_last() may say again
  report_.seconds = told.seconds;
  report_.levels.back().smoothing = told.levels.back().smoothing;
  make_vectors(&Level<T>::vectors);
  finish_report();
}

/// What levels from k on have beside their matrices. Collective over the ranks of level k.
template <Scalar T>
void Hierarchy<T>::set_up_levels(std::size_t k) {
  for (; k + 1 < levels_.size(); ++k) {
    Level<T>& level = levels_[k];
    describe(level.a, report_.levels[k]);
    report_.levels[k].interpolation_entries = level.p.global_entries();
    set_up_smoother(level, report_.levels[k]);
    if (!level.agglomeration) continue;
    const Communicator comm = level.a.comm();
    on_some(comm, level.agglomeration->takes_part(), [&] { set_up_levels(k + 1); });
    report_ = shared(comm, report_);
    return;
  }
  describe(levels_.back().a, report_.levels.back());
  finish_last();
}

#define SUAN_INSTANTIATE(T) \
  template Hierarchy<T>::Hierarchy(std::vector<Level<T>>, const AmgOptions&, bool, AmgReport);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::multigrid
