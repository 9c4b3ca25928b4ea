#include "base/most_units.h"
#include "moving/original_account.h"

#include <Poco/MD5Engine.h>

#include "auth/registration.h"
#include "config/database_url.h"
#include "support/spec.h"
#include "unit/auth_fixture.h"

using namespace aiproject;
using namespace aiproject::test;
using namespace std::string_literals;

namespace {

struct OriginalRow : CppUnit::TestCase {
    OriginalUser row{"7", "ann", std::string(32, 'a'), "100", "a@b.cn", "5", "physics"};

    std::string reason() const {
        return expectError(ErrorKind::registrationRefused, [&] { oldAccountOf(row); }).what();
    }
};

std::string md5OfText(const std::string& text) {
    Poco::MD5Engine engine;
    engine.update(text);
    return Poco::DigestEngine::digestToHex(engine.digest());
}

struct OriginalUrl : CppUnit::TestCase {};

}  // namespace

SPEC(OriginalRow, becomes_an_account) {
    row.name = "  王 ann\t";
    row.password = " 0123456789ABCDEF0123456789abcdef ";
    const OldAccount account = oldAccountOf(row);
    CPPUNIT_ASSERT_EQUAL("王 ann"s, account.name);
    CPPUNIT_ASSERT_EQUAL("0123456789abcdef0123456789abcdef"s, account.passwordMd5);
    CPPUNIT_ASSERT_EQUAL("a@b.cn"s, account.email);
    CPPUNIT_ASSERT_EQUAL("physics"s, account.academy);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(100), account.tokens);
    CPPUNIT_ASSERT_EQUAL(std::int64_t(5), account.picTimes);
    CPPUNIT_ASSERT_EQUAL(""s, account.lost);
}

SPEC(OriginalRow, is_refused_for_its_Id_or_name) {
    for (const auto& [id, part] :
         std::vector<std::pair<OriginalUser::Field, std::string>>{{std::nullopt, "Id is empty"},
                                                                  {"", "Id is empty"},
                                                                  {"a\0"s, "Id is not UTF-8, or"},
                                                                  {"\xff", "Id is not"},
                                                                  {std::string(51, 'x'), "Id has more"}}) {
        row.id = id;
        assertSays(reason(), part);
    }
    row.id = "7";
    for (const auto& [name, part] :
         std::vector<std::pair<OriginalUser::Field, std::string>>{{std::nullopt, "NULL"},
                                                                  {"", "empty"},
                                                                  {" \t\xe3\x80\x80", "empty"},
                                                                  {std::string(51, 'x'), "50 characters"},
                                                                  {std::string(4096, 'x'), "too long"},
                                                                  {"a\nb", "control character"},
                                                                  {"a\0b"s, "control character"},
                                                                  {"\xd0\xc5\xd1", "not valid UTF-8"}}) {
        row.name = name;
        assertSays(reason(), part);
    }
    row.name = "";
    for (int i = 0; i < 50; ++i) *row.name += "王";
    oldAccountOf(row);
}

SPEC(OriginalRow, is_refused_without_an_MD5) {
    for (const auto& password :
         std::vector<OriginalUser::Field>{std::nullopt, "", "secret", std::string(32, 'g'), std::string(31, 'a'),
                                          std::string(33, 'a'), "0123456789abcdef0123456789abcde\0"s}) {
        row.password = password;
        assertSays(reason(), "no MD5");
        assertSilentOf(reason(), "secret");
    }
}

SPEC(OriginalRow, has_no_password_instead_of_an_empty_one) {
    for (const std::string& md5 :
         {"d41d8cd98f00b204e9800998ecf8427e"s, " D41D8CD98F00B204E9800998ECF8427E"s, md5OfText("#_#")}) {
        row.password = md5;
        CPPUNIT_ASSERT_EQUAL(""s, oldAccountOf(row).passwordMd5);
        assertSays(oldAccountOf(row).lost, "without a password: its PassWord is the MD5 of an empty one");
    }
}

SPEC(OriginalRow, has_balances_of_0_and_more) {
    const auto tokens = [this](const OriginalUser::Field& field) {
        row.tokens = field;
        row.picTimes = field;
        CPPUNIT_ASSERT_EQUAL(oldAccountOf(row).picTimes, oldAccountOf(row).tokens);
        return oldAccountOf(row).tokens;
    };
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), tokens(std::nullopt));
    assertSays(oldAccountOf(row).lost, "with 0 Tokens instead of NULL; with 0 PicTimes instead of NULL");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), tokens("-1"));  // which would be unlimited
    assertSays(oldAccountOf(row).lost, "with 0 Tokens instead of a debt of 1; ");
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), tokens("-99999999999999999999"));
    CPPUNIT_ASSERT_EQUAL(std::int64_t(0), tokens("-0"));
    CPPUNIT_ASSERT_EQUAL(""s, oldAccountOf(row).lost);
    CPPUNIT_ASSERT_EQUAL(kMostUnits, tokens("1000000000000000"));
    CPPUNIT_ASSERT_EQUAL(""s, oldAccountOf(row).lost);
    for (const char* text : {"1000000000000001", "9223372036854775807"}) {  // which no grant could be added to
        CPPUNIT_ASSERT_EQUAL(kMostUnits, tokens(text));
        assertSays(oldAccountOf(row).lost, "with 1000000000000000 Tokens, the most that there can be; with 1");
    }
    for (const char* text : {"", "-", "ten", "1e5", "10.5", "+1", "0x10", "1 2"}) {
        row.tokens = text;
        assertSays(reason(), "Tokens is no whole number");
    }
    row.tokens = "0";
    row.picTimes = "9223372036854775808";
    assertSays(reason(), "PicTimes is larger than");
}

SPEC(OriginalRow, loses_an_email_or_academy_that_cannot_be_kept_and_says_so) {
    row.email = " no address at all ";
    CPPUNIT_ASSERT_EQUAL("no address at all"s, oldAccountOf(row).email);
    CPPUNIT_ASSERT_EQUAL(""s, oldAccountOf(row).lost);
    for (const std::string& email : {"\xff@b.cn"s, std::string(255, 'x'), "a\nb"s}) {
        row.email = email;
        CPPUNIT_ASSERT_EQUAL(""s, oldAccountOf(row).email);
        assertSays(oldAccountOf(row).lost, "without its Email");
    }
    row.academy = std::string(101, 'x');
    CPPUNIT_ASSERT_EQUAL(""s, oldAccountOf(row).academy);
    assertSays(oldAccountOf(row).lost, "; without its Academy");
}

SPEC(OriginalUrl, takes_the_password_from_outside_when_it_has_none) {
    const std::string own = "mysql://us%40er:p%3a%2Fs%25@db.example:3307/ai";
    CPPUNIT_ASSERT_EQUAL(own, originalServerUrl(own, "unused"));
    const std::string whole = originalServerUrl("mysql://root@db.example/ai", "a;b:c/d@e%f g\\h");
    CPPUNIT_ASSERT_EQUAL("a;b:c/d@e%f g\\h"s, parsedDatabaseUrl(whole).password);
    CPPUNIT_ASSERT_EQUAL("root"s, parsedDatabaseUrl(whole).user);
    for (const std::string& user : {"root:"s, "us@er"s, "us@er:"s}) {
        const DatabaseUrl url =
            parsedDatabaseUrl(originalServerUrl("mysql://" + user + "@db.example:3307/ai", "se@cret"));
        CPPUNIT_ASSERT_EQUAL("se@cret"s, url.password);
        CPPUNIT_ASSERT_EQUAL(user.substr(0, user.find(':')), url.user);
        CPPUNIT_ASSERT_EQUAL("db.example"s, url.host);
    }
    const std::string socket = originalServerUrl("mysql://root@/ai?socket=/run/a@b:c.sock", "secret");
    CPPUNIT_ASSERT_EQUAL("secret"s, parsedDatabaseUrl(socket).password);
}

SPEC(OriginalUrl, is_refused_without_repeating_it) {
    for (const char* url : {"mysql://", "mysql://secret", "mysql://u:secret@host", "mysql://:secret@host/ai",
                            "mysql://u:secret@host/", "mysql://u:secret%zz@host/ai", "mysql://host/secret"}) {
        const std::string reason = reasonOf([&] { originalServerUrl(url, ""); });
        assertSays(reason, "mysql://");
        assertSilentOf(reason, "secret");
    }
}
