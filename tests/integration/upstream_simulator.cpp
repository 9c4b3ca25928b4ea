// The simulator must be trusted before anything is tested against it: what it answers and refuses.
#include "integration/upstream_client.h"
#include "support/eventually.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "upstream/handshake.h"
#include "upstream/program_options.h"

#include <Poco/DateTimeParser.h>
#include <cppunit/TestAssert.h>

namespace {

using namespace aiproject::test;
using namespace aiproject::upstream;
using namespace std::string_literals;
using std::chrono::milliseconds;

// The code of the one refusal, after checking that it was recorded.
int refusalOf(const std::string& path, const std::string& request) {
    const Simulator simulator;
    const auto answer = ask(simulator, path, request);
    const auto violation = simulator.calls().at(0).violation;
    CPPUNIT_ASSERT_EQUAL(std::to_string(answer.code), violation.substr(0, violation.find(' ')));
    return answer.code;
}

struct UpstreamSimulator : CppUnit::TestCase {};

}  // namespace

SPEC(UpstreamSimulator, agrees_with_the_published_signatures) {
    const auto keyP = "addd2272b6d8b7c8abdd79531420ca3b"s, secretP = "MjlmNzkzNmZkMDQ2OTc0ZDdmNGE2ZTZi"s;
    const auto keyQ = "keyxxxxxxxx8ee279348519exxxxxxxx"s, secretQ = "secretxxxxxxxx2df7900c09xxxxxxxx"s;
    const auto spark = "spark-api.xf-yun.com"s;
    const struct {
        Signer signer;
        const char *path, *expected;
    } vectors[] = {
        {{keyP, secretP, "api_key", spark, "Fri, 05 May 2023 10:43:39 GMT"},
         "/v1.1/chat",
         "z5gHdu3pxVV4ADMyk467wOWDQ9q6BQzR3nfMTjc/DaQ="},
        {{keyQ, secretQ, "api_key", "iat-api.xfyun.cn", "Wed, 10 Jul 2019 07:35:43 GMT"},
         "/v2/iat",
         "Hp3Ty4ZkSBmL8jKyOLpQiv9Sr5nvmeYEH7WsL/ZO2Jg="},
        {{keyQ, secretQ, "api_key", "iat.xf-yun.com", "Tue, 14 May 2024 08:46:48 GMT"},
         "/v1",
         "S66FeqTJlvkd+KfJg+a73BAabocwRg2scKflONI8o80="},
        {{keyQ, secretQ, "api_key", "iat.cn-huabei-1.xf-yun.com", "Tue, 14 May 2024 08:43:39 GMT"},
         "/v1",
         "fgG1OuqkHU6l/hNZ6Zs466ci+jUvOQjSNKWkLhvSoNM="},
        {{keyQ, secretQ, "api_key", "ise-api.xfyun.cn", "Wed, 10 Jul 2019 07:35:43 GMT"},
         "/v2/open-ise",
         "WC1tTz2DI+A8nKPNhz7t7lIhG1VBKDhD3K+R3KkCHOs="},
        {{keyP, secretP, "api_key", spark, "Fri, 05 May 2023 02:43:39 +0000"},
         "/v3.1/chat",
         "JmKXPYbaUF86GJNcFDhA0hf5ZbyLgboG1MSJbiwg3AU="},
        {{keyQ, secretQ, "hmac username", "tts-api.xfyun.cn", "Thu, 01 Aug 2019 01:53:21 GMT"},
         "/v2/tts",
         "kwClvIANtqXII8BL2GwDNUexYGZ7eu03FVvFPHs/4OY="},
    };
    for (const auto& [signer, path, expected] : vectors) {
        CPPUNIT_ASSERT_EQUAL(std::string(expected), signer.sign(path));
        Options options;
        options.apiKey = signer.key;
        options.apiSecret = signer.secret;
        HTTPRequest request(HTTPRequest::HTTP_GET, signer.target(path), HTTPRequest::HTTP_1_1);
        request.setHost(signer.host, 8443);
        int zone = 0;
        const auto now =
            Poco::DateTimeParser::parse(Poco::DateTimeFormat::RFC1123_FORMAT, signer.date, zone).timestamp();
        CPPUNIT_ASSERT(!checkSignature(request, options, now));
        CPPUNIT_ASSERT(!checkSignature(request, options, now + 300 * Poco::Timestamp::resolution()));
        CPPUNIT_ASSERT_EQUAL(403, checkSignature(request, options, now + 301 * Poco::Timestamp::resolution())->status);
        CPPUNIT_ASSERT_EQUAL(403, checkSignature(request, options, now - 301 * Poco::Timestamp::resolution())->status);
    }
}

SPEC(UpstreamSimulator, refuses_a_handshake_that_is_not_signed_right) {
    const auto path = "/v3.5/chat"s;
    const auto sentence = [&](const std::string& target) {
        HTTPRequest request(HTTPRequest::HTTP_GET, target, HTTPRequest::HTTP_1_1);
        request.setHost("localhost", 8443);
        const auto refusal = checkSignature(request, {}, {});
        return refusal ? std::to_string(refusal->status) + " " + refusal->message : "fine"s;
    };
    const auto target = Signer().target(path);
    const auto unverifiable = "401 HMAC signature cannot be verified"s, noMatch = "401 HMAC signature does not match"s;
    const auto badDate =
        "403 HMAC signature cannot be verified, a valid date or x-date header is required for HMAC Authentication"s;
    Signer signer;
    CPPUNIT_ASSERT_EQUAL("fine"s, sentence(target));
    CPPUNIT_ASSERT_EQUAL("401 Unauthorized"s, sentence(path));
    CPPUNIT_ASSERT_EQUAL(unverifiable, sentence(replaced(target, "authorization=Y", "authorization=%20")));
    signer.key = "another";
    CPPUNIT_ASSERT_EQUAL(unverifiable, sentence(signer.target(path)));
    signer = {};
    signer.prefix = "username";
    CPPUNIT_ASSERT_EQUAL(unverifiable, sentence(signer.target(path)));
    signer = {};
    signer.secret = "another";
    CPPUNIT_ASSERT_EQUAL(noMatch, sentence(signer.target(path)));
    CPPUNIT_ASSERT_EQUAL(noMatch, sentence(replaced(target, "/v3.5/", "/v3.1/")));
    signer = {};
    signer.host = "localhost:8443";
    CPPUNIT_ASSERT_EQUAL(noMatch, sentence(signer.target(path)));
    for (const auto* date :
         {"", "now", "Mon, 05 May 2023 10:43:39 GMT", "2023-05-05T10:43:39Z", "Fri, 05 May 2023 10:43:39 GMT"}) {
        signer = {};
        signer.date = date;
        CPPUNIT_ASSERT_EQUAL(badDate, sentence(signer.target(path)));
    }
}

SPEC(UpstreamSimulator, answers_a_refused_handshake_with_http) {
    const Simulator simulator;
    CPPUNIT_ASSERT_EQUAL(404, Client(simulator, "/V3.5/chat").status());
    CPPUNIT_ASSERT_EQUAL(401, Client(simulator, "/v3.5/chat", "/v3.5/chat").status());
    CPPUNIT_ASSERT_EQUAL(2, simulator.connections());
    ASSERT_EVENTUALLY(simulator.calls().size() == 2 && simulator.calls()[1].ended);
    CPPUNIT_ASSERT_EQUAL("404 no such path"s, simulator.calls()[0].violation);
    CPPUNIT_ASSERT_EQUAL("/v3.5/chat"s, simulator.calls()[1].path);
}

SPEC(UpstreamSimulator, says_the_question_again_in_frames) {
    const Simulator simulator;
    const auto answer = ask(
        simulator, "/v3.5/chat",
        chatRequest(
            "generalv3.5",
            turn("system", "短") + "," + turn("user", "a") + "," + turn("assistant", "b") + "," +
                turn("user", "你好，世界🌏！"),
            R"(,"temperature":1,"top_k":6,"max_tokens":8192,"tools":[{"type":"web_search","web_search":{"enable":false}}])"));
    CPPUNIT_ASSERT_EQUAL(0, answer.code);
    CPPUNIT_ASSERT_EQUAL(answerTo("你好，世界🌏！"), answer.content);
    CPPUNIT_ASSERT((std::vector{0, 1, 1, 1, 1, 2}) == answer.statuses);
    CPPUNIT_ASSERT_EQUAL(10, answer.usage->getValue<int>("prompt_tokens"));
    CPPUNIT_ASSERT_EQUAL(17, answer.usage->getValue<int>("total_tokens"));
    ASSERT_EVENTUALLY(simulator.calls().at(0).ended);
    CPPUNIT_ASSERT_EQUAL(""s, simulator.calls()[0].violation);
    CPPUNIT_ASSERT(simulator.calls()[0].answered);
    CPPUNIT_ASSERT((std::vector{2}) ==
                   ask(simulator, "/v3.5/chat", chatRequest("generalv3.5", turn("user", "短"))).statuses);
}

SPEC(UpstreamSimulator, closes_after_the_answer_and_says_so) {
    const Simulator simulator;
    Client client(simulator, "/v3.5/chat");
    client.send(kQuestion);
    const auto answer = readAnswer(client);
    CPPUNIT_ASSERT_EQUAL(""s, client.receive());
    CPPUNIT_ASSERT_EQUAL(1000, client.closeCode);
    client.socket().shutdown(1000);
    ASSERT_EVENTUALLY(simulator.calls().at(0).ended);
    CPPUNIT_ASSERT_EQUAL(1000, simulator.calls()[0].closeCode);
}

SPEC(UpstreamSimulator, speaks_tls_under_its_own_authority) {
    const TempDir directory;
    Options options;
    options.transport = Transport::tls;
    options.caDirectory = directory.path();
    const Simulator simulator(options);
    CPPUNIT_ASSERT_EQUAL("你好吗"s, ask(simulator, "/v3.5/chat", kQuestion).content);
    options.certificateName = "elsewhere.example";
    const Simulator stranger(options);
    CPPUNIT_ASSERT_THROW(Client(stranger, "/v3.5/chat"), Poco::Exception);
    CPPUNIT_ASSERT_EQUAL("你好吗"s, ask(simulator, "/v3.5/chat", kQuestion).content);
}

SPEC(UpstreamSimulator, wants_the_domain_that_belongs_to_the_path) {
    const std::pair<const char*, const char*> pairs[] = {{"/v1.1/chat", "lite"},
                                                         {"/v2.1/chat", "generalv2"},
                                                         {"/v3.1/chat", "generalv3"},
                                                         {"/chat/pro-128k", "pro-128k"},
                                                         {"/v3.5/chat", "generalv3.5"},
                                                         {"/chat/max-32k", "max-32k"},
                                                         {"/v4.0/chat", "4.0Ultra"},
                                                         {"/v1/x1", "spark-x"},
                                                         {"/v1/x1", "x1"},
                                                         {"/x2", "spark-x"}};
    const Simulator simulator;
    for (const auto& [path, domain] : pairs) {
        CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 0, ask(simulator, path, chatRequest(domain, turn("user", "a"))).code);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 10003, ask(simulator, path, chatRequest("general", turn("user", "a"))).code);
    }
}

SPEC(UpstreamSimulator, refuses_a_question_out_of_shape) {
    const auto max = [](const std::string& turns, const std::string& parameters = "") {
        return refusalOf("/v3.5/chat", chatRequest("generalv3.5", turns, parameters));
    };
    const auto user = turn("user", "a"), assistant = turn("assistant", "b"), system = turn("system", "c");
    CPPUNIT_ASSERT_EQUAL(10003, refusalOf("/v3.5/chat", "{"));
    CPPUNIT_ASSERT_EQUAL(10003, refusalOf("/v3.5/chat", "[1]"));
    CPPUNIT_ASSERT_EQUAL(10004, refusalOf("/v3.5/chat", "{}"));
    CPPUNIT_ASSERT_EQUAL(10313, refusalOf("/v3.5/chat", replaced(kQuestion, "5f5e1000", "5f5e1001")));
    CPPUNIT_ASSERT_EQUAL(10005,
                         refusalOf("/v3.5/chat", replaced(kQuestion, "\"u\"", '"' + std::string(33, 'u') + '"')));
    for (const auto* outOfRange : {"\"temperature\":0", "\"temperature\":1.1", "\"top_k\":7", "\"max_tokens\":8193"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outOfRange, 10005, max(user, ","s + outOfRange));
    for (const auto* illTyped :
         {"\"temperature\":\"1\"", "\"top_k\":true", "\"top_k\":1.5", "\"top_p\":0.5", "\"stream\":true"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(illTyped, 10004, max(user, ","s + illTyped));
    const std::vector<std::vector<std::string>> dialogs = {
        {}, {system}, {user, assistant}, {user, user}, {assistant, user}, {user, system, user}, {system, system, user}};
    for (const auto& dialog : dialogs) {
        std::string turns;
        for (const auto& one : dialog) turns.append(turns.empty() ? "" : ",").append(one);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(turns, 10004, max(turns));
    }
    CPPUNIT_ASSERT_EQUAL(10163, refusalOf("/v1.1/chat", chatRequest("lite", system + "," + user)));
    const auto functions = replaced(chatRequest("lite", user), "\"payload\":{", "\"payload\":{\"functions\":{},");
    CPPUNIT_ASSERT_EQUAL(10163, refusalOf("/v1.1/chat", functions));
    CPPUNIT_ASSERT_EQUAL(10005, refusalOf("/v1.1/chat", chatRequest("lite", user, ",\"max_tokens\":4097")));
}

SPEC(UpstreamSimulator, thinks_aloud_as_x1) {
    const Simulator simulator;
    const auto answer =
        ask(simulator, "/v1/x1", chatRequest("x1", turn("user", "为什么"), R"(,"temperature":2,"top_p":0.9)"));
    CPPUNIT_ASSERT_EQUAL(reasoningAbout("为什么"), answer.reasoning);
    CPPUNIT_ASSERT_EQUAL("为什么"s, answer.content);
    const auto silent =
        ask(simulator, "/v1/x1", chatRequest("x1", turn("user", "为什么"), R"(,"thinking":{"type":"disabled"})"));
    CPPUNIT_ASSERT_EQUAL(""s, silent.reasoning);
}

SPEC(UpstreamSimulator, takes_one_question_for_each_connection) {
    Options options;
    options.frameGap = std::chrono::minutes(1);
    const Simulator simulator(options);
    Client client(simulator, "/v3.5/chat");
    client.send(kQuestion);
    CPPUNIT_ASSERT(!client.receive().empty());
    client.send(kQuestion);
    CPPUNIT_ASSERT_EQUAL(10007, readAnswer(client).code);
}

SPEC(UpstreamSimulator, closes_when_no_question_comes) {
    Options options;
    options.questionLimit = milliseconds(50);
    const Simulator simulator(options);
    Client client(simulator, "/v3.5/chat");
    CPPUNIT_ASSERT_EQUAL(""s, client.receive());
    CPPUNIT_ASSERT_EQUAL(1000, client.closeCode);
}

SPEC(UpstreamSimulator, hears_while_audio_still_comes_and_corrects_itself) {
    const Simulator simulator;
    Client client(simulator, "/v2/iat");
    Transcript transcript;
    client.send(classicFrame(0, std::string(8000, 'a'), R"(,"dwa":"wpgs","vad_eos":10000)"));
    auto data = parsed(client.receive())->getObject("data");
    CPPUNIT_ASSERT_EQUAL(0, data->getValue<int>("status"));
    transcript.add(*data->getObject("result"));
    for (int i = 0; i < 4; ++i) client.send(classicFrame(1, std::string(8000, 'b')));
    client.send(R"({"data":{"status":2}})");
    while (data->getValue<int>("status") != 2) {
        data = parsed(client.receive())->getObject("data");
        transcript.add(*data->getObject("result"));
    }
    CPPUNIT_ASSERT_EQUAL(transcriptOf(40000), transcript.text());
    CPPUNIT_ASSERT_EQUAL(3, transcript.replacements);  // two phrases, and the end
    const auto call = simulator.calls().at(0);
    CPPUNIT_ASSERT_EQUAL(5, call.audioFrames);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(40000), call.audioBytes);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(8000), call.largestAudioFrame);
    CPPUNIT_ASSERT(call.answered && call.violation.empty());
}

SPEC(UpstreamSimulator, hears_sentence_by_sentence_without_correction) {
    const Simulator simulator;
    Client client(simulator, "/v2/iat");
    client.send(classicFrame(0, ""));
    for (int i = 0; i < 4; ++i) client.send(classicFrame(1, std::string(9000, 'b')));
    client.send(classicFrame(2, ""));
    Transcript transcript;
    for (int status = 0; status != 2;) {
        const auto data = parsed(client.receive())->getObject("data");
        status = data->getValue<int>("status");
        CPPUNIT_ASSERT(!data->getObject("result")->has("pgs"));
        transcript.add(*data->getObject("result"));
    }
    CPPUNIT_ASSERT_EQUAL(transcriptOf(36000), transcript.text());
}

SPEC(UpstreamSimulator, refuses_audio_out_of_order_or_shape) {
    const auto codeOf = [](const std::vector<std::string>& frames, const Options& options = {}) {
        const Simulator simulator(options);
        Client client(simulator, "/v2/iat");
        for (const auto& frame : frames) client.send(frame);
        return parsed(client.receive())->getValue<int>("code");
    };
    const auto first = classicFrame(0, "a"), next = classicFrame(1, "b");
    CPPUNIT_ASSERT_EQUAL(10160, codeOf({"no"}));
    CPPUNIT_ASSERT_EQUAL(10165, codeOf({next}));
    CPPUNIT_ASSERT_EQUAL(10008, codeOf({classicFrame(2, "")}));
    CPPUNIT_ASSERT_EQUAL(10313, codeOf({replaced(first, "5f5e1000", "other")}));
    CPPUNIT_ASSERT_EQUAL(10163, codeOf({replaced(first, R"("accent":"mandarin")", R"("accent":"")")}));
    CPPUNIT_ASSERT_EQUAL(10163, codeOf({replaced(first, "16000", "44100")}));
    CPPUNIT_ASSERT_EQUAL(10163, codeOf({classicFrame(0, std::string(9751, 'a'))}));
    CPPUNIT_ASSERT_EQUAL(10161, codeOf({replaced(first, "YQ==", "YQ=")}));
    CPPUNIT_ASSERT_EQUAL(10165, codeOf({first, first}));
    CPPUNIT_ASSERT_EQUAL(10163, codeOf({first, replaced(next, "{\"data\"", R"({"common":{},"data")")}));
    CPPUNIT_ASSERT_EQUAL(10163, codeOf({first, classicFrame(2, "c")}));
    Options impatient;
    impatient.audioGapLimit = milliseconds(50);
    CPPUNIT_ASSERT_EQUAL(10200, codeOf({first, next}, impatient));
    std::vector<std::string> burst(300, next);
    burst[0] = first;
    CPPUNIT_ASSERT_EQUAL(10163, codeOf(burst));
}

SPEC(UpstreamSimulator, hears_with_the_large_model) {
    const Simulator simulator;
    Client client(simulator, "/v1");
    client.send(largeFrame(0, 1, std::string(20000, 'a')));
    CPPUNIT_ASSERT(!parsed(client.receive())->has("payload"));
    client.send(largeFrame(1, 2, std::string(20000, 'b')));
    client.send(largeFrame(2, 3, ""));
    Transcript transcript;
    for (int status = 0; status != 2;) {
        const auto frame = parsed(client.receive());
        status = frame->getObject("header")->getValue<int>("status");
        const auto result = frame->getObject("payload")->getObject("result");
        transcript.add(*parsed(decoded(result->getValue<std::string>("text"))));
    }
    CPPUNIT_ASSERT_EQUAL(transcriptOf(40000), transcript.text());
    CPPUNIT_ASSERT_EQUAL(
        10163, refusalOf("/v1", replaced(largeFrame(0, 1, "a"), "\"seq\":1,\"status\":0", "\"seq\":1,\"status\":1")));
    CPPUNIT_ASSERT_EQUAL(10114, refusalOf("/v1", largeFrame(0, 1, std::string(1'920'001, 'a'))));
}

SPEC(UpstreamSimulator, looks_at_pictures) {
    const auto jpeg = "\xFF\xD8\xFF"s + std::string(5000, 'j');
    const auto request = [](const std::string& domain, const std::string& picture) {
        return chatRequest(
            domain, R"({"role":"user","content_type":"image","content":")" + picture + "\"}," + turn("user", "什么？"));
    };
    const Simulator simulator;
    for (const auto* domain : {"general", "imagev3"})
        CPPUNIT_ASSERT_EQUAL(answerToPicture(5003, "什么？"),
                             ask(simulator, "/v2.1/image", request(domain, encoded(jpeg))).content);
    CPPUNIT_ASSERT_EQUAL(10003, refusalOf("/v2.1/image", request("image", encoded(jpeg))));
    CPPUNIT_ASSERT_EQUAL(10005, refusalOf("/v2.1/image", request("general", "data:" + encoded(jpeg))));
    CPPUNIT_ASSERT_EQUAL(10005, refusalOf("/v2.1/image", request("general", encoded("GIF89a"))));
    CPPUNIT_ASSERT_EQUAL(10005,
                         refusalOf("/v2.1/image", request("general", encoded(jpeg + std::string(4 << 20, 'j')))));
    CPPUNIT_ASSERT_EQUAL(10004, refusalOf("/v2.1/image", chatRequest("general", turn("user", "a"))));
}

SPEC(UpstreamSimulator, reads_its_options_and_names_what_is_wrong) {
    const TempDir directory;
    const auto file = directory.write("simulator.properties", "port = 4711\nfault = slow\nfault.pause_ms = 5\n");
    const auto options = readProgramOptions({"-c", file, "-Dport=0", "-Dready_file=r"});
    CPPUNIT_ASSERT_EQUAL(std::uint16_t(0), options.simulator.port);
    CPPUNIT_ASSERT(options.simulator.fault.kind == FaultKind::slow);
    CPPUNIT_ASSERT(options.simulator.fault.pause == milliseconds(5) && options.simulator.frameGap == milliseconds(40));
    const auto complaint = [](const std::string& argument) {
        try {
            readProgramOptions({argument});
        } catch (const std::invalid_argument& e) {
            return std::string(e.what());
        }
        return ""s;
    };
    CPPUNIT_ASSERT_EQUAL("port: '70000' is not allowed; allowed is 0 to 65535; 0: a free one"s,
                         complaint("-Dport=70000"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), complaint("-Dprot=1").find("prot: unknown key; allowed are port, "));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0),
                         complaint("-Dfault=sloow").find("fault: 'sloow' is not allowed; allowed is none|"));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), complaint("-Dtransport=tls").find("ca_directory: "));
}
