// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// HDF5 and full disks. If HDF5 (at least 1.10) cannot write its buffers while it closes a file, the
// file stays half closed and crashes the program at exit. So space is reserved before HDF5 gets new
// data, and a file that is given up is closed without writing.
#pragma once

#include "hdf5_handle.hpp"

namespace suan::hdf5 {

/// Ensures that the file at `path` can grow to `bytes` bytes; its size does not change. Does
/// nothing on file systems that cannot reserve space. @throws IoError, naming `place`, when the
/// disk, the quota or the limit on file sizes does not allow it.
void reserve_room(const std::string& path, std::int64_t bytes, const Place& place);

/// Releases the space reserved beyond the end of the file.
void release_room(const std::string& path) noexcept;

/// Closes a file of the default driver that will be removed, and discards what HDF5 still writes.
void close_without_writing(Handle& file) noexcept;

}  // namespace suan::hdf5
