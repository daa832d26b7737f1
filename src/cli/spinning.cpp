// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "spinning.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string>

namespace suan::cli {

void spin_less(char** argv) {
#if defined(_OPENMP) && defined(__linux__)
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  std::string program(4096, '\0');  // and not the link itself, by whose name ps would show it
  const auto length = readlink("/proc/self/exe", program.data(), program.size() - 1);
  if (length <= 0) return;
  program.resize(static_cast<std::size_t>(length));
  // Started by way of the dynamic loader, which then is the program.
  if (program.substr(program.rfind('/') + 1).starts_with("ld")) return;
  setenv("GOMP_SPINCOUNT", "2000", 1);
  execv(program.c_str(), argv);
#else
  static_cast<void>(argv);
#endif
}

}  // namespace suan::cli
