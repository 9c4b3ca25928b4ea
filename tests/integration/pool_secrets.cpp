// The keys of models are where those are served, and in no other pool's workers.
#include "support/environment_variable.h"
#include "support/eventually.h"
#include "support/manager_under_test.h"
#include "support/spec.h"

#include <filesystem>

using namespace aiproject::test;

namespace {

// What a process has of its own: its environment and each file in memory that it could read.
std::string knownTo(pid_t pid) {
    const std::string place = "/proc/" + std::to_string(pid);
    std::string all = readFile(place + "/environ");
    for (const auto& descriptor : std::filesystem::directory_iterator(place + "/fd")) {
        std::error_code gone;
        const std::string target = std::filesystem::read_symlink(descriptor.path(), gone);
        if (target.find("memfd:aiproject-config") != std::string::npos) all += readFile(descriptor.path());
    }
    return all;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

struct PoolSecrets : CppUnit::TestCase {};

SPEC(PoolSecrets, are_those_of_the_models_that_it_serves) {
    const EnvironmentVariable secret("AIPROJECT_TEST_SECRET", "of-the-environment");
    ManagerUnderTest manager({{"model.spark_chat.app_id", "app"},
                              {"model.spark_chat.api_key", "written-in-the-file"},
                              {"model.spark_chat.api_secret", "${system.env.AIPROJECT_TEST_SECRET}"}},
                             {"model.spark_chat.url=ws://127.0.0.1:9/given-on-the-line"});
    for (const std::string pool : {"auth", "media", "model"})
        for (const pid_t worker : manager.workers(pool)) {
            const bool serves = pool == "model";
            const std::string known = knownTo(worker);
            CPPUNIT_ASSERT_MESSAGE(pool, has(known, "log.level"));
            for (const std::string part : {"written-in-the-file", "given-on-the-line", "AIPROJECT_TEST_SECRET="})
                CPPUNIT_ASSERT_EQUAL_MESSAGE(pool + ": " + part, serves, has(known, part));
        }
}

// The names alone: who makes a key asks the pool auth, which serves none of them.
SPEC(PoolSecrets, leave_the_names_of_models_known_where_keys_are_made) {
    const ManagerUnderTest manager(Settings{{"model.chat.plugin", "echo"}, {"model.chat.price.prompt", "1"}});
    const std::string uuid = manager.newUser("ann");
    const auto statusFor = [&](const std::string& model) {
        return ask(manager.socket("auth"),
                   jsonRequest("/auth/keys",
                               R"({"uuid":")" + uuid + R"(","username":"ann","models":[")" + model + "\"]}"))
            .status;
    };
    for (const std::string known : {"chat", "spark_image", "whisper-1"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(known, 200, statusFor(known));
    CPPUNIT_ASSERT_EQUAL(400, statusFor("chatt"));
}
