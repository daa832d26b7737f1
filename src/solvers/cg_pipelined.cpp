// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/solvers/detail/cg_pipelined_impl.hpp"

namespace suan {

const OptionTable<CgPipelinedOptions>& CgPipelinedOptions::table() {
  static const auto table =
      OptionTable<CgPipelinedOptions>()
          .include(&CgPipelinedOptions::krylov)
          .number("replace_every", &CgPipelinedOptions::replace_every, 0, 1000000,
                  "Iterations after which cg_pipelined computes its vectors anew; fewer are more "
                  "accurate and cost products; 0: 50, in single precision 20.");
  return table;
}

}  // namespace suan
