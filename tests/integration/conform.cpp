// `aiproject try FILE.so --conform`: each bad plugin is caught by the rule that it breaks, and our own keep them all.
#include "support/plugin_folder.h"
#include "support/spec.h"
#include "support/worker_under_test.h"
#include "upstream/simulator.h"

#include <Poco/JSON/Array.h>

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <set>
#include <thread>

using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using aiproject::upstream::Simulator;

namespace {

using Rules = std::set<std::string>;

struct Row {
    std::string plugin;
    std::vector<std::string> arguments;
    Rules broken;  // these at least; none: it holds
    bool isWhollyTried = false;
};

constexpr std::chrono::minutes kLongest{6};  // it has limits of its own

struct Verdict {
    int code = 0;
    Rules broken, untried;
    std::string output;
};

Verdict verdictOn(const std::string& file, const std::vector<std::string>& arguments) {
    std::vector<std::string> all{"try", file, "--conform", "--json"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const Finished finished = runToEnd({programPath(), all}, kLongest);
    Verdict verdict{finished.code, {}, {}, finished.output};
    const auto report = objectOf(finished.output);
    const auto rules = report->getArray("rules");
    for (std::size_t i = 0; i < rules->size(); ++i) {
        const auto rule = rules->getObject(unsigned(i));
        const auto name = rule->getValue<std::string>("rule"), result = rule->getValue<std::string>("result");
        if (result == "broken") verdict.broken.insert(name);
        if (result == "not_tried") verdict.untried.insert(name);
    }
    return verdict;
}

std::string joined(const Rules& rules) {
    std::string all;
    for (const std::string& rule : rules) all += rule + " ";
    return all;
}

// Side by side, since they mostly wait.
void assertVerdicts(const std::string& folder, const std::vector<Row>& rows) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::string faults;
    const auto work = [&] {
        for (std::size_t i = next++; i < rows.size(); i = next++) {
            const Row& row = rows[i];
            std::string fault;
            try {
                const Verdict verdict = verdictOn(folder + "/" + row.plugin + ".so", row.arguments);
                const bool isRight = (row.broken.empty() ? verdict.broken.empty()
                                                         : std::includes(verdict.broken.begin(), verdict.broken.end(),
                                                                         row.broken.begin(), row.broken.end())) &&
                                     (verdict.code == 0) == row.broken.empty() &&
                                     (verdict.untried.empty() || !row.isWhollyTried);
                if (!isRight) fault = "breaks " + joined(verdict.broken) + "\n" + verdict.output;
            } catch (const std::exception& e) {
                fault = e.what();
            }
            const std::lock_guard lock(mutex);
            const std::string what = row.plugin + (row.arguments.empty() ? "" : " " + row.arguments.back());
            if (!fault.empty()) faults += what + ": " + fault + "\n";
        }
    };
    std::vector<std::thread> threads;
    constexpr int atOnce = 12;
    threads.reserve(atOnce);
    for (int i = 0; i < atOnce; ++i) threads.emplace_back(work);
    for (std::thread& thread : threads) thread.join();
    CPPUNIT_ASSERT_EQUAL(""s, faults);
}

Row how(const std::string& plugin, const std::string& value, const Rules& broken) {
    return {plugin,
            {"-Dtimeout.total_ms=" + atOurPace(3s, 60s), "-Dtimeout.first_frame_ms=" + atOurPace(2s, 60s),
             "-Dtimeout.idle_frame_ms=" + atOurPace(2s, 60s), "-Dhow=" + value},
            broken};
}

Row wholly(Row row) {
    row.isWhollyTried = true;
    return row;
}

struct Conform : CppUnit::TestCase {};

}  // namespace

SPEC(Conform, finds_what_is_wrong_with_a_plugin_before_its_first_call) {
    assertVerdicts(badPluginFolder(), {{"crashes_when_opened", {}, {"descriptor"}},
                                       {"nameless_setting", {}, {"descriptor"}},
                                       {"newer_minor", {}, {"descriptor"}},
                                       {"other_major", {}, {"descriptor"}},
                                       {"no_create", {}, {"descriptor"}},
                                       {"no_entry", {}, {"descriptor"}},
                                       {"no_kind", {}, {"descriptor"}},
                                       {"no_settings", {}, {"descriptor"}},
                                       {"no_text", {}, {"descriptor"}},
                                       {"no_version", {}, {"descriptor"}},
                                       {"null_descriptor", {}, {"descriptor"}},
                                       {"undefined_symbol", {}, {"descriptor"}},
                                       {"leaves_no_kind", {}, {"create"}},
                                       {"refuses_silently", {}, {"create"}},
                                       {"bad_create", {"-Dhow=crash"}, {"create"}},
                                       {"bad_create", {"-Dhow=exit"}, {"create"}},
                                       {"bad_create", {"-Dhow=hang"}, {"create"}},
                                       {"bad_destroy", {"-Dhow=crash"}, {"destroy"}},
                                       {"bad_destroy", {"-Dhow=hang"}, {"destroy"}},
                                       {"hangs_in_start", {"-Dhang=true"}, {"start"}},
                                       how("disturbs", "unsettled", {"settings"})});
}

SPEC(Conform, finds_what_is_wrong_with_a_call) {
    const std::string short_ = "-Dtimeout.total_ms=" + atOurPace(1s, 60s);
    assertVerdicts(badPluginFolder(), {{"hangs", {short_}, {"answer"}},
                                       {"crashes", {"--text", "segv"}, {"answer"}},
                                       {"crashes", {"--text", "overflow"}, {"answer"}},
                                       {"crashes", {"--text", "exit"}, {"answer"}},
                                       {"crashes", {"--text", "thread"}, {"answer"}},
                                       {"crashes", {"--text", "fork"}, {"output"}},
                                       {"throws", {}, {"exceptions"}},
                                       {"garbage", {"--text", "no utf8 delta"}, {"text"}},
                                       {"late", {"--text", "helper"}, {"reply"}},
                                       {"closes", {"--text", "0-20"}, {"answer"}},
                                       {"closes", {"--text", "socket"}, {"process"}},
                                       how("disturbs", "untold", {"answer"}),
                                       how("disturbs", "stops", {"status"}),
                                       how("disturbs", "sleeps", {"advance"}),
                                       how("disturbs", "ignores", {"answer"}),
                                       how("disturbs", "own_timer", {"slow-client"}),
                                       how("disturbs", "goes_on", {"client-leaves", "stop"}),
                                       how("disturbs", "one_thread", {"threads"})});
}

SPEC(Conform, finds_what_is_wrong_with_a_stream) {
    std::vector<Row> rows;
    for (const char* wrong : {"negative", "unopened", "file", "device", "closes", "replaces", "shares", "streaming",
                              "nobody", "two", "both"})
        rows.push_back(how("follows", wrong, {"stream"}));
    rows.push_back({"follows", {"-Dhow=spins"}, {"stream"}});  // which takes its time
    rows.push_back(how("follows", "blocks", {"advance"}));
    rows.push_back(how("follows", "crashes", {"advance"}));
    rows.push_back(how("follows", "blocks_at_end", {"destroy"}));
    rows.push_back(how("follows", "keeps", {"reply"}));
    rows.push_back(how("follows", "helper", {"reply"}));
    rows.push_back(how("follows", "answers", {}));
    rows.push_back(how("follows", "endless", {}));  // its time is the host's business, which ends it
    assertVerdicts(badPluginFolder(), rows);
}

SPEC(Conform, finds_what_a_plugin_leaves_behind) {
    assertVerdicts(badPluginFolder(), {{"disturbs", {"-Dhow=slow_memory"}, {"memory"}},
                                       wholly({"disturbs", {"-Dhow=slow"}, {}}),  // with fewer calls than others
                                       // Sixteen at once take longer than one may.
                                       {"disturbs", {"-Dtimeout.total_ms=" + atOurPace(1s, 60s), "-Dhow=queues"}, {}},
                                       {"leaks", {}, {"memory"}},
                                       how("disturbs", "memory", {"memory"}),
                                       how("disturbs", "descriptor", {"descriptors"}),
                                       how("disturbs", "keeps_thread", {"left-threads"}),
                                       how("disturbs", "ended_memory", {"memory"}),
                                       how("disturbs", "ended_descriptor", {"descriptors"}),
                                       how("disturbs", "ended_thread", {"left-threads"}),
                                       how("disturbs", "handler", {"signals"}),
                                       how("disturbs", "mask", {"signals"}),
                                       how("disturbs", "folder", {"process"}),
                                       how("disturbs", "umask", {"process"}),
                                       how("disturbs", "variable", {"process"}),
                                       how("disturbs", "rounding", {"process"}),
                                       how("disturbs", "alarm", {"process"}),
                                       how("disturbs", "writes", {"output"}),
                                       how("disturbs", "leaves_process", {"output"}),
                                       {"breaks_at_exit", {"-Dbreaks=true"}, {"exit"}},
                                       wholly(how("disturbs", "nothing", {})),
                                       {"scripted", {"-Dkinds=1", "-Dscript=delta a |delta b |usage 3"}, {}},
                                       {"starts", {}, {}}});
}

SPEC(Conform, finds_a_priority_that_a_plugin_changes) {
    constexpr int lowest = 19;
    if (getpriority(PRIO_PROCESS, 0) == lowest) return;  // nobody but root could change that
    assertVerdicts(badPluginFolder(),
                   {how("disturbs", "nice", {"process"}), how("disturbs", "nice_model", {"process"})});
}

SPEC(Conform, names_what_was_not_tried_in_its_last_line) {
    const Finished finished = runToEnd(
        {programPath(),
         {"try", badPluginFolder() + "/scripted.so", "--conform", "-Dkinds=1", "-Dscript=explain no|status busy"}},
        kLongest);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, 0, finished.code);
    const std::string last =
        "18 of 25 rules hold, 0 are broken, 7 are not fully tried: text, stream, advance, slow-client, client-leaves, "
        "threads, memory\n";
    CPPUNIT_ASSERT_MESSAGE(finished.output, finished.output.find("\n" + last) != std::string::npos);
}

SPEC(Conform, quotes_the_sentence_that_fits_what_was_seen) {
    const Row row = how("disturbs", "ended_descriptor", {});
    std::vector<std::string> arguments{"try", badPluginFolder() + "/disturbs.so", "--conform"};
    arguments.insert(arguments.end(), row.arguments.begin(), row.arguments.end());
    const Finished finished = runToEnd({programPath(), arguments}, kLongest);
    const std::size_t broken = finished.output.find("descriptors    BROKEN");
    CPPUNIT_ASSERT_MESSAGE(finished.output, broken != std::string::npos);
    const std::size_t quoted = finished.output.find("imodel.h: ", broken);
    CPPUNIT_ASSERT_MESSAGE(
        finished.output,
        quoted != std::string::npos &&
            finished.output.compare(quoted, 52, "imodel.h: \"It keeps no memory, thread or descriptor ") == 0);
}

// A plugin that goes elsewhere in its first call is asked again.
SPEC(Conform, opens_files_of_the_working_directory_again) {
    const TempDir dir;
    dir.write("a.jpg", "\xff\xd8\xff and more");
    std::filesystem::copy_file(badPluginFolder() + "/disturbs.so", dir.file("disturbs.so"));
    const Finished finished = runToEnd({"sh",
                                        {"-c",
                                         "cd \"$1\" && exec \"$0\" try ./disturbs.so --conform --json -Dhow=folder "
                                         "--picture a.jpg",
                                         programPath(), dir.path()}},
                                       kLongest);
    const auto report = objectOf(finished.output);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, ""s, report->getValue<std::string>("cannot"));
    CPPUNIT_ASSERT_EQUAL(1, finished.code);
}

SPEC(Conform, calls_no_rule_ok_that_was_not_tried) {
    const Finished finished =
        runToEnd({programPath(), {"try", badPluginFolder() + "/keyed.so", "--conform", "--json"}}, kLongest);
    CPPUNIT_ASSERT_EQUAL(1, finished.code);
    const auto rules = objectOf(finished.output)->getArray("rules");
    for (std::size_t i = 0; i < rules->size(); ++i) {
        const auto rule = rules->getObject(unsigned(i));
        const std::string name = rule->getValue<std::string>("rule");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, name == "descriptor" ? "ok"s : "not_tried"s,
                                     rule->getValue<std::string>("result"));
    }
}

SPEC(Conform, holds_for_our_own_plugins_with_their_upstreams) {
    const Simulator simulator;
    const auto spark = [&](const std::string& url) {
        return std::vector<std::string>{"-Durl=" + url, "-Dapp_id=" + aiproject::upstream::Options().appId,
                                        "-Dapi_key=" + aiproject::upstream::Options().apiKey,
                                        "-Dapi_secret=" + aiproject::upstream::Options().apiSecret};
    };
    const std::vector<std::string> openAi{"-Durl=" + simulator.openAiUrl(), "-Dmodel=sim-chat",
                                          "-Dapi_key=" + aiproject::upstream::Options().openAiKey};
    assertVerdicts(pluginFolder(), {{"echo", {}, {}},
                                    {"openai", openAi, {}},
                                    {"spark_chat", spark(simulator.url("/v3.5/chat")), {}},
                                    {"spark_iat", spark(simulator.url("/v2/iat")), {}},
                                    {"spark_image", spark(simulator.url("/v2.1/image")), {}},
                                    {"spark_ocr", spark(simulator.recognitionUrl()), {}}});
}

SPEC(Conform, holds_for_our_own_plugins_without_an_upstream) {
    std::vector<Row> rows{{"openai", {"-Durl=http://127.0.0.1:9/v1", "-Dmodel=x", "-Dapi_key=k"}, {}}};
    for (const char* name : {"ocr_tesseract", "speech_espeak"})  // where their libraries are
        if (std::filesystem::exists(pluginFolder() + "/" + name + ".so")) rows.push_back({name, {}, {}});
    assertVerdicts(pluginFolder(), rows);
}
