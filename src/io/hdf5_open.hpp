// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Opening files and their objects without ever touching another file: links into other files and
// data stored in others are reported, not followed. Nothing here is collective.
#pragma once

#include <cstdint>
#include <string>

#include "hdf5_handle.hpp"

namespace suan::hdf5 {

/// File access properties: HDF5's ordinary driver, whatever the environment variable HDF5_DRIVER
/// says. Closing a file closes all its objects.
Handle file_access(const Place& place);

/// Opens a file for reading. @throws IoError when there is none or it is not an HDF5 file.
Handle open_file(const Place& place);

/// Throws IoError unless an ordinary HDF5 file is open as `descriptor`.
void require_hdf5(int descriptor, const Place& place);

/// Whether there is a link `name`, through several groups if necessary. @throws IoError when a link
/// on the way, or the last one, leads to another file.
bool exists(hid_t parent, const std::string& name, const Place& place);

/// Opens the object `name`. @throws IoError when it cannot be opened; links into other files are
/// refused before they are followed.
Handle open_object(hid_t parent, const std::string& name, const Place& place);

/// Whether links of this type lead out of the file.
bool leads_elsewhere(H5L_type_t type);

/// Whether the elements of a dataset are in other files. Checked before its extents, which HDF5
/// would look up in those files.
bool lies_elsewhere(hid_t dataset, const Place& place);

}  // namespace suan::hdf5
