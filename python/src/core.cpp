// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Errors, options, the configuration of the build, and the module itself.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <new>
#include <string_view>
#include <utility>

#include "bindings.hpp"
#include "options.hpp"
#include "session.hpp"
#include "suan/comm/environment.hpp"
#include "suan/core/error.hpp"
#include "suan/kernels/kernel_path.hpp"
#include "suan/preconditioners/direct.hpp"

namespace suan::python {

nb::object to_python(const OptionValue& value) {
  return std::visit([](const auto& v) { return nb::cast(v); }, value);
}

OptionValue to_option_value(const std::string& name, nb::handle value) {
  if (nb::isinstance<nb::bool_>(value)) return nb::cast<bool>(value);  // before int: a subclass
  if (nb::isinstance<nb::int_>(value)) {
    std::int64_t number = 0;
    if (nb::try_cast(value, number)) return number;
    throw InvalidArgument(
        message("option ", name, ": ", nb::str(value).c_str(), " does not fit into 64 bits"));
  }
  if (nb::isinstance<nb::float_>(value)) return nb::cast<double>(value);
  if (nb::isinstance<nb::str>(value)) return nb::cast<std::string>(value);
  throw InvalidArgument(message("option ", name, ": ", nb::repr(value).c_str(),
                                " is neither a bool, an int, a float nor a str"));
}

std::string signature(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> types[] = {
      {"{array}", "numpy.typing.NDArray[typing.Any]"},
      {"{matrix}",
       "tuple[int, int, numpy.typing.NDArray[numpy.int64], numpy.typing.NDArray[numpy.int32], "
       "numpy.typing.NDArray[typing.Any]]"},
      {"{map}",
       "CsrArrays | collections.abc.Callable[[numpy.typing.NDArray[typing.Any]], "
       "numpy.typing.NDArray[typing.Any]]"},
      {"{options}", "dict[str, bool | int | float | str]"},
      {"{callback}", "collections.abc.Callable[[int, float], object] | None"},
      {"{reports}", "list[dict[str, typing.Any]]"}};
  for (const auto& [word, type] : types) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
      text.replace(at, word.size(), type);
    }
  }
  return text;
}

namespace {

const char* python_class(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument:
      return "InvalidArgument";
    case ErrorKind::dimension_mismatch:
      return "DimensionMismatch";
    case ErrorKind::not_supported:
      return "NotSupported";
    case ErrorKind::io_error:
      return "IoError";
    case ErrorKind::device_error:
      return "DeviceError";
    case ErrorKind::mpi_error:
      return "MpiError";
    case ErrorKind::out_of_memory:
      return "OutOfMemory";
    case ErrorKind::internal:
      break;
  }
  return "InternalError";
}

void raise(ErrorKind kind, const char* text) {
  // The classes are Python's own (suan/_errors.py), because most have two bases.
  const nb::object type = nb::module_::import_("suan._errors").attr(python_class(kind));
  // A file name may contain any bytes; those that are not UTF-8 are shown as \xNN.
  const auto size = static_cast<Py_ssize_t>(std::string_view(text).size());
  const nb::object words = nb::steal(PyUnicode_DecodeUTF8(text, size, "backslashreplace"));
  PyErr_SetObject(type.ptr(), words.ptr());
}

/// Sets the Python exception for one of the library's exceptions, and for any kind of memory
/// failure; leaves all others to nanobind.
void translate(const std::exception_ptr& pointer, void*) {
  try {
    std::rethrow_exception(pointer);
  } catch (const Error& error) {
    raise(error.kind(), error.what());
  } catch (const std::exception&) {
    std::string text;
    const ErrorKind kind = current_error(text);
    if (kind != ErrorKind::out_of_memory) throw;
    raise(kind, text.c_str());
  }
}

nb::object default_value(const OptionDescription& option) {
  return to_python(option.default_value);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string option_repr(const OptionDescription& option) {
  const std::string range = option.range_text();
  return message(option.name, ": ", option_type_name(option.default_value), " = ",
                 nb::repr(default_value(option)).c_str(), range.empty() ? "" : ", ", range,
                 option.types.empty() ? "" : message(" (", joined(option.types), ")"), ". ",
                 option.sentence);
}

nb::object range_limit(const OptionDescription& option, double limit) {
  if (!option.bounded) return nb::none();
  if (std::holds_alternative<std::int64_t>(option.default_value)) {
    return nb::cast(static_cast<std::int64_t>(limit));
  }
  return nb::cast(limit);
}

nb::dict build_info() {
  nb::dict info;
  info["version"] = SUAN_VERSION;
  info["mpi"] = SUAN_HAVE_MPI == 1;
  info["hdf5"] = SUAN_HAVE_HDF5 == 1;
  info["mumps"] = have_direct();
  info["cuda"] = SUAN_HAVE_CUDA == 1;
  info["kokkos"] =
      message(KOKKOS_VERSION / 10000, '.', KOKKOS_VERSION / 100 % 100, '.', KOKKOS_VERSION % 100);
  info["compiler"] = __VERSION__;
  info["space"] = ExecutionSpace::name();
  nb::list paths;
  for (const KernelPath path : available_kernel_paths()) paths.append(to_string(path));
  info["kernel_paths"] = paths;
  return info;
}

int thread_count() {
  return without_gil([] { return HostExecutionSpace().concurrency(); });
}

std::string mpi_library_version() {
#if SUAN_HAVE_MPI
  char text[MPI_MAX_LIBRARY_VERSION_STRING];
  int length = 0;
  MPI_Get_library_version(text, &length);
  return text;  // not by its length, which includes the final zero in some versions
#else
  return {};
#endif
}

}  // namespace

void bind_core(nb::module_& module) {
  nb::register_exception_translator(translate);

  nb::class_<OptionDescription>(module, "OptionDescription",
                                "One keyword: its name, default, range and one sentence.")
      .def_ro("name", &OptionDescription::name)
      .def_ro("path", &OptionDescription::path,
              "The full name, with the nodes that it is in: solver.restart.")
      .def_ro("types", &OptionDescription::types,
              "The solvers or preconditioners that have it; empty when it is always there.")
      .def_prop_ro(
          "type", [](const OptionDescription& o) { return option_type_name(o.default_value); },
          "The name of its type: bool, int, float or str.")
      .def_prop_ro("default", default_value,
                   nb::sig("def default(self) -> bool | int | float | str"))
      .def_prop_ro(
          "minimum", [](const OptionDescription& o) { return range_limit(o, o.minimum); },
          nb::sig("def minimum(self) -> int | float | None"),
          "The smallest value allowed; None when there is no such bound.")
      .def_prop_ro(
          "maximum", [](const OptionDescription& o) { return range_limit(o, o.maximum); },
          nb::sig("def maximum(self) -> int | float | None"),
          "The largest value allowed; None when there is no such bound.")
      .def_ro("choices", &OptionDescription::choices, "The words allowed; empty when any is.")
      .def_prop_ro("range", &OptionDescription::range_text,
                   "The range in words; empty when there is none.")
      .def_ro("sentence", &OptionDescription::sentence)
      .def("__repr__", option_repr);

  module.def("build_info", build_info, nb::sig("def build_info() -> dict[str, typing.Any]"),
             "What this build was made with.");
  module.def("thread_count", thread_count, "Threads that a solve uses on the host.");
  module.def("mpi_library_version", mpi_library_version,
             "The MPI library that this build runs with; empty without MPI.");

  nb::module_::import_("atexit").attr("register")(nb::cpp_function(finalize_environment));
}

}  // namespace suan::python

NB_MODULE(_suan, module) {
  module.doc() = "The compiled part of the package suan, which is where to look for functions.";
  suan::python::bind_core(module);
  suan::python::bind_matrix(module);
  suan::python::bind_reports(module);
  suan::python::bind_amg(module);
  suan::python::bind_direct(module);
  suan::python::bind_solvers(module);
  suan::python::bind_io(module);
  suan::python::bind_gallery(module);
}
