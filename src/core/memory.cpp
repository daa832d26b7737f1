// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/detail/memory.hpp"

#include <sys/mman.h>

#include <cstdint>

namespace suan::detail {

void require_environment() {
  if (Kokkos::is_initialized()) return;
  throw InvalidArgument(
      Kokkos::is_finalized()
          ? "Suan has ended with its suan::Environment; keep that until the end of main, longer "
            "than everything else of the library"
          : "Suan has not been started; make a suan::Environment at the top of main, before "
            "anything else of the library (or write main with suan::run)");
}

void advise_huge_pages(void* data, std::size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
  constexpr std::uintptr_t page = std::uintptr_t(2) << 20;
  const auto begin = reinterpret_cast<std::uintptr_t>(data);
  const std::uintptr_t first = (begin + page - 1) & ~(page - 1);
  const std::uintptr_t last = (begin + bytes) & ~(page - 1);
  // Only whole large pages inside the array, so that it takes no extra memory.
  if (last > first) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
}

}  // namespace suan::detail
