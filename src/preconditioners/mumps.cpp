// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "comm/mpi_calls.hpp"
#include "preconditioners/deep_stack.hpp"
#include "preconditioners/mumps_state.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/matrix/ordering.hpp"

namespace suan {

bool have_direct() noexcept { return true; }

namespace detail {

namespace {

/// So many percent more memory than forecast are allowed at first (ICNTL(14)); at most so many.
constexpr int first_margin = 20;
constexpr int most_margin = 640;
constexpr double megabyte = 1e6;

/// Counts that do not fit are given in millions, with a minus.
std::int64_t count(MUMPS_INT number) {
  return number < 0 ? -1000000 * static_cast<std::int64_t>(number) : number;
}

}  // namespace

template <Scalar T>
DirectFactors<T>::State::State(const Layout& rows, const DirectOptions& options_given,
                               DirectEntries<T> entries_given)
    : layout(rows), options(options_given), entries(std::move(entries_given)) {
  together(layout.comm(), [&] {
    mumps.comm_fortran = mumps_communicator(layout.comm());
    own_numbers.resize(static_cast<std::size_t>(layout.local_size()));
    std::iota(own_numbers.begin(), own_numbers.end(),
              static_cast<std::int32_t>(layout.first()) + 1);
  });
  mumps.par = 1;
  mumps.sym = entries.is_symmetric ? 2 : 0;
  if (const int code = call(-1); code < 0) throw_mumps_error(code, mumps.infog[1], entries.size);
  is_started = true;
}

template <Scalar T>
void DirectFactors<T>::State::prepare() {
  facts.library = message("MUMPS ", mumps.version_number);
  const auto own = available_orderings();
  const bool has_metis = std::find(own.begin(), own.end(), Ordering::metis) != own.end();
  gives_order = options.ordering == "metis" && has_metis;
  if (gives_order) places = metis_places(entries, layout.comm());
  // Rows as short as those of circuits and power grids: minimum degree leaves about as little
  // fill-in as other orders, and is found in a small part of their time. Its trees may be as deep
  // as there are rows, which is nothing to distribute over ranks.
  const auto stored = layout.comm().sum(static_cast<std::int64_t>(entries.values.size()));
  const auto all = entries.is_symmetric ? 2 * stored - entries.size : stored;
  const bool takes_amd = options.ordering == "auto" && is_alone() && all < 6 * entries.size;
  ordering = takes_amd ? "amd" : options.ordering;
  set_controls();
  take_entries();
}

template <Scalar T>
DirectFactors<T>::State::~State() {
  if (is_started && mpi_runs()) call(-2);
}

template <Scalar T>
int DirectFactors<T>::State::call(int job) {
  mumps.job = job;
  Mumps<T>::call(mumps);
  return mumps.infog[0];
}

template <Scalar T>
void DirectFactors<T>::State::set_controls() {
  // Nothing is printed.
  for (const int number : {1, 2, 3}) control(number) = -1;
  control(4) = 0;
  const bool accepts_singular = options.singular == "one_solution";
  control(6) =
      accepts_singular ? 0 : 7;  // with columns permuted, what is singular by structure ends
  control(7) = gives_order ? 1 : mumps_ordering(ordering);
  control(8) = options.scaling ? 77 : 0;
  control(10) = 0;  // no refinement
  control(13) = 1;  // the root on one rank: only then are its negative and null pivots counted
  control(14) = first_margin;
  control(18) = is_alone() ? 0 : 3;
  control(24) = 1;  // null pivots are found
  control(28) = 1;  // the analysis on one rank
  control(33) = 1;  // with the determinant
  mumps.cntl[0] = static_cast<Real<T>>(options.pivot_threshold);
  // Less than this share of the norm of the scaled matrix is rounding.
  mumps.cntl[2] = std::numeric_limits<Real<T>>::epsilon();
}

template <Scalar T>
void DirectFactors<T>::State::take_entries() {
  mumps.n = static_cast<MUMPS_INT>(entries.size);
  const auto number = static_cast<MUMPS_INT8>(entries.values.size());
  if (is_alone()) {
    mumps.nnz = number;
    mumps.irn = mumps_array(entries.rows);
    mumps.jcn = mumps_array(entries.columns);
    mumps.a = mumps_array(entries.values);
  } else {
    mumps.nnz_loc = number;
    mumps.irn_loc = mumps_array(entries.rows);
    mumps.jcn_loc = mumps_array(entries.columns);
    mumps.a_loc = mumps_array(entries.values);
  }
  if (!places.empty()) mumps.perm_in = mumps_array(places);
}

template <Scalar T>
void DirectFactors<T>::State::analyse() {
  const Timer timer;
  const DeepStack stack;
  if (const int code = call(1); code < 0) throw_mumps_error(code, mumps.infog[1], entries.size);
  facts.analysis_seconds = timer.seconds();
  facts.ordering = mumps.infog[6] == 1 ? "metis" : mumps_ordering(mumps.infog[6]);
  if (options.ordering != "auto" && options.ordering != facts.ordering) {
    throw NotSupported(message("direct: this build of MUMPS has no ordering ", options.ordering,
                               " and would take ", facts.ordering, "; use ordering auto"));
  }
}

template <Scalar T>
void DirectFactors<T>::State::require_memory(int percent) {
  const auto& comm = layout.comm();
  const Communicator node = comm.node();
  // The forecast of INFO(15) has the first margin. Factors that are there make room for new ones.
  const double forecast = megabyte * mumps.info[14] * (100.0 + percent) / (100.0 + first_margin);
  const double needed = node.sum(forecast);
  facts.forecast_bytes = comm.sum(forecast);
  const bool is_given = options.memory > 0;
  const double limit = is_given
                           ? static_cast<double>(options.memory)
                           : node.min(detail::free_bytes()) + node.sum(megabyte * held_megabytes);
  const double excess = comm.max(needed - limit);
  if (!(excess > 0)) return;
  // The numbers of the worst node, which all ranks must say alike.
  const double most = comm.max(needed - limit == excess ? needed : 0.0);
  throw OutOfMemory(message("direct: the factorisation would need about ", in_units(most),
                            " on a node, but ", is_given ? "memory allows " : "",
                            in_units(most - excess), is_given ? "" : " are free",
                            "; use more nodes, or preconditioner amg, or ",
                            is_given ? "allow more memory" : "free some"));
}

template <Scalar T>
void DirectFactors<T>::State::factorise(bool checks_memory) {
  const Timer timer;
  is_usable = false;
  has_plan = false;
  most_columns = 0;  // solutions may be distributed in another way
  for (margin = std::max(margin, first_margin);; margin *= 2) {
    if (checks_memory) require_memory(margin);
    control(14) = margin;
    const int code = call(2);
    if (code >= 0) break;
    held_megabytes = 0;
    if (!is_short_of_workspace(code) || 2 * margin > most_margin) {
      throw_mumps_error(code, mumps.infog[1], entries.size);
    }
  }
  held_megabytes = std::max<MUMPS_INT>(mumps.info[15], 0);
  take_facts();
  facts.factorisation_seconds = timer.seconds();
  require_regular();
  is_usable = true;
}

template <Scalar T>
void DirectFactors<T>::State::take_facts() {
  facts.factor_entries = count(mumps.infog[28]);
  facts.delayed_pivots = mumps.infog[12];
  facts.null_pivots = mumps.infog[27];
  facts.negative_pivots = entries.is_symmetric ? mumps.infog[11] : 0;
  facts.flops = mumps.rinfog[2];
  facts.bytes = megabyte * mumps.infog[18];
  auto& determinant = facts.determinant;
  determinant.mantissa = {mumps.rinfog[11], is_complex<T> ? mumps.rinfog[12] : 0};
  determinant.exponent =
      mumps.infog[33] - static_cast<std::int64_t>(entries.exponent) * entries.size;
  if (facts.null_pivots > 0) determinant = {0, 0};
  const double size = std::abs(determinant.mantissa);
  if (size == 0 || !std::isfinite(size)) return;
  int exponent = 0;
  std::frexp(size, &exponent);
  determinant.mantissa *= std::ldexp(1.0, -exponent);
  determinant.exponent += exponent;
}

template <Scalar T>
void DirectFactors<T>::State::require_regular() {
  if (facts.null_pivots == 0 || options.singular == "one_solution") return;
  // Rank 0 alone has the list.
  std::string text;
  together(layout.comm(), [&] {
    if (!layout.comm().is_root()) return;
    text = message("direct: A is singular to rounding: row ", mumps.pivnul_list[0] - 1,
                   " depends on others");
    if (facts.null_pivots > 1) {
      text += message(", and so do ", facts.null_pivots - 1, " more, row ",
                      mumps.pivnul_list[1] - 1, " the first");
    }
    text +=
        "; fix an unknown for each, or, if the right-hand side is consistent, set singular to "
        "one_solution";
  });
  throw InvalidArgument(layout.comm().broadcast(text));
}

template <Scalar T>
void DirectFactors<T>::State::require_usable() const {
  if (is_usable) return;
  throw InternalError(
      "direct: the factors were lost in an update that failed, for lack of memory; make them anew");
}

#define SUAN_INSTANTIATE(T) template struct DirectFactors<T>::State;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace detail

}  // namespace suan
