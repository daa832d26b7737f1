// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Counts the messages of this rank through MPI's profiling interface: linked to a program, or
// loaded before MPI (LD_PRELOAD). The calls MPI_Pcontrol(1), before each of what is counted, such
// as a cycle, and MPI_Pcontrol(0), after the last one, count; programs make them in any case. Rank
// 0 prints a line of JSON in MPI_Finalize if there were any.
#pragma once

#include <cstdint>

namespace suan::bench {

struct Messages {
  std::int64_t turns = 0;        ///< calls of MPI_Pcontrol(1)
  std::int64_t sent = 0;         ///< from this rank to another one
  std::int64_t bytes = 0;        ///< in these
  std::int64_t collectives = 0;  ///< on more than one rank
  /// The least that these send from a rank, in the long run: one where one rank gives or takes, the
  /// logarithm of the ranks where all do, and as many as the others where each has something else
  /// for each.
  std::int64_t collective_messages = 0;
};

/// Those since the counter was first switched on.
const Messages& counted_messages();

}  // namespace suan::bench
