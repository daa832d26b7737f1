// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Counts allocations, as a profiler would: through the callbacks of Kokkos Tools.
#pragma once

#include <Kokkos_Core.hpp>
#include <string_view>

namespace suan::test {

inline int arrays_of_values = 0;

inline void on_allocation(const Kokkos_Profiling_SpaceHandle, const char* label, const void*,
                          const std::uint64_t) {
  if (std::string_view(label) == "suan::Csr::values") ++arrays_of_values;
}

/// How many arrays for the values of a matrix are allocated while `call` runs.
template <class Call>
int allocated_values(const Call& call) {
  arrays_of_values = 0;
  Kokkos::Tools::Experimental::set_allocate_data_callback(on_allocation);
  call();
  Kokkos::Tools::Experimental::set_allocate_data_callback(nullptr);
  return arrays_of_values;
}

}  // namespace suan::test
