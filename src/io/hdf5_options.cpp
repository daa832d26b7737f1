// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Also compiled in a build without HDF5.
#include "suan/io/hdf5.hpp"

namespace suan {

const OptionTable<Hdf5ReadOptions>& Hdf5ReadOptions::table() {
  static const auto table = OptionTable<Hdf5ReadOptions>().number(
      "memory_limit_gib", &Hdf5ReadOptions::memory_limit_gib, 0.0, 1e9,
      "Matrices and vectors that need more memory per node are refused; 0 stands for half of the "
      "free memory.");
  return table;
}

}  // namespace suan
