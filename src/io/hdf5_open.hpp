// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Opening files and what is in them, without ever touching another file: links into other files
// and data that lie in others are told, not followed. Nothing here is collective.
#pragma once

#include <cstdint>
#include <string>

#include "hdf5_handle.hpp"

namespace suan::hdf5 {

/// The properties of access to files: HDF5's ordinary driver, whatever the variable HDF5_DRIVER in
/// the environment says. A file that is closed takes all its objects along.
Handle file_access(const Place& place);

/// Opens a file for reading. @throws IoError when there is none or it is not one of HDF5.
Handle open_file(const Place& place);

/// Throws IoError unless an ordinary HDF5 file is open as `descriptor`.
void require_hdf5(int descriptor, const Place& place);

/// Whether there is a link at `name`, over several groups if need be. @throws IoError when a link
/// on the way, or the last one, leads to another file.
bool exists(hid_t parent, const std::string& name, const Place& place);

/// Opens what stands at `name`. @throws IoError when it cannot be opened; links into other files
/// are refused before they are followed.
Handle open_object(hid_t parent, const std::string& name, const Place& place);

/// Whether links of this type lead out of the file.
bool leads_elsewhere(H5L_type_t type);

/// Whether the elements of a dataset lie in other files. Asked before its extents, which HDF5 looks
/// up in those.
bool lies_elsewhere(hid_t dataset, const Place& place);

}  // namespace suan::hdf5
