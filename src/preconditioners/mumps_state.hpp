// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// One instance of MUMPS, and the movement of its right-hand sides and solutions between ranks.
#pragma once

#include <limits>

#include "core/free_memory.hpp"
#include "preconditioners/direct_factors.hpp"
#include "preconditioners/mumps_errors.hpp"
#include "preconditioners/mumps_process.hpp"
#include "preconditioners/mumps_traits.hpp"
#include "suan/core/timer.hpp"

namespace suan::detail {

/// Calls MUMPS in its order: start, analyse, factorise, and then solves.
template <Scalar T>
struct DirectFactors<T>::State {
  State(const Layout& rows, const DirectOptions& options_given, DirectEntries<T> entries_given);
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  /// Where MPI has ended, the memory stays MUMPS's.
  ~State();

  /// All that may throw between the start of MUMPS and its analysis.
  void prepare();
  void analyse();
  void factorise(bool checks_memory = true);
  /// @throws InternalError, on all ranks, after a failed way back.
  void require_usable() const;
  std::span<T> room(LocalIndex columns);
  void solve(LocalIndex columns);
  DirectErrors solve_and_estimate();

  /// ICNTL(number).
  MUMPS_INT& control(int number) { return mumps.icntl[number - 1]; }
  int call(int job);
  void take_entries();
  bool is_alone() const { return layout.comm().size() == 1; }

  Layout layout;
  DirectOptions options;
  DirectEntries<T> entries;
  DirectFacts facts;

 private:
  void set_controls();
  void require_memory(int percent);
  void take_facts();
  void require_regular();
  void make_room(LocalIndex columns);
  void solve_distributed(LocalIndex columns);
  void plan_return();

  typename Mumps<T>::Struct mumps{};
  bool is_started = false;
  bool is_usable = false;        // whether there are factors of `entries`
  int margin = 0;                // ICNTL(14) with which they were found
  MUMPS_INT held_megabytes = 0;  // of them, on this rank
  std::string ordering;          // what options.ordering means here
  bool gives_order = false;
  std::vector<std::int32_t> places;       // of the rows in the order of elimination, if it is given
  std::vector<std::int32_t> own_numbers;  // of this rank's rows, from 1
  LocalIndex most_columns = 0;            // for which there is room
  std::vector<T> mine;                    // this rank's rows of right-hand sides, then of solutions
  // Of the solution, in parts as the factors are distributed.
  std::vector<T> parts;
  std::vector<std::int32_t> part_numbers;
  bool has_plan = false;
  std::vector<std::size_t> order;  // of the rows in `parts`, by owner
  std::vector<std::int64_t> send_counts;
  std::vector<std::int64_t> receive_counts;
  std::vector<std::int32_t> received_rows;
  std::vector<T> sent;
  std::vector<T> received;
};

}  // namespace suan::detail
