// A balancer whose hosts have nginx, and sometimes no workers behind it.
#include "e2e/fake_pools.h"
#include "e2e/free_port.h"
#include "e2e/nginx_site.h"
#include "e2e/raw_http.h"
#include "support/eventually.h"
#include "support/spec.h"
#include "support/text.h"

#include <optional>
#include <vector>

using namespace std::string_literals;

namespace aiproject::test {
namespace {

const std::vector<std::string> kPathsOfTheContract{"/auth/register",    "/auth/login",      "/textModel/chat",
                                                   "/textModel/stream", "/voiceModel/chat", "/PictureToTextModel/chat"};
constexpr int kRounds = 8;

std::string question(const std::string& path, const std::string& body = "{}", const std::string& headers = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: site\r\nConnection: close\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

NginxOptions hostIn(const TempDir& folder) {
    NginxOptions options;
    options.socketFolder = folder.path();
    return options;
}

struct Balancer : CppUnit::TestCase {
    TempDir folders[2];
    NginxSite one{hostIn(folders[0])}, other{hostIn(folders[1])};
    NginxSite site{balancerOf({one.port(), other.port()})};

    static NginxOptions balancerOf(const std::vector<std::uint16_t>& ports) {
        NginxOptions options;
        options.socketFolder = "/nobody/listens";
        options.hosts = ports;
        return options;
    }
    RawAnswer asked(const std::string& path, const std::string& body = "{}", const std::string& headers = "") const {
        return askRaw(site.port(), question(path, body, headers));
    }
};

// What the client sees where nobody serves.
void assertNobodyServes(const RawAnswer& answer, int status) {
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, status, answer.status);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 0UL, answer.body.find(R"({"code":"MODEL_BUSY",)"));
    CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find(R"("retry_after":1})") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(status == 200 ? ""s : "1"s, answer.header("Retry-After"));
    CPPUNIT_ASSERT_EQUAL(""s, answer.header("X-Accel-Redirect"));
}

}  // namespace

SPEC(Balancer, asks_another_host_when_one_has_no_workers) {
    const std::string output = "Content-Type: application/json\r\nX-Accel-Buffering: no\r\n\r\n{\"code\":0}";
    AnsweringPool auth(folders[1].file("auth.sock"), output), media(folders[1].file("media.sock"), output),
        model(folders[1].file("model.sock"), output);
    int calls = 0;
    const auto assertServed = [&](const RawAnswer& answer) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head + answer.body, 200, answer.status);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find(R"({"code":0})") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL("no"s, answer.header("X-Accel-Buffering"));
        ++calls;
    };
    for (int round = 0; round < kRounds; ++round) {
        for (const auto& path : kPathsOfTheContract) assertServed(asked(path, std::string(50'000, ' ')));
        assertServed(asked("/models/echo/chat?a=b"));
        assertServed(askRaw(site.port(), "GET /auth/me HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n"));
        assertServed(asked("/PictureToTextModel/chat", std::string(2'000'000, 'x')));  // it lies in a file
    }
    CPPUNIT_ASSERT_EQUAL(calls, auth.served() + media.served() + model.served());  // none twice
    CPPUNIT_ASSERT(countOf(readFile(other.accessLog()), "POST /models/echo/chat\"") > 0);
    CPPUNIT_ASSERT(countOf(readFile(one.accessLog()), "POST /") > 0);  // it was asked, and passed the call on
}

SPEC(Balancer, passes_the_own_words_of_a_worker_on_whatever_their_status) {
    AnsweringPool model(folders[1].file("model.sock"),
                        "Status: 404 Not Found\r\nContent-Type: application/json\r\n\r\n{\"msg\":\"no such model\"}");
    for (int round = 0; round < kRounds; ++round) {
        const RawAnswer answer = asked("/models/none/chat");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head + answer.body, 404, answer.status);
        CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("no such model") != std::string::npos);
    }
}

SPEC(Balancer, never_asks_again_what_a_worker_has_had) {
    SilentPool first(folders[0].file("model.sock")), second(folders[1].file("model.sock"));
    for (const char* path : {"/textModel/chat", "/models/echo/chat"}) {
        RawClient client(site.port());
        client.send(question(path));
        std::optional<bool> wasFirst;
        ASSERT_EVENTUALLY((first.dropOne() && (wasFirst = true)) || (second.dropOne() && (wasFirst = false, true)));
        assertNobodyServes(client.answer(), path == "/textModel/chat"s ? 200 : 503);
        CPPUNIT_ASSERT(!first.dropOne() && !second.dropOne());
    }
}

SPEC(Balancer, says_busy_when_no_host_has_workers) {
    for (int round = 0; round < kRounds; ++round) {
        for (const auto& path : kPathsOfTheContract) assertNobodyServes(asked(path), 200);
        for (const char* path : {"/models/echo/chat", "/auth/rotate", "/healthz"}) assertNobodyServes(asked(path), 503);
    }
}

SPEC(Balancer, asks_another_host_for_administration_and_says_where_the_browser_is) {
    for (int round = 0; round < kRounds; ++round) {
        const RawAnswer nobody = asked("/admin/users");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(nobody.head, 503, nobody.status);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(nobody.body, 0UL, nobody.body.find(R"({"error":{"code":"busy",)"));
        CPPUNIT_ASSERT_EQUAL(""s, nobody.header("X-Accel-Redirect"));
    }
    AnsweringPool auth(folders[1].file("auth.sock"), "Content-Type: text/plain\r\n\r\nyes");
    int served = 0;  // the hosts may be left out for a while, since both had nobody
    const auto isServed = [&] {
        const RawAnswer answer = asked("/admin/users");
        if (answer.body.find("yes") != std::string::npos) ++served;
        return served >= kRounds;
    };
    ASSERT_EVENTUALLY(isServed());
}

SPEC(Balancer, heeds_no_word_of_a_client_about_its_hosts) {
    AnsweringPool model(folders[1].file("model.sock"), "Content-Type: text/plain\r\n\r\nyes");
    for (const char* word : {"first", "again"})
        for (int round = 0; round < kRounds; ++round) {
            const RawAnswer answer = asked("/textModel/chat", "{}", "X-Aiproject-Try: "s + word + "\r\n");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, 200, answer.status);
            CPPUNIT_ASSERT_MESSAGE(answer.body, answer.body.find("yes") != std::string::npos);
        }
}

SPEC(Balancer, goes_round_a_host_that_is_gone_and_one_without_workers) {
    TempDir third;
    AnsweringPool model(third.file("model.sock"), "Content-Type: text/plain\r\n\r\nyes");
    const NginxSite alive(hostIn(third));
    const NginxSite all(balancerOf({freePort(), one.port(), alive.port()}));
    int served = 0;
    const auto isServed = [&] {
        const RawAnswer answer = askRaw(all.port(), question("/textModel/chat"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.head, 200, answer.status);
        const bool isYes = answer.body.find("yes") != std::string::npos;
        if (!isYes) assertNobodyServes(answer, 200);  // both at once, before the one that is gone was found out
        return isYes && ++served >= kRounds;
    };
    ASSERT_EVENTUALLY(isServed());
}

}  // namespace aiproject::test
