// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The files that this process has begun and not completed, for programs that a signal ends.
#pragma once

namespace suan::detail {

/// While it lives, its file is removed by remove_unfinished_files().
class UnfinishedFile {
 public:
  /// `path` must live at least as long.
  explicit UnfinishedFile(const char* path) noexcept;
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

 private:
  int place_ = -1;
};

/// May be called by a handler of signals, after which the process has to end.
void remove_unfinished_files() noexcept;

}  // namespace suan::detail
