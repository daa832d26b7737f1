// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Keyword arguments as the library's options.
#pragma once

#include <nanobind/nanobind.h>

#include <string>

#include "suan/core/options.hpp"

namespace suan::python {

namespace nb = nanobind;

nb::object to_python(const OptionValue& value);
/// @throws InvalidArgument naming the option when `value` is not a bool, int, float or str.
OptionValue to_option_value(const std::string& name, nb::handle value);

/// The options of S with those in `keywords` set.
/// @throws InvalidArgument for an unknown name, a wrong type or a value out of range.
template <class S>
S options_from(const nb::dict& keywords) {
  S options;
  for (const auto& [key, value] : keywords) {
    const auto name = nb::cast<std::string>(key);
    S::table().set(options, name, to_option_value(name, value));
  }
  return options;
}

}  // namespace suan::python
