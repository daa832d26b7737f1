// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// What MUMPS reports in numbers, in words.
#pragma once

#include <cstdint>
#include <string>

namespace suan::detail {

/// Whether a factorisation failed because its arrays, sized by the forecast, were too small: with a
/// larger margin it may succeed.
bool is_short_of_workspace(int code);

/// Throws the error that belongs to INFOG(1) = `code` and INFOG(2) = `detail`. `rows`: of A.
[[noreturn]] void throw_mumps_error(int code, int detail, std::int64_t rows);

/// The name of INFOG(7).
std::string mumps_ordering(int number);
/// ICNTL(7) for a name of DirectOptions::ordering.
int mumps_ordering(const std::string& name);

}  // namespace suan::detail
