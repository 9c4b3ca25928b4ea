// The published vectors of the signature; T1 is also the worked example of plugins/iflytek/README.md.
#include "iflytek/core/encoding.h"
#include "iflytek/core/signed_url.h"
#include "support/spec.h"

using namespace aiproject::iflytek;

namespace {

const Credentials kP{"", "addd2272b6d8b7c8abdd79531420ca3b", "MjlmNzkzNmZkMDQ2OTc0ZDdmNGE2ZTZi"};
const Credentials kQ{"", "keyxxxxxxxx8ee279348519exxxxxxxx", "secretxxxxxxxx2df7900c09xxxxxxxx"};

struct Signing : CppUnit::TestCase {
    static void expect(const Credentials& credentials, const SignedRequest& request, const std::string& expected) {
        CPPUNIT_ASSERT_EQUAL(expected, signature(credentials, request));
    }
};

const SignedRequest kT1{"spark-api.xf-yun.com", "/v1.1/chat", "Fri, 05 May 2023 10:43:39 GMT"};
const SignedRequest kT2{"iat-api.xfyun.cn", "/v2/iat", "Wed, 10 Jul 2019 07:35:43 GMT"};
const SignedRequest kT3{"iat.xf-yun.com", "/v1", "Tue, 14 May 2024 08:46:48 GMT"};
const SignedRequest kT4{"iat.cn-huabei-1.xf-yun.com", "/v1", "Tue, 14 May 2024 08:43:39 GMT"};
const SignedRequest kC1{"spark-api.cn-huabei-1.xf-yun.com", "/v2.1/image", "Fri, 05 May 2023 10:43:39 GMT"};

const std::string kT1Authorization =
    "YXBpX2tleT0iYWRkZDIyNzJiNmQ4YjdjOGFiZGQ3OTUzMTQyMGNhM2IiLCBhbGdvcml0aG09ImhtYWMtc2hhMjU2IiwgaGVhZGVycz0iaG9zdCBk"
    "YXRlIHJlcXVlc3QtbGluZSIsIHNpZ25hdHVyZT0iejVnSGR1M3B4VlY0QURNeWs0Njd3T1dEUTlxNkJRelIzbmZNVGpjL0RhUT0i";
const std::string kT2Authorization =
    "YXBpX2tleT0ia2V5eHh4eHh4eHg4ZWUyNzkzNDg1MTlleHh4eHh4eHgiLCBhbGdvcml0aG09ImhtYWMtc2hhMjU2IiwgaGVhZGVycz0iaG9zdCBk"
    "YXRlIHJlcXVlc3QtbGluZSIsIHNpZ25hdHVyZT0iSHAzVHk0WmtTQm1MOGpLeU9McFFpdjlTcjVudm1lWUVIN1dzTC9aTzJKZz0i";
const std::string kT3Authorization =
    "YXBpX2tleT0ia2V5eHh4eHh4eHg4ZWUyNzkzNDg1MTlleHh4eHh4eHgiLCBhbGdvcml0aG09ImhtYWMtc2hhMjU2IiwgaGVhZGVycz0iaG9zdCBk"
    "YXRlIHJlcXVlc3QtbGluZSIsIHNpZ25hdHVyZT0iUzY2RmVxVEpsdmtkK0tmSmcrYTczQkFhYm9jd1JnMnNjS2ZsT05JOG84MD0i";
const std::string kT4Authorization =
    "YXBpX2tleT0ia2V5eHh4eHh4eHg4ZWUyNzkzNDg1MTlleHh4eHh4eHgiLCBhbGdvcml0aG09ImhtYWMtc2hhMjU2IiwgaGVhZGVycz0iaG9zdCBk"
    "YXRlIHJlcXVlc3QtbGluZSIsIHNpZ25hdHVyZT0iZmdHMU91cWtIVTZsL2hOWjZaczQ2NmNpK2pVdk9RalNOS1drTGh2U29OTT0i";
const std::string kC1Authorization =
    "YXBpX2tleT0iYWRkZDIyNzJiNmQ4YjdjOGFiZGQ3OTUzMTQyMGNhM2IiLCBhbGdvcml0aG09ImhtYWMtc2hhMjU2IiwgaGVhZGVycz0iaG9zdCBk"
    "YXRlIHJlcXVlc3QtbGluZSIsIHNpZ25hdHVyZT0iQzl5cXlVODRYYTJ4S0F6Nm5wSGV2VldTMUZ4T3RPaXByUWpPNFBKUFM4az0i";

}  // namespace

SPEC(Signing, gives_the_published_signatures) {
    expect(kP, kT1, "z5gHdu3pxVV4ADMyk467wOWDQ9q6BQzR3nfMTjc/DaQ=");
    expect(kQ, kT2, "Hp3Ty4ZkSBmL8jKyOLpQiv9Sr5nvmeYEH7WsL/ZO2Jg=");
    expect(kQ, kT3, "S66FeqTJlvkd+KfJg+a73BAabocwRg2scKflONI8o80=");
    expect(kQ, kT4, "fgG1OuqkHU6l/hNZ6Zs466ci+jUvOQjSNKWkLhvSoNM=");
    expect(kQ, {"ise-api.xfyun.cn", "/v2/open-ise", "Wed, 10 Jul 2019 07:35:43 GMT"},
           "WC1tTz2DI+A8nKPNhz7t7lIhG1VBKDhD3K+R3KkCHOs=");
    expect(kP, {"spark-api.xf-yun.com", "/v3.1/chat", "Fri, 05 May 2023 02:43:39 +0000"},
           "JmKXPYbaUF86GJNcFDhA0hf5ZbyLgboG1MSJbiwg3AU=");
    expect(kQ, {"tts-api.xfyun.cn", "/v2/tts", "Thu, 01 Aug 2019 01:53:21 GMT"},
           "kwClvIANtqXII8BL2GwDNUexYGZ7eu03FVvFPHs/4OY=");
}

SPEC(Signing, gives_the_computed_signatures) {
    expect(kP, kC1, "C9yqyU84Xa2xKAz6npHevVWS1FxOtOiprQjO4PJPS8k=");
    expect(kP, {"spark-api.xf-yun.com", "/v1.1/chat", "Fri, 05 May 2023 10:43:39 GMT", "POST"},
           "SFd0y1XlQwsvdK2a0Xyo3wKmfsUovlavQOFPYiWanfw=");
}

SPEC(Signing, knows_what_must_not_be_logged_of_it) {
    const aiproject::Redaction redaction = redactionOf(kP, kT1);
    for (const std::string& secret : {kP.apiKey, kP.apiSecret, signature(kP, kT1), kT1Authorization,
                                      percentEncoded(kT1Authorization), kT1Authorization.substr(0, 40)})
        CPPUNIT_ASSERT_EQUAL(std::string("no <[secret]>"), redaction.applied("no <" + secret + ">"));
    CPPUNIT_ASSERT_EQUAL(std::string("host spark-api.xf-yun.com"), redaction.applied("host spark-api.xf-yun.com"));
}

SPEC(Signing, gives_the_published_authorizations) {
    CPPUNIT_ASSERT_EQUAL(kT1Authorization, authorization(kP, kT1));
    CPPUNIT_ASSERT_EQUAL(kT2Authorization, authorization(kQ, kT2));
    CPPUNIT_ASSERT_EQUAL(kT3Authorization, authorization(kQ, kT3));
    CPPUNIT_ASSERT_EQUAL(kC1Authorization, authorization(kP, kC1));
    CPPUNIT_ASSERT_EQUAL(kT4Authorization, authorization(kQ, kT4));
}

SPEC(Signing, gives_the_published_urls_with_blanks_escaped) {
    CPPUNIT_ASSERT_EQUAL("/v1.1/chat?authorization=" + kT1Authorization +
                             "&date=Fri%2C%2005%20May%202023%2010%3A43%3A39%20GMT&host=spark-api.xf-yun.com",
                         signedTarget(kP, kT1));
    CPPUNIT_ASSERT_EQUAL("/v2/iat?authorization=" + kT2Authorization +
                             "&date=Wed%2C%2010%20Jul%202019%2007%3A35%3A43%20GMT&host=iat-api.xfyun.cn",
                         signedTarget(kQ, kT2));
    CPPUNIT_ASSERT_EQUAL("/v1?authorization=" + kT3Authorization +
                             "&date=Tue%2C%2014%20May%202024%2008%3A46%3A48%20GMT&host=iat.xf-yun.com",
                         signedTarget(kQ, kT3));
    CPPUNIT_ASSERT_EQUAL(
        "/v2.1/image?authorization=" + kC1Authorization +
            "&date=Fri%2C%2005%20May%202023%2010%3A43%3A39%20GMT&host=spark-api.cn-huabei-1.xf-yun.com",
        signedTarget(kP, kC1));
}

SPEC(Signing, escapes_the_padding_that_other_key_lengths_need) {
    const std::string target = signedTarget({"", "k", "s"}, kT1);
    CPPUNIT_ASSERT(target.find("%3D&date") != std::string::npos);
}

SPEC(Signing, writes_the_date_in_english) {
    CPPUNIT_ASSERT_EQUAL(std::string("Fri, 05 May 2023 10:43:39 GMT"), httpDate(1683283419));
}

SPEC(Signing, signs_a_handshake_once_a_second) {
    constexpr std::time_t moment = 1683283419;
    Handshakes handshakes(kP, kT1.host, kT1.path);
    const auto first = handshakes.at(moment);
    CPPUNIT_ASSERT_EQUAL(signedTarget(kP, kT1), first->target);
    CPPUNIT_ASSERT_EQUAL(kT1.date, first->request.date);
    CPPUNIT_ASSERT(handshakes.at(moment) == first);
    for (const std::time_t other : {moment + 1, moment - 300, moment}) {  // a clock may go back, or be the upstream's
        const auto next = handshakes.at(other);
        CPPUNIT_ASSERT_EQUAL(signedTarget(kP, {kT1.host, kT1.path, httpDate(other)}), next->target);
        CPPUNIT_ASSERT_EQUAL(httpDate(other), next->request.date);
    }
    CPPUNIT_ASSERT_EQUAL(signedTarget(kP, kT1), first->target);  // as long as somebody has it
    CPPUNIT_ASSERT_EQUAL(std::string("Thu, 01 Jan 1970 00:00:00 GMT"), Handshakes(kP, "h", "/").at(0)->request.date);
}

SPEC(Signing, base64_goes_there_and_back) {
    for (const std::string text : {"", "f", "fo", "foo", "\xFF\xFE", "foobar"})
        CPPUNIT_ASSERT_EQUAL(text, fromBase64(base64(text)).value());
    for (const char* wrong : {"Zg", "Zg=", "Zg==\n", "====", "Z===", "Zm9v!Zm9", "Zm 9vZg=", "Zg==Zg=="})
        CPPUNIT_ASSERT_MESSAGE(wrong, !fromBase64(wrong));
}

SPEC(Signing, tells_utf8_from_what_looks_like_it) {
    for (const char* text :
         {"", "plain", "天气", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"})
        CPPUNIT_ASSERT_MESSAGE(text, isUtf8(text));
    for (const char* text : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                             "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE5\xA4", "a\xFF"})
        CPPUNIT_ASSERT_MESSAGE(text, !isUtf8(text));
}
