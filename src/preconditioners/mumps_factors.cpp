// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What direct.cpp sees of MUMPS.
#include "preconditioners/mumps_state.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::detail {

template <Scalar T>
DirectFactors<T>::DirectFactors(const Layout& rows, const DirectOptions& options,
                                DirectEntries<T> entries)
    : state_(std::make_unique<State>(rows, options, std::move(entries))) {
  state_->prepare();
  state_->analyse();
  state_->factorise();
}

template <Scalar T>
DirectFactors<T>::~DirectFactors() = default;

template <Scalar T>
void DirectFactors<T>::refactorise(DirectEntries<T> entries) {
  std::swap(state_->entries, entries);
  state_->take_entries();
  try {
    state_->factorise();
  } catch (const Error&) {
    // Back to what was there, for which the memory has sufficed before.
    std::swap(state_->entries, entries);
    state_->take_entries();
    state_->factorise(false);
    throw;
  }
}

template <Scalar T>
const DirectEntries<T>& DirectFactors<T>::entries() const noexcept {
  return state_->entries;
}

template <Scalar T>
const DirectFacts& DirectFactors<T>::facts() const noexcept {
  return state_->facts;
}

template <Scalar T>
std::span<T> DirectFactors<T>::room(LocalIndex columns) {
  return state_->room(columns);
}

template <Scalar T>
void DirectFactors<T>::solve(LocalIndex columns) {
  state_->require_usable();
  state_->solve(columns);
}

template <Scalar T>
DirectErrors DirectFactors<T>::solve_and_estimate() {
  state_->require_usable();
  return state_->solve_and_estimate();
}

#define SUAN_INSTANTIATE(T) template class DirectFactors<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace suan::detail
