// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Functions of the program that the library calls, and their exceptions.
#pragma once

#include <exception>
#include <string>

#include "suan/comm/communicator.hpp"

namespace suan::detail {

/// A foreign exception of a function of the program, on its way through the library.
class ForeignException final : public std::exception {
 public:
  ForeignException(std::exception_ptr original, std::string text)
      : original_(std::move(original)), text_(std::move(text)) {}
  const char* what() const noexcept override { return text_.c_str(); }
  const std::exception_ptr& original() const noexcept { return original_; }

 private:
  std::exception_ptr original_;
  std::string text_;
};

/// Calls a function of the program. Its exceptions become ForeignException, except the library's
/// own and memory failures.
template <class Call>
void call_foreign(const Call& call) {
  try {
    call();
  } catch (const Error&) {
    throw;
  } catch (const ForeignException&) {
    throw;
  } catch (...) {
    std::string text;
    if (current_error(text) == ErrorKind::out_of_memory) throw;
    throw ForeignException(std::current_exception(), text);
  }
}

/// together(), for a body that calls functions of the program through call_foreign: a rank on which
/// one threw rethrows the exception itself, the others an Error with its text and the rank.
template <class Body>
void together_with_foreign(const Communicator& comm, const Body& body) {
  std::exception_ptr original;
  std::string text;
  try {
    together(comm, [&] {
      try {
        body();
      } catch (const ForeignException& foreign) {
        original = foreign.original();
        text = foreign.what();
      }
    });
  } catch (...) {
    if (original) std::rethrow_exception(original);
    throw;
  }
  const std::int64_t none = comm.size();
  const std::int64_t first = comm.min<std::int64_t>(original ? comm.rank() : none);
  if (first == none) return;
  text = comm.broadcast(text, static_cast<int>(first));
  if (original) std::rethrow_exception(original);
  throw Error(ErrorKind::internal,
              message("a function of the program threw on rank ", first, ": ", text));
}

}  // namespace suan::detail
