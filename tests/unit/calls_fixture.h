// Questions to models that play scripts, on a board of their own.
#pragma once

#include "call/attempts.h"
#include "call/collect_reply.h"
#include "call/model_calls.h"
#include "call/stream_reply.h"
#include "support/temp_dir.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"

#include <cppunit/TestCase.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace aiproject::test {

struct Calls : CppUnit::TestCase {
    TempDir dir;
    Config config;
    LogConfig logConfig{dir.file("log"), LogLevel::info};
    Log log{logConfig, "worker"};
    Board board;
    const int worker = board.addWorker();
    Permits permits{board, worker, {}};
    EventLoop loop;
    std::optional<ModelRegistry> registry;
    std::optional<ModelCalls> calls;
    KeptFrames kept;
    DocumentedWriter writer{kept};
    StreamReply stream{kept, writer, "request-7"};

    Calls() {
        config.retry.backoff = std::chrono::milliseconds(1);
        config.breaker.failures = 0;  // scripts would change their order after a few failures
    }

    // The models `one`, `two` ... play these scripts.
    void load(const std::vector<std::string>& scripts) {
        static const std::vector<std::string> names{"one", "two", "three"};
        config.pluginDirs = {dir.file("plugins")};
        if (!registry) install(badPlugin("scripted"), dir.path() / "plugins");
        config.models.clear();
        for (std::size_t i = 0; i < scripts.size(); ++i) config.models[names.at(i)] = playing(scripts[i]);
        loadAnew();
        CPPUNIT_ASSERT(registry->findings().empty());
    }
    // As `config` says by now. The calls know the models of one registry only.
    void loadAnew() {
        calls.reset();
        registry.emplace(config, std::vector<std::string>{"*"}, PluginSnapshot::take(config), ModelRows{&board});
        calls.emplace(*registry, config, log, loop);
    }
    static ModelRequest question(Kind kind = Kind::text) {
        ModelRequest request{};
        request.kind = kind;
        request.requestId = "request-7";
        return request;
    }
    // The model that has answered.
    static std::string ask(ModelCalls& calls, const std::vector<std::string>& models, ModelRequest request,
                           CallReply& reply, const Caller& caller) {
        Attempts attempts(calls, models, request, reply, caller);
        attempts.askHere();
        return attempts.model();
    }
    std::string run(const std::vector<std::string>& models, const ModelRequest& request, CallReply& reply,
                    int client = -1) {
        Permit permit = permits.take(1);
        return ask(*calls, models, request, reply, {permit, client});
    }
    std::string run(CallReply& reply, int client = -1) {
        return run({"one", "two", "three"}, question(), reply, client);
    }
    std::string collected() {
        CollectReply reply(1'000);
        const std::string model = run(reply);
        return model + ": " + reply.text();
    }
    Error failed(ErrorKind kind) {
        CollectReply reply(1'000);
        return expectError(kind, [&] { run(reply); });
    }
    std::string logged() const { return readFile(logConfig.file); }
    ModelRow& shared(const std::string& model) const { return *registry->find(model)->shared; }
};

}  // namespace aiproject::test
