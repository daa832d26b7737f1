// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "io/unfinished_files.hpp"

#include <unistd.h>

#include <array>
#include <atomic>

namespace suan::detail {

namespace {

// A handler of signals may neither allocate nor lock. Files beyond these are not removed.
std::array<std::atomic<const char*>, 64> unfinished{};
static_assert(std::atomic<const char*>::is_always_lock_free);

}  // namespace

UnfinishedFile::UnfinishedFile(const char* path) noexcept {
  for (std::size_t k = 0; k < unfinished.size(); ++k) {
    const char* empty = nullptr;
    if (!unfinished[k].compare_exchange_strong(empty, path)) continue;
    place_ = static_cast<int>(k);
    return;
  }
}

UnfinishedFile::~UnfinishedFile() {
  if (place_ >= 0) unfinished[static_cast<std::size_t>(place_)].store(nullptr);
}

void remove_unfinished_files() noexcept {
  for (auto& place : unfinished) {
    const char* path = place.exchange(nullptr);
    if (path != nullptr) ::unlink(path);
  }
}

}  // namespace suan::detail
