// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_open.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "descriptor.hpp"
#include "output_file.hpp"

namespace suan::hdf5 {

namespace {

herr_t refuse_external(const char*, const char*, const char*, const char*, unsigned*, hid_t,
                       void*) {
  return -1;
}

/// Access properties that prevent following links into other files.
Handle link_access(const Place& place) {
  Handle access = checked(H5Pcreate(H5P_LINK_ACCESS), H5Pclose, place, "cannot set up the access");
  checked(H5Pset_elink_cb(access.id(), refuse_external, nullptr), place,
          "cannot set up the access");
  return access;
}

/// Whether HDF5's signature is at one of the allowed positions: 0, 512, 1024, 2048, ...
bool has_signature(int descriptor, std::int64_t size) {
  constexpr char signature[] = "\x89HDF\r\n\x1a\n";
  constexpr std::int64_t length = sizeof signature - 1;
  char found[length];
  for (std::int64_t at = 0; at + length <= size; at = at == 0 ? 512 : 2 * at) {
    if (::pread(descriptor, found, length, static_cast<off_t>(at)) == length &&
        std::memcmp(found, signature, length) == 0) {
      return true;
    }
  }
  return false;
}

}  // namespace

Handle file_access(const Place& place) {
  Handle access =
      checked(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, place, "cannot set up the access to files");
  checked(H5Pset_fapl_sec2(access.id()), place, "cannot choose the driver");
  checked(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), place, "cannot set up the file");
  return access;
}

void require_hdf5(int descriptor, const Place& place) {
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  if (known && S_ISDIR(status.st_mode)) {
    throw IoError(detail::system_error_text(
        place.text(), "is not an ordinary file but a folder; name a file in it", EISDIR));
  }
  if (!known || !S_ISREG(status.st_mode)) fail(place, "is not an ordinary file");
  if (!has_signature(descriptor, status.st_size)) {
    fail(place, "is not an HDF5 file, or its beginning is damaged");
  }
}

Handle open_file(const Place& place) {
  detail::require_path(place.path);
  // Without O_NONBLOCK, opening a pipe would block until someone writes.
  const detail::Descriptor file(place.path, O_RDONLY | O_NONBLOCK);
  if (!file) throw IoError(detail::system_error_text(place.text(), "cannot be opened", errno));
  require_hdf5(file.id(), place);
  const Handle access = file_access(place);
  // By its descriptor, so that it is the file that was checked, whatever is at the path now.
  const std::string same = "/proc/self/fd/" + std::to_string(file.id());
  const std::string& path = ::access(same.c_str(), R_OK) == 0 ? same : place.path;
  return checked(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.id()), H5Fclose, place,
                 "cannot be opened as an HDF5 file; it is damaged or being written");
}

bool leads_elsewhere(H5L_type_t type) { return type != H5L_TYPE_HARD && type != H5L_TYPE_SOFT; }

bool exists(hid_t parent, const std::string& name, const Place& place) {
  const Handle access = link_access(place);
  for (std::size_t end = 0; end < name.size();) {
    end = std::min(name.find('/', end + 1), name.size());
    const std::string part = name.substr(0, end);
    if (H5Lexists(parent, part.c_str(), access.id()) <= 0) return false;
    H5L_info_t link{};
    if (H5Lget_info(parent, part.c_str(), &link, access.id()) >= 0 && leads_elsewhere(link.type)) {
      fail(place, message(part == name ? "is" : "lies behind", " a link to another file",
                          part == name ? "" : ", '" + part + "'", ", which is not followed"));
    }
  }
  return true;
}

Handle open_object(hid_t parent, const std::string& name, const Place& place) {
  return checked(H5Oopen(parent, name.c_str(), link_access(place).id()), H5Oclose, place,
                 "cannot be opened; it is damaged, or a link that leads nowhere or to another "
                 "file");
}

bool lies_elsewhere(hid_t dataset, const Place& place) {
  const Handle properties =
      checked(H5Dget_create_plist(dataset), H5Pclose, place, "cannot read how it is stored");
  const H5D_layout_t layout = H5Pget_layout(properties.id());
  return layout == H5D_VIRTUAL ||
         (layout == H5D_CONTIGUOUS && H5Pget_external_count(properties.id()) != 0);
}

}  // namespace suan::hdf5
