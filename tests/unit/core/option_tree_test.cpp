// SPDX-FileCopyrightText: The Suan authors
// SPDX-License-Identifier: Apache-2.0
//
// Options as a tree: nodes with names, nodes that name their types, and a registry of these.
#include <gmock/gmock.h>

#include <thread>

#include "suan/core/registry.hpp"

namespace {

using suan::InvalidArgument;
using suan::OptionNode;
using suan::OptionTable;
using suan::OptionType;
using suan::OptionValues;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

// As algebraic multigrid will have it: two smoothers of one struct, coarse solvers that are made by
// name and may be multigrid again.
struct Chebyshev {
  std::int64_t degree = 2;
  double ratio = 20;
  static const OptionTable<Chebyshev>& table() {
    static const auto table =
        OptionTable<Chebyshev>()
            .number("degree", &Chebyshev::degree, 1, 100, "Of the polynomial.")
            .number("ratio", &Chebyshev::ratio, 1, 1e6, "Of eigenvalues.");
    return table;
  }
};

struct Richardson {
  double damping = 0.5;
  static const OptionTable<Richardson>& table() {
    static const auto table =
        OptionTable<Richardson>().number("damping", &Richardson::damping, 0, 2, "A factor.");
    return table;
  }
};

/// What is made of a node, in words.
struct Component {
  virtual ~Component() = default;
  std::string text;
};
using Components = suan::Registry<Component, int>;

Components& components();
std::vector<OptionType> component_types() { return components().types(); }

struct Sweeps {
  std::int64_t count = 1;
  OptionNode with = "chebyshev";
  static const OptionTable<Sweeps>& table() {
    static const auto table = OptionTable<Sweeps>()
                                  .number("count", &Sweeps::count, 0, 10, "How many there are.")
                                  .typed_node("with", &Sweeps::with, component_types, "By what.");
    return table;
  }
};

struct Amg {
  double theta = 0.08;
  Sweeps before;
  Sweeps after;
  OptionNode coarse = "direct";
  static const OptionTable<Amg>& table() {
    static const auto table =
        OptionTable<Amg>()
            .number("theta", &Amg::theta, 0, 1, "What is strong.")
            .node("pre_smoother", &Amg::before)
            .node("post_smoother", &Amg::after)
            .typed_node("coarse", &Amg::coarse, component_types, "On the coarsest level.");
    return table;
  }
};

std::unique_ptr<Component> made(const std::string& text) {
  auto component = std::make_unique<Component>();
  component->text = text;
  return component;
}

void fill(Components& all) {
  all.add("direct", "Eliminates.", {}, [](int, const OptionNode&) { return made("direct"); });
  all.add("chebyshev", "A polynomial.", Chebyshev::table(), [](int level, const OptionNode& node) {
    const auto options = Chebyshev::table().from(node);
    return made(suan::message("chebyshev ", options.degree, " on ", level));
  });
  all.add("richardson", "Damped.", Richardson::table(), [](int, const OptionNode& node) {
    return made(suan::message("richardson ", Richardson::table().from(node).damping));
  });
  all.add("amg", "Multigrid.", Amg::table(), [](int level, const OptionNode& node) {
    const auto options = Amg::table().from(node);
    const auto before = components().make(level, options.before.with)->text;
    const auto after = components().make(level, options.after.with)->text;
    const auto coarse = components().make(level + 1, options.coarse)->text;
    return made(suan::message("amg(", options.before.count, " x ", before, ", ",
                              options.after.count, " x ", after, ", ", coarse, ")"));
  });
}

Components& components() {
  static Components all("component");
  [[maybe_unused]] static const bool filled = (fill(all), true);
  return all;
}

struct Root {
  double rtol = 1e-8;
  OptionNode preconditioner = "direct";
  static const OptionTable<Root>& table() {
    static const auto table =
        OptionTable<Root>()
            .number("rtol", &Root::rtol, 0, 1, "The tolerance.")
            .typed_node("preconditioner", &Root::preconditioner, component_types, "M.");
    return table;
  }
};

std::string made_of(const Root& options) {
  return components().make(0, options.preconditioner)->text;
}

std::string error_of(const std::string& text) {
  try {
    Root::table().check(Root::table().read(text));
  } catch (const InvalidArgument& error) {
    return error.what();
  }
  return "no error";
}

constexpr const char* nested = R"({"rtol": 1e-3,
  "preconditioner": {"type": "amg", "theta": 0.25,
    "pre_smoother": {"count": 2, "with": {"type": "chebyshev", "degree": 3}},
    "post_smoother": {"with": "richardson"},
    "coarse": {"type": "amg", "pre_smoother": {"with": {"degree": 4}},
               "coarse": {"type": "richardson", "damping": 0.75}}}})";
constexpr const char* nested_made =
    "amg(2 x chebyshev 3 on 0, 1 x richardson 0.5, "
    "amg(1 x chebyshev 4 on 1, 1 x chebyshev 2 on 1, richardson 0.75))";

TEST(OptionTree, NodesNestToAnyDepthAndAStructMayStandTwice) {
  const auto options = Root::table().read(nested);
  EXPECT_EQ(options.rtol, 1e-3);
  EXPECT_EQ(options.preconditioner, "amg");
  EXPECT_EQ(made_of(options), nested_made);
}

TEST(OptionTree, APlainNameStandsForItsType) {
  EXPECT_EQ(made_of(Root::table().read(R"({"preconditioner": "chebyshev"})")), "chebyshev 2 on 0");
  EXPECT_EQ(made_of(Root::table().read("preconditioner = chebyshev\n")), "chebyshev 2 on 0");
  EXPECT_EQ(made_of(Root::table().read("preconditioner.type = chebyshev\n")), "chebyshev 2 on 0");
  EXPECT_EQ(made_of(Root()), "direct");
}

TEST(OptionTree, TheOrderOfNamesDoesNotMatter) {
  const auto options = Root::table().read(
      "preconditioner.coarse.damping = 0.75\npreconditioner.coarse = richardson\n"
      "preconditioner.pre_smoother.count = 3\npreconditioner = amg\n");
  EXPECT_EQ(made_of(options), "amg(3 x chebyshev 2 on 0, 1 x chebyshev 2 on 0, richardson 0.75)");
}

TEST(OptionTree, StructsFillNodes) {
  Amg amg;
  amg.before.with = {"chebyshev", Chebyshev{.degree = 5}};
  amg.after.count = 0;
  amg.coarse = {"richardson", Richardson{.damping = 1.5}};
  Root options;
  options.preconditioner = {"amg", amg};
  EXPECT_NO_THROW(Root::table().check(options));
  EXPECT_EQ(made_of(options), "amg(1 x chebyshev 5 on 0, 0 x chebyshev 2 on 0, richardson 1.5)");
  options.preconditioner = OptionNode("chebyshev").set("degree", 7);
  EXPECT_EQ(made_of(options), "chebyshev 7 on 0");
}

TEST(OptionTree, WhatIsWrittenIsReadBack) {
  const auto options = Root::table().read(nested);
  const auto text = Root::table().write(options);
  EXPECT_THAT(text, HasSubstr("preconditioner = amg\n"));
  EXPECT_THAT(text, HasSubstr("preconditioner.coarse.coarse.damping = 0.75\n"));
  const auto again = Root::table().read(text);
  EXPECT_EQ(made_of(again), nested_made);
  EXPECT_EQ(Root::table().write(again), text);
}

TEST(OptionTree, TheEndOfANameIsEnoughWhereItIsUnique) {
  Root options;
  const auto& table = Root::table();
  table.parse(options, "preconditioner", "amg");
  table.parse(options, "theta", "0.5");
  table.parse(options, "coarse", "chebyshev");
  table.parse(options, "coarse.degree", "9");
  table.parse(options, "post-smoother.count", "4");
  EXPECT_EQ(made_of(options), "amg(1 x chebyshev 2 on 0, 4 x chebyshev 2 on 0, chebyshev 9 on 1)");
  EXPECT_EQ(std::get<double>(table.get(options, "theta")), 0.5);
  EXPECT_EQ(std::get<std::string>(table.get(options, "coarse")), "chebyshev");
  EXPECT_EQ(std::get<std::int64_t>(table.get(options, "preconditioner.pre_smoother.count")), 1);
}

TEST(OptionTree, AShortNameOfSeveralOptionsIsRefusedWithAllOfThem) {
  EXPECT_THAT(error_of("preconditioner = amg\ndegree = 3\n"),
              AllOf(HasSubstr("option degree may be any of"),
                    HasSubstr("preconditioner.pre_smoother.with.degree"),
                    HasSubstr("preconditioner.post_smoother.with.degree"), HasSubstr("full name")));
}

TEST(OptionTree, AShortNameOfAnotherTypeIsKeptForIt) {
  // So that a script can change the type alone.
  auto options = Root::table().read("preconditioner = chebyshev\ndamping = 1.25\n");
  EXPECT_EQ(made_of(options), "chebyshev 2 on 0");
  EXPECT_NO_THROW(Root::table().check(options));
  const auto text = Root::table().write(options);
  EXPECT_EQ(Root::table().write(Root::table().read(text)), text);
  Root::table().parse(options, "preconditioner", "richardson");
  EXPECT_EQ(made_of(options), "richardson 1.25");
}

TEST(OptionTree, AnotherTypeDropsTheOptionsOfTheFirst) {
  auto options = Root::table().read(R"({"preconditioner": {"type": "chebyshev", "degree": 5}})");
  Root::table().parse(options, "preconditioner", "richardson");
  EXPECT_NO_THROW(Root::table().check(options));
  EXPECT_EQ(Root::table().write(options), "rtol = 1e-08\npreconditioner = richardson\n");
}

TEST(OptionTree, ErrorsHaveTheFullNameWhatIsAllowedAndTheNearest) {
  EXPECT_THAT(error_of(R"({"preconditioner": {"type": "chebyshev", "degre": 5}})"),
              AllOf(HasSubstr("\"preconditioner.degre\""), HasSubstr("preconditioner is chebyshev"),
                    HasSubstr("did you mean preconditioner.degree?")));
  EXPECT_THAT(error_of(R"({"preconditioner": {"type": "chebyshev", "damping": 1}})"),
              AllOf(HasSubstr("which has preconditioner.degree, preconditioner.ratio"),
                    HasSubstr("richardson has it")));
  EXPECT_THAT(error_of(R"({"preconditioner": {"type": "direct", "damping": 1}})"),
              HasSubstr("has no options"));
  EXPECT_THAT(
      error_of(R"({"preconditioner": {"type": "amg", "coarse": {"type": "chebishev"}}})"),
      AllOf(HasSubstr("option preconditioner.coarse"), HasSubstr("did you mean chebyshev?")));
  EXPECT_THAT(error_of(R"({"preconditioner": {"type": "chebyshev", "degree": 500}})"),
              AllOf(HasSubstr("preconditioner.degree: 500"), HasSubstr("[1, 100]")));
  EXPECT_THAT(error_of(R"({"preconditioner": {"type": "chebyshev", "degree": "five"}})"),
              AllOf(HasSubstr("preconditioner.degree"), HasSubstr("type str")));
  EXPECT_THAT(error_of(R"({"preconditioner": 3})"),
              AllOf(HasSubstr("option preconditioner: 3"), HasSubstr("str is needed")));
  EXPECT_THAT(error_of(R"({"rtoll": 1})"), HasSubstr("did you mean rtol?"));
  EXPECT_THAT(error_of(R"({"rtol": {"degree": 1}})"), HasSubstr("\"rtol.degree\""));
}

TEST(OptionTree, FieldsThatWereSetDirectlyAreChecked) {
  const auto check = [](const OptionNode& node) {
    return [node] {
      Root options;
      options.preconditioner = node;
      Root::table().check(options);
    };
  };
  EXPECT_THAT(check("chebishev"), ThrowsMessage<InvalidArgument>(HasSubstr("mean chebyshev?")));
  EXPECT_THAT(check({"direct", Chebyshev{.degree = 5}}),
              ThrowsMessage<InvalidArgument>(HasSubstr("preconditioner.degree")));
  EXPECT_THAT(check({"chebyshev", Chebyshev{.degree = 0}}),
              ThrowsMessage<InvalidArgument>(HasSubstr("preconditioner.degree: 0")));
  EXPECT_THAT(check(OptionNode("amg").set("coarse", "amg").set("coarse.coarse.degree", 1)),
              ThrowsMessage<InvalidArgument>(HasSubstr("preconditioner.coarse.coarse is direct")));
}

TEST(OptionTree, AnOptionGivenTwiceIsRefused) {
  EXPECT_THAT(error_of(R"({"preconditioner": {"type": "chebyshev", "degree": 5}, "degree": 6})"),
              AllOf(HasSubstr("preconditioner.degree is given twice"), HasSubstr("as degree")));
  EXPECT_THAT(error_of(R"({"preconditioner": {"type": "chebyshev", "type": "direct"}})"),
              HasSubstr("appears twice"));
  EXPECT_THAT(error_of(R"({"preconditioner": "chebyshev", "preconditioner.type": "direct"})"),
              HasSubstr("preconditioner is given twice"));
  EXPECT_EQ(error_of(R"({"preconditioner": {"type": "amg", "pre_smoother": {"with": {"degree": 2}},
                         "post_smoother": {"with": {"degree": 2}}}})"),
            "no error");
}

TEST(OptionTree, TheHelpHasTheOptionsOfEveryType) {
  std::vector<std::string> names;
  for (const auto& option : Root::table().descriptions()) {
    if (option.types.size() <= 1 && option.path.find("coarse.") == std::string::npos &&
        option.path.find("smoother") == std::string::npos) {
      names.push_back(option.name + " " + option.path);
    }
  }
  EXPECT_THAT(names, ElementsAre("rtol rtol", "preconditioner preconditioner",
                                 "degree preconditioner.degree", "ratio preconditioner.ratio",
                                 "damping preconditioner.damping", "theta preconditioner.theta",
                                 "coarse preconditioner.coarse"));
}

struct Tuned {
  Chebyshev smoother{.degree = 9};
  Sweeps sweeps{.count = 3, .with = "richardson"};
  static const OptionTable<Tuned>& table() {
    static const auto table =
        OptionTable<Tuned>().node("smoother", &Tuned::smoother).node("sweeps", &Tuned::sweeps);
    return table;
  }
};

TEST(OptionTree, AStructMayGiveItsPartsOtherDefaults) {
  EXPECT_EQ(
      Tuned::table().write({}),
      "smoother.degree = 9\nsmoother.ratio = 20\nsweeps.count = 3\nsweeps.with = richardson\n");
  const auto all = Tuned::table().descriptions();
  EXPECT_EQ(std::get<std::int64_t>(all[0].default_value), 9);
  EXPECT_EQ(std::get<std::string>(all[3].default_value), "richardson");
  Tuned options;
  options.smoother.degree = Chebyshev().degree;  // not the default here
  options.sweeps.with = "chebyshev";
  const auto again = Tuned::table().from(OptionNode("tuned", options));
  EXPECT_EQ(again.smoother.degree, 2);
  EXPECT_EQ(again.sweeps.count, 3);
  EXPECT_EQ(again.sweeps.with, "chebyshev");
}

struct Partly {
  OptionNode inner = {"chebyshev", Chebyshev{.degree = 6}};
  static const OptionTable<Partly>& table() {
    static const auto table =
        OptionTable<Partly>().typed_node("inner", &Partly::inner, component_types, "Inside.");
    return table;
  }
};

TEST(OptionTree, TheOptionsThatANodeHasFromItsStructStayUnlessTheyAreGiven) {
  const auto made_from = [](const OptionNode& node) {
    return components().make(0, Partly::table().from(node).inner)->text;
  };
  EXPECT_EQ(made_from({}), "chebyshev 6 on 0");
  EXPECT_EQ(made_from(OptionNode("").set("inner.ratio", 3.0)), "chebyshev 6 on 0");
  EXPECT_EQ(made_from(OptionNode("").set("inner.degree", 8)), "chebyshev 8 on 0");
  EXPECT_EQ(made_from(OptionNode("").set("inner", "richardson")), "richardson 0.5");
}

struct Twice {
  Chebyshev one;
  Chebyshev other;
  OptionNode node;
};

TEST(OptionTree, ATableRefusesTwoOptionsOfOneName) {
  const auto twice = [] {
    OptionTable<Chebyshev>()
        .number("degree", &Chebyshev::degree, 1, 9, "One.")
        .number("degree", &Chebyshev::degree, 1, 9, "And another.");
  };
  EXPECT_THAT(twice, ThrowsMessage<InvalidArgument>(HasSubstr("degree is declared twice")));
  const auto included = [] { OptionTable<Twice>().include(&Twice::one).include(&Twice::other); };
  EXPECT_THAT(included, ThrowsMessage<InvalidArgument>(HasSubstr("degree is declared twice")));
  const auto nodes = [] { OptionTable<Twice>().node("a", &Twice::one).node("b", &Twice::other); };
  EXPECT_NO_THROW(nodes());
  const auto one_node = [] {
    OptionTable<Twice>().node("a", &Twice::one).node("a", &Twice::other);
  };
  EXPECT_THAT(one_node, ThrowsMessage<InvalidArgument>(HasSubstr("a.degree is declared twice")));
}

TEST(Registry, RefusesASecondComponentOfANameAndNamesThatAreNone) {
  Components all("part");
  const Components::Factory factory = [](int, const OptionNode&) { return made("one"); };
  all.add("one", "First.", {}, factory);
  EXPECT_THAT([&] { all.add("one", "Second.", {}, factory); },
              ThrowsMessage<InvalidArgument>(HasSubstr("there is a part called one")));
  for (const char* name : {"", "auto", "Two", "2nd", "a b", "a.b"}) {
    EXPECT_THROW(all.add(name, "", {}, factory), InvalidArgument) << name;
  }
  EXPECT_THROW(all.add("empty", "", {}, nullptr), InvalidArgument);
  EXPECT_THAT(all.names(), ElementsAre("one"));
  EXPECT_EQ(all.make(0, "one")->text, "one");
}

TEST(Registry, SaysWhatItCannotMake) {
  EXPECT_THAT([] { components().make(0, "chebishev"); },
              ThrowsMessage<InvalidArgument>(AllOf(HasSubstr("component \"chebishev\""),
                                                   HasSubstr("did you mean chebyshev?"))));
  EXPECT_THAT([] { components().make(0, OptionNode("chebyshev").set("degree", 0)); },
              ThrowsMessage<InvalidArgument>(HasSubstr("degree: 0 is not allowed")));
  Components all("part");
  all.add("nothing", "Makes nothing.", {}, [](int, const OptionNode&) { return nullptr; });
  EXPECT_THROW(all.make(0, "nothing"), suan::InternalError);
}

TEST(Registry, SeveralThreadsMayAddAndMake) {
  Components all("part");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&all, t] {
      for (int i = 0; i < 50; ++i) {
        const auto name = suan::message("part_", t, "_", i);
        all.add(name, "One.", {}, [name](int, const OptionNode&) { return made(name); });
        EXPECT_EQ(all.make(0, name)->text, name);
        EXPECT_FALSE(all.names().empty());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(all.types().size(), 200u);
}

}  // namespace
