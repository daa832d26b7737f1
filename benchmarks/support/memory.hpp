// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The peak memory of a call, beyond what was allocated before. Standard library only: the peers'
// programs include this.
#pragma once

#include <malloc.h>

#include <cstdio>
#include <cstring>

namespace suan::bench {

/// Bytes that /proc/self/status gives for `key` ("VmHWM:", "VmRSS:"); -1 where there is no such
/// file or line.
inline double status_bytes(const char* key) {
  std::FILE* const file = std::fopen("/proc/self/status", "r");
  if (file == nullptr) return -1;
  char line[256];
  double bytes = -1;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    double kibibytes = 0;
    if (std::strncmp(line, key, std::strlen(key)) == 0 &&
        std::sscanf(line + std::strlen(key), "%lf", &kibibytes) == 1) {
      bytes = 1024 * kibibytes;
    }
  }
  std::fclose(file);
  return bytes;
}

/// How far the process's resident memory has risen since construction. The allocator's free memory
/// is returned first: a call that reused it would seem to need none.
class PeakMemory {
 public:
  PeakMemory() {
    malloc_trim(0);
    if (std::FILE* const file = std::fopen("/proc/self/clear_refs", "w")) {
      // 5 resets the high-water mark to what is resident now (proc(5), since Linux 4.0).
      reset_ = std::fputs("5", file) >= 0;
      reset_ = std::fclose(file) == 0 && reset_;
    }
    before_ = status_bytes("VmRSS:");
  }
  /// -1 if the system does not tell.
  double bytes() const {
    const double peak = status_bytes("VmHWM:");
    return reset_ && before_ >= 0 && peak >= 0 ? peak - before_ : -1;
  }

 private:
  bool reset_ = false;
  double before_ = -1;
};

}  // namespace suan::bench
