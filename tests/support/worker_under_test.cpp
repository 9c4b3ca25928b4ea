#include "support/worker_under_test.h"

#include "support/eventually.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <sstream>
#include <stdexcept>

namespace aiproject::test {
namespace {

using namespace std::chrono_literals;

int listenOn(const std::string& path) {
    const int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    if (bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listening, 512) != 0)
        throw std::runtime_error("cannot listen on " + path);
    return listening;
}

std::string text(const Poco::JSON::Object& object) {
    std::ostringstream out;
    object.stringify(out);
    return out.str();
}

}  // namespace

Installation::Installation(const Settings& settings) {
    Settings all{{"run.dir", dir_.file("run")},
                 {"plugins.dir", pluginFolder()},
                 {"database.url", "sqlite:" + dir_.file("accounts.db")},
                 {"database.timeout_ms", atOurPace(2s, 60s)},
                 {"database.migrations", sourceFolder() + "/sql"},
                 {"auth.key_file", dir_.file("auth.key")},
                 {"billing.spool_dir", dir_.file("spool")},
                 {"log.file", dir_.file("log")},
                 {"log.level", "debug"},
                 {"pool.auth.queue_ms", atOurPace(10s, 60s)},
                 {"pool.media.queue_ms", atOurPace(10s, 60s)},
                 {"pool.model.queue_ms", atOurPace(10s, 60s)},
                 {"route.text", "echo"},
                 {"route.voice", "echo"},
                 {"route.picture", "echo"}};
    if (geteuid() != 0) all["run.core_dumps"] = "yes";  // only root can look into processes that say no
    for (const auto& [key, value] : settings) all[key] = value;
    std::string file;
    for (const auto& [key, value] : all) file += key + " = " + value + "\n";
    dir_.write("aiproject.properties", file);
    std::filesystem::create_directories(dir_.file("run"));
    const Finished migrated = runToEnd({programPath(), {"migrate", "-c", configFile()}});
    if (migrated.code != 0) throw std::runtime_error("migrate failed: " + migrated.output);
}

WorkerUnderTest::WorkerUnderTest(const Settings& settings) : installation_(settings), listening_(listenOn(socket())) {
    const std::string output = installation_.dir().file("output");
    process_ = std::make_unique<ChildProcess>(
        Command{programPath(), {"worker", "-c", installation_.configFile()}, {}, listening_, output});
    const bool isReady =
        eventually([this] { return !process_->isRunning() || log().find(" ready\n") != std::string::npos; });
    if (!isReady || !process_->isRunning())
        throw std::runtime_error("the worker did not start: " + log() + readFile(output));
}

WorkerUnderTest::~WorkerUnderTest() { close(listening_); }

FastcgiAnswer WorkerUnderTest::post(const std::string& path, const std::string& json) const {
    return ask(jsonRequest(path, json));
}

std::string WorkerUnderTest::newUser(const std::string& name) const { return test::newUser(socket(), name); }

FastcgiRequest jsonRequest(const std::string& path, const std::string& json) {
    return {"POST", path, json, {{"CONTENT_TYPE", "application/json"}}};
}

std::string newUser(const Post& post, const std::string& name) {
    const std::string user = registration(name, "a good password", "user@example.org");
    std::string answer;
    eventually([&] {  // told to come back is who meets a machine, or a database, that stands still for a while
        answer = post("/auth/register", user);
        if (answer.find("MODEL_BUSY") == std::string::npos) answer = post("/auth/login", user);
        return answer.find("MODEL_BUSY") == std::string::npos;
    });
    if (answer.find("\"uuid\"") == std::string::npos) throw std::runtime_error("no login for " + name + ": " + answer);
    return objectOf(answer)->getValue<std::string>("uuid");
}

std::string newUser(const std::string& socketPath, const std::string& name) {
    const auto post = [&](const std::string& path, const std::string& json) {
        return ask(socketPath, jsonRequest(path, json)).body;
    };
    return newUser(post, name);
}

Poco::JSON::Object::Ptr objectOf(const std::string& json) {
    return Poco::JSON::Parser().parse(json).extract<Poco::JSON::Object::Ptr>();
}

std::string registration(const std::string& name, const std::string& password, const std::string& email) {
    Poco::JSON::Object user;
    user.set("username", name);
    user.set("password", password);
    user.set("email", email);
    return text(user);
}

std::string textBody(const std::string& uuid, const std::string& name, const std::string& question) {
    Poco::JSON::Object turn, body;
    turn.set("role", "user");
    turn.set("content", question);
    Poco::JSON::Array dialog;
    dialog.add(turn);
    body.set("uuid", uuid);
    body.set("username", name);
    body.set("dialog", dialog);
    return text(body);
}

}  // namespace aiproject::test
