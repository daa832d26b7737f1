// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace suan::cli {

/// Makes threads that wait for each other release their cores after a tenth of a millisecond or so,
/// where GNU's OpenMP would spin for much longer: next to another busy program two threads would be
/// slower than one (docs/performance.md). OpenMP reads its variables when it is loaded, before
/// main, so the program re-executes itself, before MPI starts. Does nothing if OMP_WAIT_POLICY or
/// GOMP_SPINCOUNT is set, or if that fails.
void spin_less(char** argv);

}  // namespace suan::cli
