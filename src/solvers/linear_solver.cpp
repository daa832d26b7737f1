// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/linear_solver.hpp"

#include <algorithm>
#include <utility>

#include "solvers/choice.hpp"
#include "solvers/late_copy.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/core/timer.hpp"
#include "suan/multigrid/amg.hpp"
#include "suan/preconditioners/preconditioner.hpp"
#include "suan/solvers/detail/solve_energy.hpp"
#include "suan/vector/blas1.hpp"

namespace suan {

namespace {

/// The arguments that all ranks must agree on, as text; a placeholder if an option cannot be
/// written.
template <Scalar T>
std::string told(const Operator<T>& a, const Operator<T>* m, const SolveOptions& options) {
  std::string lines;
  try {
    lines = SolveOptions::table().write(options);
  } catch (const Error&) {
    lines = "options = of several lines\n";
  }
  return message("matrix = ", a.name(), "\nrows of A = ", a.row_layout().global_size(),
                 "\ncolumns of A = ", a.column_layout().global_size(),
                 "\npreconditioner given = ", m != nullptr ? m->name() : "none", "\n", lines);
}

/// Another part of a sentence.
void add(std::string& text, const std::string& part) { text += (text.empty() ? "" : "; ") + part; }

void require_square(const Layout& rows, const Layout& columns) {
  if (rows.global_size() == columns.global_size()) return;
  throw InvalidArgument(message("solve: the matrix has ", rows.global_size(), " rows and ",
                                columns.global_size(), " columns, but must be square"));
}

}  // namespace

template <Scalar T>
LinearSolver<T>::LinearSolver(std::shared_ptr<const Operator<T>> a, SolveOptions options,
                              std::shared_ptr<const Operator<T>> m)
    : given_(detail::settled(std::move(options))), given_m_(std::move(m)), a_(std::move(a)) {
  if (!a_) throw InvalidArgument("LinearSolver: the matrix is a null pointer");
  std::string done;
  setup_ = set_up(*a_, nullptr, done);
}

template <Scalar T>
LinearSolver<T>::~LinearSolver() = default;
template <Scalar T>
LinearSolver<T>::LinearSolver(LinearSolver&&) noexcept = default;
template <Scalar T>
LinearSolver<T>& LinearSolver<T>::operator=(LinearSolver&&) noexcept = default;

template <Scalar T>
auto LinearSolver<T>::set_up(const Operator<T>& a, const Setup* before, std::string& done) const
    -> Setup {
  if (a.comm().size() > 1) {
    require_agreement(a.comm(), "LinearSolver", told(a, given_m_.get(), given_));
  }
  // Components may be registered on some ranks only.
  together(a.comm(), [&] { SolveOptions::table().check(given_); });
  require_square(a.row_layout(), a.column_layout());
  if (given_m_ && given_.preconditioner != "auto") {
    throw InvalidArgument(message("solve: a preconditioner was given and another one, ",
                                  given_.preconditioner,
                                  ", was named; leave the option preconditioner at auto"));
  }
  const Timer timer;
  Setup result;
  result.options = given_;
  if (given_m_) {
    require_same_layout("solve", "the preconditioner", given_m_->row_layout(), "the matrix",
                        a.row_layout());
    result.options.preconditioner = given_m_->name();
    result.m = given_m_;
  }
  const bool is_open = result.options.solver == "auto" || result.options.preconditioner == "auto";
  if (is_open) result.choice = detail::choose(probe(a), result.options);
  copy_matrix(a, before, result, done);
  together(a.comm(),
           [&] { result.solver = make_solver<T>(result.options.solver.type(), result.options); });
  result.may_climb = is_open && !given_m_ && detail::may_climb(a, given_, result.options);
  result.gave_up_factors = before != nullptr && before->gave_up_factors;
  result.may_factorise = !result.gave_up_factors && may_factorise(a);
  if (before != nullptr && before->gave_up && result.may_climb) {
    result.may_climb = false;
    result.gave_up = true;
  }
  precondition(a, before, result, done);  // last: it may change the preconditioner of `before`
  Kokkos::fence("suan::solve_setup");
  result.seconds = timer.seconds();
  return result;
}

/// The matrix in the requested format, or what may copy it later.
template <Scalar T>
void LinearSolver<T>::copy_matrix(const Operator<T>& a, const Setup* before, Setup& result,
                                  std::string& done) const {
  if (given_.format == "auto" && detail::may_be_copied(a)) {
    if (before == nullptr || !before->late) {
      result.late = std::make_shared<detail::LateCopy<T>>(a);
      return;
    }
    const auto next = before->late->next_of(a);
    if (next->has_copy()) add(done, message("the format ", next->name(), " stays"));
    result.late = next;
    return;
  }
  result.version = detail::version_of(a);
  if (before != nullptr && before->other && a.name() != given_.format) {
    result.other = detail::with_values_of(a, *a_, *before->other);
    if (result.other) {
      add(done, message("the format ", result.other->name(), " stays"));
      return;
    }
  }
  result.other = detail::in_format(a, given_.format, result.choice);
}

template <Scalar T>
void LinearSolver<T>::precondition(const Operator<T>& a, const Setup* before, Setup& result,
                                   std::string& done) const {
  if (given_m_) return;
  const std::string name = result.options.preconditioner.type();
  try {
    auto* kept = before != nullptr ? dynamic_cast<Preconditioner<T>*>(before->made.get()) : nullptr;
    if (kept != nullptr && before->options.preconditioner == name &&
        kept->row_layout() == a.row_layout()) {
      add(done, message(name, ": ", kept->update(a)));
      result.made = before->made;
    } else {
      result.made = make_preconditioner<T>(name, a, given_);
      if (before != nullptr && name != "none") add(done, name + " was made anew");
    }
  } catch (const InvalidArgument& error) {
    // A diagonal entry is negligible compared with its row; the same on all ranks.
    if (given_.preconditioner != "auto") throw;
    result.options.preconditioner.set_type("none");
    result.choice += message("; but ", error.what(), ": none");
    result.made = std::make_shared<Identity<T>>(a.row_layout());
  }
  result.m = result.made;
  keep_factors(a, before, result, done);
  if (before == nullptr || !before->multigrid || !result.may_climb) return;
  if (!(before->multigrid->row_layout() == a.row_layout())) return;
  try {
    add(done, message("amg: ", before->multigrid->update(a)));
    result.multigrid = before->multigrid;
    result.most_left = before->most_left;
  } catch (const Error& error) {  // the preconditioner above is there, and updated
    result.may_climb = false;
    add(done, message("without multigrid: ", error.what()));
  }
}

/// Those of `before`, with the values of A.
template <Scalar T>
void LinearSolver<T>::keep_factors(const Operator<T>& a, const Setup* before, Setup& result,
                                   std::string& done) const {
  if (before == nullptr || !before->factors || !result.may_factorise) return;
  if (!(before->factors->row_layout() == a.row_layout())) return;
  try {
    add(done, message("direct: ", before->factors->update(a)));
    result.factors = before->factors;
  } catch (const Error& error) {  // iterations go first again
    add(done, message("without factors: ", error.what()));
  }
}

template <Scalar T>
std::string LinearSolver<T>::update(std::shared_ptr<const Operator<T>> a) {
  if (!a) throw InvalidArgument("LinearSolver: the matrix is a null pointer");
  std::string done;
  auto next = set_up(*a, &setup_, done);
  if (next.options.solver.type() == setup_.options.solver.type()) {
    std::swap(next.solver, setup_.solver);  // with its vectors
    next.second = std::move(setup_.second);
    done = message("the choice of ", next.options.solver, " stays", done.empty() ? "" : "; ", done);
  } else {
    done = message("now ", next.options.solver, done.empty() ? "" : "; ", done);
  }
  setup_ = std::move(next);
  a_ = std::move(a);
  return done;
}

template <Scalar T>
std::string LinearSolver<T>::choice() const {
  const std::string late = setup_.late ? setup_.late->why() : std::string();
  return setup_.choice + (setup_.choice.empty() || late.empty() ? "" : "; ") + late;
}

template <Scalar T>
const AmgReport* LinearSolver<T>::levels() const noexcept {
  if (setup_.factors) return nullptr;
  const Operator<T>* m = setup_.multigrid.get();
  if (m == nullptr) m = setup_.m.get();
  const auto* amg = dynamic_cast<const Amg<T>*>(m);
  return amg != nullptr ? &amg->report() : nullptr;
}

#define SUAN_INSTANTIATE(T) template class LinearSolver<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
