#include "auth/password_hash.h"

#include <Poco/DigestEngine.h>
#include <Poco/MD5Engine.h>

#include <atomic>
#include <string>

#include "support/spec.h"
#include "unit/auth_fixture.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

std::string hexOf(const std::string& bytes) { return Poco::DigestEngine::digestToHex({bytes.begin(), bytes.end()}); }

std::string md5Of(const std::string& text) {
    Poco::MD5Engine engine;
    engine.update(text);
    return Poco::DigestEngine::digestToHex(engine.digest());
}

struct PasswordHash : CppUnit::TestCase {
    PasswordHasher hasher{kCheap};
};

}  // namespace

SPEC(PasswordHash, is_the_scrypt_of_RFC_7914) {  // section 12; its vectors go on for 32 bytes more
    CPPUNIT_ASSERT_EQUAL(std::string("77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"),
                         hexOf(scrypt("", "", {4, 1, 1})));
    CPPUNIT_ASSERT_EQUAL(std::string("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"),
                         hexOf(scrypt("password", "NaCl", {10, 8, 16})));
    CPPUNIT_ASSERT_EQUAL(std::string("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"),
                         hexOf(scrypt("pleaseletmein", "SodiumChloride", {14, 8, 1})));
}

SPEC(PasswordHash, is_the_strong_one_unless_told_otherwise) {
    PasswordHasher strong{HashCost{}};
    const std::string stored = strong.hash("correct horse");
    CPPUNIT_ASSERT_EQUAL(std::string("$scrypt$ln=15,r=8,p=3$"), stored.substr(0, 22));
    CPPUNIT_ASSERT(strong.verify("correct horse", stored));
    CPPUNIT_ASSERT(!strong.verify("correct horsf", stored));
}

SPEC(PasswordHash, takes_the_parameters_from_the_stored_hash) {
    const std::string stored = PasswordHasher({6, 2, 2}).hash("secret12");
    CPPUNIT_ASSERT(hasher.verify("secret12", stored));
    CPPUNIT_ASSERT(!hasher.verify("secret13", stored));
}

SPEC(PasswordHash, never_makes_the_same_hash_twice) {
    CPPUNIT_ASSERT(hasher.hash("secret12") != hasher.hash("secret12"));
}

SPEC(PasswordHash, takes_every_byte_of_a_password) {
    const std::string stored = hasher.hash(std::string("secret\0one", 10));
    CPPUNIT_ASSERT(hasher.verify(std::string("secret\0one", 10), stored));
    CPPUNIT_ASSERT(!hasher.verify(std::string("secret\0two", 10), stored));
    CPPUNIT_ASSERT(!hasher.verify("secret", stored));
}

SPEC(PasswordHash, refuses_what_a_tampered_database_may_hold) {
    const std::string salt = "AAAAAAAAAAAAAAAAAAAAAA";
    const std::string hash = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    const std::string tail = "$" + salt + "$" + hash;
    CPPUNIT_ASSERT(!hasher.verify("x", "$scrypt$ln=4,r=1,p=1" + tail));  // the form is right
    for (const std::string& stored : {
             std::string(),
             std::string("5f4dcc3b5aa765d61d8327deb882cf99"),
             "$scrypt$ln=4,r=1,p=1$" + salt + "$",
             "$scrypt$ln=4,r=1,p=1" + tail + "A",
             "$scrypt$ln=4,r=1,p=1$" + salt.substr(1) + "$" + hash,
             "$scrypt$ln=4,r=1,p=1$" + salt.substr(1) + "*$" + hash,
             " $scrypt$ln=4,r=1,p=1" + tail,
             "$scrypt$ln=-4,r=1,p=1" + tail,
             "$scrypt$ln=0,r=1,p=1" + tail,
             "$scrypt$ln=4,r=0,p=1" + tail,
             "$scrypt$ln=4,r=1,p=0" + tail,
             "$scrypt$ln=25,r=1,p=1" + tail,
             "$scrypt$ln=99,r=9999,p=9999" + tail,
             "$scrypt$ln=20,r=8,p=1" + tail,
             "$scrypt$ln=15,r=8,p=1024" + tail,
             "$scrypt$ln=18446744073709551620,r=1,p=1" + tail,
             "$scrypt$ln=4,r=1,p=1$" + std::string(100'000, 'A') + "$" + hash,
             "$argon2id$v=19$m=65536,t=3,p=4" + tail,
         }) {
        const Error refused = expectError(ErrorKind::internal, [&] { hasher.verify("x", stored); });
        CPPUNIT_ASSERT_MESSAGE("a stored hash must not reach the log",
                               std::string(refused.what()).find(hash) == std::string::npos);
    }
}

SPEC(PasswordHash, is_to_be_made_anew_when_it_cost_less_than_one_would_now) {
    const auto needs = [](const HashCost& stored, const HashCost& now) {
        return PasswordHasher(now).needsRehash(PasswordHasher(stored).hash("secret12"));
    };
    CPPUNIT_ASSERT(!needs({6, 2, 2}, {6, 2, 2}));
    CPPUNIT_ASSERT(needs({5, 2, 2}, {6, 2, 2}));
    CPPUNIT_ASSERT(needs({6, 1, 2}, {6, 2, 2}));
    CPPUNIT_ASSERT(needs({6, 2, 1}, {6, 2, 2}));
    CPPUNIT_ASSERT(needs({5, 2, 8}, {6, 2, 2}));  // more work, less memory
    CPPUNIT_ASSERT(!needs({7, 2, 2}, {6, 2, 2}));
    CPPUNIT_ASSERT(!needs({7, 2, 1}, {6, 2, 2}));  // as much work, more memory
}

SPEC(PasswordHash, wraps_the_MD5_of_a_password_until_it_is_hashed_anew) {
    const std::string stored = hasher.wrapMd5("5F4DCC3B5AA765D61D8327DEB882CF99");  // of "password"
    CPPUNIT_ASSERT_EQUAL(std::string("$md5+scrypt$ln=4,r=1,p=1$"), stored.substr(0, 25));
    CPPUNIT_ASSERT(hasher.verify("password", stored));
    CPPUNIT_ASSERT(!hasher.verify("Password", stored));
    CPPUNIT_ASSERT(!hasher.verify("5f4dcc3b5aa765d61d8327deb882cf99", stored));
    CPPUNIT_ASSERT(hasher.needsRehash(stored));
    CPPUNIT_ASSERT(!hasher.verify("password", "$scrypt" + stored.substr(11)));
}

SPEC(PasswordHash, wraps_nothing_but_an_MD5_and_repeats_none) {
    for (const std::string& text : {std::string(), std::string("5f4dcc3b5aa765d61d8327deb882cf9"),
                                    std::string("5f4dcc3b5aa765d61d8327deb882cf9g"),
                                    std::string("5f4dcc3b5aa765d61d8327deb882cf99\n"), std::string(100'000, 'a')}) {
        const Error refused = expectError(ErrorKind::internal, [&] { hasher.wrapMd5(text); });
        CPPUNIT_ASSERT(text.empty() || std::string(refused.what()).find(text) == std::string::npos);
    }
}

SPEC(PasswordHash, has_a_form_that_no_password_fits) {
    const std::string none = hasher.unmatchable();
    CPPUNIT_ASSERT(none != hasher.unmatchable());
    CPPUNIT_ASSERT(!hasher.verify("", none));
    CPPUNIT_ASSERT(!hasher.needsRehash(none));
}

SPEC(PasswordHash, refuses_a_cost_that_verify_would_refuse) {
    expectError(ErrorKind::internal, [] { PasswordHasher({30, 8, 1}); });
    expectError(ErrorKind::internal, [] { PasswordHasher({0, 8, 1}); });
    expectError(ErrorKind::internal, [] { scrypt("x", "y", {15, 8, 0}); });
}

SPEC(PasswordHash, gives_every_waiting_thread_its_turn) {
    PasswordHasher narrow(kCheap, HashLimits{1, 16});
    std::atomic<int> right{0};
    together(16, [&](int index) {
        const std::string password = "secret-" + std::to_string(index);
        for (int round = 0; round < 20; ++round)
            if (narrow.verify(password, narrow.hash(password))) ++right;
    });
    CPPUNIT_ASSERT_EQUAL(16 * 20, right.load());
}

SPEC(PasswordHash, tries_every_form_of_a_password_and_one_of_most) {
    const std::string stored = hasher.hash("corr\u00e9ct horse");
    const auto scryptsOf = [&](const std::string& password, bool isRight) {
        const auto before = hasher.scryptsMade();
        CPPUNIT_ASSERT_EQUAL(isRight, hasher.verify(password, stored));
        return hasher.scryptsMade() - before;
    };
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), scryptsOf("corr\u00e9ct horse", true));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), scryptsOf("corre\u0301ct horse", true));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), scryptsOf("wrong horse", false));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(2), scryptsOf("wro\u0301ng horse", false));
}

SPEC(PasswordHash, costs_the_same_of_accounts_from_the_original) {
    PasswordHasher keyed(kCheap, {1, 0}, CredentialKey({1, 2, 3}));
    const std::string salted = md5Of("password#_#"), plain = md5Of("password");
    int more = 0;
    for (int round = 0; round < 50; ++round) {
        const std::string stored = keyed.wrapMd5(round % 2 == 0 ? plain : salted);
        for (const std::string& password :
             {"wrong horse " + std::to_string(round), "p\u00e9 " + std::to_string(round)}) {
            const auto before = keyed.scryptsMade();
            CPPUNIT_ASSERT(!keyed.verify(password, stored));
            more += int(keyed.scryptsMade() - before) - 1;
        }
    }
    CPPUNIT_ASSERT_MESSAGE(std::to_string(more), more <= 1);  // one in 65,536 takes two
}

SPEC(PasswordHash, of_an_MD5_fits_whatever_the_key_is) {
    const std::string plain = md5Of("password"), salted = md5Of("password#_#");
    for (const std::string& md5 : {plain, salted})
        for (int round = 0; round < 300; ++round) {  // hints that fit by chance among them
            PasswordHasher keyed(kCheap, {1, 0}, CredentialKey({1, 2, 3}));
            const std::string stored = keyed.wrapMd5(md5);
            CPPUNIT_ASSERT(keyed.verify("password", stored));
            CPPUNIT_ASSERT(PasswordHasher(kCheap, {1, 0}, CredentialKey({4, 5, 6})).verify("password", stored));
            CPPUNIT_ASSERT(PasswordHasher(kCheap).verify("password", stored));
            CPPUNIT_ASSERT(keyed.verify("password", PasswordHasher(kCheap).wrapMd5(md5)));
        }
}
