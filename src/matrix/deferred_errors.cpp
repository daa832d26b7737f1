// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/detail/deferred_errors.hpp"

#include <optional>
#include <utility>

namespace suan::detail {

namespace {

thread_local DeferredErrors* current = nullptr;

[[noreturn]] void throw_typed(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (...) {
    rethrow_typed();
  }
}

}  // namespace

DeferredErrors::DeferredErrors(const Communicator& comm) noexcept : comm_(comm), outer_(current) {
  current = this;
}

DeferredErrors::~DeferredErrors() { current = outer_; }

bool DeferredErrors::keep(const std::exception_ptr& error) noexcept {
  if (current == nullptr || current->comm_.size() == 1) return false;
  if (!current->error_) current->error_ = error;
  return true;
}

bool DeferredErrors::kept() noexcept { return current != nullptr && current->error_ != nullptr; }

void DeferredErrors::throw_together() {
  if (comm_.size() == 1) return;
  const std::exception_ptr mine = std::exchange(error_, nullptr);
  std::optional<Failure> failed;
  try {
    if (mine) std::rethrow_exception(mine);
  } catch (...) {
    failed.emplace();
    failed->kind = current_error(failed->text);
  }
  try {
    suan::throw_together(comm_, failed);
  } catch (const Error& error) {
    if (!failed || failed->text != error.what()) throw;
  }
  if (mine) throw_typed(mine);
}

void settle(const std::exception_ptr& error) {
  if (error && !DeferredErrors::keep(error)) throw_typed(error);
}

}  // namespace suan::detail
