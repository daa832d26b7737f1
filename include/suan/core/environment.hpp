// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Start-up and shut-down of MPI and Kokkos, in the right order, by scope.
#pragma once

#include "suan/distributed/communicator.hpp"

namespace suan {

/// Initialises MPI (when the library has it) and Kokkos unless somebody did so before, and
/// finalises what it initialised. Make one at the top of main; objects of the library must not
/// outlive it.
///
/// Threads: OMP_NUM_THREADS and --kokkos-num-threads are obeyed. When neither is given, the cores
/// that this process may use are shared among the ranks of its node, so that `mpirun -n k` does
/// not start k times as many threads as there are cores.
class Environment {
 public:
  enum class Mpi { automatic, never };

  /// Takes the arguments that belong to MPI and Kokkos (--kokkos-...) out of argc and argv.
  Environment(int& argc, char**& argv, Mpi mpi = Mpi::automatic);
  /// For callers without a command line. Mpi::never leaves MPI alone, as a notebook wants it.
  explicit Environment(Mpi mpi = Mpi::automatic);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// All ranks of the program.
  const Communicator& world() const noexcept { return world_; }

  /// One line: version, execution space, threads, ranks.
  std::string description() const;

 private:
  void start(int& argc, char** argv, Mpi mpi);
  bool finalize_mpi_ = false;
  bool finalize_kokkos_ = false;
  Communicator world_;
};

}  // namespace suan
