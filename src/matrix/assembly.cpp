// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "suan/matrix/detail/assembly_impl.hpp"

namespace suan {

void detail::require_told_alike(const char* function, const Layout& rows, const Layout& columns,
                                KernelPath path) {
  if (rows.comm().size() == 1) return;
  require_agreement(rows.comm(), function,
                    message("rows = ", rows.global_size(), "\ncolumns = ", columns.global_size(),
                            "\npath = ", to_string(path), '\n'));
}

}  // namespace suan
