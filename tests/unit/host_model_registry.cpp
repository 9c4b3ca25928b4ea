// From plugin folders and configuration to models: a bad plugin never keeps the others from serving.
#include "host/model_registry.h"

#include "base/sanitized.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"
#include "unit/plugin_files.h"

#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Registry : CppUnit::TestCase {
    TempDir dir;
    Config config;

    Registry() {
        config.pluginDirs = {dir.file("plugins")};
        config.routes = {{}, {}, {}, VoiceAccess::anyone};
        std::filesystem::create_directory(dir.path() / "plugins");
        install(echoPlugin(), dir.path() / "plugins");
    }
    void add(const std::string& badName, const std::string& folder = "plugins") const {
        install(badPlugin(badName), dir.path() / folder);
    }
    static std::string findings(const ModelRegistry& registry, Severity atLeast = Severity::error) {
        std::string text;
        for (const Finding& finding : registry.findings())
            if (finding.severity >= atLeast) text += finding.text + "\n";
        return text;
    }
    ModelRegistry made(const std::vector<std::string>& wanted) const {
        return {config, wanted, PluginSnapshot::take(config)};
    }
    std::string namesOf(const std::vector<std::string>& wanted) const {
        const ModelRegistry registry = made(wanted);
        std::string names;
        for (const auto& model : registry.models()) names += model.first + " ";
        return names;
    }
    std::string errors() const { return findings(made({"*"})); }
};

SPEC(Registry, makes_a_model_of_each_plugin_without_configuration) {
    add("scripted");
    const ModelRegistry registry = made({"*"});
    CPPUNIT_ASSERT_EQUAL(""s, findings(registry, Severity::note));
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), registry.models().size());
    CPPUNIT_ASSERT_EQUAL("echo"s, registry.find("echo")->name);
    CPPUNIT_ASSERT(registry.find("echo")->serves(Kind::picture));
    CPPUNIT_ASSERT(registry.find("nobody") == nullptr);
}

SPEC(Registry, makes_further_models_with_settings_of_their_own) {
    config.models["loud"] = {"echo", {{"prefix", "LOUD "}}};
    config.models["soft"] = {"echo", {{"prefix", "soft "}}};
    const ModelRegistry registry = made({"*"});
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), registry.models().size());
    CPPUNIT_ASSERT_EQUAL(registry.find("echo")->plugin, registry.find("loud")->plugin);
    CPPUNIT_ASSERT(registry.find("soft")->instance != registry.find("loud")->instance);
}

SPEC(Registry, refuses_a_model_of_a_plugin_that_is_not_there) {
    config.models["lite"] = {"spark_chat", {}};
    CPPUNIT_ASSERT_EQUAL("model.lite.plugin: no plugin spark_chat is loaded; there are: echo\n"s, errors());
    config.models = {{"spark_chat", {"", {}}}};
    assertSays(errors(), "no plugin spark_chat is loaded");
    CPPUNIT_ASSERT_EQUAL("echo "s, namesOf({"*"}));
}

SPEC(Registry, refuses_a_model_that_takes_the_name_of_another_plugin) {
    add("scripted");
    config.models["scripted"] = {"echo", {}};
    assertSays(errors(), "scripted is the name of a plugin");
    config.models["scripted"] = {"scripted", {}};
    CPPUNIT_ASSERT_EQUAL(""s, errors());
}

SPEC(Registry, refuses_a_model_with_wrong_settings_and_keeps_the_others) {
    config.models["loud"] = {"echo", {{"volume", "11"}}};
    assertSays(errors(), "model.loud.volume: is not a setting");
    CPPUNIT_ASSERT_EQUAL("echo "s, namesOf({"*"}));
}

SPEC(Registry, says_why_create_failed) {
    add("refuses");
    config.models["moody"] = {"refuses", {}};
    CPPUNIT_ASSERT_EQUAL("model.moody.mood: is bad today\n"s, errors());
    CPPUNIT_ASSERT_EQUAL("echo "s, namesOf({"*"}));
}

SPEC(Registry, says_that_create_failed_without_a_reason) {
    add("refuses_silently");
    CPPUNIT_ASSERT_EQUAL("model.refuses_silently: create() of plugin refuses_silently failed and gave no reason\n"s,
                         errors());
}

SPEC(Registry, has_no_model_without_a_kind) {
    add("leaves_no_kind");
    CPPUNIT_ASSERT_EQUAL(
        "model.leaves_no_kind: create() of plugin leaves_no_kind leaves the model no kind that its "
        "plugin has; narrowKinds() must leave one\n"s,
        errors());
    CPPUNIT_ASSERT_EQUAL("echo "s, namesOf({"*"}));
}

SPEC(Registry, says_where_answers_come_from_in_the_plugins_words_or_the_operators) {
    config.models["mine"] = {"echo", {}};
    config.models["mine"].origin = "our own parrot";
    const ModelRegistry registry = made({"*"});
    CPPUNIT_ASSERT_EQUAL("says the question back; needs no upstream"s, registry.find("echo")->origin);
    CPPUNIT_ASSERT_EQUAL("our own parrot"s, registry.find("mine")->origin);
}

SPEC(Registry, tells_the_manager_kinds_and_origin_of_each_model) {
    Board board;
    const ModelRegistry registry(config, {"*"}, PluginSnapshot::take(config), {&board, 1});
    const ModelWords words = board.wordsOf(registry.find("echo")->row);
    CPPUNIT_ASSERT_EQUAL("text voice picture"s, words.kinds);
    CPPUNIT_ASSERT_EQUAL("says the question back; needs no upstream"s, words.origin);
}

SPEC(Registry, warns_of_what_a_model_lacks_that_nobody_asked_for) {
    add("keyed");
    const ModelRegistry unasked = made({"*"});
    CPPUNIT_ASSERT_EQUAL(""s, findings(unasked));
    CPPUNIT_ASSERT_EQUAL("plugin keyed does not serve: it is not set up; write model.keyed.api_key = ...\n"s,
                         findings(unasked, Severity::warning));
    CPPUNIT_ASSERT(unasked.whyAbsent("keyed") && !unasked.whyAbsent("echo") && !unasked.whyAbsent("nobody"));

    config.routes.text = {"keyed"};
    assertSays(errors(), "model.keyed.api_key");
    config.routes.text = {};
    assertSays(findings(made({"keyed"})), "model.keyed.api_key");
    config.models["keyed"] = {"", {{"frames", "2"}}};
    assertSays(errors(), "model.keyed.api_key");
}

SPEC(Registry, starts_a_model_once_and_in_no_trial) {
    add("starts");
    config.models["starts"] = {"", {{"log", dir.file("starts")}}};
    const ModelRegistry registry = made({"*"});
    CPPUNIT_ASSERT(!std::filesystem::exists(dir.file("starts")));
    registry.start();
    CPPUNIT_ASSERT_EQUAL("started\n"s, readFile(dir.file("starts")));
}

SPEC(Registry, hands_on_what_a_plugin_warns_of) {
    add("keyed");
    config.models["keyed"] = {"", {{"api_key", "k"}, {"greeting", "odd"}}};
    const ModelRegistry registry = made({"*"});
    CPPUNIT_ASSERT_EQUAL(""s, findings(registry));
    CPPUNIT_ASSERT_EQUAL("model.keyed.greeting: sounds odd\n"s, findings(registry, Severity::warning));
    CPPUNIT_ASSERT(registry.find("keyed") != nullptr);
}

SPEC(Registry, serves_the_good_plugins_beside_bad_ones) {
    const std::vector<std::string> bad{"other_major",     "newer_minor", "no_entry",
                                       "null_descriptor", "no_create",   "undefined_symbol"};
    for (const auto& name : bad) add(name);
    dir.write("plugins/text.so", "no ELF");
    std::filesystem::create_directory(dir.path() / "plugins/folder.so");
    const ModelRegistry registry = made({"*"});
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), registry.models().size());
    CPPUNIT_ASSERT_EQUAL(bad.size() + 2, registry.findings().size());
    for (const auto& name : bad) assertSays(findings(registry), "/" + name + ".so: ");
}

SPEC(Registry, takes_the_first_of_two_plugins_with_one_name) {
    add("scripted", "more");
    install(badPlugin("scripted"), dir.path() / "more", "echo");
    config.pluginDirs.push_back(dir.file("more"));
    const ModelRegistry registry = made({"*"});
    CPPUNIT_ASSERT_EQUAL(
        "plugin " + dir.file("more/echo.so") + ": the name echo is taken by " + dir.file("plugins/echo.so") + "\n",
        findings(registry));
    CPPUNIT_ASSERT_EQUAL(dir.file("plugins/echo.so"), registry.find("echo")->plugin->file().string());
    CPPUNIT_ASSERT(registry.find("scripted") != nullptr);
}

SPEC(Registry, goes_on_after_a_folder_that_cannot_be_read) {
    dir.write("file", "");
    config.pluginDirs = {dir.file("missing"), dir.file("file"), dir.file("plugins")};
    const ModelRegistry registry = made({"*"});
    assertSays(findings(registry), "plugins.dir: " + dir.file("missing") + " cannot be read: ");
    assertSays(findings(registry), "plugins.dir: " + dir.file("file") + " cannot be read: ");
    CPPUNIT_ASSERT(registry.find("echo") != nullptr);
}

SPEC(Registry, overlooks_files_that_are_no_plugins) {
    for (const std::string& name : {"README.md"s, "echo.so.1"s, ".so"s, "libecho.a"s, "echo.so~"s})
        dir.write("plugins/" + name, "x");
    CPPUNIT_ASSERT_EQUAL(""s, errors());
}

SPEC(Registry, refuses_a_plugin_whose_name_is_no_path) {
    for (const std::string& name : {"a b"s, "a.b"s, "\u6a21\u578b"s, "a%2f"s, std::string(65, 'x')}) {
        install(echoPlugin(), dir.path() / "odd", name);
        config.pluginDirs = {dir.file("odd")};
        assertSays(errors(), "/" + name + ".so: its name is also its path");
        std::filesystem::remove_all(dir.path() / "odd");
    }
}

SPEC(Registry, has_only_the_models_that_are_wanted) {
    add("scripted");
    config.models["loud"] = {"echo", {}};
    CPPUNIT_ASSERT_EQUAL("echo loud scripted "s, namesOf({"*"}));
    CPPUNIT_ASSERT_EQUAL("loud "s, namesOf({"loud"}));
    CPPUNIT_ASSERT_EQUAL("echo scripted "s, namesOf({"scripted", "echo"}));
    CPPUNIT_ASSERT_EQUAL(""s, namesOf({"nobody"}));
}

SPEC(Registry, opens_no_plugin_where_no_model_is_wanted) {
    add("other_major");
    const ModelRegistry registry = made({});
    CPPUNIT_ASSERT(registry.plugins().empty() && registry.models().empty() && registry.findings().empty());
}

SPEC(Registry, names_routes_and_pools_with_models_that_are_not_there) {
    config.models["loud"] = {"echo", {}};
    config.routes = {{"echo", "sparc"}, {"loud"}, {"picasso"}, VoiceAccess::anyone};
    config.pools["model"].models = {"*"};
    config.pools["voice"].models = {"loud", "nobody", "picasso"};
    const Findings unknown = made({"*"}).unknownNames();
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), unknown.size());
    CPPUNIT_ASSERT_EQUAL("route.text: there is no model sparc; there are: echo, loud"s, unknown.at(0).text);
    CPPUNIT_ASSERT_EQUAL("route.picture: there is no model picasso; there are: echo, loud"s, unknown.at(1).text);
    CPPUNIT_ASSERT_EQUAL("pool.voice.models: there is no model nobody; there are: echo, loud"s, unknown.at(2).text);
}

SPEC(Registry, outlives_a_plugin_that_crashes_while_it_is_opened) {
    add("crashes_when_opened");
    assertSays(errors(), "crashes_when_opened.so: opening it crashes (Aborted)");
    CPPUNIT_ASSERT_EQUAL("echo "s, namesOf({"*"}));
}

SPEC(Registry, outlives_a_create_that_does_not_come_back) {
    add("bad_create");
    config.models["exits"] = {"bad_create", {{"how", "exit"}}};
    assertSays(errors(), "model.bad_create: create() of plugin bad_create crashes (Aborted)\n");
    assertSays(errors(), "model.exits: create() of plugin bad_create ends the process\n");
    CPPUNIT_ASSERT_EQUAL("echo "s, namesOf({"*"}));
}

SPEC(Registry, holds_the_plugins_as_they_were_when_the_snapshot_was_taken) {
    const PluginSnapshot snapshot = PluginSnapshot::take(config);
    dir.write("plugins/echo.so", "no plugin any more");
    const ModelRegistry registry(config, {"*"}, snapshot);
    CPPUNIT_ASSERT_EQUAL(""s, findings(registry, Severity::note));
    CPPUNIT_ASSERT(registry.find("echo") != nullptr);
    CPPUNIT_ASSERT(!registry.find("echo")->plugin->isInPlace());
}

SPEC(Registry, uses_a_plugin_in_place_that_needs_its_folder_and_says_so) {
    add("with_neighbour");
    assertSays(errors(), "with_neighbour.so: cannot be opened: libneighbour.so.1: ");
    std::filesystem::copy_file(badPluginFolder() + "/neighbour/libneighbour.so.1",
                               dir.path() / "plugins/libneighbour.so.1");
    const ModelRegistry registry = made({"with_neighbour"});
    CPPUNIT_ASSERT_EQUAL(""s, findings(registry, Severity::warning));
    assertSays(findings(registry, Severity::note), "with_neighbour.so: is used in place; ");
    CPPUNIT_ASSERT(registry.find("with_neighbour") != nullptr);
}

SPEC(Registry, outlives_a_file_that_was_cut_while_it_was_copied) {
    dir.write("plugins/cut.so", readFile(echoPlugin()).substr(0, 1000));
    assertSays(errors(), "cut.so: ");
    CPPUNIT_ASSERT_EQUAL("echo "s, namesOf({"*"}));
}

SPEC(Registry, says_nothing_of_a_setting_that_could_not_be_read_which_was_told) {
    add("keyed");
    config.models["keyed"].unread = {"api_key"};
    const ModelRegistry registry = made({"*"});
    CPPUNIT_ASSERT_EQUAL(""s, findings(registry, Severity::note));
    CPPUNIT_ASSERT(!registry.find("keyed") && registry.whyAbsent("keyed"));
}

constexpr const char* kOfABadPointer = kIsSanitized ? "ends the process" : "crashes (Segmentation fault)";

SPEC(Registry, outlives_what_cannot_be_destroyed) {
    add("bad_destroy");
    for (const std::string& how : {"exit"s, "pointer"s}) config.models[how] = {"bad_destroy", {{"how", how}}};
    const ModelRegistry registry = made({"*"});
    const std::string made = ": destroy() of what create() of plugin bad_destroy has made ";
    assertSays(findings(registry), "model.bad_destroy" + made + "crashes (Aborted)\n");
    assertSays(findings(registry), "model.exit" + made + "ends the process\n");
    assertSays(findings(registry), "model.pointer" + made + kOfABadPointer);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), registry.models().size());
    CPPUNIT_ASSERT_EQUAL("bad_destroy"s, registry.findings().at(0).plugin);
}

SPEC(Registry, outlives_a_descriptor_without_text) {
    add("no_version");
    add("no_text");
    assertSays(errors(), "no_version.so: opening it "s + kOfABadPointer);
    assertSays(errors(), "no_text.so: summary in its descriptor is not text");
    CPPUNIT_ASSERT_EQUAL("echo "s, namesOf({"*"}));
}

}  // namespace
