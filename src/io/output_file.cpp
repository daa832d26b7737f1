// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "output_file.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "io/descriptor.hpp"
#include "io/unfinished_files.hpp"

namespace suan::detail {
namespace {

[[noreturn]] void throw_system_error(const std::string& path, const char* what) {
  throw IoError(system_error_text(path, what, errno));
}

/// The final location of the file: the target of a symbolic link, else `path` itself.
std::string final_place(const std::string& path) {
  std::error_code error;
  const auto target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

/// Creates a file with a new name and the permissions of the file that it will replace, or of an
/// ordinary new file.
std::string create_beside(const std::string& path) {
  if (path.empty()) throw IoError("cannot write a file without a name: the path is empty");
  struct stat old {};
  const bool exists = ::stat(path.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) {
    throw IoError(system_error_text(path, "cannot be replaced; name a file to write to", EISDIR));
  }
  if (exists && !S_ISREG(old.st_mode)) {
    throw IoError(message(path, ": not an ordinary file, so it cannot be replaced; ",
                          "name a file to write to"));
  }
  remove_abandoned(path);
  for (int attempt = 0;; ++attempt) {
    const std::string part = unfinished_name(path);
    const Descriptor file(part, O_WRONLY | O_CREAT | O_EXCL, 0666);
    if (file) {
      // Losing the old permissions is no reason to lose the result. The set-user-ID and
      // set-group-ID bits are not copied: no system keeps them when a file changes.
      if (exists) static_cast<void>(::fchmod(file.id(), old.st_mode & 0777U));
      return part;
    }
    if (errno != EEXIST || attempt == 100) {
      throw_system_error(path, "cannot create a file in its folder");
    }
  }
}

/// Copies inside the kernel, which shares blocks on file systems that can; false if it cannot. The
/// positions of `from` and `to` show how far it got.
bool copy_in_kernel(int from, int to) {
  constexpr std::size_t step = std::size_t{1} << 30;
  for (;;) {
    const auto done = ::copy_file_range(from, nullptr, to, nullptr, step, 0);
    if (done == 0) return true;
    if (done < 0 && errno != EINTR) return false;
  }
}

/// Appends the rest of `from` to `to`.
bool copy_through_memory(int from, int to) {
  std::vector<char> buffer(std::size_t{1} << 20);
  for (;;) {
    const auto got = ::read(from, buffer.data(), buffer.size());
    if (got == 0) return true;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    for (ssize_t done = 0; done < got;) {
      const auto put = ::write(to, buffer.data() + done, static_cast<std::size_t>(got - done));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return false;
      done += put;
    }
  }
}

/// Copies the file at `path`, if any, into `part`.
void copy_content(const std::string& path, const std::string& part) {
  const Descriptor from(path, O_RDONLY);
  if (!from && errno == ENOENT) return;
  if (!from) throw_system_error(path, "cannot open it to add to it");
  const Descriptor to(part, O_WRONLY);
  if (!to) throw_system_error(path, "cannot open its copy");
  if (!copy_in_kernel(from.id(), to.id()) && !copy_through_memory(from.id(), to.id())) {
    throw_system_error(path, "cannot copy it to add to it");
  }
}

void flush_file(const std::string& path) {
  const Descriptor file(path, O_RDONLY);
  if (!file) throw_system_error(path, "cannot open it to flush it");
  if (::fsync(file.id()) != 0) throw_system_error(path, "cannot flush it to the disk");
}

/// Flushes the folder of `path`; returns 0 or the error. Folders that this program may not read,
/// and file systems that cannot flush folders, are not errors: they keep their guarantees anyway.
int flush_folder_of(const std::string& path) {
  const Descriptor folder(folder_of(path), O_RDONLY | O_DIRECTORY);
  if (!folder || ::fsync(folder.id()) == 0) return 0;
  return errno == EIO || errno == ENOSPC || errno == EDQUOT ? errno : 0;
}

}  // namespace

std::string system_error_text(const std::string& path, const std::string& what, int error) {
  return message(path, ": ", what, ": ", std::system_category().message(error));
}

void require_path(const std::string& path) {
  if (path.find('\0') == std::string::npos) return;
  throw InvalidArgument(message(path.substr(0, path.find('\0')),
                                ": the path goes on behind a zero byte; no file has such a name"));
}

OutputFile::OutputFile(const std::string& path, const Communicator& comm, Start start)
    : comm_(comm) {
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    require_path(path);
    path_ = final_place(path);
    part_path_ = create_beside(path_);
    cleanup_.emplace(part_path_);
  });
  path_ = comm_.broadcast(path_);
  part_path_ = comm_.broadcast(part_path_);
  if (start == Start::empty) return;
  try {
    together(comm_, [&] {
      if (comm_.is_root()) copy_content(path_, part_path_);
    });
  } catch (...) {
    if (comm_.is_root()) ::unlink(part_path_.c_str());
    throw;
  }
}

OutputFile::~OutputFile() {
  if (!committed_ && comm_.is_root()) ::unlink(part_path_.c_str());
}

void OutputFile::commit() {
  comm_.barrier();
  together(comm_, [&] {
    if (!comm_.is_root()) return;
    flush_file(part_path_);
    if (::rename(part_path_.c_str(), path_.c_str()) != 0) {
      throw_system_error(path_, "cannot move the finished file there");
    }
    cleanup_.reset();
    committed_ = true;
    const int error = flush_folder_of(path_);
    if (error != 0) {
      throw IoError(system_error_text(
          path_,
          "the new file is complete and in its place, but its folder could not be flushed to the "
          "disk: if the machine fails now, the old file may be back",
          error));
    }
  });
  committed_ = true;
}

}  // namespace suan::detail
