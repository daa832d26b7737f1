// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Files that appear complete or not at all.
#pragma once

#include <optional>
#include <string>

#include "io/detail/signal_cleanup.hpp"
#include "suan/comm/communicator.hpp"

namespace suan::detail {

/// A file that is written under a temporary name and renamed when complete, so a failed write
/// destroys nothing. A symbolic link at `path` stays, and its target is replaced.
///
/// Ranks write to part_path() as they like and flush what they wrote (fsync) before commit().
/// Without commit() the destructor of the first rank removes the unfinished file. Leftovers of
/// killed programs are removed when a file is next written to the same path.
class OutputFile {
 public:
  enum class Start { empty, copy };

  /// Creates a file in the folder of `path`: an empty one, or a copy of the file at `path`, if any.
  /// Collective.
  /// @throws IoError on all ranks when that is impossible or `path` is not an ordinary file.
  OutputFile(const std::string& path, const Communicator& comm, Start start = Start::empty);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// The unfinished file, beside `path`; its name ends in .part.
  const std::string& part_path() const noexcept { return part_path_; }

  /// Flushes the file, puts it in its place and flushes the folder. Collective.
  /// @throws IoError on all ranks. An old file at `path` is then unchanged, unless the message says
  /// that the new file is there and only the folder could not be flushed.
  void commit();

 private:
  std::string path_;
  std::string part_path_;
  std::optional<SignalCleanup> cleanup_;  // on the first rank, until the file is complete
  Communicator comm_;
  bool committed_ = false;
};

/// Throws InvalidArgument for a path with a zero byte, where the system would stop reading.
void require_path(const std::string& path);

/// `path`: what, with the system's reason for the error number `error`.
std::string system_error_text(const std::string& path, const std::string& what, int error);

}  // namespace suan::detail
