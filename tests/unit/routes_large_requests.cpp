// How often a request with a large picture is copied on its way to an upstream that speaks its dialect.
#include "http/base64.h"
#include "openai/chat_question.h"
#include "routes/openai_chat.h"
#include "support/spec.h"

#include <cppunit/TestCase.h>

#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace {

// The sizes of this thread's allocations from `least` on.
thread_local std::size_t least = 0;
thread_local std::vector<std::size_t>* noted = nullptr;

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)  // they have an allocator of their own
constexpr bool kCounts = false;
#else
constexpr bool kCounts = true;

void* operator new(std::size_t size) {
    if (std::vector<std::size_t>* const sizes = noted; sizes && size >= least && sizes->size() < sizes->capacity())
        sizes->push_back(size);
    if (void* const memory = std::malloc(size > 0 ? size : 1)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

using namespace aiproject;

namespace {

struct LargeRequests : CppUnit::TestCase {
    template <class Work>
    static std::vector<std::size_t> allocationsFrom(std::size_t size, Work&& work) {
        std::vector<std::size_t> sizes;
        sizes.reserve(100);
        least = size;
        noted = &sizes;
        work();
        noted = nullptr;
        return sizes;
    }
};

SPEC(LargeRequests, with_a_picture_are_copied_twice) {
    std::string body = R"({"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":)"
                       R"("data:image/jpeg;base64,)" +
                       base64Of("\xff\xd8\xff" + std::string(3UL << 20U, 'p')) + "\"}}]}]}";
    const std::size_t size = body.size();
    body.reserve(size + kRoomBehindJson);  // as the worker's front reads it
    std::unique_ptr<OpenAiChat> chat;
    std::size_t texts = 0, decoded = 0;
    for (const std::size_t each :
         allocationsFrom(size / 2, [&] { chat = std::make_unique<OpenAiChat>(std::move(body)); })) {
        CPPUNIT_ASSERT_MESSAGE("a copy of the body", each < size || each > size + 2 * kRoomBehindJson);
        decoded += each < size ? 1 : 0;                   // three quarters of the text
        texts += each > size && each < 2 * size ? 1 : 0;  // simdjson's memory for the texts in it
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t(kCounts ? 1 : 0), decoded);
    CPPUNIT_ASSERT(texts <= 1);
    openai::ChatDefaults defaults;
    defaults.dialect = &openai::dialectOf("openai");
    defaults.maxTokensName = "max_tokens";
    const openai::ChatQuestions questions(defaults, "upstream-model");
    Model model;
    model.kinds = std::uint32_t(Kind::text);
    model.abilities = std::uint64_t(Ability::pictureParts);
    const ModelRequest request = chat->requestFor({&model});
    const auto copies = allocationsFrom(size / 2, [&] { CPPUNIT_ASSERT(questions.of(request).size() > size); });
    CPPUNIT_ASSERT(copies.empty());
}

}  // namespace
