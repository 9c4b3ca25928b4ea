// A stream in the journal of calls, which says what is due when its worker is killed.
#include "base/token_estimate.h"
#include "support/spec.h"
#include "support/temp_dir.h"
#include "unit/expect.h"
#include "unit/host_fixture.h"
#include "unit/site.h"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

using namespace aiproject;
using namespace aiproject::test;

namespace {

struct JournalOfStreams : CppUnit::TestCase {};

// What the journal of calls says of the answer, at each write to the client.
class JournalReader final : public Exchange {
public:
    JournalReader(const Site& site, ScriptedExchange client)
        : folder_(site.spoolFolder()), client_(std::move(client)) {}

    std::vector<std::int64_t> tokens;

    const Request& request() const override { return client_.request(); }
    std::string readBody(std::uint64_t limit) override { return client_.readBody(limit); }
    void start(const ResponseHead& head) override { client_.start(head); }
    int status() const override { return client_.status(); }
    int clientDescriptor() const override { return client_.clientDescriptor(); }
    void end() override { client_.end(); }
    void abandon() override { client_.abandon(); }
    void neverWait() override { client_.neverWait(); }
    void waitAgain() override { client_.waitAgain(); }
    std::size_t unsent() const override { return client_.unsent(); }
    bool sendUnsent() override { return client_.sendUnsent(); }
    bool write(std::string_view bytes) override {
        constexpr std::size_t place = 8;  // in the only slot
        for (const auto& file : std::filesystem::directory_iterator(folder_)) {
            const std::string slot = readFile(file.path());
            CPPUNIT_ASSERT(slot.size() > place + sizeof(std::int64_t));
            std::memcpy(&tokens.emplace_back(), slot.data() + place, sizeof(std::int64_t));
        }
        return client_.write(bytes);
    }

private:
    const std::string folder_;
    ScriptedExchange client_;
};

SPEC(JournalOfStreams, has_what_goes_out_and_no_more) {
    const auto saying = [](const std::string& words) {
        return R"({"header":{"code":0},"payload":{"choices":{"text":[{"content":")" + words + R"("}]}}})";
    };
    const std::string script = "frame " + saying("one two three ") + "|frame " + saying("four");
    Site site([&script](Config& config) {
        config.models["scripted_text"] = playing(script);
        config.routes.text = {"scripted_text"};
    });
    JournalReader reader(site, {"POST", "/textModel/stream", questionOf(site.ann, "Hello you")});
    site.serve(reader);
    TokenEstimate three, four;
    three.add("one two three ");
    four.add("one two three four");
    CPPUNIT_ASSERT_EQUAL(std::size_t(3), reader.tokens.size());
    CPPUNIT_ASSERT_EQUAL(three.tokens(), reader.tokens[0]);
    CPPUNIT_ASSERT_EQUAL(four.tokens(), reader.tokens[1]);
    CPPUNIT_ASSERT_EQUAL(four.tokens(), reader.tokens[2]);  // the call is settled by now
    CPPUNIT_ASSERT_EQUAL(std::int64_t(1), site.number("SELECT COUNT(*) FROM ledger"));
}

}  // namespace
