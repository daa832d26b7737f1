// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <system_error>

namespace suan::detail {
namespace {

[[noreturn]] void throw_system_error(const std::string& path, const char* what) {
  throw IoError(system_error_text(path, what, errno));
}

/// Where the file will really be: the target of a symbolic link, else `path` itself.
std::string final_place(const std::string& path) {
  std::error_code error;
  const auto target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

/// Creates a file with a new name and the permissions that an ordinary new file would get, or those
/// of the file that it will replace.
std::string create_beside(const std::string& path) {
  if (path.empty()) throw IoError("cannot write a file without a name: the path is empty");
  struct stat old {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && !S_ISREG(old.st_mode)) {
    throw IoError(message(path, ": not an ordinary file, so it cannot be replaced; ",
                          "name a file to write to"));
  }
  std::random_device random;
  for (int attempt = 0;; ++attempt) {
    char suffix[40];
    std::snprintf(suffix, sizeof suffix, ".%08x%08x.part", random(), random());
    const std::string part = path + suffix;
    const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file >= 0) {
      // Losing the old permissions is no reason to lose the result.
      if (exists) static_cast<void>(::fchmod(file, old.st_mode & 07777U));
      ::close(file);
      return part;
    }
    if (errno != EEXIST || attempt == 100) {
      throw_system_error(path, "cannot create a file in its folder");
    }
  }
}

void flush(const std::string& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) throw_system_error(path, "cannot open it to flush it");
  const int failed = ::fsync(file);
  const int error = errno;
  ::close(file);
  // Some file systems cannot flush a folder; the file itself must be flushed.
  if (failed != 0 && !((flags & O_DIRECTORY) != 0 && error == EINVAL)) {
    throw IoError(system_error_text(path, "cannot flush it to the disk", error));
  }
}

}  // namespace

std::string system_error_text(const std::string& path, const std::string& what, int error) {
  return message(path, ": ", what, ": ", std::system_category().message(error));
}

OutputFile::OutputFile(const std::string& path, const Communicator& comm) : comm_(comm) {
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    path_ = final_place(path);
    part_path_ = create_beside(path_);
    cleanup_.emplace(part_path_);
  });
  path_ = comm_.broadcast(path_);
  part_path_ = comm_.broadcast(part_path_);
}

OutputFile::~OutputFile() {
  if (!committed_ && comm_.is_root()) ::unlink(part_path_.c_str());
}

void OutputFile::commit() {
  comm_.barrier();
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    flush(part_path_, O_RDONLY);
    if (::rename(part_path_.c_str(), path_.c_str()) != 0) {
      throw_system_error(path_, "cannot move the finished file there");
    }
    cleanup_.reset();
    committed_ = true;
    flush(folder_of(path_), O_RDONLY | O_DIRECTORY);
  });
  committed_ = true;
}

}  // namespace suan::detail
