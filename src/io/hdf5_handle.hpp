// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Owning handles for HDF5's C library, and its errors as our exceptions.
#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

#include "suan/core/error.hpp"

namespace suan::hdf5 {

/// An open file, group, dataset, ... or nothing. Not copyable.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle() = default;
  Handle(hid_t id, Close closer) noexcept : id_(id), close_(closer) {}
  Handle(Handle&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { close(); }

  hid_t id() const noexcept { return id_; }
  explicit operator bool() const noexcept { return id_ >= 0; }
  /// False when HDF5 could not close it: data of a written file may then be lost.
  bool close() noexcept {
    const hid_t id = std::exchange(id_, H5I_INVALID_HID);
    return id < 0 || close_ == nullptr || close_(id) >= 0;
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

/// Keeps HDF5 from printing its errors while it exists.
class QuietErrors {
 public:
  QuietErrors();
  ~QuietErrors();
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// A file and, inside it, a matrix, vector or dataset; messages start with it.
struct Place {
  std::string path;
  std::string object;

  /// `name` inside this place.
  Place in(const std::string& name) const;
  std::string text() const;
};

/// Throws IoError: "path: 'object': " and the error.
[[noreturn]] void fail(const Place& place, const std::string& what);
/// The same, with the most specific message of the HDF5 call that has just failed.
[[noreturn]] void fail_call(const Place& place, const std::string& what);

/// `id` as a Handle. @throws IoError when the call that returned it failed.
Handle checked(hid_t id, Handle::Close closer, const Place& place, const char* what);
/// Returns `result` of a call. @throws IoError when it is negative.
template <class Result>
Result checked(Result result, const Place& place, const char* what) {
  if (result < 0) fail_call(place, what);
  return result;
}

}  // namespace suan::hdf5
