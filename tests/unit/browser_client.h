// A browser at a site: it keeps the cookie of its session, and says of its pages what browsers say.
#pragma once

#include "unit/expect.h"
#include "unit/site.h"

#include <Poco/JSON/Array.h>

#include <cppunit/TestCase.h>

#include <string>

namespace aiproject::test {

constexpr const char* kBrowserPassword = "correct horse";  // of all users of a Site

class Browser {
public:
    explicit Browser(const Site& site) : site_(site) {}

    ScriptedExchange request(const std::string& method, const std::string& path, const std::string& body = {}) const {
        const auto query = path.find('?');
        ScriptedExchange exchange(method, path.substr(0, query), body);
        if (query != std::string::npos) exchange.sent.query = path.substr(query + 1);
        exchange.sent.contentType = method == "GET" ? "" : "application/json";
        exchange.sent.remoteAddress = address;
        exchange.sent.host = "site.example";
        exchange.sent.isSecure = true;
        exchange.sent.fetchSite = "same-origin";
        if (!token.empty()) exchange.sent.cookie = "theme=dark; __Host-aiproject=" + token;
        return exchange;
    }
    ScriptedExchange ask(const std::string& method, const std::string& path, const std::string& body = {}) const {
        ScriptedExchange exchange = request(method, path, body);
        site_.serve(exchange);
        return exchange;
    }
    ScriptedExchange get(const std::string& path) const { return ask("GET", path); }
    ScriptedExchange post(const std::string& path, const std::string& body = "{}") const {
        return ask("POST", path, body);
    }
    // Keeps the cookie that it is given.
    ScriptedExchange signIn(const std::string& name, const std::string& password = kBrowserPassword) {
        ScriptedExchange answer =
            post("/admin/session", R"({"name":")" + name + R"(","password":")" + password + "\"}");
        const std::string cookie = answer.header("Set-Cookie");
        const auto begin = cookie.find('=') + 1;
        if (answer.head->status == 200) token = cookie.substr(begin, cookie.find(';') - begin);
        return answer;
    }

    std::string token, address = "192.0.2.1";

private:
    const Site& site_;
};

// Ann, who is an admin, and Ben, who is not.
struct AdminSite : CppUnit::TestCase {
    Site site;
    SignIn ben = site.registered("ben");
    Browser ann{site}, benBrowser{site};

    AdminSite() {
        site.sql("UPDATE users SET is_admin = 1 WHERE name = 'ann'");
        assertStatus(200, ann.signIn("ann"));
        assertStatus(200, benBrowser.signIn("ben"));
    }
    static void assertStatus(int expected, const ScriptedExchange& answer) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), expected, answer.head->status);
    }
    // The shape of every refusal of /admin/*.
    static void assertFault(int status, const std::string& code, const ScriptedExchange& answer,
                            const std::string& field = {}) {
        assertStatus(status, answer);
        const auto error = answer.json()->getObject("error");
        CPPUNIT_ASSERT_MESSAGE(answer.text(), error);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), code, error->getValue<std::string>("code"));
        CPPUNIT_ASSERT(!error->getValue<std::string>("message").empty());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.text(), field, error->optValue<std::string>("field", ""));
        CPPUNIT_ASSERT_EQUAL(std::string("no-store"), answer.header("Cache-Control"));
        CPPUNIT_ASSERT(!answer.head->isForAnyOrigin);
    }
    static Poco::JSON::Array::Ptr itemsOf(const ScriptedExchange& answer) {
        assertStatus(200, answer);
        return answer.json()->getArray("items");
    }
    // That member of each item, with a ';' behind each.
    static std::string each(const ScriptedExchange& answer, const std::string& member) {
        std::string all;
        const auto items = itemsOf(answer);
        for (unsigned i = 0; i < items->size(); ++i)
            all += items->getObject(i)->get(member).convert<std::string>() + ";";
        return all;
    }
    std::string idOf(const std::string& name) {
        return std::to_string(site.number("SELECT id FROM users WHERE name = '" + name + "'"));
    }
    std::int64_t audited(const std::string& condition) {
        return site.number("SELECT COUNT(*) FROM audit WHERE " + condition);
    }
};

}  // namespace aiproject::test
