// The rules of `aiproject try --conform` and the contract that they are of.
#include "kit/rules.h"
#include "support/places.h"
#include "support/spec.h"
#include "support/temp_dir.h"

#include <set>

using namespace aiproject;
using namespace aiproject::test;

namespace {

// Its comments as one text: without the marks and the line breaks between them.
std::string wordsOfTheContract() {
    const std::string header = readFile(sourceFolder() + "/plugins/sdk/aiproject/imodel.h");
    std::string words;
    for (const char c : header) {
        const bool isBetween = c == '/' || c == ' ' || c == '\n';
        if (!isBetween)
            words += c;
        else if (!words.empty() && words.back() != ' ')
            words += ' ';
    }
    return words;
}

struct ConformRules : CppUnit::TestCase {};

SPEC(ConformRules, each_quote_a_sentence_of_the_contract) {
    const std::string contract = wordsOfTheContract();
    for (const Rule& one : kRules)
        CPPUNIT_ASSERT_MESSAGE(one.sentence, contract.find(one.sentence) != std::string::npos);
}

SPEC(ConformRules, have_names_of_their_own) {
    std::set<std::string> names;
    for (const Rule& one : kRules) CPPUNIT_ASSERT_MESSAGE(one.name, names.insert(one.name).second);
}

}  // namespace
