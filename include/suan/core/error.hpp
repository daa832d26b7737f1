// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The exceptions of the library. A solve that does not converge does not throw: its report says so.
// Every message says what is wrong, with the sizes, the line or the row, and what to do.
#pragma once

#include <ostream>
#include <sstream>
#include <stdexcept>
#include <streambuf>
#include <string>
#include <utility>

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

/// The base of all exceptions that the library throws. Only namespace kernels lets
/// pass how the standard library and Kokkos say that memory was missing.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// A value outside its range, an unknown option, a matrix that is unsuitable for a method.
class InvalidArgument : public Error {
 public:
  explicit InvalidArgument(const std::string& text) : Error(ErrorKind::invalid_argument, text) {}
};
/// Two operands whose sizes or layouts do not match; the message names both.
class DimensionMismatch : public Error {
 public:
  explicit DimensionMismatch(const std::string& text)
      : Error(ErrorKind::dimension_mismatch, text) {}
};
/// Something this build or this device cannot do; never substituted silently.
class NotSupported : public Error {
 public:
  explicit NotSupported(const std::string& text) : Error(ErrorKind::not_supported, text) {}
};
/// A file that cannot be read, written or understood; the message has its path and position.
class IoError : public Error {
 public:
  explicit IoError(const std::string& text) : Error(ErrorKind::io_error, text) {}
};
class DeviceError : public Error {
 public:
  explicit DeviceError(const std::string& text) : Error(ErrorKind::device_error, text) {}
};
class MpiError : public Error {
 public:
  explicit MpiError(const std::string& text) : Error(ErrorKind::mpi_error, text) {}
};
/// Too little memory, on the host or on the device.
class OutOfMemory : public Error {
 public:
  explicit OutOfMemory(const std::string& text) : Error(ErrorKind::out_of_memory, text) {}
};
/// A bug in the library itself.
class InternalError : public Error {
 public:
  explicit InternalError(const std::string& text) : Error(ErrorKind::internal, text) {}
};

namespace detail {
/// Collects text without more memory than that takes; std::stringbuf asks for half a kilobyte at
/// once, also where memory has just run out.
class TextBuffer final : public std::streambuf {
 public:
  std::string take() { return std::move(text_); }

 private:
  std::streamsize xsputn(const char* text, std::streamsize size) override {
    text_.append(text, static_cast<std::size_t>(size));
    return size;
  }
  int_type overflow(int_type character) override {
    if (!traits_type::eq_int_type(character, traits_type::eof())) {
      text_.push_back(traits_type::to_char_type(character));
    }
    return traits_type::not_eof(character);
  }

  std::string text_;
};
}  // namespace detail

/// Joins its arguments into one message.
template <class... Parts>
std::string message(const Parts&... parts) {
  detail::TextBuffer buffer;
  std::ostream out(&buffer);
  (out << ... << parts);
  return buffer.take();
}

/// Throws the exception that belongs to `kind`: this is how an error of another rank is thrown
/// here.
[[noreturn]] void throw_error(ErrorKind kind, const std::string& text);

/// An exception in a form that can be sent to other ranks.
struct Failure {
  ErrorKind kind = ErrorKind::internal;
  std::string text;
};

/// The kind and text of the exception being handled, foreign ones included. The text is never
/// empty: an exception without a message gets one, which is short if there is no memory for it.
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
