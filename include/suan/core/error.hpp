// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The exceptions of the library. A solve that does not converge is not one of them: its report
// says so. Every message names what is wrong, with the sizes, the line or the row, and what to do.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

namespace suan {

enum class ErrorKind : int {
  internal,
  invalid_argument,
  dimension_mismatch,
  not_supported,
  io_error,
  device_error,
  mpi_error,
  out_of_memory
};

/// The base of all exceptions that the library throws. Only what stands in namespace kernels lets
/// pass how the standard library and Kokkos say that memory was missing.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

namespace detail {
template <ErrorKind Kind>
class ErrorOf : public Error {
 public:
  explicit ErrorOf(const std::string& message) : Error(Kind, message) {}
};
}  // namespace detail

/// A value outside its range, an unknown option, a matrix that a method cannot take.
using InvalidArgument = detail::ErrorOf<ErrorKind::invalid_argument>;
/// Two operands whose sizes or layouts do not fit; the message names both.
using DimensionMismatch = detail::ErrorOf<ErrorKind::dimension_mismatch>;
/// Something this build or this device cannot do; never substituted silently.
using NotSupported = detail::ErrorOf<ErrorKind::not_supported>;
/// A file that cannot be read, written or understood; the message has its path and place.
using IoError = detail::ErrorOf<ErrorKind::io_error>;
using DeviceError = detail::ErrorOf<ErrorKind::device_error>;
using MpiError = detail::ErrorOf<ErrorKind::mpi_error>;
/// Memory that was needed and not there, on the host or on the device.
using OutOfMemory = detail::ErrorOf<ErrorKind::out_of_memory>;
/// A defect of the library itself.
using InternalError = detail::ErrorOf<ErrorKind::internal>;

/// Joins its arguments into one message.
template <class... Parts>
std::string message(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// Throws the exception that belongs to `kind`; how an error of another rank is thrown here.
[[noreturn]] void throw_error(ErrorKind kind, const std::string& text);

/// The kind and text of the exception being handled, foreign ones included.
ErrorKind current_error(std::string& text) noexcept;

/// Throws the exception being handled once more; missing memory, however it was said, as
/// OutOfMemory. To be called where one is being handled.
[[noreturn]] void rethrow_typed();

/// What make() returns. @throws OutOfMemory where make() lacks memory, and what else make() throws.
template <class Make>
auto with_typed_errors(const Make& make) {
  try {
    return make();
  } catch (...) {
    rethrow_typed();
  }
}

}  // namespace suan
