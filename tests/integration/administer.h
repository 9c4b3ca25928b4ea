// `aiproject user …` and its like, as an operator runs them.
#pragma once

#include "support/worker_under_test.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <cppunit/TestCase.h>

#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <vector>

namespace aiproject::test {

inline const std::string kPassword = "correct horse";

inline void assertSays(const std::string& text, const std::string& part) {
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is not in: " + text, text.find(part) != std::string::npos);
}
inline void assertSilentOf(const std::string& text, const std::string& part) {
    CPPUNIT_ASSERT_MESSAGE("'" + part + "' is in: " + text, text.find(part) == std::string::npos);
}
inline void assertCode(int code, const Finished& finished) {
    CPPUNIT_ASSERT_EQUAL_MESSAGE(finished.output, code, finished.code);
}

// `aiproject` with that configuration; `typed` is its standard input.
inline Finished administer(const std::string& configFile, std::vector<std::string> words,
                           const std::string& typed = {}) {
    const TempDir dir;
    const int input = open(dir.write("input", typed).c_str(), O_RDONLY | O_CLOEXEC);
    const bool isGroup = words[0] == "user" || words[0] == "invite" || words[0] == "key";
    words.insert(words.begin() + (isGroup ? 2 : 1), {"-c", configFile});  // behind "--" it would be a name
    Command command{programPath(), words};
    command.standardInput = input;
    Finished finished = runToEnd(command);
    close(input);
    return finished;
}

struct Administration : CppUnit::TestCase {
    Installation installation;

    Finished run(const std::vector<std::string>& words, const std::string& typed = {}) const {
        return administer(installation.configFile(), words, typed);
    }
    std::string output(const std::vector<std::string>& words, const std::string& typed = {}) const {
        const Finished finished = run(words, typed);
        assertCode(0, finished);
        return finished.output;
    }
    Poco::JSON::Object::Ptr object(const std::vector<std::string>& words) const { return objectOf(output(words)); }
    Poco::JSON::Array::Ptr array(const std::vector<std::string>& words) const {
        return Poco::JSON::Parser().parse(output(words)).extract<Poco::JSON::Array::Ptr>();
    }
    void add(const std::string& name) const {
        output({"user", "add", "--email", "a@example.org", "--", name}, kPassword + "\n");
    }
};

}  // namespace aiproject::test
