// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_handle.hpp"

namespace suan::hdf5 {

namespace {

/// Takes the first entry of a walk through the error stack, which is the most specific one.
herr_t take_deepest(unsigned depth, const H5E_error2_t* entry, void* text) {
  if (depth == 0 && entry->desc != nullptr) *static_cast<std::string*>(text) = entry->desc;
  return 0;
}

}  // namespace

QuietErrors::QuietErrors() {
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

QuietErrors::~QuietErrors() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

Place Place::in(const std::string& name) const {
  return {path, object.empty() ? name : object + "/" + name};
}

std::string Place::text() const { return object.empty() ? path : path + ": '" + object + "'"; }

void fail(const Place& place, const std::string& what) {
  throw IoError(message(place.text(), ": ", what));
}

void fail_call(const Place& place, const std::string& what) {
  std::string deepest;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_deepest, &deepest);
  if (deepest.empty()) deepest = "no reason given";
  fail(place, message(what, " (HDF5 ", H5_VERS_MAJOR, ".", H5_VERS_MINOR, ": ", deepest, ")"));
}

Handle checked(hid_t id, Handle::Close closer, const Place& place, const char* what) {
  if (id < 0) fail_call(place, what);
  return {id, closer};
}

}  // namespace suan::hdf5
