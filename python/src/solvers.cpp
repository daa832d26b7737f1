// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// solve() and Solver on NumPy's arrays: a matrix of this process, the rows of one rank, or a
// function.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrays.hpp"
#include "bindings.hpp"
#include "maps.hpp"
#include "options.hpp"
#include "reports.hpp"
#include "suan/core/timer.hpp"
#include "suan/solvers/linear_solver.hpp"

namespace suan::python {

namespace {

/// Calls a Python function after each iteration, and ends the solve on Ctrl-C, an exception in that
/// function or a true value from it.
class PythonLogger final : public EventLogger {
 public:
  /// Keeps references: the callback's reference count is not changed without the global lock.
  /// `alone`: on one rank, where signals can be checked. `may_stop` is the same on all ranks.
  PythonLogger(nb::handle callback, PendingException& pending, bool alone, bool may_stop)
      : callback_(callback), pending_(pending), alone_(alone), may_stop_(may_stop) {}

  void iteration_finished(std::int64_t iteration, double residual_norm) override {
    if (stops()) return;
    if (callback_.is_none()) {
      if (alone_ && since_check_.seconds() > 0.1) look_for_interrupt();
      return;
    }
    const nb::gil_scoped_acquire gil;
    try {
      const int answer = PyObject_IsTrue(callback_(iteration, residual_norm).ptr());
      if (answer < 0 || PyErr_CheckSignals() != 0) throw nb::python_error();
      stop_ = answer != 0;
    } catch (...) {
      pending_.keep_current();
    }
  }

  bool may_stop() const override { return may_stop_; }
  bool stop_requested() override { return stops(); }

 private:
  bool stops() const noexcept { return stop_ || pending_.occurred(); }

  void look_for_interrupt() {
    const nb::gil_scoped_acquire gil;
    since_check_ = Timer();
    try {
      if (PyErr_CheckSignals() != 0) throw nb::python_error();
    } catch (...) {
      pending_.keep_current();
    }
  }

  nb::handle callback_;
  PendingException& pending_;
  bool alone_;
  bool may_stop_;
  bool stop_ = false;
  Timer since_check_;
};

/// The arguments and results of one solve. With `columns`, b and x are row-major arrays of that
/// many vectors; without, they are single vectors.
struct Call {
  Call(const InputScalars& b_given, const OutputScalars& x_given,
       std::optional<std::int64_t> columns_given, nb::handle callback, bool alone, bool may_stop)
      : b(b_given),
        x(x_given),
        columns(columns_given),
        logger(std::make_shared<PythonLogger>(callback, pending, alone, may_stop)) {
    if (x.dtype() != b.dtype()) throw InvalidArgument("x and b are not of the same type");
    if (columns && (*columns < 1 || b.size() % static_cast<std::size_t>(*columns) != 0)) {
      throw InvalidArgument(message("b has ", b.size(), " elements, not rows of ", *columns));
    }
    if (x.size() != b.size()) {
      throw DimensionMismatch(message("x has ", x.size(), " elements and b has ", b.size()));
    }
  }

  GlobalIndex rows() const { return static_cast<GlobalIndex>(b.size()) / columns.value_or(1); }

  nb::list reports_for_python() const {
    nb::list list;
    for (const auto& report : reports) list.append(to_python(report, copied));
    return list;
  }

  const InputScalars& b;
  const OutputScalars& x;
  std::optional<std::int64_t> columns;
  PendingException pending;
  std::shared_ptr<PythonLogger> logger;
  std::vector<std::string> copied;
  std::vector<SolveReport> reports;
};

/// A LinearSolver of one of the scalar types with the arrays that it reads.
class AnySolver : public Kept {
 public:
  virtual void solve(Call& call) = 0;
  virtual std::string update(Map a) = 0;
};

/// The parts of a solver. `m` may be absent.
struct Parts {
  Parts(nb::handle a_given, nb::handle m_given, std::int64_t rows_given, const nb::dict& keywords,
        std::optional<std::int64_t> comm_given)
      : a(a_given, "A"),
        rows(rows_given),
        options(options_from<SolveOptions>(keywords)),
        comm(comm_given) {
    if (!m_given.is_none()) m.emplace(m_given, "M");
    context->a = a_given;
    context->m = m_given;
  }

  Map a;
  std::optional<Map> m;
  std::int64_t rows;
  SolveOptions options;
  std::optional<std::int64_t> comm;
  std::shared_ptr<CallContext> context = std::make_shared<CallContext>();
};

template <Scalar T>
class TypedSolver final : public AnySolver {
 public:
  explicit TypedSolver(Parts parts)
      : parts_(std::move(parts)),
        layout_(Layout::from_local_size(parts_.rows, communicator(parts_.comm))),
        solver_(make(parts_.a, &CallContext::a), parts_.options, preconditioner()) {}

  void solve(Call& call) override {
    const DeviceView<T> given = borrow<T>(elements<T>(call.b, "b"), "b", call.copied);
    const std::span<const T> start(static_cast<const T*>(call.x.data()), call.x.size());
    const DeviceView<T> solution = borrow<T>(start, "x", call.copied);
    if (!call.columns) {
      Vector<T> x(layout_, solution);
      call.reports.push_back(solver_.solve(Vector<T>(layout_, given), x, call.logger));
    } else {
      const auto side_by_side = [&](const DeviceView<T>& array) {
        return MultiVector<T>(layout_,
                              RowMajor<T>(array.data(), static_cast<std::size_t>(call.rows()),
                                          static_cast<std::size_t>(*call.columns)));
      };
      auto x = side_by_side(solution);
      call.reports = solver_.solve(side_by_side(given), x, call.logger);
    }
    give_back(solution, call.x);
    call.copied.insert(call.copied.begin(), copied_.begin(), copied_.end());
  }

  std::string update(Map a) override {
    auto done = solver_.update(make(a, &CallContext::a));
    parts_.a = std::move(a);
    return done;
  }

 private:
  std::shared_ptr<const Operator<T>> make(const Map& map, nb::handle CallContext::*function) {
    return map.make<T>(layout_, parts_.comm.has_value(), parts_.context, function, copied_);
  }
  std::shared_ptr<const Operator<T>> preconditioner() {
    if (!parts_.m) return nullptr;
    auto m = make(*parts_.m, &CallContext::m);
    return parts_.m->is_of_library() ? m : as_users(std::move(m));
  }

  // In this order: the solver reads the arrays of the parts.
  Parts parts_;
  std::vector<std::string> copied_;
  Layout layout_;
  LinearSolver<T> solver_;
};

/// Its scalar type is that of `dtype`. Inside without_gil().
std::unique_ptr<AnySolver> make_solver(Parts parts, nb::dlpack::dtype dtype) {
  return visit_scalar(dtype, [&]<Scalar T>() -> std::unique_ptr<AnySolver> {
    return std::make_unique<TypedSolver<T>>(std::move(parts));
  });
}

nb::list solve(nb::handle a, nb::handle m, const InputScalars& b, const OutputScalars& x,
               std::optional<std::int64_t> columns, const nb::dict& options, nb::handle callback,
               std::optional<std::int64_t> comm, bool may_stop) {
  Call call(b, x, columns, callback, !comm, may_stop);
  Parts parts(a, m, call.rows(), options, comm);
  parts.context->pending = &call.pending;
  without_gil(call.pending, [&] { make_solver(std::move(parts), b.dtype())->solve(call); });
  return call.reports_for_python();
}

/// A solver that Python keeps.
class KeptSolver {
 public:
  /// `b` is an array of the scalar type, of any size.
  KeptSolver(nb::handle a, nb::handle m, const InputScalars& like, std::int64_t rows,
             const nb::dict& options, std::optional<std::int64_t> comm)
      : alone_(!comm) {
    Parts parts(a, m, rows, options, comm);
    context_ = parts.context;
    in_library([&] { keeper_.keep(make_solver(std::move(parts), like.dtype())); });
  }

  nb::list solve(nb::handle a, nb::handle m, const InputScalars& b, const OutputScalars& x,
                 std::optional<std::int64_t> columns, nb::handle callback, bool may_stop) {
    Call call(b, x, columns, callback, alone_, may_stop);
    without_gil(call.pending, [&] {
      const InUse use(*context_, a, m, call.pending);
      solver().solve(call);
    });
    return call.reports_for_python();
  }

  std::string update(nb::handle a, nb::handle m) {
    Map map(a, "A");
    std::string done;
    in_library([&] { done = solver().update(std::move(map)); }, a, m);
    return done;
  }

 private:
  /// Lends the functions to the operators, under the library's mutex, so that calls from several
  /// threads do not see each other's. Restores earlier ones: a function may call the solver that
  /// calls it.
  class InUse {
   public:
    InUse(CallContext& context, nb::handle a, nb::handle m, PendingException& pending)
        : context_(context), before_(context) {
      context = {a, m, &pending};
    }
    ~InUse() { context_ = before_; }
    InUse(const InUse&) = delete;
    InUse& operator=(const InUse&) = delete;

   private:
    CallContext& context_;
    CallContext before_;
  };

  template <class Body>
  void in_library(const Body& body, nb::handle a, nb::handle m) {
    PendingException pending;
    without_gil(pending, [&] {
      const InUse use(*context_, a, m, pending);
      body();
    });
  }
  template <class Body>
  void in_library(const Body& body) {
    in_library(body, context_->a, context_->m);
  }

  AnySolver& solver() const { return static_cast<AnySolver&>(*keeper_.get()); }

  bool alone_;
  std::shared_ptr<CallContext> context_;
  Keeper keeper_;
};

nb::dict components(const std::vector<OptionType>& types) {
  nb::dict all;
  for (const auto& type : types) {
    all[type.name.c_str()] = nb::make_tuple(type.sentence, type.schema->descriptions());
  }
  return all;
}

}  // namespace

void bind_solvers(nb::module_& module) {
  module.def(
      "solve_options", [] { return SolveOptions::table().descriptions(); },
      "The keywords of solve().");
  module.def(
      "solvers", [] { return components(solver_types()); },
      nb::sig("def solvers() -> dict[str, tuple[str, list[OptionDescription]]]"),
      "Name, sentence and options of each solver.");
  module.def(
      "preconditioners", [] { return components(preconditioner_types()); },
      nb::sig("def preconditioners() -> dict[str, tuple[str, list[OptionDescription]]]"),
      "Name, sentence and options of each preconditioner.");
  module.def(
      "check_solve_options", [](const nb::dict& options) { options_from<SolveOptions>(options); },
      nb::arg("options"),
      nb::sig(signature("def check_solve_options(options: {options}) -> None").c_str()),
      "Raises what solve() would raise for these options.");
  module.def(
      "solve", solve, nb::arg("a"), nb::arg("m").none(), nb::arg("b").noconvert(),
      nb::arg("x").noconvert(), nb::arg("columns").none(), nb::arg("options"),
      nb::arg("callback").none(), nb::arg("comm").none(), nb::arg("may_stop"),
      nb::sig(
          signature(
              "def solve(a: {map}, m: {map} | KeptAmg | KeptDirect | None, b: {array}, x: {array}, "
              "columns: int | None, options: {options}, callback: {callback}, "
              "comm: int | None, may_stop: bool) -> {reports}")
              .c_str()),
      "Solves A x = b from the guess in x, which is overwritten; returns the reports. a and m are "
      "matrices, or functions that return an array of b's type and size; m may be a KeptAmg or a "
      "KeptDirect. With "
      "columns, b and x are the rows of so many vectors, each of which has a report. comm is a "
      "Fortran handle: then "
      "matrices hold this rank's rows with global columns.");

  nb::class_<KeptSolver>(module, "KeptSolver", "What solve() makes of A, kept between solves.")
      .def(nb::init<nb::handle, nb::handle, const InputScalars&, std::int64_t, const nb::dict&,
                    std::optional<std::int64_t>>(),
           nb::arg("a"), nb::arg("m").none(), nb::arg("like").noconvert(), nb::arg("rows"),
           nb::arg("options"), nb::arg("comm").none(),
           nb::sig(signature("def __init__(self, a: {map}, m: {map} | KeptAmg | KeptDirect | None, "
                             "like: {array}, "
                             "rows: int, options: {options}, comm: int | None) -> None")
                       .c_str()))
      .def(
          "solve", &KeptSolver::solve, nb::arg("a").none(), nb::arg("m").none(),
          nb::arg("b").noconvert(), nb::arg("x").noconvert(), nb::arg("columns").none(),
          nb::arg("callback").none(), nb::arg("may_stop"),
          nb::sig(signature("def solve(self, a: {map} | None, m: {map} | KeptAmg | KeptDirect | "
                            "None, b: {array}, "
                            "x: {array}, columns: int | None, callback: {callback}, "
                            "may_stop: bool) -> {reports}")
                      .c_str()),
          "As the function solve(); a and m are what the solver was made of, needed for functions.")
      .def("update", &KeptSolver::update, nb::arg("a"), nb::arg("m").none(),
           nb::sig(signature(
                       "def update(self, a: {map}, m: {map} | KeptAmg | KeptDirect | None) -> str")
                       .c_str()),
           "Takes another matrix in place of A; returns what was done.");
}

}  // namespace suan::python
