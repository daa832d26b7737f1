// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/core/error.hpp"

#include <cstring>
#include <new>
#include <string_view>

namespace suan {

void throw_error(ErrorKind kind, const std::string& text) {
  switch (kind) {
    case ErrorKind::invalid_argument:
      throw InvalidArgument(text);
    case ErrorKind::dimension_mismatch:
      throw DimensionMismatch(text);
    case ErrorKind::not_supported:
      throw NotSupported(text);
    case ErrorKind::io_error:
      throw IoError(text);
    case ErrorKind::device_error:
      throw DeviceError(text);
    case ErrorKind::mpi_error:
      throw MpiError(text);
    case ErrorKind::out_of_memory:
      throw OutOfMemory(text);
    case ErrorKind::internal:
      break;
  }
  throw InternalError(text);
}

namespace {

/// `words`, or a short replacement if there are none or no memory for them; it fits into the string
/// object itself.
void set_text(std::string& text, const char* words) noexcept {
  try {
    text = *words != '\0' ? words : "an error without a message";
  } catch (...) {
    text = "no memory left";
  }
}

// Kokkos throws a std::runtime_error: Kokkos ERROR: Host memory space failed to allocate 12.87 GiB
// (label="suan::Csr::offsets").
constexpr std::string_view kokkos_lacks_memory = " memory space failed to allocate ";

/// The same as our own message, if there is memory for it.
void say_plainly(std::string& text) noexcept {
  try {
    const auto at = text.find(kokkos_lacks_memory) + kokkos_lacks_memory.size();
    const auto label = text.find(" (label=\"", at);
    if (label == std::string::npos) return;
    const auto name = label + std::string_view(" (label=\"").size();
    text = message("not enough memory: ", text.substr(at, label - at), " for ",
                   text.substr(name, text.find('"', name) - name),
                   " could not be allocated; use a smaller problem, more ranks or more machines");
  } catch (...) {
    return;
  }
}

}  // namespace

ErrorKind current_error(std::string& text) noexcept {
  try {
    throw;
  } catch (const Error& error) {
    set_text(text, error.what());
    return error.kind();
  } catch (const std::bad_alloc&) {
    set_text(text,
             "not enough memory on this machine for what was asked; use a smaller problem or more "
             "ranks");
    return ErrorKind::out_of_memory;
  } catch (const std::exception& error) {
    set_text(text, error.what());
    if (std::strstr(error.what(), kokkos_lacks_memory.data()) != nullptr) {
      say_plainly(text);
      return ErrorKind::out_of_memory;
    }
  } catch (...) {
    set_text(text, "an exception that is no std::exception");
  }
  return ErrorKind::internal;
}

void rethrow_typed() {
  std::string text;
  if (current_error(text) == ErrorKind::out_of_memory) throw OutOfMemory(text);
  throw;
}

}  // namespace suan
