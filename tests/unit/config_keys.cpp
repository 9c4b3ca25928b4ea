// The table of keys: each can be set from file and -D, is kept within its range, and is printed.
#include "config/config_keys.h"

#include "config/overrides.h"
#include "config/secrets.h"
#include "support/spec.h"
#include "unit/config_fixture.h"

#include <cctype>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

// Lowest and highest value of a key with a range.
std::pair<std::string, std::string> rangeOf(const std::string& allowed) {
    const auto from = allowed.find(" from ") + 6, to = allowed.find(" to ", from);
    return {allowed.substr(from, to - from), allowed.substr(to + 4)};
}

// An allowed value of a key that differs from its default.
std::string otherValueOf(const Key& key) {
    if (says(key.allowed, "names separated")) return "one";
    if (says(key.allowed, "header lines")) return "Name: value";
    if (says(key.allowed, " from ")) {
        const auto [lowest, highest] = rangeOf(key.allowed);
        return key.get() == highest ? lowest : highest;
    }
    if (!says(key.allowed, " or ")) return "/other/value";
    const std::string first = key.allowed.substr(0, key.allowed.find(' '));
    return key.get() == first ? key.allowed.substr(key.allowed.rfind(' ') + 1) : first;
}

struct ConfigKeys : ConfigTest {
    static std::string valueIn(Config config, const std::string& name) {
        for (const Key& key : keysOf(config))
            if (key.name == name) return key.get();
        CPPUNIT_FAIL("no key " + name);
        return {};
    }
};

SPEC(ConfigKeys, can_each_be_set_from_the_file_and_from_an_override) {
    Config defaults = config("");
    for (const Key& key : keysOf(defaults)) {
        const std::string value = otherValueOf(key);
        CPPUNIT_ASSERT_MESSAGE(key.name, value != key.get());
        CPPUNIT_ASSERT_EQUAL(value, valueIn(config(key.name + " = " + value + "\n"), key.name));
        CPPUNIT_ASSERT_EQUAL(value, valueIn(config("", {key.name + "=" + value}), key.name));
    }
}

SPEC(ConfigKeys, change_nothing_but_their_own_value) {
    Config defaults = config("");
    for (const Key& changed : keysOf(defaults)) {
        if (changed.name == "run.dir") continue;  // the sockets lie in it
        const Config read = config(changed.name + " = " + otherValueOf(changed) + "\n");
        for (const Key& key : keysOf(defaults))
            if (key.name != changed.name && key.name != "pool.media.models")  // which follows the routes
                CPPUNIT_ASSERT_EQUAL_MESSAGE(changed.name, key.get(), valueIn(read, key.name));
    }
}

SPEC(ConfigKeys, are_kept_within_their_range) {
    Config defaults = config("");
    for (const Key& key : keysOf(defaults)) {
        if (key.allowed.find(" from ") == std::string::npos) continue;
        const auto [lowest, highest] = rangeOf(key.allowed);
        config(key.name + " = " + lowest + "\n");
        config(key.name + " = " + highest + "\n");
        assertSays(error(key.name + " = " + std::to_string(std::stoll(lowest) - 1) + "\n"), key.allowed);
        const bool isLimited = highest != std::to_string(INT64_MAX);
        const std::string above = isLimited ? std::to_string(std::stoll(highest) + 1) : "9223372036854775808";
        assertSays(error(key.name + " = " + above + "\n"), key.allowed);
    }
}

SPEC(ConfigKeys, of_one_word_take_no_other) {
    for (const std::string& key : {"log.level"s, "http.status"s, "route.voice_access"s})
        for (const std::string& value : {""s, "INFO"s, "Envelope"s, "any"s})
            assertSays(error(key + " = " + value + "\n"), key);
}

SPEC(ConfigKeys, with_lists_take_names_with_spaces_around_or_none) {
    const Config read = config("route.text = a , b,c\nroute.voice =\nroute.picture = ,,\nplugins.dir = /a:/b c\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), read.routes.text.size());
    CPPUNIT_ASSERT_EQUAL("b"s, read.routes.text.at(1));
    CPPUNIT_ASSERT(read.routes.voice.empty());
    CPPUNIT_ASSERT(read.routes.picture.empty());
    CPPUNIT_ASSERT_EQUAL("/b c"s, read.pluginDirs.at(1));
}

SPEC(ConfigKeys, have_each_a_name_of_their_own_and_help) {
    Config defaults = config("");
    std::set<std::string> names;
    for (const Key& key : keysOf(defaults)) {
        CPPUNIT_ASSERT_MESSAGE(key.name, names.insert(key.name).second);
        CPPUNIT_ASSERT_MESSAGE(key.name, !key.help.empty() && !key.allowed.empty());
    }
}

SPEC(ConfigKeys, are_printed_as_a_file_that_reads_the_same) {
    const Config written = config(
        "run.dir = /srv/run\nplugins.dir = /a:/b\nroute.text = a, b\nroute.voice =\npool.extra.threads = 3\n"
        "log.file = /var/log/a b.log\nlog.level = debug\nhttp.status = semantic\nauth.new_tokens = 10\n"
        "model.a.plugin = spark_chat\ndatabase.url = sqlite:/x=y#z.db\n");
    const std::string text = printed(written);
    CPPUNIT_ASSERT_EQUAL(text, printed(config(text)));
    CPPUNIT_ASSERT_EQUAL(printed(config("")), printed(config(printed(config("")))));
}

SPEC(ConfigKeys, are_printed_so_that_a_backslash_is_read_again) {
    const Config written = config("log.file = C:\\\\logs\\\\new\n");
    CPPUNIT_ASSERT_EQUAL("C:\\logs\\new"s, written.log.file);
    CPPUNIT_ASSERT_EQUAL(written.log.file, config(printed(written)).log.file);
}

SPEC(ConfigKeys, are_printed_so_that_a_line_break_in_a_value_begins_no_line) {
    const Config written =
        config("log.file = a\\nrun.dir = b\\rc\\td\\fe\nmodel.a.plugin = x\\ny\n", {"model.a.b\rlog.level=debug"});
    CPPUNIT_ASSERT_EQUAL("a\nrun.dir = b\rc\td\fe"s, written.log.file);
    const Config read = config(printed(written));
    CPPUNIT_ASSERT_EQUAL(written.log.file, read.log.file);
    CPPUNIT_ASSERT_EQUAL(written.runDir, read.runDir);
    CPPUNIT_ASSERT_EQUAL("x\ny"s, read.models.at("a").plugin);
}

SPEC(ConfigKeys, of_models_are_printed_with_their_calls) {
    assertSays(printed(config("model.a.calls = 0\n")), "model.a.calls = 0\n");
    assertSilentOf(printed(config("model.a.plugin = b\n")), ".calls = -1");
}

SPEC(ConfigKeys, of_models_are_printed_without_their_values) {
    const std::string text = printed(config("model.a.api_secret = hunter2\nmodel.a.url = wss://hunter3\n"));
    assertSilentOf(text, "hunter");
    assertSays(text, "model.a.api_secret is set");
    assertSays(text, "model.a.plugin = ");
}

SPEC(ConfigKeys, that_are_secret_are_never_repeated) {
    const Config written = config(
        "trace.otlp_headers = Authorization: Basic hunter2 | X-Api-Key: hunter3 | X-Team: model |"
        " X-Long: 0123456789hunter4\n");
    assertSilentOf(printed(written), "hunter");
    assertSays(printed(written), "# trace.otlp_headers is set\n");
    CPPUNIT_ASSERT((std::vector<std::string>{"Basic hunter2", "hunter2", "hunter3", "0123456789hunter4"}) ==
                   secretsOf(written));
    CPPUNIT_ASSERT(looksSecret("trace.otlp_headers"));
    const std::string said = error("trace.otlp_headers = hunter4\n");
    assertSays(said, "trace.otlp_headers: its value is not header lines as \"Name: value\"");
    assertSilentOf(said, "hunter");
}

SPEC(ConfigKeys, are_the_origin_of_a_model_in_one_line_that_can_be_shown) {
    const Config written = config("model.a.origin = simulator: 预设的回答\n");
    CPPUNIT_ASSERT_EQUAL("simulator: 预设的回答"s, written.models.at("a").origin);
    CPPUNIT_ASSERT(written.models.at("a").settings.empty());
    assertSays(printed(written), "model.a.origin = simulator: 预设的回答\n");
    assertSilentOf(printed(config("model.a.plugin = b\n")), ".origin");
    for (const std::string& wrong : {"a\\nb"s, "a\x1b[2J"s, "\xff"s, std::string(161, 'a')})
        assertSays(error("model.a.origin = " + wrong + "\n"), "model.a.origin: must be one line of text");
    CPPUNIT_ASSERT_EQUAL(""s, config("model.a.origin =\n").models.at("a").origin);
}

}  // namespace

SPEC(ConfigKeys, are_prices_of_a_model_and_no_settings_of_its_plugin) {
    const std::string file = "model.a.price.prompt = 2000000\nmodel.a.price.cached = 0\nmodel.a.price.second = 7\n";
    const Config written = config(file);
    const ModelConfig& model = written.models.at("a");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(2'000'000), model.price.prompt);
    CPPUNIT_ASSERT(model.price.cached == 0 && model.price.reasoning == -1 && model.price.completion == 0);
    CPPUNIT_ASSERT(model.settings.empty());
    for (const char* line :
         {"model.a.price.prompt = 2000000\n", "model.a.price.cached = 0\n", "model.a.price.second = 7\n"})
        assertSays(printed(written), line);
    assertSilentOf(printed(written), "price.reasoning");
    for (const char* wrong : {"prompt = -1", "prompt = 1.5", "prompt = 10000000001", "word = 1", " = 1"})
        assertSays(error("model.a.price."s + wrong + "\n"), "model.a.price.");
}
