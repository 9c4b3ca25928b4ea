// The kit's reply and settings behave as the host's do.
#include "aiproject/testing.h"

#include "host/plugin_library.h"
#include "host/plugin_settings.h"
#include "support/eventually.h"
#include "support/places.h"
#include "support/spec.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Kit : CppUnit::TestCase {
    using Written = std::map<std::string, std::string>;

    const PluginLibrary echo{pluginFolder() + "/echo.so"};
    const PluginLibrary keyed{badPluginFolder() + "/keyed.so"};
    const PluginLibrary scripted{badPluginFolder() + "/scripted.so"};
    testing::Reply reply;

    ModelStatus runScript(const std::string& script, Timeouts timeouts = {20'000, 20'000, 20'000, 60'000}) {
        const testing::Model model(scripted.descriptor(), {{"script", script}});
        testing::Question question = testing::Question::text("?");
        for (auto* ms : {&timeouts.connectMs, &timeouts.firstFrameMs, &timeouts.idleFrameMs, &timeouts.totalMs})
            if (*ms >= 20'000) *ms *= std::uint32_t(timeFactor());
        question.request.timeouts = timeouts;
        return model.ask(question, reply);
    }
};

// A model of one function.
struct Doing final : IModel {
    explicit Doing(std::function<ModelStatus(const ModelRequest&, IReply&)> what) : work(std::move(what)) {}
    ModelStatus generate(const ModelRequest& request, IReply& reply) noexcept override { return work(request, reply); }
    void destroy() noexcept override {}

    std::function<ModelStatus(const ModelRequest&, IReply&)> work;
};

}  // namespace

SPEC(Kit, runs_a_plugin_of_each_kind) {
    const testing::Model model(echo.descriptor(), {{"prefix", "so: "}});
    CPPUNIT_ASSERT(model.ask(testing::Question::text("hello you"), reply) == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("so: hello you"s, reply.content());
    CPPUNIT_ASSERT((std::vector<std::string>{"so: ", "hello ", "you"} == reply.texts));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(3), reply.told->total);
    testing::Reply heard, seen;
    CPPUNIT_ASSERT(model.ask(testing::Question::voice(std::string(32'000, '\0')), heard) == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("so: 1000 ms of audio/L16;rate=16000"s, heard.content());
    CPPUNIT_ASSERT(model.ask(testing::Question::picture("12345"), seen) == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("so: 5 bytes of image/jpeg"s, seen.content());
}

SPEC(Kit, has_questions_of_all_that_a_request_can_be) {
    testing::Question dialog = testing::Question::text("first").turn("assistant", "second").turn("user", "third");
    const ModelRequest& request = dialog.complete();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), request.turns.count);
    CPPUNIT_ASSERT_EQUAL("assistant second"s, request.turns[1].role.str() + " " + request.turns[1].content.str());
    testing::Question copy = dialog;
    copy.turn("user", "fourth");
    CPPUNIT_ASSERT_EQUAL("first"s, copy.complete().turns[0].content.str());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(3), dialog.complete().turns.count);
    testing::Question vectors = testing::Question::embedding({"a", "b"});
    CPPUNIT_ASSERT_EQUAL("b"s, vectors.complete().inputs[1].str());
    testing::Question spoken = testing::Question::speech("say this");
    spoken.request.voice = spoken.keep("anna"s);
    const ModelRequest& speech = spoken.complete();
    CPPUNIT_ASSERT_EQUAL("anna audio/wav say this"s,
                         speech.voice.str() + " " + speech.format.str() + " " + speech.inputs[0].str());
    CPPUNIT_ASSERT(spoken.request.sampling && spoken.request.timeouts.totalMs > 0);
}

SPEC(Kit, keeps_all_that_a_plugin_says) {
    CPPUNIT_ASSERT(
        runScript(
            "thought hm|delta a|delta b|tool 0 t1 add {\"x\"|tool 0 - - :1}|chunk {}|vector 2|spoken 0 1.5 yes|usage 7|"
            "finish 2|sid id-1|explain why|stage 1|stage 3") == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("ab"s, reply.content());
    CPPUNIT_ASSERT_EQUAL("hm"s, reply.thought());
    CPPUNIT_ASSERT_EQUAL("t1 add {\"x\":1}"s,
                         reply.toolCalls.at(0).id + " " + reply.toolCalls[0].name + " " + reply.toolCalls[0].arguments);
    CPPUNIT_ASSERT_EQUAL("openai {}"s, reply.frames.at(0).dialect + " " + reply.frames[0].message);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), reply.vectors.at(0).size());
    CPPUNIT_ASSERT_EQUAL(1.5, reply.parts.at(0).end);
    CPPUNIT_ASSERT(reply.told->total == 7 && reply.finished == Finish::toolCalls && reply.id == "id-1");
    CPPUNIT_ASSERT_EQUAL("why"s, reply.explanation());
    CPPUNIT_ASSERT((std::vector<Stage>{Stage::tls, Stage::asked} == reply.stages));
}

SPEC(Kit, can_be_a_client_that_leaves) {
    reply.refuseFrom(2);
    CPPUNIT_ASSERT(runScript("delta a|delta b|delta c") == ModelStatus::stopped);
    CPPUNIT_ASSERT_EQUAL("a"s, reply.content());
    CPPUNIT_ASSERT(reply.stop() == Stop::clientLeft);
}

SPEC(Kit, can_wish_the_end_for_any_reason) {
    for (const Stop reason : {Stop::clientLeft, Stop::answerTooLong, Stop::guardExpired, Stop::totalExpired}) {
        reply = {};
        reply.end(reason);
        reply.end(Stop::clientLeft);  // the first counts
        CPPUNIT_ASSERT(!reply.text("a") && reply.stop() == reason && reply.frame("openai", "{}") == Seen::over);
        CPPUNIT_ASSERT(reply.wait(600'000) == reason);
        CPPUNIT_ASSERT_EQUAL(""s, reply.content());
    }
}

SPEC(Kit, guards_a_descriptor_as_the_host_does) {
    std::array<int, 2> pair{};
    CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
    char byte = 0;
    reply.guard(pair[0], 10);
    CPPUNIT_ASSERT_EQUAL(ssize_t(0), recv(pair[0], &byte, 1, 0));  // blocks until it is shut down
    CPPUNIT_ASSERT(reply.stop() == Stop::guardExpired);
    reply.guard(-1, 0);
    close(pair[0]);
    close(pair[1]);
    CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
    testing::Reply left;
    left.guard(pair[0], 600'000);
    std::thread client([&] { left.end(Stop::clientLeft); });
    CPPUNIT_ASSERT_EQUAL(ssize_t(0), recv(pair[0], &byte, 1, 0));
    client.join();
    left.guard(-1, 0);
    CPPUNIT_ASSERT(left.stop() == Stop::clientLeft);
    // What is no longer guarded is left alone.
    testing::Reply withdrawn;
    close(pair[0]);
    close(pair[1]);
    CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
    withdrawn.guard(pair[0], 600'000);
    withdrawn.guard(-1, 0);
    withdrawn.end(Stop::clientLeft);
    CPPUNIT_ASSERT_EQUAL(ssize_t(1), send(pair[1], "x", 1, MSG_NOSIGNAL));
    CPPUNIT_ASSERT_EQUAL(ssize_t(1), recv(pair[0], &byte, 1, 0));
    close(pair[0]);
    close(pair[1]);
}

SPEC(Kit, waits_until_the_end_is_wished) {
    CPPUNIT_ASSERT(reply.wait(1) == Stop::none);
    std::thread client([&] { reply.end(Stop::totalExpired); });
    CPPUNIT_ASSERT(reply.wait(600'000) == Stop::totalExpired);
    client.join();
}

SPEC(Kit, follows_a_stream_to_its_end) {
    CPPUNIT_ASSERT(runScript("follow|delta a|delta b|usage 2") == ModelStatus::ok);
    CPPUNIT_ASSERT_EQUAL("ab"s, reply.content());
    reply = {};
    CPPUNIT_ASSERT(runScript("follow|delta a|status busy") == ModelStatus::busy);
    reply = {};
    CPPUNIT_ASSERT(runScript("follow|hang 1", {1'000, 20, 20'000, 20'000}) == ModelStatus::timedOut);
    reply = {};
    CPPUNIT_ASSERT(runScript("follow|delta a|hang 1", {1'000, 20'000, 20, 20'000}) == ModelStatus::timedOut);
    reply = {};
    reply.refuseFrom(2);
    CPPUNIT_ASSERT(runScript("follow|delta a|delta b|hang 1") == ModelStatus::stopped);
}

SPEC(Kit, says_which_rule_of_following_is_broken) {
    const auto ask = [this](auto work) {
        reply = {};
        Doing model(work);
        testing::Question question = testing::Question::text("?");
        const ModelRequest& request = question.complete();
        return reply.followed(model.generate(request, reply), request.timeouts);
    };
    CPPUNIT_ASSERT(ask([](const ModelRequest&, IReply&) { return ModelStatus::streaming; }) == ModelStatus::failed);
    CPPUNIT_ASSERT_EQUAL("generate() answered streaming without follow()"s, reply.explanation());
    static int destroyed = 0;
    struct Silent final : IStream {
        int descriptor() const noexcept override { return 0; }
        Step advance(IReply&) noexcept override { return Next::over; }
        ModelStatus status() const noexcept override { return ModelStatus::streaming; }
        void destroy() noexcept override { ++destroyed; }
    };
    static Silent silent;
    CPPUNIT_ASSERT(ask([](const ModelRequest&, IReply& to) {
                       to.follow(silent, "p");
                       return ModelStatus::ok;
                   }) == ModelStatus::failed);
    CPPUNIT_ASSERT_EQUAL(1, destroyed);
    CPPUNIT_ASSERT(ask([](const ModelRequest&, IReply& to) { return to.follow(silent, "p"); }) == ModelStatus::failed);
    CPPUNIT_ASSERT_EQUAL("the stream's status() answered streaming"s, reply.explanation());
    CPPUNIT_ASSERT_EQUAL(2, destroyed);
}

SPEC(Kit, ends_a_stream_that_always_has_more) {
    struct Endless final : IStream {
        explicit Endless(bool talks) : isTalking(talks) {}
        int descriptor() const noexcept override { return 0; }
        Step advance(IReply& to) noexcept override {
            if (isTalking) to.text("x");
            return Next::again;
        }
        ModelStatus status() const noexcept override { return ModelStatus::ok; }
        void destroy() noexcept override { delete this; }
        const bool isTalking;
    };
    const auto ask = [this](bool isTalking, const std::function<void()>& before) {
        Doing model([=](const ModelRequest&, IReply& to) { return to.follow(*new Endless(isTalking), "p"); });
        reply = {};
        before();
        testing::Question question = testing::Question::text("?");
        question.request.timeouts.totalMs = 50;
        const ModelRequest& request = question.complete();
        return reply.followed(model.generate(request, reply), request.timeouts);
    };
    CPPUNIT_ASSERT(ask(true, [] {}) == ModelStatus::timedOut);
    CPPUNIT_ASSERT(reply.stop() == Stop::totalExpired);
    CPPUNIT_ASSERT(ask(true, [this] { reply.refuseFrom(3); }) == ModelStatus::stopped);
    CPPUNIT_ASSERT_EQUAL("xx"s, reply.content());
    CPPUNIT_ASSERT(ask(false, [this] { reply.end(Stop::clientLeft); }) == ModelStatus::stopped);
    reply = {};
    Doing silent([](const ModelRequest&, IReply& to) { return to.follow(*new Endless(false), "p"); });
    const ModelStatus status = reply.followed(silent.generate(testing::Question::text("?").complete(), reply),
                                              {60'000, 600'000, 600'000, 600'000});
    CPPUNIT_ASSERT(status == ModelStatus::failed);
    CPPUNIT_ASSERT_EQUAL("the stream was read again and again, and handed nothing on"s, reply.explanation());
}

SPEC(Kit, takes_one_stream_of_a_call) {
    static int destroyed = 0;
    struct Counted final : IStream {
        int descriptor() const noexcept override { return 0; }
        Step advance(IReply& to) noexcept override {
            if (isSecond) to.follow(*another(), "p");
            return Next::over;
        }
        ModelStatus status() const noexcept override { return ModelStatus::ok; }
        void destroy() noexcept override {
            ++destroyed;
            delete this;
        }
        static Counted* another() { return new Counted; }
        bool isSecond = false;
    };
    const auto ask = [this](bool isLater) {
        reply = {};
        Doing model([=](const ModelRequest&, IReply& to) {
            Counted* const stream = Counted::another();
            stream->isSecond = isLater;
            if (!isLater) to.follow(*Counted::another(), "p");
            return to.follow(*stream, "p");
        });
        return reply.followed(model.generate(testing::Question::text("?").complete(), reply), {9, 9, 9, 60'000});
    };
    CPPUNIT_ASSERT(ask(false) == ModelStatus::failed);
    CPPUNIT_ASSERT_EQUAL("follow() was called with more than one stream"s, reply.explanation());
    CPPUNIT_ASSERT_EQUAL(2, destroyed);
    CPPUNIT_ASSERT(ask(true) == ModelStatus::failed);
    CPPUNIT_ASSERT_EQUAL("follow() was called with another stream in advance()"s, reply.explanation());
    CPPUNIT_ASSERT_EQUAL(4, destroyed);
}

SPEC(Kit, ends_a_call_that_blocks_when_its_whole_time_is_over) {
    std::array<int, 2> pair{};
    CPPUNIT_ASSERT_EQUAL(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()));
    reply.begin({600'000, 600'000, 600'000, 20});
    reply.guard(pair[0], 600'000);
    char byte = 0;
    CPPUNIT_ASSERT_EQUAL(ssize_t(0), recv(pair[0], &byte, 1, 0));  // blocks until it is shut down
    CPPUNIT_ASSERT(reply.stop() == Stop::totalExpired);
    reply.guard(-1, 0);
    close(pair[0]);
    close(pair[1]);
    CPPUNIT_ASSERT(reply.followed(ModelStatus::stopped, {}) == ModelStatus::timedOut);
    testing::Reply waiting;
    waiting.begin({600'000, 600'000, 600'000, 20});
    CPPUNIT_ASSERT(waiting.wait(600'000) == Stop::totalExpired);
}

SPEC(Kit, makes_no_model_that_the_host_would_not_have) {
    struct Plain final : IModel {
        ModelStatus generate(const ModelRequest&, IReply&) noexcept override { return ModelStatus::ok; }
        void destroy() noexcept override { delete this; }
    };
    ModelPlugin plugin = echo.descriptor();
    plugin.settings = {};
    const auto problems = [&] {
        const testing::Model model(plugin);
        CPPUNIT_ASSERT_EQUAL(model.settings().problems().empty(), bool(model));
        return model.settings().problems();
    };
    plugin.create = [](const ISettings&) noexcept -> IModel* { return new (std::nothrow) Plain; };
    CPPUNIT_ASSERT_EQUAL(""s, problems());
    plugin.create = [](const ISettings&) noexcept -> IModel* { return nullptr; };
    CPPUNIT_ASSERT_EQUAL("create(): failed and gave no reason"s, problems());
    plugin.create = [](const ISettings& settings) noexcept -> IModel* {
        settings.reject("url", "is odd");
        return new (std::nothrow) Plain;
    };
    CPPUNIT_ASSERT_EQUAL("url: is odd"s, problems());
    plugin.create = [](const ISettings& settings) noexcept -> IModel* {
        settings.narrowKinds(0);
        return new (std::nothrow) Plain;
    };
    CPPUNIT_ASSERT_EQUAL("create(): leaves the model no kind that its plugin has"s, problems());
}

// One truth: whatever is written, both take it or refuse it, and read the same out of it.
SPEC(Kit, takes_the_settings_that_the_host_takes) {
    std::vector<Written> all = {{}, {{"api_key", "k"}}, {{"api_key", ""}}, {{"api_key", "k"}, {"unknown", "x"}}};
    const std::map<std::string, std::vector<std::string>> values = {
        {"frames",
         {"4", "1", "6", "0", "7", "", "4.0", "four", " 4", "4 ", "+4", "-4", "+-4", "++4", "0x4", "4e0",
          "99999999999999999999", "1,0"}},
        {"temperature",
         {"0.5", "0", "1", "1.01", "-0.1", "", "1e-1", ".5", "1.", "0,5", "nan", "inf", "half", " 0.5", "+0.5", "+-0.5",
          "0.5 ", "0x1p-1", "1e400"}},
        {"tls.verify", {"true", "false", "TRUE", "1", "", "yes"}},
        {"domain", {"general", "imagev3", "General", "", "general|imagev3", "gen", "imagev3 "}},
        {"greeting", {"", "hello", "\xE4\xBD\xA0"}}};
    for (const auto& [name, list] : values)
        for (const std::string& value : list) all.push_back({{"api_key", "k"}, {name, value}});
    std::string differences;
    for (const Written& written : all) {
        const PluginSettings host(keyed.descriptor(), "model.keyed", written);
        const testing::Settings kit(keyed.descriptor(), written);
        std::string shown;
        for (const auto& [name, value] : written) shown += name + "=" + value + " ";
        if (host.usable() != kit.isUsable()) differences += shown + (host.usable() ? "is taken\n" : "is refused\n");
        if (!host.usable()) continue;
        for (const char* name :
             {"api_key", "pin", "frames", "temperature", "tls.verify", "domain", "greeting", "none"}) {
            const bool isSame = host.text(name).str() == kit.text(name).str() &&
                                host.integer(name) == kit.integer(name) && host.number(name) == kit.number(name) &&
                                host.flag(name) == kit.flag(name);
            if (!isSame) differences += shown + name + " is another\n";
        }
    }
    CPPUNIT_ASSERT_EQUAL(""s, differences);
}

SPEC(Kit, says_why_there_is_no_model) {
    const testing::Model model(keyed.descriptor());
    CPPUNIT_ASSERT(!model);
    CPPUNIT_ASSERT_EQUAL("api_key: is not set"s, model.settings().problems());
    CPPUNIT_ASSERT(model.ask(testing::Question::text("?"), reply) == ModelStatus::failed);
    CPPUNIT_ASSERT_EQUAL("there is no model: api_key: is not set"s, reply.explanation());
    const testing::Model odd(keyed.descriptor(), {{"api_key", "k"}, {"greeting", "odd"}});
    CPPUNIT_ASSERT(odd && odd.settings().warned() == std::vector<std::string>{"greeting: sounds odd"});
}
