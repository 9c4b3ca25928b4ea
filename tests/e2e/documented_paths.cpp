// The contract through real nginx, real workers, real plugins and a strict upstream.
#include "e2e/site.h"
#include "support/eventually.h"
#include "support/spec.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct Documented : CppUnit::TestCase {
    Site site;

    static std::string code(const HttpAnswer& answer) { return answer.json()->getValue<std::string>("code"); }
    static bool isSuccess(const HttpAnswer& answer) {
        const auto value = answer.json()->get("code");
        return value.isInteger() && value == 0;
    }
    void assertRefused(const std::string& expected, const HttpAnswer& answer) {
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT(answer.json()->get("code").isString());
        CPPUNIT_ASSERT_EQUAL(expected, code(answer));
        CPPUNIT_ASSERT(!answer.json()->getValue<std::string>("msg").empty());
        CPPUNIT_ASSERT(!answer.json()->has("content"));
        CPPUNIT_ASSERT(!answer.json()->has("uuid"));
        CPPUNIT_ASSERT_EQUAL(std::string("*"), answer.headers.at("access-control-allow-origin"));
    }
    Headers asUser(const std::string& name) { return {{"uuid", site.newUser(name)}, {"username", name}}; }
};

const std::string kJpeg = std::string("\xff\xd8\xff\xe0", 4) + std::string(2000, 'j');
const std::string kPcm(48'000, '\1');

std::string bytes(std::size_t count) {
    std::string all;
    all.resize(count, '\1');
    return all;
}

}  // namespace

SPEC(Documented, register_and_login_answer_as_documented) {
    const std::string user = registration("小明", "a good password", "ming@example.org");
    CPPUNIT_ASSERT(isSuccess(site.postJson("/auth/register", user)));
    assertRefused("USER_NAME_REPEAT", site.postJson("/auth/register", user));
    assertRefused("REGISTER_ERROR", site.postJson("/auth/register", registration("x", "short", "a@b.org")));
    assertRefused("APP_QUERY_METHOD_ERROR", site.postJson("/auth/register", R"({"username":"x"})"));

    const HttpAnswer login = site.postJson("/auth/login", user);
    CPPUNIT_ASSERT(isSuccess(login));
    CPPUNIT_ASSERT_EQUAL(std::size_t(36), login.json()->getValue<std::string>("uuid").size());
    CPPUNIT_ASSERT_EQUAL(std::string("小明"), login.json()->getValue<std::string>("username"));
    CPPUNIT_ASSERT(login.json()->get("tokens").isInteger());
    CPPUNIT_ASSERT(login.json()->get("picTimes").isInteger());
    assertRefused("LOGIN_ERROR", site.postJson("/auth/login", registration("小明", "a wrong password", "")));
    assertRefused("LOGIN_ERROR", site.postJson("/auth/login", registration("nobody", "a good password", "")));
}

SPEC(Documented, account_paths_answer_beside_them_with_the_real_status) {
    const Headers alice = asUser("alice");
    const std::string credential = R"({"uuid":")" + alice.at("uuid") + R"(","username":"alice"})";
    const HttpAnswer account = site.request("GET", "/auth/me", "", alice);
    CPPUNIT_ASSERT(isSuccess(account));
    CPPUNIT_ASSERT_EQUAL(std::string("user@example.org"), account.json()->getValue<std::string>("email"));
    CPPUNIT_ASSERT(isSuccess(site.postJson("/auth/rotate", credential)));
    for (const HttpAnswer& refused : {site.request("GET", "/auth/me", "", alice), site.postJson("/auth/me", credential),
                                      site.postJson("/auth/redeem", credential)}) {
        CPPUNIT_ASSERT_EQUAL(401, refused.status);
        CPPUNIT_ASSERT_EQUAL(std::string("USER_NOT_FOUND"), code(refused));
    }
    CPPUNIT_ASSERT(isSuccess(site.postJson(
        "/auth/password", R"({"username":"alice","password":"a good password","new_password":"a better password"})")));
    CPPUNIT_ASSERT_EQUAL(405, site.request("GET", "/auth/password", "").status);
}

SPEC(Documented, text_chat_answers_content_and_consumed_tokens) {
    const std::string uuid = site.newUser("alice");
    const HttpAnswer answer = site.postJson("/textModel/chat", textBody(uuid, "alice", "你好，世界"));
    CPPUNIT_ASSERT(isSuccess(answer));
    CPPUNIT_ASSERT_EQUAL(upstream::answerTo("你好，世界"), answer.json()->getValue<std::string>("content"));
    CPPUNIT_ASSERT(answer.json()->get("consume_token").isInteger());
    CPPUNIT_ASSERT(answer.json()->getValue<int>("consume_token") > 0);
    assertRefused("USER_NOT_FOUND", site.postJson("/textModel/chat", textBody(uuid, "bob", "hi")));
    assertRefused("APP_QUERY_METHOD_ERROR", site.postJson("/textModel/chat", "not json"));
    assertRefused("APP_QUERY_METHOD_ERROR", site.request("GET", "/textModel/chat", ""));
}

SPEC(Documented, voice_takes_pcm_and_wav_raw_and_multipart_from_anyone) {
    const std::string expected = upstream::transcriptOf(kPcm.size());
    const std::string wav = wavOf(kPcm, 16'000);
    for (const std::string& body : {kPcm, wav}) {
        const HttpAnswer raw = site.request("POST", "/voiceModel/chat", body);
        CPPUNIT_ASSERT_MESSAGE(raw.body, isSuccess(raw));
        CPPUNIT_ASSERT_EQUAL(expected, raw.json()->getValue<std::string>("content"));
        const Multipart form("file", body == wav ? "v.wav" : "v.pcm", body);
        const HttpAnswer upload =
            site.request("POST", "/voiceModel/chat", form.body, {{"Content-Type", form.contentType}});
        CPPUNIT_ASSERT_MESSAGE(upload.body, isSuccess(upload));
        CPPUNIT_ASSERT_EQUAL(expected, upload.json()->getValue<std::string>("content"));
    }
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(kPcm.size()), site.upstream().calls().at(2).audioBytes);
    assertRefused("GET_FILE_FAIL", site.request("POST", "/voiceModel/chat", ""));
    assertRefused("FILE_FORMAT_ILLEGAL", site.request("POST", "/voiceModel/chat", wavOf(kPcm, 44'100)));
}

SPEC(Documented, voice_over_a_minute_is_refused_before_the_upstream_hears_of_it) {
    const HttpAnswer answer = site.request("POST", "/voiceModel/chat", bytes(1'952'000));
    assertRefused("BODY_TOO_LARGE", answer);
    CPPUNIT_ASSERT(answer.json()->getValue<std::string>("msg").find("60") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(0, site.upstream().connections());
}

SPEC(Documented, picture_takes_a_jpeg_from_a_user_named_in_the_headers) {
    const Headers user = asUser("alice");
    const HttpAnswer raw = site.request("POST", "/PictureToTextModel/chat", kJpeg, user);
    CPPUNIT_ASSERT_MESSAGE(raw.body, isSuccess(raw));
    CPPUNIT_ASSERT(!raw.json()->getValue<std::string>("content").empty());
    const Multipart form("file", "p.jpg", kJpeg);
    Headers headers = user;
    headers["Content-Type"] = form.contentType;
    CPPUNIT_ASSERT_EQUAL(
        raw.json()->getValue<std::string>("content"),
        site.request("POST", "/PictureToTextModel/chat", form.body, headers).json()->getValue<std::string>("content"));
    assertRefused("USER_NOT_FOUND", site.request("POST", "/PictureToTextModel/chat", kJpeg));
    assertRefused("FILE_FORMAT_ILLEGAL", site.request("POST", "/PictureToTextModel/chat", "GIF89a", user));
    assertRefused("GET_FILE_FAIL", site.request("POST", "/PictureToTextModel/chat", "", user));
    const Multipart other("picture", "p.jpg", kJpeg);
    headers["Content-Type"] = other.contentType;
    assertRefused("GET_FILE_FAIL", site.request("POST", "/PictureToTextModel/chat", other.body, headers));
}

SPEC(Documented, a_name_in_a_header_may_be_ISO_8859_1_or_UTF_8_of_any_form) {
    const std::string uuid = site.newUser("Jos\u00e9");
    for (const std::string name : {"Jos\xe9", "Jos\u00e9", "Jose\u0301"})
        for (const std::string path : {"/PictureToTextModel/chat", "/voiceModel/chat"}) {
            const std::string& body = path == "/voiceModel/chat" ? kPcm : kJpeg;
            const HttpAnswer answer = site.request("POST", path, body, {{"uuid", uuid}, {"username", name}});
            CPPUNIT_ASSERT_MESSAGE(answer.body, isSuccess(answer));
        }
    assertRefused("USER_NOT_FOUND",
                  site.request("POST", "/PictureToTextModel/chat", kJpeg, {{"uuid", uuid}, {"username", "Jos\xe8"}}));
}

SPEC(Documented, names_are_one_in_every_form_and_look_like_no_other) {
    const auto named = [](const std::string& name) { return registration(name, "a good password", "a@example.org"); };
    CPPUNIT_ASSERT(isSuccess(site.postJson("/auth/register", named("Zo\u00eb"))));
    assertRefused("USER_NAME_REPEAT", site.postJson("/auth/register", named("Zoe\u0308")));
    const HttpAnswer login = site.postJson("/auth/login", named("Zoe\u0308"));
    CPPUNIT_ASSERT_MESSAGE(login.body, isSuccess(login));
    CPPUNIT_ASSERT_EQUAL(std::string("no-store"), login.headers.at("cache-control"));
    CPPUNIT_ASSERT(isSuccess(site.postJson("/auth/register", named("admin"))));
    for (const std::string name : {"adm\u200bin", "\u0430dmin", "\u200b\u200b\u200b"})
        assertRefused("REGISTER_ERROR", site.postJson("/auth/register", named(name)));
}

SPEC(Documented, voice_and_pictures_have_a_pool_of_their_own) {
    const Site apart(SiteOptions{{{"pool.model.models", "spark_chat"}}});
    const HttpAnswer voice = apart.request("POST", "/voiceModel/chat", kPcm);
    CPPUNIT_ASSERT_MESSAGE(voice.body, isSuccess(voice));
    const Headers user{{"uuid", apart.newUser("alice")}, {"username", "alice"}};
    const HttpAnswer picture = apart.request("POST", "/PictureToTextModel/chat", kJpeg, user);
    CPPUNIT_ASSERT_MESSAGE(picture.body, isSuccess(picture));
}

SPEC(Documented, bodies_over_the_limit_are_refused_in_an_envelope) {
    assertRefused("BODY_TOO_LARGE", site.postJson("/textModel/chat", bytes(5'000'000)));
    assertRefused("BODY_TOO_LARGE", site.request("POST", "/voiceModel/chat", bytes(16'777'217)));
    assertRefused("BODY_TOO_LARGE", site.request("POST", "/voiceModel/chat", bytes(18'000'000)));
}

SPEC(Documented, preflights_are_answered_on_every_path) {
    for (const std::string path : {"/auth/register", "/auth/login", "/textModel/chat", "/textModel/stream",
                                   "/voiceModel/chat", "/PictureToTextModel/chat", "/models/spark_chat/chat"}) {
        const HttpAnswer answer = site.request("OPTIONS", path, "", {{"Origin", "https://example.org"}});
        CPPUNIT_ASSERT_EQUAL(204, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("*"), answer.headers.at("access-control-allow-origin"));
        CPPUNIT_ASSERT_EQUAL(std::string("content-type, uuid, username"),
                             answer.headers.at("access-control-allow-headers"));
    }
}

SPEC(Documented, upstream_errors_become_the_documented_codes) {
    const std::string uuid = site.newUser("alice");
    const std::pair<int, const char*> errors[] = {
        {10013, "CONTENT_REFUSED"}, {10014, "CONTENT_REFUSED"}, {11200, "MODEL_ERROR"}, {11202, "MODEL_BUSY"},
        {11203, "MODEL_BUSY"},      {10313, "MODEL_ERROR"},     {10012, "MODEL_ERROR"}};
    for (const auto& error : errors) {
        upstream::Fault fault;
        fault.kind = upstream::FaultKind::errorFrame;
        fault.code = error.first;
        fault.text = "words of the upstream";
        site.upstream().setFault(fault);
        for (const std::string path : {"/textModel/chat", "/textModel/stream"}) {
            const HttpAnswer answer = site.postJson(path, textBody(uuid, "alice", "hi"));
            assertRefused(error.second, answer);
            CPPUNIT_ASSERT(answer.body.find("words of the upstream") == std::string::npos);
        }
        ASSERT_EVENTUALLY(site.log().find(std::to_string(error.first)) != std::string::npos);
    }
}

SPEC(Documented, any_loaded_model_is_reachable_by_its_name_with_semantic_statuses) {
    const std::string uuid = site.newUser("alice");
    const HttpAnswer answer = site.postJson("/models/echo/chat", textBody(uuid, "alice", "say it again"));
    CPPUNIT_ASSERT_EQUAL(std::string("say it again"), answer.json()->getValue<std::string>("content"));
    CPPUNIT_ASSERT_EQUAL(404, site.postJson("/models/nobody/chat", textBody(uuid, "alice", "x")).status);
    CPPUNIT_ASSERT_EQUAL(401, site.postJson("/models/echo/chat", textBody(uuid, "bob", "x")).status);
    CPPUNIT_ASSERT_EQUAL(400, site.postJson("/models/spark_iat/chat", textBody(uuid, "alice", "x")).status);
    const Headers user{{"uuid", uuid}, {"username", "alice"}};
    const HttpAnswer picture = site.request("POST", "/models/spark_image/chat", kJpeg, user);
    CPPUNIT_ASSERT_EQUAL(200, picture.status);
}

SPEC(Documented, the_request_id_of_nginx_is_in_every_log_and_answer) {
    const HttpAnswer answer = site.request("POST", "/textModel/chat", "{}");
    const std::string id = answer.headers.at("x-request-id");
    ASSERT_EVENTUALLY(site.log().find("id=" + id) != std::string::npos);
    ASSERT_EVENTUALLY(readFile(site.nginx().accessLog()).find(id) != std::string::npos);
}

namespace {

struct Semantic : CppUnit::TestCase {
    Site site{{{}, {}, ErrorStatus::semantic}};
};

}  // namespace

SPEC(Semantic, statuses_are_real_when_the_operator_wants_them) {
    CPPUNIT_ASSERT_EQUAL(400, site.postJson("/textModel/chat", "{}").status);
    CPPUNIT_ASSERT_EQUAL(405, site.request("GET", "/textModel/chat", "").status);
    CPPUNIT_ASSERT_EQUAL(401, site.postJson("/auth/login", registration("a", "a good password", "")).status);
    CPPUNIT_ASSERT_EQUAL(413, site.postJson("/textModel/chat", bytes(5'000'000)).status);
    CPPUNIT_ASSERT_EQUAL(415, site.request("POST", "/voiceModel/chat", "GIF89a").status);
}

namespace {

struct PatientWorker : CppUnit::TestCase {
    // Longer than the test's client waits, so that a worker that waits for more body is a failed test.
    Site site{{{{"timeout.client_ms", "600000"}}, {}, ErrorStatus::envelope}};
};

}  // namespace

SPEC(PatientWorker, ends_its_answer_when_nginx_keeps_the_rest_of_the_body) {
    const HttpAnswer answer = site.request("POST", "/voiceModel/chat", bytes(17'000'000));
    CPPUNIT_ASSERT(answer.body.find("BODY_TOO_LARGE") != std::string::npos);
}
