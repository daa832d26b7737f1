// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/multigrid/amg.hpp"

#include <algorithm>

#include "core/free_memory.hpp"
#include "matrix/distributed_pattern.hpp"
#include "multigrid/check.hpp"
#include "multigrid/choice.hpp"
#include "multigrid/hierarchy.hpp"
#include "multigrid/near_null_rows.hpp"
#include "multigrid/relaxed_vectors.hpp"
#include "multigrid/rounded_amg.hpp"
#include "multigrid/row_change.hpp"
#include "multigrid/ways.hpp"
#include "preconditioners/pieces.hpp"
#include "suan/comm/agreement.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/probe.hpp"
#include "suan/multigrid/near_null_space.hpp"

namespace suan {

namespace {

AmgOptions checked(const Communicator& comm, const AmgOptions& options) {
  std::string told;
  // Registries of smoothers may differ between ranks.
  together(comm, [&] {
    AmgOptions::table().check(options);
    told = AmgOptions::table().write(options);
  });
  if (comm.size() > 1) require_agreement(comm, "Amg", told);
  return options;
}

bool wants_single(const AmgOptions& options) {
  const bool sums_aggregates = options.coarsening == "aggregation" && !options.smooth_prolongator;
  if (options.precision == "auto") return !sums_aggregates;
  return options.precision == "single";
}

std::string not_in_single(const Error& error) {
  return message("the hierarchy is in double precision, since in single precision ", error.what());
}

}  // namespace

template <Scalar T>
Amg<T>::Amg(const Operator<T>& a, const AmgOptions& options)
    : Preconditioner<T>(a.row_layout(), a.column_layout()), options_(checked(a.comm(), options)) {
  const auto matrix = detail::require_matrix("amg", a);
  choose(matrix);
  relax_vectors(matrix);
  set_up(matrix, wants_single(options_));
}

template <Scalar T>
Amg<T>::Amg(const Operator<T>& a, const MultiVector<T>& near_null_space, const AmgOptions& options)
    : Preconditioner<T>(a.row_layout(), a.column_layout()), options_(checked(a.comm(), options)) {
  require_same_layout("amg", "the near null space", near_null_space.layout(), "the matrix",
                      a.row_layout());
  near_null_ = multigrid::scaled_near_null(near_null_space);
  const auto matrix = detail::require_matrix("amg", a);
  choose(matrix);
  relax_vectors(matrix);
  set_up(matrix, wants_single(options_));
}

template <Scalar T>
Amg<T>::Amg(const Layout& rows, const AmgOptions& options, MultiVector<T> near_null)
    : Preconditioner<T>(rows, rows),
      options_(checked(rows.comm(), options)),
      near_null_(std::move(near_null)) {}

template <Scalar T>
Amg<T>::Amg(Amg&&) noexcept = default;
template <Scalar T>
Amg<T>& Amg<T>::operator=(Amg&&) noexcept = default;
template <Scalar T>
Amg<T>::~Amg() = default;

template <Scalar T>
MultiVector<T> Amg<T>::near_null() const {
  if (near_null_.columns() > 0) return near_null_;
  return constant_vectors<T>(this->row_layout(), static_cast<LocalIndex>(options_.block_size));
}

/// Replaces "auto" by a scan of A, and refuses what that shows multigrid not to be fit for.
template <Scalar T>
void Amg<T>::choose(const DistributedMatrix<T>& a) {
  const LocalIndex vectors = near_null_.columns();
  multigrid::refuse_unused(options_, vectors);
  if (!multigrid::is_open(options_)) return;
  const auto scan = multigrid::scan(a);
  if (const auto lacking = multigrid::diagonal_lacks(scan); !lacking.empty()) {
    try {
      multigrid::require_rows(a);
    } catch (const InvalidArgument& error) {  // on all ranks
      throw InvalidArgument(message(error.what(), "; ", lacking));
    }
  }
  choice_ = multigrid::choose(scan, vectors, options_);
  const auto why = multigrid::indefinite_by(scan);
  if (why.empty()) return;
  if (probe(a).hermitian) {
    throw InvalidArgument(message("amg: the matrix is indefinite: ", why,
                                  "; multigrid is for positive definite matrices: use gmres with ",
                                  "another preconditioner, or none"));
  }
  choice_.push_back("the Hermitian part of A is indefinite: " + why);
}

/// Adds those to the near null space that options ask for.
template <Scalar T>
void Amg<T>::relax_vectors(const DistributedMatrix<T>& a) {
  if (options_.relaxed_vectors == 0) return;
  multigrid::require_rows(a);
  near_null_ = multigrid::scaled_near_null(multigrid::with_relaxed_vectors(
      a, near_null(), static_cast<LocalIndex>(options_.relaxed_vectors)));
  choice_.push_back(message("the near null space has ", near_null_.columns(), " vectors, of which ",
                            options_.relaxed_vectors, " were found by relaxation"));
}

/// Changes nothing if it throws. `precision_note`, if there is one, says why not in single.
template <Scalar T>
void Amg<T>::set_up(const DistributedMatrix<T>& a, bool in_single,
                    const std::string& precision_note) {
  const auto before = detail::resident_bytes();
  constexpr bool is_low = sizeof(Real<T>) <= sizeof(float);
  const auto ways = multigrid::ways_to_set_up(options_, is_low && options_.precision == "single");
  std::string why;
  for (auto way = ways.begin();; ++way) {
    try {
      const auto note = make(a, way->options, in_single && wants_single(way->options));
      options_ = way->options;
      if (way != ways.begin()) way_note_ = message(way->name, why);
      take_report(precision_note.empty() ? note : precision_note);
      break;
    } catch (const multigrid::OverBudget& error) {  // on all ranks
      if (way + 1 == ways.end()) throw;
      why = message(", to need less memory: ", error.what());
    }
  }
  report_.memory.peak = multigrid::peak_since(before, a.comm());
}

/// Returns what there is to say of the precision.
template <Scalar T>
std::string Amg<T>::make(const DistributedMatrix<T>& a, const AmgOptions& options, bool in_single) {
  std::string note;
  std::unique_ptr<multigrid::Rounded<T>> rounded;
  std::unique_ptr<multigrid::Hierarchy<T>> hierarchy;
  if (in_single) {
    try {
      rounded = multigrid::make_rounded<T>(a, near_null_, options);
      if (rounded) note = "the hierarchy is in single precision";
    } catch (const InvalidArgument& error) {  // on all ranks
      note = not_in_single(error);
    }
  }
  if (!rounded) {
    const auto make_with = [&](const MultiVector<T>& vectors) {
      hierarchy = std::make_unique<multigrid::Hierarchy<T>>(a, vectors, options, nullptr);
    };
    // Copies would count at the peak.
    near_null_.columns() > 0 ? make_with(near_null_) : make_with(near_null());
  }
  rounded_ = std::move(rounded);
  hierarchy_ = std::move(hierarchy);
  first_iterations_ = last_iterations_ = 0;
  change_ = 0;
  return note;
}

template <Scalar T>
void Amg<T>::note_iterations(std::int64_t iterations) {
  if (rounded_) rounded_->note_iterations(iterations);
  if (first_iterations_ == 0) first_iterations_ = iterations;
  last_iterations_ = iterations;
}

template <Scalar T>
bool Amg<T>::is_worn() const {
  // One or two iterations more are no sign, even if they are half.
  constexpr std::int64_t few = 2;
  return first_iterations_ > 0 && 2 * last_iterations_ > 3 * first_iterations_ + 2 * few;
}

template <Scalar T>
void Amg<T>::take_report(const std::string& note) {
  precision_note_ = note;
  report_ = rounded_ ? rounded_->report() : hierarchy_->report();
  std::int64_t vectors = 0;
  if (near_null_.columns() > 0) {
    vectors = near_null_.global_size() * near_null_.columns() * std::int64_t{sizeof(T)};
  }
  const auto copied = rounded_ ? rounded_->copied_bytes() : 0;
  report_.memory.hierarchy += vectors + copied;
  if (report_.forecast.peak > 0) {
    report_.forecast.hierarchy += vectors + copied;
    report_.forecast.peak = std::max(report_.forecast.peak + copied + (rounded_ ? vectors : 0),
                                     report_.forecast.hierarchy);
  }
  report_.notes.insert(report_.notes.begin(), choice_.begin(), choice_.end());
  if (!note.empty()) report_.notes.push_back(note);
  if (!way_note_.empty()) report_.notes.push_back(way_note_);
}

template <Scalar T>
std::string Amg<T>::do_update(const Operator<T>& a) {
  const auto matrix = detail::require_matrix("amg", a);
  if (!rounded_ && is_worn()) {
    const auto why = message("all is new: solves had come to ", last_iterations_,
                             " iterations, from ", first_iterations_);
    set_up(matrix, wants_single(options_));
    return why;
  }
  if (rounded_) {
    try {
      const auto done = rounded_->update(matrix);
      take_report(precision_note_);
      return done;
    } catch (const InvalidArgument& error) {  // on all ranks
      set_up(matrix, false, not_in_single(error));
      return "all is new: single precision no longer suffices";
    } catch (const multigrid::OverBudget&) {  // on all ranks
      set_up(matrix, wants_single(options_));
      return "all is new: it needs more memory";
    }
  }
  // For matrices that are not Hermitian, the structure is that of A + A^H.
  const bool is_read = !hierarchy_->has_structure();
  const bool same = !is_read && detail::has_structure_of(hierarchy_->matrix(), matrix) &&
                    probe(matrix).hermitian == hierarchy_->is_hermitian();
  if (same) return update_values(matrix);
  set_up(matrix, false);
  return is_read ? "all is new: files hold no structure that could be kept"
                 : "all is new: the structure of the matrix is another one";
}

/// For a matrix of the same structure. Interpolation is kept while rows have changed little, all in
/// all, since it was made, and iterations have not grown.
template <Scalar T>
std::string Amg<T>::update_values(const DistributedMatrix<T>& a) {
  using multigrid::Keep;
  constexpr double most_change = 0.25;
  // R has scaled columns in it where A is not Hermitian, and their change is not looked at. Without
  // smoothing, interpolation has nothing of the values.
  const bool can_keep = options_.coarsening == "aggregation" &&
                        (hierarchy_->is_hermitian() || !options_.smooth_prolongator);
  const double change = can_keep && options_.smooth_prolongator
                            ? change_ + multigrid::row_change(hierarchy_->matrix(), a)
                            : 0;
  const bool has_more = 5 * last_iterations_ > 6 * first_iterations_ + 10;
  const bool keeps = can_keep && change <= most_change && !has_more;
  hierarchy_ = std::make_unique<multigrid::Hierarchy<T>>(
      a, near_null(), options_, hierarchy_.get(), keeps ? Keep::interpolation : Keep::structure);
  change_ = keeps ? change : 0;
  take_report(precision_note_);
  const char* const what = options_.coarsening == "aggregation" ? "aggregates" : "coarse points";
  if (!keeps) {
    return message("the ", what,
                   " were kept; interpolation, coarse matrices and smoothers are new");
  }
  return message("the ", what,
                 " were kept, and so was interpolation; coarse matrices and smoothers ", "are new");
}

template <Scalar T>
std::int64_t Amg<T>::bytes_per_apply() const {
  return rounded_ ? rounded_->bytes_per_apply() : hierarchy_->bytes();
}

template <Scalar T>
bool Amg<T>::is_hermitian() const {
  return rounded_ ? rounded_->inner().is_hermitian() : hierarchy_->is_hermitian();
}

template <Scalar T>
std::string Amg<T>::scalar() const {
  return rounded_ ? rounded_->scalar() : scalar_name<T>();
}

template <Scalar T>
std::vector<GlobalIndex> Amg<T>::aggregates() const {
  return rounded_ ? rounded_->aggregates() : multigrid::aggregates_of_rows(*hierarchy_);
}

template <Scalar T>
AmgCheck Amg<T>::check() const {
  return rounded_ ? rounded_->check() : multigrid::check(*hierarchy_, near_null());
}

template <Scalar T>
void Amg<T>::do_apply(T alpha, const Vector<T>& x, T beta, Vector<T>& y) const {
  if (rounded_) {
    rounded_->apply(alpha, x, beta, y);
    return;
  }
  if (alpha == T(1) && beta == T(0)) {
    hierarchy_->cycle(x, y);
    return;
  }
  if (!result_) together(this->comm(), [&] { result_.emplace(y.layout()); });
  hierarchy_->cycle(x, *result_);
  axpby(alpha, *result_, beta, y);
}

template <Scalar T>
void Amg<T>::do_apply_multi(T alpha, const MultiVector<T>& x, T beta, MultiVector<T>& y) const {
  if (rounded_) {
    rounded_->apply(alpha, x, beta, y);
    return;
  }
  if (alpha == T(1) && beta == T(0)) {
    hierarchy_->cycle(x, y);
    return;
  }
  MultiVector<T> result;
  together(this->comm(), [&] { result = detail::like(y); });
  hierarchy_->cycle(x, result);
  detail::add(alpha, std::as_const(result), beta, y);
}

#define SUAN_INSTANTIATE(T) template class Amg<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan
