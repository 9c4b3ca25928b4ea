#include "auth/credential.h"

#include <Poco/RegularExpression.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "support/joining_threads.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/auth_fixture.h"

using namespace aiproject;
using namespace aiproject::test;

namespace {

const std::string kDigits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

struct Credential : CppUnit::TestCase {
    TempDir dir;
    const std::string file = dir.file("auth.key");

    std::string writeKey(const std::string& content, mode_t mode = 0600) const {
        dir.write("auth.key", content);
        CPPUNIT_ASSERT_EQUAL(0, ::chmod(file.c_str(), mode));
        return file;
    }
    std::string refusal() const {
        return expectError(ErrorKind::internal, [&] { loadKey(file); }).what();
    }
    std::size_t filesInDir() const {
        const std::filesystem::directory_iterator files(dir.path());
        return std::size_t(std::distance(begin(files), end(files)));
    }
};

}  // namespace

SPEC(Credential, is_the_signature_of_id_and_epoch) {  // openssl dgst -sha256 -mac HMAC -macopt hexkey:...
    const CredentialKey key = loadKey(writeKey(kDigits + "\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("c9f9f429-3a87-841b-a533-890f6fece97a"), key.uuidFor(1, 0));
    CPPUNIT_ASSERT_EQUAL(std::string("de91c267a6a7f1132c70a043744ce58e"), key.tagFor(1));
}

SPEC(Credential, is_the_same_in_many_threads_and_copies_at_once) {
    const CredentialKey key = loadKey(writeKey(kDigits));
    const std::string uuid = key.uuidFor(1, 0), tag = key.tagFor(1);
    JoiningThreads threads;
    for (int i = 0; i < 4; ++i)
        threads.add([copy = key, &uuid, &tag] {
            for (int round = 0; round < 500; ++round) {
                CPPUNIT_ASSERT_EQUAL(uuid, copy.uuidFor(1, 0));
                CPPUNIT_ASSERT_EQUAL(tag, copy.tagFor(1));
            }
        });
    threads.join();
}

SPEC(Credential, has_the_form_of_a_uuid_and_differs_by_id_and_epoch) {
    const CredentialKey key = loadKey(writeKey(kDigits));
    const Poco::RegularExpression form(R"(\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z)");
    std::set<std::string> seen;
    for (int id = 1; id <= 20; ++id) {
        for (int epoch = 0; epoch < 20; ++epoch) {
            CPPUNIT_ASSERT(form.match(key.uuidFor(id, epoch)));
            seen.insert(key.uuidFor(id, epoch));
        }
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(400), seen.size());
}

SPEC(Credential, opens_only_for_its_own_user_epoch_and_key) {
    const CredentialKey key = loadKey(writeKey(kDigits));
    const std::string uuid = key.uuidFor(7, 1);
    CPPUNIT_ASSERT(key.isUuidOf(uuid, 7, 1));
    CPPUNIT_ASSERT(!key.isUuidOf(uuid, 7, 2));
    CPPUNIT_ASSERT(!key.isUuidOf(uuid, 71, 0));
    CPPUNIT_ASSERT(!key.isUuidOf("", 7, 1));
    CPPUNIT_ASSERT(!key.isUuidOf(uuid + "0", 7, 1));
    CPPUNIT_ASSERT(!key.isUuidOf(uuid.substr(1), 7, 1));
    CPPUNIT_ASSERT(!key.isUuidOf(key.tagFor(7), 7, 1));
    CPPUNIT_ASSERT(!CredentialKey({1, 2, 3}).isUuidOf(uuid, 7, 1));
}

SPEC(Credential, key_is_made_once_and_for_its_owner_alone) {
    const std::string uuid = loadOrCreateKey(file).uuidFor(1, 0);
    CPPUNIT_ASSERT_EQUAL(mode_t(0600), modeOf(file));
    CPPUNIT_ASSERT_EQUAL(std::size_t(65), readFile(file).size());
    CPPUNIT_ASSERT_EQUAL(uuid, loadOrCreateKey(file).uuidFor(1, 0));
    CPPUNIT_ASSERT_EQUAL(uuid, loadKey(file).uuidFor(1, 0));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), filesInDir());
    CPPUNIT_ASSERT(uuid != loadOrCreateKey(dir.file("other.key")).uuidFor(1, 0));
}

SPEC(Credential, missing_key_says_what_to_do) {
    assertSays(refusal(), "auth.key_file " + file + " does not exist: run aiproject migrate");
}

SPEC(Credential, key_that_others_can_use_is_refused) {
    for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0644, 0666}) {
        writeKey(kDigits, mode);
        assertSays(refusal(), "chmod 600");
        assertSays(expectError(ErrorKind::internal, [&] { loadOrCreateKey(file); }).what(), "chmod 600");
    }
    CPPUNIT_ASSERT_EQUAL(std::string(kDigits), readFile(file));
    writeKey(kDigits, 0400);
    loadKey(file);
}

SPEC(Credential, key_of_another_form_is_refused_and_not_told) {
    for (const std::string& content :
         {std::string(), std::string("\n"), kDigits.substr(1), kDigits + "0", kDigits + "\n\n", kDigits.substr(1) + "g",
          std::string(64, '\0'), std::string(1 << 20, 'a')}) {
        writeKey(content);
        assertSays(refusal(), "64 hexadecimal digits");
        CPPUNIT_ASSERT(content.size() < 3 || refusal().find(content.substr(0, 8)) == std::string::npos);
        expectError(ErrorKind::internal, [&] { loadOrCreateKey(file); });
        CPPUNIT_ASSERT_EQUAL(content, readFile(file));
    }
}

SPEC(Credential, key_that_is_no_file_is_refused_at_once) {
    std::filesystem::create_directory(file);
    assertSays(refusal(), "is not a file");
    std::filesystem::remove(file);
    CPPUNIT_ASSERT_EQUAL(0, ::mkfifo(file.c_str(), 0600));
    assertSays(refusal(), "is not a file");
}

SPEC(Credential, key_in_a_folder_that_is_missing_names_file_and_reason) {
    const std::string message =
        expectError(ErrorKind::internal, [&] { loadOrCreateKey(dir.file("none/auth.key")); }).what();
    assertSays(message, dir.file("none/auth.key"));
    assertSays(message, "No such file or directory");
}

SPEC(Credential, key_made_by_many_threads_at_once_is_one) {
    for (int round = 0; round < 20; ++round) {
        std::vector<std::string> uuids(8);
        together(8, [&](int index) { uuids[std::size_t(index)] = loadOrCreateKey(file).uuidFor(1, 0); });
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), std::set<std::string>(uuids.begin(), uuids.end()).size());
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), filesInDir());
        std::filesystem::remove(file);
    }
}

SPEC(Credential, key_made_by_many_processes_at_once_is_one) {
    int answers[2];
    CPPUNIT_ASSERT_EQUAL(0, ::pipe(answers));
    std::vector<pid_t> children;
    for (int child = 0; child < 8; ++child) {
        const pid_t pid = ::fork();
        CPPUNIT_ASSERT(pid >= 0);
        if (pid == 0) {
            std::string uuid(36, '-');
            try {
                uuid = loadOrCreateKey(file).uuidFor(1, 0);
            } catch (const Error&) {  // the dashes say so
            }
            ::_exit(::write(answers[1], uuid.data(), uuid.size()) == 36 ? 0 : 1);
        }
        children.push_back(pid);
    }
    for (const pid_t pid : children) ::waitpid(pid, nullptr, 0);
    ::close(answers[1]);
    const std::string expected = loadKey(file).uuidFor(1, 0);
    std::string uuid(36, ' ');
    int count = 0;
    for (; ::read(answers[0], uuid.data(), uuid.size()) > 0; ++count) CPPUNIT_ASSERT_EQUAL(expected, uuid);
    ::close(answers[0]);
    CPPUNIT_ASSERT_EQUAL(8, count);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), filesInDir());
}
