// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
#include "amg.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <sstream>
#include <tuple>

#include "applied.hpp"
#include "bindings.hpp"
#include "options.hpp"
#include "suan/core/instantiate.hpp"
#include "suan/multigrid/amg_file.hpp"
#include "typed_multigrid.hpp"

namespace suan::python {

namespace {

nb::dict level_for_python(const AmgLevel& level) {
  nb::dict seconds;
  seconds["strength"] = level.strength;
  seconds["aggregation"] = level.aggregation;
  seconds["tentative"] = level.tentative;
  seconds["interpolation"] = level.interpolation;
  seconds["restriction"] = level.restriction;
  seconds["product"] = level.product;
  seconds["smoothing"] = level.smoothing;
  nb::dict fields;
  fields["rows"] = level.rows;
  fields["entries"] = level.entries;
  fields["ranks"] = level.ranks;
  fields["interpolation_entries"] = level.interpolation_entries;
  fields["bytes"] = level.bytes;
  fields["radius"] = level.radius;
  fields["smoother"] = level.smoother;
  fields["seconds"] = seconds;
  return fields;
}

nb::dict memory_for_python(const AmgMemory& memory) {
  nb::dict fields;
  fields["hierarchy"] = memory.hierarchy;
  fields["peak"] = memory.peak;
  return fields;
}

}  // namespace

template <Scalar T>
std::shared_ptr<const Operator<T>> operator_on(const std::shared_ptr<const Multigrid>& multigrid) {
  return std::visit(
      [&]<Scalar S>(const Amg<S>* amg) {
        return converted<T>(std::shared_ptr<const Operator<S>>(multigrid, amg));
      },
      multigrid->pointer());
}

#define SUAN_INSTANTIATE(T) \
  template std::shared_ptr<const Operator<T>> operator_on(const std::shared_ptr<const Multigrid>&);
SUAN_FOR_EACH_SCALAR(SUAN_INSTANTIATE)
#undef SUAN_INSTANTIATE

/// The operators are those of the scalar types that it was applied in.
struct KeptAmg::State final : Kept {
  std::shared_ptr<Multigrid> multigrid;
  std::tuple<std::shared_ptr<const Operator<float>>, std::shared_ptr<const Operator<double>>,
             std::shared_ptr<const Operator<Complex>>,
             std::shared_ptr<const Operator<ComplexFloat>>>
      operators;

  template <Scalar T>
  const Operator<T>& on() {
    auto& kept = std::get<std::shared_ptr<const Operator<T>>>(operators);
    if (!kept) kept = operator_on<T>(multigrid);
    return *kept;
  }
};

KeptAmg::KeptAmg(const CsrArrays& a, const std::optional<InputScalars>& near_null,
                 const std::optional<InputScalars>& coordinates, std::int64_t width,
                 const nb::dict& keywords, std::optional<std::int64_t> comm) {
  Map map(a, "A");
  const auto options = options_from<AmgOptions>(keywords);
  if (width < 1 && (near_null || coordinates)) throw InvalidArgument("`width` is less than 1");
  without_gil([&] {
    auto made = std::make_unique<State>();
    const Layout layout = layout_of(a.rows, comm);
    made->multigrid = visit_scalar(a.values.dtype(), [&]<Scalar T>() -> std::shared_ptr<Multigrid> {
      return std::make_shared<TypedMultigrid<T>>(std::move(map), layout, comm.has_value(),
                                                 Hints{near_null, coordinates, width}, options);
    });
    keeper_.keep(std::move(made));
  });
}

KeptAmg::KeptAmg(const nb::bytes& path, const nb::bytes& name, const std::string& scalar,
                 const std::optional<CsrArrays>& a, std::optional<std::int64_t> comm) {
  std::optional<Map> map;
  if (a) map.emplace(*a, "A");
  const std::string file(path.c_str(), path.size());
  const std::string object(name.c_str(), name.size());
  without_gil([&] {
    auto made = std::make_unique<State>();
    const Layout layout = layout_of(a ? a->rows : 0, comm);
    const auto read = [&]<Scalar T>() {
      if (scalar != scalar_name<T>()) return;
      made->multigrid = std::make_shared<TypedMultigrid<T>>(std::move(map), layout,
                                                            comm.has_value(), file, object);
    };
#define SUAN_READ(T) read.template operator()<T>();
    SUAN_FOR_EACH_SCALAR(SUAN_READ)
#undef SUAN_READ
    keeper_.keep(std::move(made));
  });
}

KeptAmg::State& KeptAmg::state() const { return static_cast<State&>(*keeper_.get()); }

std::shared_ptr<const Multigrid> KeptAmg::multigrid() const {
  require_environment();
  return state().multigrid;
}

std::string KeptAmg::update(const CsrArrays& a) {
  Map map(a, "A");
  return without_gil([&] { return state().multigrid->update(std::move(map)); });
}

void KeptAmg::save(const nb::bytes& path, const nb::bytes& name, bool append) const {
  const std::string file(path.c_str(), path.size());
  const std::string object(name.c_str(), name.size());
  without_gil([&] { state().multigrid->save(file, object, append); });
}

nb::dict KeptAmg::report() const {
  AmgReport made;
  std::string scalar;
  bool is_hermitian = false;
  bool varies = false;
  std::int64_t block_size = 1;
  LocalIndex own_rows = 0;
  without_gil([&] {
    const auto& multigrid = *state().multigrid;
    is_hermitian = multigrid.is_hermitian();
    std::visit(
        [&](const auto* amg) {
          made = amg->report();
          scalar = amg->scalar();
          varies = amg->varies();
          block_size = amg->options().block_size;
          own_rows = amg->row_layout().local_size();
        },
        multigrid.pointer());
  });
  std::ostringstream text;
  text << made;
  nb::list levels;
  for (const auto& level : made.levels) levels.append(level_for_python(level));
  nb::dict fields;
  fields["levels"] = levels;
  fields["operator_complexity"] = made.operator_complexity();
  fields["grid_complexity"] = made.grid_complexity();
  fields["seconds"] = made.seconds;
  fields["memory"] = memory_for_python(made.memory);
  fields["forecast"] = memory_for_python(made.forecast);
  fields["scalar"] = scalar;
  fields["hermitian"] = is_hermitian;
  fields["varies"] = varies;
  fields["block_size"] = block_size;
  fields["own_rows"] = own_rows;
  fields["notes"] = made.notes;
  fields["text"] = text.str();
  return fields;
}

nb::dict KeptAmg::check() const {
  AmgCheck measured;
  without_gil([&] {
    measured =
        std::visit([](const auto* amg) { return amg->check(); }, state().multigrid->pointer());
  });
  std::ostringstream text;
  text << measured;
  nb::dict fields;
  fields["factors"] = measured.factors;
  fields["asymmetry"] = measured.asymmetry;
  fields["interpolation"] = measured.interpolation;
  fields["notes"] = measured.notes;
  fields["text"] = text.str();
  return fields;
}

nb::object KeptAmg::aggregates() const {
  std::vector<GlobalIndex> of;
  without_gil([&] {
    of =
        std::visit([](const auto* amg) { return amg->aggregates(); }, state().multigrid->pointer());
  });
  return numpy_array<std::int64_t>(of.data(), of.size());
}

void KeptAmg::apply(const InputScalars& x, const OutputScalars& y, std::int64_t columns) const {
  if (x.size() != y.size() || x.dtype() != y.dtype()) {
    throw InvalidArgument("x and y are not of the same size and type");
  }
  without_gil([&] {
    visit_scalar(x.dtype(), [&]<Scalar T>() { apply_to<T>(state().on<T>(), x, y, columns); });
  });
}

void bind_amg(nb::module_& module) {
  module.def(
      "hdf5_amg_scalar",
      [](const nb::bytes& path, const nb::bytes& name) {
        return hdf5_amg_scalar({path.c_str(), path.size()}, {name.c_str(), name.size()});
      },
      nb::arg("path"), nb::arg("name"), "The type of numbers of a hierarchy in a file.");
  module.def(
      "amg_options", [] { return AmgOptions::table().descriptions(); }, "The keywords of amg().");
  module.def(
      "check_amg_options", [](const nb::dict& options) { options_from<AmgOptions>(options); },
      nb::arg("options"),
      nb::sig(signature("def check_amg_options(options: {options}) -> None").c_str()),
      "Raises what amg() would raise for these options.");

  nb::class_<KeptAmg>(module, "KeptAmg", "A multigrid preconditioner, kept between solves.")
      .def(nb::init<const CsrArrays&, const std::optional<InputScalars>&,
                    const std::optional<InputScalars>&, std::int64_t, const nb::dict&,
                    std::optional<std::int64_t>>(),
           nb::arg("a"), nb::arg("near_null").noconvert().none(),
           nb::arg("coordinates").noconvert().none(), nb::arg("width"), nb::arg("options"),
           nb::arg("comm").none(),
           nb::sig(signature("def __init__(self, a: CsrArrays, near_null: {array} | None, "
                             "coordinates: {array} | None, width: int, options: {options}, "
                             "comm: int | None) -> None")
                       .c_str()))
      .def(nb::init<const nb::bytes&, const nb::bytes&, const std::string&,
                    const std::optional<CsrArrays>&, std::optional<std::int64_t>>(),
           nb::arg("path"), nb::arg("name"), nb::arg("scalar"), nb::arg("a").none(),
           nb::arg("comm").none())
      .def("save", &KeptAmg::save, nb::arg("path"), nb::arg("name"), nb::arg("append"),
           "Writes it into an HDF5 file.")
      .def("update", &KeptAmg::update, nb::arg("a"),
           "Takes another matrix of the same scalar type; returns what was kept.")
      .def("report", &KeptAmg::report, nb::sig("def report(self) -> dict[str, typing.Any]"),
           "The levels, and what was decided.")
      .def("check", &KeptAmg::check, nb::sig("def check(self) -> dict[str, typing.Any]"),
           "The measured convergence of each level.")
      .def("aggregates", &KeptAmg::aggregates,
           nb::sig("def aggregates(self) -> numpy.typing.NDArray[numpy.int64]"),
           "The aggregate of each row of the finest level; -1 for none.")
      .def("apply", &KeptAmg::apply, nb::arg("x").noconvert(), nb::arg("y").noconvert(),
           nb::arg("columns"),
           nb::sig(
               signature("def apply(self, x: {array}, y: {array}, columns: int) -> None").c_str()),
           "y = M x for so many vectors, row after row.");
}

}  // namespace suan::python
