// The unit test of @NAME@: `make check`, or ctest. The plugin is linked in; the kit's reply stands for the host.
#include "aiproject/testing.h"

#include <iostream>
#include <string>

namespace {

using namespace aiproject;

int failures = 0;

template <class Value>
void expect(const char* what, const Value& wanted, const Value& got) {
    if (wanted == got) return;
    std::cerr << "FAILED: " << what << ": wanted '" << wanted << "', got '" << got << "'\n";
    ++failures;
}

void answersInReverse() {
    const testing::Model model(*aiprojectModelPlugin());
    testing::Reply reply;
    expect("status", int(ModelStatus::ok), int(model.ask(testing::Question::text("one two three"), reply)));
    expect("answer", std::string("three two one"), reply.content());
    expect("tokens", std::int64_t(6), reply.told ? reply.told->total : 0);
}

void stopsWhenTheClientLeaves() {
    const testing::Model model(*aiprojectModelPlugin());
    testing::Reply reply;
    reply.refuseFrom(2);
    expect("status", int(ModelStatus::stopped), int(model.ask(testing::Question::text("one two three"), reply)));
    expect("answer", std::string("three"), reply.content());
}

void checksItsSettings() {
    const testing::Model model(*aiprojectModelPlugin(), {{"pause_ms", "forever"}});
    expect("usable", false, bool(model));
}

}  // namespace

int main() {
    answersInReverse();
    stopsWhenTheClientLeaves();
    checksItsSettings();
    if (failures == 0) std::cout << "@NAME@: all tests passed\n";
    return failures == 0 ? 0 : 1;
}
