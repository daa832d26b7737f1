// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace suan::cli {

/// Lets threads that wait for each other give their cores away after a tenth of a millisecond or
/// so, where GNU's OpenMP would spin for many: beside another busy program two threads would take
/// longer than one (docs/performance.md). OpenMP reads its variables when it is loaded, before
/// main, so the program starts itself once more, before MPI. Does nothing where OMP_WAIT_POLICY or
/// GOMP_SPINCOUNT is set, or where that fails.
void spin_less(char** argv);

}  // namespace suan::cli
