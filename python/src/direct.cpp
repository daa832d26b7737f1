// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "direct.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <sstream>

#include "applied.hpp"
#include "bindings.hpp"
#include "options.hpp"
#include "suan/core/instantiate.hpp"

namespace suan::python {

namespace {

/// The matrix of Python's arrays, for the time of a call.
template <Scalar T>
std::shared_ptr<const Operator<T>> matrix_of(const Map& a, const Layout& layout, bool distributed) {
  std::vector<std::string> copied;
  return a.make<T>(layout, distributed, nullptr, &CallContext::a, copied);
}

/// What a factorisation tells, beside its report.
struct Facts {
  DirectReport report;
  bool symmetric = false;
  std::optional<Inertia> inertia;
  Determinant determinant;
  LocalIndex own_rows = 0;
};

template <Scalar T>
Facts facts_of(const Direct<T>& direct) {
  Facts facts{direct.report(),
              direct.is_symmetric(),
              {},
              direct.determinant(),
              direct.row_layout().local_size()};
  if (!is_complex<T> && (direct.is_symmetric() || direct.row_layout().global_size() == 0)) {
    facts.inertia = direct.inertia();
  }
  return facts;
}

}  // namespace

template <Scalar T>
std::shared_ptr<const Operator<T>> operator_on(const std::shared_ptr<const Factors>& factors) {
  return std::visit(
      [&]<Scalar S>(const std::unique_ptr<Direct<S>>& made) {
        return converted<T>(std::shared_ptr<const Operator<S>>(factors, made.get()));
      },
      factors->any());
}

#define SUAN_INSTANTIATE(T) \
  template std::shared_ptr<const Operator<T>> operator_on(const std::shared_ptr<const Factors>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

struct KeptDirect::State final : Kept {
  State(const Layout& rows, bool is_distributed) : layout(rows), distributed(is_distributed) {}
  Layout layout;
  bool distributed;
  std::shared_ptr<const Factors> factors;
};

KeptDirect::KeptDirect(const CsrArrays& a, const nb::dict& keywords,
                       std::optional<std::int64_t> comm) {
  const Map map(a, "A");
  const auto options = options_from<DirectOptions>(keywords);
  without_gil([&] {
    auto made = std::make_unique<State>(Layout::from_local_size(a.rows, communicator(comm)),
                                        comm.has_value());
    made->factors = visit_scalar(a.values.dtype(), [&]<Scalar T>() {
      return std::make_shared<const Factors>(std::make_unique<Direct<T>>(
          *matrix_of<T>(map, made->layout, made->distributed), options));
    });
    keeper_.keep(std::move(made));
  });
}

KeptDirect::State& KeptDirect::state() const { return static_cast<State&>(*keeper_.get()); }

std::shared_ptr<const Factors> KeptDirect::factors() const {
  require_environment();
  return state().factors;
}

std::string KeptDirect::update(const CsrArrays& a) {
  const Map map(a, "A");
  return without_gil([&] {
    return std::visit(
        [&]<Scalar T>(const std::unique_ptr<Direct<T>>& direct) {
          return direct->update(*matrix_of<T>(map, state().layout, state().distributed));
        },
        state().factors->any());
  });
}

nb::dict KeptDirect::report() const {
  const Facts facts = without_gil([&] {
    return std::visit([](const auto& direct) { return facts_of(*direct); }, state().factors->any());
  });
  const auto& report = facts.report;
  std::ostringstream text;
  text << report;
  nb::dict fields;
  fields["library"] = report.library;
  fields["factors"] = report.factors;
  fields["ordering"] = report.ordering;
  fields["rows"] = report.rows;
  fields["entries"] = report.entries;
  fields["factor_entries"] = report.factor_entries;
  fields["delayed_pivots"] = report.delayed_pivots;
  fields["null_pivots"] = report.null_pivots;
  fields["flops"] = report.flops;
  fields["forecast_bytes"] = report.forecast_bytes;
  fields["bytes"] = report.bytes;
  fields["ranks"] = report.ranks;
  fields["analysis_seconds"] = report.analysis_seconds;
  fields["factorisation_seconds"] = report.factorisation_seconds;
  fields["solve_seconds"] = report.solve_seconds;
  fields["notes"] = report.notes;
  fields["text"] = text.str();
  fields["symmetric"] = facts.symmetric;
  fields["own_rows"] = facts.own_rows;
  const auto& mantissa = facts.determinant.mantissa;
  fields["determinant"] =
      nb::make_tuple(mantissa.real(), mantissa.imag(), facts.determinant.exponent);
  fields["inertia"] = facts.inertia
                          ? nb::object(nb::make_tuple(facts.inertia->positive,
                                                      facts.inertia->negative, facts.inertia->zero))
                          : nb::object(nb::none());
  return fields;
}

void KeptDirect::apply(const InputScalars& x, const OutputScalars& y, std::int64_t columns) const {
  if (x.size() != y.size() || x.dtype() != y.dtype()) {
    throw InvalidArgument("x and y are not of the same size and type");
  }
  without_gil([&] {
    visit_scalar(x.dtype(),
                 [&]<Scalar T>() { apply_to<T>(*operator_on<T>(state().factors), x, y, columns); });
  });
}

nb::dict KeptDirect::errors(const InputScalars& b, const OutputScalars& x) const {
  const DirectErrors found = without_gil([&] {
    return std::visit(
        [&]<Scalar T>(const std::unique_ptr<Direct<T>>& direct) {
          std::vector<std::string> copied;
          const DeviceView<T> from = borrow<T>(elements<T>(b, "b"), "b", copied);
          const std::span<const T> place(static_cast<const T*>(x.data()), x.size());
          const DeviceView<T> to = borrow<T>(place, "x", copied);
          Vector<T> result(state().layout, to);
          const auto errors = direct->errors(Vector<T>(state().layout, from), result);
          give_back(to, x);
          return errors;
        },
        state().factors->any());
  });
  nb::dict fields;
  fields["residual"] = found.residual;
  fields["backward_error"] = found.backward_error;
  fields["condition"] = found.condition;
  fields["forward_error"] = found.forward_error;
  return fields;
}

void bind_direct(nb::module_& module) {
  module.def(
      "direct_options", [] { return DirectOptions::table().descriptions(); },
      "The keywords of factorize().");
  module.def(
      "check_direct_options", [](const nb::dict& options) { options_from<DirectOptions>(options); },
      nb::arg("options"),
      nb::sig(signature("def check_direct_options(options: {options}) -> None").c_str()),
      "Raises what factorize() would raise for these options.");

  nb::class_<KeptDirect>(module, "KeptDirect", "Sparse factors, kept between solves.")
      .def(nb::init<const CsrArrays&, const nb::dict&, std::optional<std::int64_t>>(), nb::arg("a"),
           nb::arg("options"), nb::arg("comm").none(),
           nb::sig(signature("def __init__(self, a: CsrArrays, options: {options}, "
                             "comm: int | None) -> None")
                       .c_str()))
      .def("update", &KeptDirect::update, nb::arg("a"),
           "Takes another matrix of the same scalar type; returns what was kept.")
      .def("report", &KeptDirect::report, nb::sig("def report(self) -> dict[str, typing.Any]"),
           "What the factorisation found and took.")
      .def("apply", &KeptDirect::apply, nb::arg("x").noconvert(), nb::arg("y").noconvert(),
           nb::arg("columns"),
           nb::sig(
               signature("def apply(self, x: {array}, y: {array}, columns: int) -> None").c_str()),
           "y = A^-1 x for so many vectors, row after row.")
      .def("errors", &KeptDirect::errors, nb::arg("b").noconvert(), nb::arg("x").noconvert(),
           nb::sig(
               signature("def errors(self, b: {array}, x: {array}) -> dict[str, float]").c_str()),
           "x = A^-1 b, and estimates of its errors.");
}

}  // namespace suan::python
