// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Lists the objects of a group, even if some cannot be read.
#pragma once

#include <string>
#include <vector>

#include "hdf5_open.hpp"
#include "suan/io/hdf5.hpp"

namespace suan::hdf5 {

/// An object, or a link to one.
struct Listed {
  Hdf5Entry entry;       ///< its kind is empty if this library does not read such objects
  std::string note;      ///< in that case, what it is
  bool damaged = false;  ///< it should be readable and is not; its kind is empty if even that is
                         ///< not known
  bool readable() const noexcept { return !damaged && !entry.kind.empty(); }
};

/// Everything at the file's top level, by name.
std::vector<Listed> list_all(hid_t file, const Place& place);

/// A single open object. @throws IoError when it is damaged.
Listed describe(hid_t object, const std::string& name, const Place& place);

/// "'A' (csr_matrix), 'steps' (a group)": the first ten.
std::string names_of(const std::vector<Listed>& list);

/// The only entry of one of `kinds`, or of any kind when `kinds` is empty. A damaged entry that
/// might be the one is not skipped. @throws IoError when there is none, InvalidArgument when there
/// are several.
Listed only_one(const std::vector<Listed>& list, const std::vector<std::string>& kinds,
                const Place& place);

}  // namespace suan::hdf5
