// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The interface to the library that factorises: mumps.cpp, or mumps_absent.cpp.
#pragma once

#include <complex>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "preconditioners/direct_entries.hpp"
#include "suan/preconditioners/direct.hpp"

namespace suan::detail {

/// What the factors tell of themselves, the same on all ranks.
struct DirectFacts {
  std::string library;
  std::string ordering;
  std::int64_t factor_entries = 0;
  std::int64_t delayed_pivots = 0;
  std::int64_t null_pivots = 0;
  std::int64_t negative_pivots = 0;  // of real symmetric matrices
  double flops = 0;
  double forecast_bytes = 0;
  double bytes = 0;
  double analysis_seconds = 0;
  double factorisation_seconds = 0;
  Determinant determinant;  // of A, not of what was factorised
};

/// The factors of a matrix, on all ranks of its rows. All functions but the queries are collective,
/// and so is the destructor, which does nothing once MPI has ended.
template <Scalar T>
class DirectFactors {
 public:
  /// @throws as the constructor of Direct, on all ranks.
  DirectFactors(const Layout& rows, const DirectOptions& options, DirectEntries<T> entries);
  DirectFactors(const DirectFactors&) = delete;
  DirectFactors& operator=(const DirectFactors&) = delete;
  ~DirectFactors();

  /// The same for other values in the same places. If it throws, the old factors are made again.
  void refactorise(DirectEntries<T> entries);

  const DirectEntries<T>& entries() const noexcept;
  const DirectFacts& facts() const noexcept;

  /// Makes room for right-hand sides, which the next solve has. @throws OutOfMemory on all ranks.
  /// This rank's rows of them, one vector after the other.
  std::span<T> room(LocalIndex columns);
  /// Replaces what is in room() by the solution.
  void solve(LocalIndex columns);
  /// The same for one right-hand side, with an estimate of errors.
  DirectErrors solve_and_estimate();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace suan::detail
