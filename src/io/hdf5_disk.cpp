// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "hdf5_disk.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace suan::hdf5 {

void reserve_room(const std::string& path, std::int64_t bytes, const Place& place) {
  const auto refuse = [&](int error) {
    fail(place, message("there is no room on the disk for a file of ", bytes,
                        " bytes: ", std::system_category().message(error)));
  };
  rlimit limit{};
  const bool is_limited = ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  if (is_limited && static_cast<rlim_t>(bytes) > limit.rlim_cur) refuse(EFBIG);
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) refuse(errno);
  const int failed = ::fallocate(file, FALLOC_FL_KEEP_SIZE, 0, bytes);
  const int error = errno;
  ::close(file);
  if (failed != 0 && (error == ENOSPC || error == EDQUOT || error == EFBIG)) refuse(error);
}

void release_room(const std::string& path) noexcept {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return;
  // At most a few MiB stay reserved after a failure.
  if (::truncate(path.c_str(), status.st_size) != 0) return;
}

void close_without_writing(Handle& file) noexcept {
  void* descriptor = nullptr;
  if (file && H5Fget_vfd_handle(file.id(), H5P_DEFAULT, &descriptor) >= 0 &&
      descriptor != nullptr) {
    const int memory = ::memfd_create("suan", MFD_CLOEXEC);
    if (memory >= 0) {
      ::dup2(memory, *static_cast<int*>(descriptor));
      ::close(memory);
    }
  }
  file.close();
}

}  // namespace suan::hdf5
