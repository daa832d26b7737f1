// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What an operator throws on one rank in the middle of a solve.
#pragma once

#include <exception>
#include <limits>

#include "suan/distributed/communicator.hpp"

namespace suan::detail {

/// The frame of a solve. While it lives, an operator that throws on this rank does not leave it,
/// for the others would wait for ever: its result becomes NaN, which the next reduction tells to
/// all ranks, so that all end the iteration alike. When the iteration is over, throw_together()
/// throws.
///
/// With one rank it does nothing: what is thrown leaves the solve at once. Frames may be nested, as
/// solvers are.
class DeferredErrors {
 public:
  explicit DeferredErrors(const Communicator& comm) noexcept;
  ~DeferredErrors();
  DeferredErrors(const DeferredErrors&) = delete;
  DeferredErrors& operator=(const DeferredErrors&) = delete;

  /// Throws on all ranks where any of them kept something: the very exception on a rank that kept
  /// the first one, its kind and text on the others. One reduction when all is well. Collective.
  void throw_together();

  /// Keeps the error for the frame of this thread, the first one of each rank. Whether there is a
  /// frame that wants it.
  static bool keep(const std::exception_ptr& error) noexcept;
  /// Whether the frame of this thread has kept something.
  static bool kept() noexcept;

 private:
  const Communicator& comm_;
  DeferredErrors* outer_;
  std::exception_ptr error_;
};

/// NaN for whatever an operator should have written.
template <class View>
void spoil(const View& result) {
  using R = Real<typename View::non_const_value_type>;
  Kokkos::deep_copy(result,
                    typename View::non_const_value_type(std::numeric_limits<R>::quiet_NaN()));
}

/// Keeps an error, or throws it where no frame wants it; missing memory as OutOfMemory.
void settle(const std::exception_ptr& error);

/// Runs `body`, which writes `result`; what it throws is the result here, and spoils `result`. For
/// functions that reduce afterwards, and settle() the error when they have: on all ranks alike.
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
