// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Exceptions of an operator on one rank in the middle of a solve.
#pragma once

#include <exception>
#include <limits>

#include "suan/comm/communicator.hpp"

namespace suan::detail {

/// The frame of a solve. While it exists, an operator's exception on this rank does not leave the
/// solve, because the others would wait forever: its result becomes NaN, which the next reduction
/// spreads to all ranks, so that all stop iterating. After the iteration throw_together() throws.
///
/// With one rank it does nothing: exceptions leave the solve at once. Frames may be nested, like
/// solvers.
class DeferredErrors {
 public:
  explicit DeferredErrors(const Communicator& comm) noexcept;
  ~DeferredErrors();
  DeferredErrors(const DeferredErrors&) = delete;
  DeferredErrors& operator=(const DeferredErrors&) = delete;

  /// Throws on all ranks if any of them kept an error: the exception itself on a rank that kept the
  /// first one, its kind and text on the others. One reduction if there is none. Collective.
  void throw_together();

  /// Keeps the error for the frame of this thread, the first one of each rank. Returns whether
  /// there is such a frame.
  static bool keep(const std::exception_ptr& error) noexcept;
  /// Whether the frame of this thread has kept an error.
  static bool kept() noexcept;

 private:
  const Communicator& comm_;
  DeferredErrors* outer_;
  std::exception_ptr error_;
};

/// Fills an operator's result with NaN.
template <class View>
void spoil(const View& result) {
  using R = Real<typename View::non_const_value_type>;
  Kokkos::deep_copy(result,
                    typename View::non_const_value_type(std::numeric_limits<R>::quiet_NaN()));
}

/// Keeps an error, or throws it if there is no frame; too little memory as OutOfMemory.
void settle(const std::exception_ptr& error);

/// Runs `body`, which writes `result`; returns its exception, after filling `result` with NaN. For
/// functions that reduce afterwards, on all ranks, and then settle() the error.
template <class View, class Body>
[[nodiscard]] std::exception_ptr attempt(const View& result, const Body& body) {
  try {
    body();
  } catch (...) {
    spoil(result);
    return std::current_exception();
  }
  return nullptr;
}

/// Runs `body`, which writes `result`, in the frame of the solve around it, if there is one.
template <class View, class Body>
void in_frame(const View& result, const Body& body) {
  try {
    body();
  } catch (...) {
    settle(std::current_exception());
  }
  if (DeferredErrors::kept()) spoil(result);
}

}  // namespace suan::detail
