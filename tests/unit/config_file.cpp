// From file and -D to a Config: what is read, and what is said of what cannot be.
#include "config/config_file.h"

#include "support/environment_variable.h"
#include "support/spec.h"
#include "unit/config_fixture.h"

#include <Poco/String.h>

#include <chrono>
#include <string>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct ConfigFile : ConfigTest {};

SPEC(ConfigFile, that_is_empty_gives_the_defaults) {
    const Config defaults = config("# nothing\n\n! but remarks\n");
    CPPUNIT_ASSERT_EQUAL("spark_chat"s, defaults.routes.text.at(0));
    CPPUNIT_ASSERT(defaults.timeouts.total == 600'000ms);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(16 * 1024 * 1024), defaults.limits.mediaBodyBytes);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), defaults.auth.newTokens);
    CPPUNIT_ASSERT(defaults.httpStatus == HttpStatus::envelope);
    CPPUNIT_ASSERT(defaults.models.empty());
}

SPEC(ConfigFile, always_has_the_three_pools) {
    const Config defaults = config("");
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), defaults.pools.size());
    CPPUNIT_ASSERT_EQUAL("/run/aiproject/auth.sock"s, defaults.pools.at("auth").socket);
    CPPUNIT_ASSERT(defaults.pools.at("auth").models.empty());
    CPPUNIT_ASSERT_EQUAL(32, defaults.pools.at("auth").threads);
    CPPUNIT_ASSERT_EQUAL("*"s, defaults.pools.at("model").models.at(0));
    CPPUNIT_ASSERT_EQUAL(10, defaults.pools.at("media").nice);
}

SPEC(ConfigFile, gives_the_pool_media_the_models_of_its_paths_unless_it_names_others) {
    const auto modelsOf = [this](const std::string& text) {
        const Config read = config(text);
        return Poco::cat(","s, read.pools.at("media").models.begin(), read.pools.at("media").models.end());
    };
    CPPUNIT_ASSERT_EQUAL("spark_iat,spark_image"s, modelsOf(""));
    CPPUNIT_ASSERT_EQUAL("a,b,c"s, modelsOf("route.voice = a, b\nroute.picture = c\n"));
    CPPUNIT_ASSERT_EQUAL("c"s, modelsOf("route.voice =\nroute.picture = c\n"));
    CPPUNIT_ASSERT_EQUAL("*"s, modelsOf("pool.media.models = *\n"));
}

SPEC(ConfigFile, adds_a_pool_by_naming_one_of_its_keys) {
    const Config read = config("run.dir = /tmp/r\npool.other.threads = 7\n");
    CPPUNIT_ASSERT_EQUAL(7, read.pools.at("other").threads);
    CPPUNIT_ASSERT_EQUAL("/tmp/r/other.sock"s, read.pools.at("other").socket);
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), read.pools.size());
}

SPEC(ConfigFile, keeps_the_settings_of_models_as_text) {
    const Config read =
        config("model.spark_lite.plugin = spark_chat\nmodel.spark_lite.tls.verify = none\nmodel.x.top_k = 9\n");
    CPPUNIT_ASSERT_EQUAL("spark_chat"s, read.models.at("spark_lite").plugin);
    CPPUNIT_ASSERT_EQUAL("none"s, read.models.at("spark_lite").settings.at("tls.verify"));
    CPPUNIT_ASSERT_EQUAL(""s, read.models.at("x").plugin);
    CPPUNIT_ASSERT_EQUAL("9"s, read.models.at("x").settings.at("top_k"));
}

SPEC(ConfigFile, may_have_a_key_that_is_also_the_stem_of_others) {
    const Config read = config("model.x.tls = a\nmodel.x.tls.verify = b\nmodel.x.tls.verify.deep = c\n");
    CPPUNIT_ASSERT_EQUAL("a"s, read.models.at("x").settings.at("tls"));
    CPPUNIT_ASSERT_EQUAL("b"s, read.models.at("x").settings.at("tls.verify"));
    CPPUNIT_ASSERT_EQUAL("c"s, read.models.at("x").settings.at("tls.verify.deep"));
    assertSays(error("log = x\nlog.level = debug\n"), "log: there is no such key");
}

SPEC(ConfigFile, yields_to_overrides_of_which_the_last_counts) {
    const Config read = config("log.level = debug\nlog.file = a\n", {"log.level=error", "log.level = warning"});
    CPPUNIT_ASSERT(read.log.level == LogLevel::warning);
    CPPUNIT_ASSERT_EQUAL("a"s, read.log.file);
}

SPEC(ConfigFile, takes_what_stands_behind_the_first_equals_sign_of_an_override) {
    CPPUNIT_ASSERT_EQUAL("sqlite:a=b"s, config("", {"database.url=sqlite:a=b"}).database.url);
    CPPUNIT_ASSERT_EQUAL(""s, config("log.file = a\n", {"log.file="}).log.file);
}

SPEC(ConfigFile, refuses_an_override_without_a_key_or_an_equals_sign) {
    assertSays(error("", {"log.level"}), "-Dlog.level: write it as -Dkey=value");
    assertSays(error("", {"=debug"}), "-Dkey=value");
    assertSays(error("", {""}), "-Dkey=value");
    assertSays(error("", {"log.file=a\nlog.level=debug"}), "-Dlog.file: has a line break");
}

SPEC(ConfigFile, names_an_unknown_key_and_where_it_stands) {
    assertSays(error("log.levle = info\n"), "a.properties: log.levle: there is no such key");
    assertSays(error("", {"log.levle=info"}), "-Dlog.levle: there is no such key");
    assertSays(error("pool.model.thread = 3\n"),
               "pool.model.thread: there is no such key (did you mean "
               "'pool.model.threads'?)");
    assertSays(error("timeout = 3\n"), "timeout: there is no such key");
}

SPEC(ConfigFile, never_repeats_the_value_of_an_unknown_key) {
    assertSilentOf(error("spark_chat.api_secret = hunter2\n"), "hunter2");
    assertSilentOf(error("model.api_secret = hunter2\n"), "hunter2");
}

SPEC(ConfigFile, names_key_value_and_what_is_allowed) {
    const std::string notANumber = error("pool.model.threads = many\n");
    assertSays(notANumber, "a.properties: pool.model.threads: 'many' is not a whole number from 1 to 20000");
    assertSays(error("log.level = loud\n"), "debug or info or warning or error");
    assertSays(error("", {"timeout.total_ms=1s"}), "-Dtimeout.total_ms: '1s' is not milliseconds from 100 to");
}

SPEC(ConfigFile, takes_only_plain_whole_numbers) {
    for (const std::string& value :
         {""s, "1.5"s, "1e3"s, "0x10"s, "10 000"s, "1,000"s, "--5"s, "99999999999999999999"s, "5 s"s})
        assertSays(error("pool.model.threads = " + value + "\n"), "'" + value + "' is not a whole number");
}

SPEC(ConfigFile, says_everything_that_is_wrong_at_once) {
    const ConfigReading reading = read("log.level = loud\nno.such = 1\npool.model.threads = 0\n", {"broken"});
    CPPUNIT_ASSERT_EQUAL(std::size_t(4), reading.errors.size());
    const std::string all = reasonOf([&] { loadConfig({reading.config.source, {"broken"}}); });
    for (const auto& error : reading.errors) assertSays(all, error);
}

SPEC(ConfigFile, that_is_missing_or_a_folder_is_an_error_that_names_it) {
    const std::string missing = dir.file("none.properties");
    assertSays(listed(readConfig({missing, {}}).errors), missing + ": cannot be read");
    assertSays(reasonOf([&] { loadConfig({missing, {}}); }), missing);
}

SPEC(ConfigFile, expands_variables_of_the_environment) {
    const EnvironmentVariable key("AIPROJECT_TEST_KEY", "hunter2");
    const Config read = config(
        "model.x.api_key = ${system.env.AIPROJECT_TEST_KEY}\nlog.file = /log/${system.env.AIPROJECT_TEST_KEY}.log\n");
    CPPUNIT_ASSERT_EQUAL("hunter2"s, read.models.at("x").settings.at("api_key"));
    CPPUNIT_ASSERT_EQUAL("/log/hunter2.log"s, read.log.file);
}

SPEC(ConfigFile, expands_variables_in_overrides_and_other_keys) {
    const EnvironmentVariable place("AIPROJECT_TEST_DIR", "/srv/x");
    const Config read = config("log.file = ${run.dir}/log\n", {"run.dir=${system.env.AIPROJECT_TEST_DIR}"});
    CPPUNIT_ASSERT_EQUAL("/srv/x"s, read.runDir);
    CPPUNIT_ASSERT_EQUAL("/srv/x/log"s, read.log.file);
}

SPEC(ConfigFile, tells_a_variable_that_is_not_set_once) {
    const std::string all = error(
        "model.x.api_key = ${system.env.AIPROJECT_TEST_UNSET}\nmodel.y.api_key = ${system.env.AIPROJECT_TEST_UNSET}\n");
    CPPUNIT_ASSERT_EQUAL(all.find("AIPROJECT_TEST_UNSET"), all.rfind("AIPROJECT_TEST_UNSET"));
    assertSays(all, "model.x.api_key, ");
    assertSays(all, "model.y.api_key: ${system.env.AIPROJECT_TEST_UNSET} is not set");
}

SPEC(ConfigFile, names_a_variable_that_is_not_set) {
    assertSays(error("model.x.api_key = ${system.env.AIPROJECT_TEST_UNSET}\n"),
               "model.x.api_key: ${system.env.AIPROJECT_TEST_UNSET} is not set");
    assertSays(error("log.file = ${no.such.key}\n"), "log.file: has a ${ without the name of a key");
}

SPEC(ConfigFile, says_once_and_in_one_line_which_variable_of_which_line_is_not_set) {
    const std::string text =
        "# model.x.api_key = ${system.env.AIPROJECT_TEST_OTHER}\nmodel.x.api_key = old\n\n"
        "  model.x.api_key=k${system.env.AIPROJECT_TEST_UNSET}\nlog.level = info\n";
    const std::string unset =
        "model.x.api_key: ${system.env.AIPROJECT_TEST_UNSET} is not set; set it where the service is started (of "
        "systemd's: in /etc/aiproject/aiproject.env, and then systemctl restart aiproject)";
    CPPUNIT_ASSERT_EQUAL(dir.file("a.properties") + ":4: " + unset, error(text));
    CPPUNIT_ASSERT_EQUAL("-D" + unset, error(text, {"model.x.api_key=${system.env.AIPROJECT_TEST_UNSET}"}));
}

SPEC(ConfigFile, asks_for_the_variables_that_its_user_needs) {
    const auto lacking = [this](const std::string& key, ConfigUse use) {
        const std::string file = dir.write("a.properties", key + " = ${system.env.AIPROJECT_TEST_UNSET}\n");
        const ConfigReading reading = readConfig({file, {}}, use);
        return reading.errors.size();
    };
    for (const std::string& key : {"database.url"s, "auth.key_file"s, "quota.refill"s}) {
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), lacking(key, ConfigUse::all));
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), lacking(key, ConfigUse::accounts));
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), lacking(key, ConfigUse::manager));
    }
    for (const std::string& key : {"model.x.api_key"s, "log.file"s, "pool.model.threads"s, "run.dir"s}) {
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), lacking(key, ConfigUse::all));
        CPPUNIT_ASSERT_EQUAL(std::size_t(0), lacking(key, ConfigUse::accounts));
        CPPUNIT_ASSERT_EQUAL(std::size_t(key == "run.dir" ? 1 : 0), lacking(key, ConfigUse::manager));
    }
    // A mistake is one for everybody who may be meant: it can be the misspelt name of a key that counts.
    const std::string file = dir.write("a.properties", "databse.url = sqlite:x\n");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), readConfig({file, {}}, ConfigUse::accounts).errors.size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), readConfig({file, {}}, ConfigUse::manager).errors.size());
}

SPEC(ConfigFile, tells_nothing_of_a_secret_that_it_cannot_expand) {
    for (const std::string& secret :
         {"hun${ter2"s, "hun${ter2}"s, "${ter2.x}"s, "hun${}ter2"s, "${system.env.ter 2}"s}) {
        const std::string said = error("model.x.api_key = " + secret + "\n");
        assertSays(said, "model.x.api_key: has a ${ without the name");
        for (const std::string& part : {"hun"s, "ter"s}) assertSilentOf(said, part);
    }
}

SPEC(ConfigFile, refuses_keys_that_expand_to_each_other) {
    CPPUNIT_ASSERT(!errors("log.file = ${run.dir}\nrun.dir = ${log.file}\n").empty());
    CPPUNIT_ASSERT(!errors("log.file = ${log.file}\n").empty());
}

SPEC(ConfigFile, refuses_lines_and_keys_without_a_name) {
    for (const std::string& line : {"= x"s, ".a = x"s, "log..level = info"s, "model..url = x"s, "model.x = 1"s,
                                    "model.a b.url = 1"s, "pool..threads = 1"s, "pool.a/b.threads = 1"s, "pool.x = 1"s})
        CPPUNIT_ASSERT_MESSAGE(line, !errors(line + "\n").empty());
}

SPEC(ConfigFile, refuses_a_socket_path_that_the_system_cannot_take) {
    assertSays(error("pool.model.socket = /" + std::string(107, 's') + "\n"), "longer than 107 bytes");
    assertSays(errors("run.dir = /" + std::string(107, 's') + "\n"), "pool.auth.socket");
    config("pool.model.socket = /" + std::string(106, 's') + "\n");
}

SPEC(ConfigFile, warns_of_a_total_time_that_is_too_short) {
    const ConfigReading reading = read("timeout.total_ms = 1000\n");
    CPPUNIT_ASSERT(reading.errors.empty());
    assertSays(listed(reading.warnings), "timeout.total_ms");
    CPPUNIT_ASSERT(read("").warnings.empty());
}

SPEC(ConfigFile, warns_when_everyone_can_read_the_settings_of_models) {
    const std::string file = dir.write("open.properties", "model.x.api_key = k\n");
    const auto warnings = [&](mode_t mode) {
        chmod(file.c_str(), mode);
        return listed(readConfig({file, {}}).warnings);
    };
    assertSays(warnings(0644), file + ": every user can read it");
    CPPUNIT_ASSERT_EQUAL(""s, warnings(0640));
    CPPUNIT_ASSERT_EQUAL(""s, warnings(0600));
}

}  // namespace
