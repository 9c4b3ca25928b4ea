// A plugin's settings: what the operator wrote, against what the descriptor says.
#include "host/plugin_settings.h"

#include "host/plugin_library.h"
#include "support/spec.h"
#include "unit/expect.h"
#include "unit/plugin_files.h"

#include <map>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct ModelSettings : CppUnit::TestCase {
    using Written = std::map<std::string, std::string>;

    const PluginLibrary plugin{badPlugin("keyed")};

    PluginSettings settings(Written written, bool withKey = true) const {
        if (withKey) written.emplace("api_key", "hunter2");
        return {plugin.descriptor(), "model.x", written};
    }
    std::string findings(const Written& written, bool withKey = true) const {
        std::string text;
        const PluginSettings all = settings(written, withKey);
        for (const Finding& finding : all.findings()) text += finding.text + "\n";
        return text;
    }
    void assertTaken(const std::string& name, const std::string& value) const {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name + "=" + value, ""s, findings({{name, value}}));
        CPPUNIT_ASSERT(settings({{name, value}}).usable());
    }
    void assertRefused(const std::string& name, const std::string& value, const std::string& reason) const {
        CPPUNIT_ASSERT_EQUAL("model.x." + name + ": " + reason + "\n", findings({{name, value}}));
        CPPUNIT_ASSERT(!settings({{name, value}}).usable());
    }
    static std::string textOf(const PluginSettings& settings, const char* name) {
        return std::string(std::string_view(settings.text(name)));
    }
};

SPEC(ModelSettings, have_their_defaults) {
    const PluginSettings all = settings({});
    CPPUNIT_ASSERT(all.usable());
    CPPUNIT_ASSERT_EQUAL("hunter2"s, textOf(all, "api_key"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(4), all.integer("frames"));
    CPPUNIT_ASSERT_EQUAL(0.5, all.number("temperature"));
    CPPUNIT_ASSERT(all.flag("tls.verify"));
    CPPUNIT_ASSERT_EQUAL("general"s, textOf(all, "domain"));
    CPPUNIT_ASSERT_EQUAL(""s, textOf(all, "greeting"));
}

SPEC(ModelSettings, are_what_the_operator_wrote) {
    const PluginSettings all = settings({{"frames", "6"},
                                         {"temperature", "0.25"},
                                         {"tls.verify", "false"},
                                         {"domain", "imagev3"},
                                         {"greeting", "\u4f60\u597d"}});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(6), all.integer("frames"));
    CPPUNIT_ASSERT_EQUAL(0.25, all.number("temperature"));
    CPPUNIT_ASSERT(!all.flag("tls.verify"));
    CPPUNIT_ASSERT_EQUAL("imagev3"s, textOf(all, "domain"));
    CPPUNIT_ASSERT_EQUAL("\u4f60\u597d"s, textOf(all, "greeting"));
}

SPEC(ModelSettings, may_lie_at_the_ends_of_their_range) {
    assertTaken("frames", "1");
    assertTaken("frames", "6");
    assertTaken("temperature", "0");
    assertTaken("temperature", "1.0");
}

SPEC(ModelSettings, that_are_whole_numbers_take_nothing_else) {
    for (const std::string& value :
         {"0"s, "7"s, "-1"s, "many"s, ""s, "1.5"s, "0x3"s, "1,5"s, "4 frames"s, "99999999999999999999"s})
        assertRefused("frames", value, "'" + value + "' is not a whole number from 1 to 6 frames");
}

SPEC(ModelSettings, that_are_numbers_take_nothing_else) {
    for (const std::string& value :
         {"1.01"s, "-0.1"s, "warm"s, ""s, "nan"s, "inf"s, "0,5"s, "0.5.5"s, "1e999"s, "0.5x"s})
        assertRefused("temperature", value, "'" + value + "' is not a number from 0 to 1");
}

SPEC(ModelSettings, that_are_flags_are_true_or_false) {
    assertTaken("tls.verify", "true");
    for (const std::string& value : {"yes"s, "1"s, "TRUE"s, ""s})
        assertRefused("tls.verify", value, "'" + value + "' is not true or false");
}

SPEC(ModelSettings, that_are_choices_name_them) {
    for (const std::string& value : {"image"s, ""s, "General"s, "general|imagev3"s})
        assertRefused("domain", value, "'" + value + "' is not general or imagev3");
}

SPEC(ModelSettings, that_are_required_must_be_set) {
    CPPUNIT_ASSERT_EQUAL("model.x.api_key: is not set: opens the upstream; write model.x.api_key = ...\n"s,
                         findings({}, false));
    CPPUNIT_ASSERT_EQUAL("model.x.api_key: is not set: opens the upstream; write model.x.api_key = ...\n"s,
                         findings({{"api_key", ""}}, false));
    CPPUNIT_ASSERT(!settings({}, false).usable());
}

SPEC(ModelSettings, that_are_secret_are_never_repeated) {
    for (const std::string& value : {"hunter2"s, "12345678"s, ""s})
        assertRefused("pin", value, "its value is not a whole number from 1 to 9");
}

SPEC(ModelSettings, that_the_plugin_does_not_have_are_refused_and_those_it_has_named) {
    const std::string reason = findings({{"temprature", "hunter2"}});
    assertSays(reason, "model.x.temprature: is not a setting of this plugin (did you mean 'temperature'?)");
    assertSays(reason, "accounts, api_key, pin, frames, temperature, tls.verify, domain, greeting");
    assertSilentOf(reason, "hunter2");
    CPPUNIT_ASSERT(!settings({{"temprature", "1"}}).usable());
}

SPEC(ModelSettings, that_are_wrong_are_all_named_at_once) {
    const std::string reasons = findings({{"frames", "0"}, {"domain", "x"}, {"nope", "1"}}, false);
    for (const std::string& name : {"frames"s, "domain"s, "nope"s, "api_key"s})
        assertSays(reasons, "model.x." + name + ":");
}

SPEC(ModelSettings, asked_for_by_a_wrong_name_or_type_are_nothing) {
    const PluginSettings all = settings({});
    CPPUNIT_ASSERT_EQUAL(""s, textOf(all, "nope"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), all.integer("domain"));
    CPPUNIT_ASSERT_EQUAL(0.0, all.number("domain"));
    CPPUNIT_ASSERT(!all.flag("domain"));
}

SPEC(ModelSettings, rejected_by_the_plugin_are_of_no_use) {
    const PluginSettings all = settings({});
    all.warn("greeting", "sounds odd");
    CPPUNIT_ASSERT(all.usable());
    all.reject("domain", "is not in this plan");
    CPPUNIT_ASSERT(!all.usable());
    CPPUNIT_ASSERT(all.findings().at(0).severity == Severity::warning);
    CPPUNIT_ASSERT_EQUAL("model.x.greeting: sounds odd"s, all.findings().at(0).text);
    CPPUNIT_ASSERT(all.findings().at(1).severity == Severity::error);
    CPPUNIT_ASSERT_EQUAL("model.x.domain: is not in this plan"s, all.findings().at(1).text);
}

SPEC(ModelSettings, may_be_none_at_all) {
    const PluginLibrary silent(badPlugin("refuses"));
    CPPUNIT_ASSERT(PluginSettings(silent.descriptor(), "model.x", {}).usable());
    CPPUNIT_ASSERT(!PluginSettings(silent.descriptor(), "model.x", {{"a", "b"}}).usable());
}

SPEC(ModelSettings, leave_a_model_the_abilities_that_its_plugin_has_and_create_does_not_take) {
    ModelPlugin able = plugin.descriptor();
    able.abilities = std::uint64_t(Ability::tools) | std::uint64_t(Ability::seed);
    const PluginSettings given(able, "model.x", {{"api_key", "hunter2"}});
    CPPUNIT_ASSERT_EQUAL(able.abilities, given.abilities());
    given.narrow(std::uint64_t(Ability::seed) | std::uint64_t(Ability::stop));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(Ability::seed), given.abilities());
}

SPEC(ModelSettings, give_a_plugin_of_an_older_contract_what_its_abilities_meant_there) {
    ModelPlugin old = plugin.descriptor();
    old.contractMinor = 0;
    const std::uint64_t tools = std::uint64_t(Ability::tools) | std::uint64_t(Ability::anyToolChoice);
    const std::uint64_t format = std::uint64_t(Ability::responseFormat) | std::uint64_t(Ability::jsonSchema);
    old.abilities = std::uint64_t(Ability::tools) | std::uint64_t(Ability::responseFormat);
    const PluginSettings given(old, "model.x", {{"api_key", "hunter2"}});
    CPPUNIT_ASSERT_EQUAL(tools | format, given.abilities());
    given.narrow(std::uint64_t(Ability::tools));
    CPPUNIT_ASSERT_EQUAL(tools, given.abilities());
}

SPEC(ModelSettings, leave_a_model_the_kinds_that_its_plugin_has_and_create_does_not_take) {
    ModelPlugin able = plugin.descriptor();
    able.kinds = std::uint32_t(Kind::text) | std::uint32_t(Kind::embedding);
    const PluginSettings given(able, "model.x", {{"api_key", "hunter2"}});
    CPPUNIT_ASSERT_EQUAL(able.kinds, given.kinds());
    given.narrowKinds(std::uint32_t(Kind::embedding) | std::uint32_t(Kind::voice));
    CPPUNIT_ASSERT_EQUAL(std::uint32_t(Kind::embedding), given.kinds());
}

SPEC(ModelSettings, leave_a_model_the_origin_of_its_plugins_summary_unless_create_says_another) {
    const PluginSettings given(plugin.descriptor(), "model.x", {{"api_key", "hunter2hunter2"}});
    CPPUNIT_ASSERT_EQUAL("takes settings"s, given.originText());
    given.origin("local: qwen3:4b via Ollama");
    CPPUNIT_ASSERT_EQUAL("local: qwen3:4b via Ollama"s, given.originText());
    for (const char* nothing : {"", " "}) given.origin(nothing);
    CPPUNIT_ASSERT_EQUAL("local: qwen3:4b via Ollama"s, given.originText());
}

SPEC(ModelSettings, keep_an_origin_that_can_be_shown_and_gives_no_secret_away) {
    const PluginSettings given(plugin.descriptor(), "model.x", {{"api_key", "hunter2hunter2"}});
    given.origin("with the key hunter2hunter2");
    CPPUNIT_ASSERT_EQUAL("with the key [secret]"s, given.originText());
    given.origin("two\nlines \x1b[2J\xff");
    CPPUNIT_ASSERT_EQUAL("two\\x0alines \\x1b[2J\\xff"s, given.originText());
    given.origin(std::string(159, 'a') + "图");
    CPPUNIT_ASSERT_EQUAL(std::string(159, 'a'), given.originText());
}

// What a plugin of a later minor would have: a member behind those that this worker knows.
struct LargerSetting {
    Setting known;
    const char* more;
};

SPEC(ModelSettings, are_read_from_a_list_of_larger_ones) {
    const LargerSetting larger[] = {
        {{"one", SettingType::text, "1", "", 0, 0, "", Secrecy::open, "the first"}, "x"},
        {{"two", SettingType::integer, "2", "", 0, 9, "", Secrecy::open, "the second"}, "y"}};
    ModelPlugin later = plugin.descriptor();
    later.settings.data = larger;
    later.settings.count = 2;
    later.settings.stride = sizeof(LargerSetting);
    const PluginSettings read(later, "model.x", {{"two", "7"}});
    CPPUNIT_ASSERT_EQUAL("1"s, read.text("one").str());
    CPPUNIT_ASSERT_EQUAL(std::int64_t(7), read.integer("two"));
}

}  // namespace
