// The contract's table of codes, and the envelope around them.
#include "http/envelope.h"

#include "support/scripted_exchange.h"
#include "support/spec.h"

#include <string>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct Row {
    ErrorKind kind;
    std::string code;
    int status;
    int retryAfter = 0;
};

const std::vector<Row>& rows() {
    static const std::vector<Row> all{
        {ErrorKind::noSuchPath, "APP_NOT_FOUND_ERROR", 404},
        {ErrorKind::noSuchModel, "APP_NOT_FOUND_ERROR", 404},
        {ErrorKind::unsupported, "APP_QUERY_METHOD_ERROR", 400},
        {ErrorKind::inputTooLong, "BODY_TOO_LARGE", 413},
        {ErrorKind::wrongMethod, "APP_QUERY_METHOD_ERROR", 405},
        {ErrorKind::badRequest, "APP_QUERY_METHOD_ERROR", 400},
        {ErrorKind::internal, "APP_INTERNAL_ERROR", 500},
        {ErrorKind::registrationRefused, "REGISTER_ERROR", 400},
        {ErrorKind::nameTaken, "USER_NAME_REPEAT", 409},
        {ErrorKind::loginRefused, "LOGIN_ERROR", 401},
        {ErrorKind::userUnknown, "USER_NOT_FOUND", 401},
        {ErrorKind::notAllowed, "PERMISSION_NOT_ALLOW", 403},
        {ErrorKind::tokensSpent, "TOKEN_NOT_ENOUGH", 402},
        {ErrorKind::picturesSpent, "PIC_TIMES_NOT_ENOUGH", 402},
        {ErrorKind::textModelFailed, "MODEL_ERROR", 502},
        {ErrorKind::voiceModelFailed, "AUDIO_TO_TEXT_ERROR", 502},
        {ErrorKind::pictureModelFailed, "PICTURE_TO_TEXT_ERROR", 502},
        {ErrorKind::speechModelFailed, "MODEL_ERROR", 502},
        {ErrorKind::fileFormat, "FILE_FORMAT_ILLEGAL", 415},
        {ErrorKind::fileMissing, "GET_FILE_FAIL", 400},
        {ErrorKind::bodyTooLarge, "BODY_TOO_LARGE", 413},
        {ErrorKind::tooManyRequests, "TOO_MANY_REQUESTS", 429, 1},
        {ErrorKind::modelBusy, "MODEL_BUSY", 503, 1},
        {ErrorKind::modelTimeout, "MODEL_TIMEOUT", 504},
        {ErrorKind::databaseBusy, "MODEL_BUSY", 503, 2},
        {ErrorKind::contentRefused, "CONTENT_REFUSED", 403},
        {ErrorKind::clientLeft, "CLIENT_LEFT", 499},
    };
    return all;
}

struct Envelope : CppUnit::TestCase {
    static ScriptedExchange failed(const Error& error, StatusRule rule) {
        ScriptedExchange exchange;
        sendError(exchange, error, rule);
        return exchange;
    }
};

SPEC(Envelope, has_the_documented_code_of_every_kind) {
    for (const Row& row : rows()) {
        const auto json = failed({row.kind, "for the log"}, StatusRule::alwaysOk).json();
        CPPUNIT_ASSERT_EQUAL(row.code, json->getValue<std::string>("code"));
        CPPUNIT_ASSERT(json->get("code").isString());
        CPPUNIT_ASSERT(!json->getValue<std::string>("msg").empty());
    }
}

SPEC(Envelope, has_status_200_where_the_original_clients_read_it) {
    for (const Row& row : rows())
        CPPUNIT_ASSERT_EQUAL(200, failed({row.kind, "for the log"}, StatusRule::alwaysOk).head->status);
}

SPEC(Envelope, has_the_semantic_status_elsewhere_and_the_same_body) {
    for (const Row& row : rows()) {
        const ScriptedExchange semantic = failed({row.kind, "for the log"}, StatusRule::semantic);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(row.code, row.status, semantic.head->status);
        CPPUNIT_ASSERT_EQUAL(failed({row.kind, "for the log"}, StatusRule::alwaysOk).text(), semantic.text());
    }
}

SPEC(Envelope, says_when_to_come_back_where_later_helps) {
    for (const Row& row : rows()) {
        const auto json = failed({row.kind, "for the log"}, StatusRule::alwaysOk).json();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(row.code, row.retryAfter > 0, json->has("retry_after"));
        if (row.retryAfter == 0) continue;
        CPPUNIT_ASSERT(json->get("retry_after").isInteger());
        CPPUNIT_ASSERT_EQUAL(row.retryAfter, json->getValue<int>("retry_after"));
    }
}

SPEC(Envelope, says_the_errors_own_time_before_that_of_its_kind) {
    const Error error(ErrorKind::tooManyRequests, "for the log", {}, 17);
    const ScriptedExchange semantic = failed(error, StatusRule::semantic),
                           original = failed(error, StatusRule::alwaysOk);
    for (const auto* answer : {&semantic, &original})
        CPPUNIT_ASSERT_EQUAL(17, answer->json()->getValue<int>("retry_after"));
    CPPUNIT_ASSERT_EQUAL("17"s, semantic.header("Retry-After"));
    CPPUNIT_ASSERT_EQUAL(""s, original.header("Retry-After"));
    CPPUNIT_ASSERT_EQUAL("1"s, failed({ErrorKind::modelBusy, ""}, StatusRule::semantic).header("Retry-After"));
}

SPEC(Envelope, never_shows_what_is_for_the_log) {
    for (const Row& row : rows()) {
        const ScriptedExchange exchange = failed({row.kind, "/srv/secret.key"}, StatusRule::semantic);
        CPPUNIT_ASSERT(exchange.text().find("secret") == std::string::npos);
    }
}

SPEC(Envelope, shows_the_sentence_that_is_for_the_client) {
    const Error error = refusal(ErrorKind::registrationRefused, "the password has \"fewer\" than 8 \u5b57\n");
    CPPUNIT_ASSERT_EQUAL(error.forClient(), failed(error, StatusRule::alwaysOk).json()->getValue<std::string>("msg"));
}

SPEC(Envelope, of_a_success_has_the_integer_0_and_what_was_answered) {
    ScriptedExchange exchange;
    Poco::JSON::Object answer;
    answer.set("uuid", "u"s);
    sendSuccess(exchange, "logged in", answer);
    const auto json = exchange.json();
    CPPUNIT_ASSERT(json->get("code").isInteger() && !json->get("code").isBoolean());
    CPPUNIT_ASSERT_EQUAL(0, json->getValue<int>("code"));
    CPPUNIT_ASSERT_EQUAL("logged in"s, json->getValue<std::string>("msg"));
    CPPUNIT_ASSERT_EQUAL("u"s, json->getValue<std::string>("uuid"));
}

SPEC(Envelope, goes_out_as_one_json_answer_in_utf8) {
    const ScriptedExchange exchange = failed({ErrorKind::internal, ""}, StatusRule::alwaysOk);
    CPPUNIT_ASSERT_EQUAL("application/json; charset=utf-8"s, exchange.head->contentType);
    CPPUNIT_ASSERT_EQUAL(1, exchange.starts);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), exchange.writes.size());
}

SPEC(Envelope, is_kept_by_no_cache) {
    CPPUNIT_ASSERT_EQUAL("no-store"s,
                         failed({ErrorKind::loginRefused, ""}, StatusRule::alwaysOk).header("Cache-Control"));
    ScriptedExchange success;
    sendSuccess(success, "logged in");
    CPPUNIT_ASSERT_EQUAL("no-store"s, success.header("Cache-Control"));
}

SPEC(Envelope, of_a_kind_outside_the_table_is_our_fault) {
    CPPUNIT_ASSERT_EQUAL("APP_INTERNAL_ERROR"s, std::string(faceOf(ErrorKind(999)).code));
    CPPUNIT_ASSERT_EQUAL(500, faceOf(ErrorKind(999)).status);
}

}  // namespace
