// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "io/detail/signal_cleanup.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace suan::detail {

namespace {

// A signal handler may neither allocate nor lock. Files beyond this number are not removed.
std::array<std::atomic<const char*>, 64> unfinished{};
static_assert(std::atomic<const char*>::is_always_lock_free);

}  // namespace

SignalCleanup::SignalCleanup(std::string path) noexcept : path_(std::move(path)) {
  path_.reserve(64);  // on the heap, where it stays when it is moved
  for (std::size_t k = 0; k < unfinished.size(); ++k) {
    const char* empty = nullptr;
    if (!unfinished[k].compare_exchange_strong(empty, path_.c_str())) continue;
    place_ = static_cast<int>(k);
    return;
  }
}

SignalCleanup::~SignalCleanup() {
  if (place_ < 0) return;
  if (unfinished[static_cast<std::size_t>(place_)].exchange(nullptr) != nullptr) return;
  // A handler has the path, and ends the process: it must not be freed under its hands.
  static std::mutex mutex;
  static auto* const kept = new std::vector<std::string>;
  const std::lock_guard lock(mutex);
  kept->push_back(std::move(path_));
}

void clean_up_for_signal() noexcept {
  for (auto& place : unfinished) {
    const char* path = place.exchange(nullptr);
    if (path != nullptr) ::unlink(path);
  }
}

}  // namespace suan::detail
