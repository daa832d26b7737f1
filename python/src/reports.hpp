// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The library's report of a solve, for Python.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <vector>

#include "suan/core/report.hpp"

namespace suan::python {

namespace nb = nanobind;

/// The texts of a report, made on demand: making them takes longer than a small solve, and few are
/// read.
struct ReportWords {
  SolveReport report;
  std::string table() const;
  std::string json() const { return report.to_json(); }
};

/// The fields of suan.SolveReport. The global lock is held.
nb::dict to_python(const SolveReport& report, const std::vector<std::string>& copied);

}  // namespace suan::python
