// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The sparse direct solver in a build without MUMPS.
#include "preconditioners/direct_factors.hpp"
#include "suan/core/instantiate.hpp"

namespace suan {

bool have_direct() noexcept { return false; }

namespace detail {

template <Scalar T>
struct DirectFactors<T>::State {
  DirectEntries<T> entries;
  DirectFacts facts;
};

// No factors can exist, so their other functions are never reached.
template <Scalar T>
DirectFactors<T>::DirectFactors(const Layout&, const DirectOptions&, DirectEntries<T>) {
  throw NotSupported(
      "direct: this build of Suan has no sparse direct solver; install MUMPS (Debian: "
      "libmumps-dev) and build with -DSUAN_ENABLE_MPI=ON -DSUAN_ENABLE_MUMPS=ON, or use "
      "preconditioner amg or ilu0");
}
template <Scalar T>
DirectFactors<T>::~DirectFactors() = default;
template <Scalar T>
void DirectFactors<T>::refactorise(DirectEntries<T>) {}
template <Scalar T>
const DirectEntries<T>& DirectFactors<T>::entries() const noexcept {
  return state_->entries;
}
template <Scalar T>
const DirectFacts& DirectFactors<T>::facts() const noexcept {
  return state_->facts;
}
template <Scalar T>
std::span<T> DirectFactors<T>::room(LocalIndex) {
  return {};
}
template <Scalar T>
void DirectFactors<T>::solve(LocalIndex) {}
template <Scalar T>
DirectErrors DirectFactors<T>::solve_and_estimate() {
  return {};
}

#define SUAN_INSTANTIATE(T) template class DirectFactors<T>;
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

}  // namespace detail

}  // namespace suan
