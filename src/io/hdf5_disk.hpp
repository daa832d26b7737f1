// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// HDF5 and full disks. When HDF5 (1.10, at least) cannot write what it holds while it closes a
// file, the file stays half closed and crashes the program at its end. So room is reserved before
// HDF5 is told of new data, and a file that is given up is closed without writing.
#pragma once

#include "hdf5_handle.hpp"

namespace suan::hdf5 {

/// Makes sure that the file at `path` can have `bytes` bytes; its size does not change. Does
/// nothing on file systems that cannot reserve. @throws IoError, naming `place`, when the disk, the
/// quota or the limit of file sizes does not allow it.
void reserve_room(const std::string& path, std::int64_t bytes, const Place& place);

/// Gives back what was reserved beyond the end of the file.
void release_room(const std::string& path) noexcept;

/// Closes a file of the default driver that will be removed; what HDF5 still writes goes nowhere.
void close_without_writing(Handle& file) noexcept;

}  // namespace suan::hdf5
