// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// The parts of the module, one per folder of the library.
#pragma once

#include <nanobind/nanobind.h>

#include <string>

namespace suan::python {

/// A Python signature in which {array}, {matrix}, {map}, {options}, {callback} and {reports} stand
/// for the types that they name. nanobind copies it.
std::string signature(std::string text);

void bind_core(nanobind::module_& module);
void bind_matrix(nanobind::module_& module);
void bind_reports(nanobind::module_& module);
void bind_amg(nanobind::module_& module);
void bind_direct(nanobind::module_& module);
void bind_solvers(nanobind::module_& module);
void bind_io(nanobind::module_& module);
void bind_gallery(nanobind::module_& module);

}  // namespace suan::python
