#include "auth/registration.h"

#include <string>
#include <vector>

#include "support/spec.h"
#include "unit/expect.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct RegistrationRule : CppUnit::TestCase {
    NewUser good{"ann", "correct horse", "ann@example.org", ""};

    // The client's sentence; what the log gets is the same.
    static std::string refusalOf(const NewUser& user) {
        const Error refused = expectError(ErrorKind::registrationRefused, [&] { checkedRegistration(user); });
        CPPUNIT_ASSERT_EQUAL(refused.forClient(), std::string(refused.what()));
        return refused.forClient();
    }
    std::string refusedName(const std::string& name) const { return refusalOf({name, good.password, good.email, ""}); }
    std::string refusedPassword(const std::string& password) const {
        return refusalOf({good.name, password, good.email, ""});
    }
    std::string refusedEmail(const std::string& email) const {
        return refusalOf({good.name, good.password, email, ""});
    }
    std::string refusedAcademy(const std::string& academy) const {
        return refusalOf({good.name, good.password, good.email, academy});
    }
};

std::string times(int count, const std::string& text) {
    std::string all;
    for (int index = 0; index < count; ++index) all += text;
    return all;
}

const std::string kIdeographicSpace = "\u3000";
const std::string kNoBreakSpace = "\u00a0";

}  // namespace

SPEC(RegistrationRule, takes_white_space_of_any_script_off_both_ends) {
    const std::string around = " \t\r\n" + kIdeographicSpace + kNoBreakSpace;
    const NewUser user = checkedRegistration({around + "an n" + around, around + "correct horse" + around,
                                              around + "ann@example.org" + around, around + "X Y" + around});
    CPPUNIT_ASSERT_EQUAL(std::string("an n"), user.name);
    CPPUNIT_ASSERT_EQUAL(std::string("correct horse"), user.password);
    CPPUNIT_ASSERT_EQUAL(std::string("ann@example.org"), user.email);
    CPPUNIT_ASSERT_EQUAL(std::string("X Y"), user.academy);
}

SPEC(RegistrationRule, counts_characters_of_a_name_and_not_bytes) {
    for (const std::string& letter : std::vector<std::string>{"a", "é", "名", "😀"}) {
        good.name = times(50, letter);
        CPPUNIT_ASSERT_EQUAL(good.name, checkedRegistration(good).name);
        CPPUNIT_ASSERT_EQUAL(std::string("the user name has more than 50 characters"), refusedName(times(51, letter)));
    }
}

SPEC(RegistrationRule, takes_a_name_of_any_script) {
    for (const std::string& name :
         std::vector<std::string>{"李小龙", "Ольга", "أحمد", "நிலா", "علی\u200cرضا", "👩‍👩‍👧", "😀", "❤",
                                  "O'Neil; DROP TABLE users; --", "100%s\\n\"<b>", "?", ":id", "NULL"}) {
        good.name = name;
        CPPUNIT_ASSERT_EQUAL(name, checkedRegistration(good).name);
    }
}

SPEC(RegistrationRule, refuses_a_name_that_is_empty) {
    for (const std::string& name : {std::string(), std::string("  \t"), kIdeographicSpace})
        CPPUNIT_ASSERT_EQUAL(std::string("the user name is empty"), refusedName(name));
}

SPEC(RegistrationRule, refuses_a_name_with_a_control_character) {
    for (const std::string& name :
         {std::string("a\0b", 3), std::string("\0", 1), std::string("a\nb"), std::string("a\x7f"),
          std::string("a\x1b[2Jb"), std::string("a\u0085b"), std::string("a\u2028b")})
        CPPUNIT_ASSERT_EQUAL(std::string("the user name has a control character"), refusedName(name));
}

SPEC(RegistrationRule, refuses_what_is_not_UTF_8) {
    for (const std::string& bytes : {std::string("\xff"), std::string("ab\xc3"), std::string("\xc0\xafxxxxxxxx"),
                                     std::string("\xed\xa0\x80xxxxxxx"), std::string("\xf5\x80\x80\x80xxxxxx")}) {
        CPPUNIT_ASSERT_EQUAL(std::string("the user name is not valid UTF-8"), refusedName(bytes));
        CPPUNIT_ASSERT_EQUAL(std::string("the password is not valid UTF-8"), refusedPassword(bytes));
        CPPUNIT_ASSERT_EQUAL(std::string("the email address is not valid UTF-8"), refusedEmail(bytes));
        CPPUNIT_ASSERT_EQUAL(std::string("the academy is not valid UTF-8"), refusedAcademy(bytes));
        CPPUNIT_ASSERT(!trimmedText(bytes));
    }
}

SPEC(RegistrationRule, refuses_a_password_that_is_too_short_or_too_long) {
    for (const std::string& password :
         {std::string(), std::string("1234567"), times(7, "密"), std::string("  1234567  ")})
        CPPUNIT_ASSERT_EQUAL(std::string("the password has fewer than 8 characters"), refusedPassword(password));
    CPPUNIT_ASSERT_EQUAL(std::string("the password is too long"), refusedPassword(times(1025, "x")));
    CPPUNIT_ASSERT_EQUAL(std::string("the user name is too long"), refusedName(times(1'000'000, " ")));
    CPPUNIT_ASSERT(!trimmedText(times(1025, "x")));

    for (const std::string& password :
         {std::string("12345678"), times(8, "密"), times(1024, "x"), std::string("❤\ufe0f 12345")}) {
        good.password = password;
        CPPUNIT_ASSERT_EQUAL(password, checkedRegistration(good).password);
    }
}

SPEC(RegistrationRule, takes_an_email_address_of_the_usual_forms) {
    for (const std::string& email : std::vector<std::string>{"a@b", "ann+x@mail.example.org", "o'neil@localhost",
                                                             "用户@例子.广告", times(242, "x") + "@example.org"}) {
        good.email = email;
        CPPUNIT_ASSERT_EQUAL(email, checkedRegistration(good).email);
    }
}

SPEC(RegistrationRule, refuses_a_malformed_email_address) {
    for (const std::string& email :
         std::vector<std::string>{"", "ann", "@", "ann@", "@b.org", "a@b@c.org", "a@@b.org", "a b@c.org", "a@b .org",
                                  "a" + kIdeographicSpace + "b@c.org", "a@.org", "a@b.org.", "a@b..org", "a\n@b.org",
                                  std::string("a\0@b.org", 8), "a@b.org\r\nBcc: all@b.org"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(email, std::string("the email address is malformed"), refusedEmail(email));
    CPPUNIT_ASSERT_EQUAL(std::string("the email address is too long"), refusedEmail(times(243, "x") + "@example.org"));
}

SPEC(RegistrationRule, keeps_names_and_passwords_in_their_form) {
    CPPUNIT_ASSERT_EQUAL(std::string("Zo\u00eb  Lee"), checkedName("Zoe\u0308\u3000 Lee"));
    CPPUNIT_ASSERT_EQUAL(times(50, "\u00eb"), checkedName(times(50, "e\u0308")));
    CPPUNIT_ASSERT_EQUAL(std::string("corr\u00e9ct  horse"), checkedPassword("corre\u0301ct\u00a0\u3000horse"));
    CPPUNIT_ASSERT_EQUAL(std::string("Universit\u00e9"), checkedAcademy("Universite\u0301"));
    CPPUNIT_ASSERT(possibleName(times(50, "e\u0308")));
    CPPUNIT_ASSERT(!possibleName(times(51, "e\u0308")));
    CPPUNIT_ASSERT(possibleName(times(50, "\u095c")));  // which NFC takes apart
    CPPUNIT_ASSERT(!possibleName(times(51, "\u095c")));
}

SPEC(RegistrationRule, says_which_character_nobody_sees) {
    CPPUNIT_ASSERT_EQUAL(std::string("the user name has a character that is invisible or not allowed: U+200B"),
                         refusedName("adm\u200bin"));
    CPPUNIT_ASSERT_EQUAL(std::string("the user name has a character that is invisible or not allowed: U+E0041"),
                         refusedName("admin\U000E0041"));
    CPPUNIT_ASSERT_EQUAL(std::string("the password has a character that is invisible or not allowed: U+200B"),
                         refusedPassword("correct\u200b horse"));
    CPPUNIT_ASSERT_EQUAL(std::string("the password has a character that is invisible or not allowed: U+0000"),
                         refusedPassword(std::string(8, '\0')));
    for (const char* name : {"\u0301", "a\u0301\u0301", "admi\u0307n"})
        CPPUNIT_ASSERT(refusedName(name).find("a mark that cannot be seen") != std::string::npos ||
                       refusedName(name).find("no visible character") != std::string::npos);
}

SPEC(RegistrationRule, leaves_a_name_of_the_original_as_it_is) {
    for (const std::string& name : {std::string("adm\u200bin"), std::string("Zoe\u0308"), std::string("a\u3000b")})
        CPPUNIT_ASSERT_EQUAL(name, importableName(name));
    expectError(ErrorKind::registrationRefused, [] { importableName(" "); });
}

SPEC(RegistrationRule, takes_a_domain_as_its_owner_writes_it) {
    const std::vector<std::pair<std::string, std::string>> forms{
        {"Jos\u00e9@B\u00fccher.example", "Jos\u00e9@b\u00fccher.example"},
        {"jose\u0301@xn--bcher-kva.example", "jos\u00e9@b\u00fccher.example"},
        {"Ann@Example.ORG", "Ann@Example.ORG"}};
    for (const auto& [sent, kept] : forms) {
        good.email = sent;
        CPPUNIT_ASSERT_EQUAL(kept, checkedRegistration(good).email);
    }
    for (const char* email : {"an\u200bn@example.org", "ann@exam\u200bple.org", "ann@\u202eexample.org",
                              "ann@xn--a.org", "\u0301@example.org"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(email, std::string("the email address is malformed"), refusedEmail(email));
}

SPEC(RegistrationRule, bounds_the_academy_that_may_be_missing) {
    good.academy = times(100, "院");
    CPPUNIT_ASSERT_EQUAL(good.academy, checkedRegistration(good).academy);
    CPPUNIT_ASSERT_EQUAL(std::string("the academy has more than 100 characters"), refusedAcademy(times(101, "院")));
    CPPUNIT_ASSERT_EQUAL(std::string("the academy has a control character"), refusedAcademy("a\nb"));
}

SPEC(RegistrationRule, knows_the_names_that_an_account_can_have) {
    CPPUNIT_ASSERT_EQUAL(std::string("ann"), possibleName(" ann\n").value_or(""));
    CPPUNIT_ASSERT_EQUAL(times(50, "名"), possibleName(times(50, "名")).value_or(""));
    for (const std::string& name : {std::string(), std::string(" "), times(51, "x"), std::string("a\0b", 3),
                                    std::string("a\nb"), std::string("\xff"), times(2000, " ") + "ann"})
        CPPUNIT_ASSERT(!possibleName(name));
}

SPEC(RegistrationRule, holds_for_a_new_password_alone) {
    CPPUNIT_ASSERT_EQUAL(good.password, checkedPassword(" " + good.password + "\n"));
    expectError(ErrorKind::registrationRefused, [] { checkedPassword("1234567 "); });
}

SPEC(RegistrationRule, takes_an_invitation_code_without_white_space_around_it) {
    good.invitation = " CODE\n";
    CPPUNIT_ASSERT_EQUAL(std::string("CODE"), checkedRegistration(good).invitation);
    good.invitation = "\xff";
    CPPUNIT_ASSERT_EQUAL(std::string("the invitation code is not valid UTF-8"), refusalOf(good));
}
