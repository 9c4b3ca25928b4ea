// What the original's server (Flask, Werkzeug) read, through real nginx and workers: a client of its works on.
#include "e2e/raw_http.h"
#include "e2e/site.h"
#include "support/spec.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

const std::string kSamples(48'000, '\1');

struct OriginalClient : CppUnit::TestCase {
    Site site;

    static std::string code(const std::string& body) {
        const auto start = body.find("\"code\":");
        return start == std::string::npos ? body : body.substr(start + 7, body.find_first_of(",}", start) - start - 7);
    }
    void assertHeard(const std::string& pcm, const HttpAnswer& answer) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, "0"s, code(answer.body));
        CPPUNIT_ASSERT_EQUAL(std::uint64_t(pcm.size()), site.upstream().calls().back().audioBytes);
    }
    HttpAnswer upload(const std::string& form) {
        return site.request("POST", "/voiceModel/chat", form,
                            {{"Content-Type", "Multipart/Form-Data; boundary=\"edge\""}});
    }
    std::string raw(const std::string& head, const std::string& body) const {
        return askRaw(site.nginx().port(), head + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + body).body;
    }
};

const std::string kFile = "Content-Disposition: form-data; name=\"file\"; filename=\"r.pcm\"";

}  // namespace

SPEC(OriginalClient, may_put_a_byte_order_mark_before_json) {
    const std::string mark = "\xef\xbb\xbf", user = registration("alice", "a good password", "a@example.org");
    CPPUNIT_ASSERT_EQUAL("0"s, code(site.postJson("/auth/register", mark + user).body));
    const HttpAnswer login = site.postJson("/auth/login", mark + user);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(login.body, "0"s, code(login.body));
    const std::string uuid = login.json()->getValue<std::string>("uuid");
    for (const std::string path : {"/textModel/chat", "/models/spark_chat/chat"}) {
        const HttpAnswer answer = site.postJson(path, mark + textBody(uuid, "alice", "hi"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, "0"s, code(answer.body));
    }
    CPPUNIT_ASSERT_EQUAL("\"APP_QUERY_METHOD_ERROR\""s, code(site.postJson("/auth/login", mark + mark + user).body));
}

SPEC(OriginalClient, gets_the_whole_file_to_the_upstream_whatever_is_in_it) {
    std::string file = kSamples;
    file.replace(1'000, 14, "\r\n--edgeZZ\0\1\2\3"s);
    file.replace(3'000, 12, "\r\n--edge--ZZ");
    file.replace(5'000, 4, "\r\n\r\n");
    assertHeard(file, upload("--edge\r\n" + kFile + "\r\n\r\n" + file + "\r\n--edge--\r\n"));
}

SPEC(OriginalClient, may_write_forms_as_werkzeug_reads_them) {
    assertHeard(kSamples, upload("--edge\n" + kFile + "\n\n" + kSamples + "\n--edge--\n"));
    assertHeard(kSamples,
                upload("--edge\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\na field\r\n--edge\r\n" + kFile +
                       "\r\n\r\n" + kSamples + "\r\n--edge--"));
    assertHeard(kSamples,
                upload("--edge\r\ncontent-disposition: form-data; filename*=utf-8''%E5%BD%95.pcm; name=file\r\n\r\n" +
                       kSamples + "\r\n--edge--  \r\n"));
}

SPEC(OriginalClient, has_what_is_no_pcm_refused_and_pcm_taken_whatever_the_name) {
    const std::string frame = "\xff\xf3\x88\xc4" + std::string(284, '\x55');
    for (const char* name : {"blob", "r.wav", "r.pcm", ""}) {
        const Multipart mp3("file", name, frame + frame + frame), pcm("file", name, "\xff\xf3\x88\xc4" + kSamples);
        CPPUNIT_ASSERT_EQUAL(
            "\"FILE_FORMAT_ILLEGAL\""s,
            code(site.request("POST", "/voiceModel/chat", mp3.body, {{"Content-Type", mp3.contentType}}).body));
        assertHeard("1234" + kSamples,
                    site.request("POST", "/voiceModel/chat", pcm.body, {{"Content-Type", pcm.contentType}}));
    }
}

SPEC(OriginalClient, whose_recorder_left_the_sizes_at_zero_is_heard) {
    std::string wav = wavOf(kSamples, 16'000);
    wav.replace(4, 4, 4, '\0').replace(40, 4, 4, '\0');
    assertHeard(kSamples, site.request("POST", "/voiceModel/chat", wav));
    CPPUNIT_ASSERT_EQUAL("\"FILE_FORMAT_ILLEGAL\""s,
                         code(site.request("POST", "/voiceModel/chat", wavOf("", 16'000)).body));
}

// Another name each time: a fourth failure of one name would cost it a pause.
SPEC(OriginalClient, may_send_chunks_queries_and_escaped_paths) {
    const auto login = [](char who) { return R"({"username":"nobod)"s + who + R"(","password":"a good password"})"; };
    const auto whole = [&](char who) {
        return "Content-Length: " + std::to_string(login(who).size()) + "\r\n\r\n" + login(who);
    };
    char who = 'a';
    for (const char* path : {"/auth/login", "/auth/login?from=app", "//auth//login", "/auth/%6cogin"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(path, "\"LOGIN_ERROR\""s, code(raw("POST "s + path, whole(who++))));
    CPPUNIT_ASSERT_EQUAL(
        "\"LOGIN_ERROR\""s,
        code(raw("POST /auth/login", "CONTENT-type: Application/JSON;charset=GBK\r\n" + whole(who++))));
    CPPUNIT_ASSERT_EQUAL("\"LOGIN_ERROR\""s, code(raw("POST /auth/login", "Transfer-Encoding: chunked\r\n\r\n32\r\n" +
                                                                              login(who++) + "\r\n0\r\n\r\n")));
    CPPUNIT_ASSERT(raw("POST /auth/login", "Expect: 100-continue\r\n" + whole(who)).find("LOGIN_ERROR") !=
                   std::string::npos);
}

SPEC(OriginalClient, in_a_browser_may_send_the_headers_it_wants) {
    const HttpAnswer answer = site.request(
        "OPTIONS", "/textModel/chat", "",
        {{"Origin", "https://example.org"}, {"Access-Control-Request-Headers", "authorization,x-requested-with"}});
    CPPUNIT_ASSERT_EQUAL(204, answer.status);
    CPPUNIT_ASSERT_EQUAL("authorization,x-requested-with"s, answer.headers.at("access-control-allow-headers"));
}
