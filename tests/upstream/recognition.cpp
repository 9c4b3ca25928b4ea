#include "upstream/recognition.h"

#include "upstream/simulator.h"

#include <iterator>

namespace aiproject::upstream {

namespace {

constexpr std::uint64_t kQuarterBytes = 4000;
constexpr std::uint64_t kQuarters = 4;

struct Phrase {
    const char* guesses[2];  // the second is misheard, so that who does not replace shows it
    const char* text;
};

constexpr Phrase kPhrases[] = {
    {{"今天", "天汽很好"}, "今天天气很好，"}, {{"我们", "去公元"}, "我们去公园散步。"},
    {{"你想", "一齐"}, "你想一起来吗？"},     {{"路上", "有很多话"}, "路上有很多花，"},
    {{"孩子们", "再唱歌"}, "孩子们在唱歌。"}, {{"真是", "热脑"}, "真是热闹啊！"},
};

const Phrase& phraseAt(std::uint64_t index) { return kPhrases[index % std::size(kPhrases)]; }

std::string closing(std::uint64_t bytes) { return "一共" + std::to_string(bytes) + "字节。"; }

}  // namespace

std::vector<Recognized> Recognition::hear(std::uint64_t bytes) {
    std::vector<Recognized> results;
    while ((quarters_ + 1) * kQuarterBytes <= bytes) {
        const auto& phrase = phraseAt(quarters_ / kQuarters);
        const auto quarter = ++quarters_ % kQuarters;
        if (quarter == 0) results.push_back(settle(phrase.text));
        if (correction_ == Correction::off || quarter == 0 || quarter > std::size(phrase.guesses)) continue;
        results.push_back({++number_, phrase.guesses[quarter - 1]});
        ++guesses_;
    }
    return results;
}

Recognized Recognition::settle(std::string text) {
    Recognized result{++number_, std::move(text)};
    if (guesses_ > 0) result.replaced = {number_ - guesses_, number_ - 1};
    guesses_ = 0;
    return result;
}

Recognized Recognition::end(std::uint64_t bytes) {
    auto result = settle(closing(bytes));
    result.isLast = true;
    return result;
}

std::string transcriptOf(std::uint64_t audioBytes) {
    std::string text;
    for (std::uint64_t i = 0; i < audioBytes / (kQuarters * kQuarterBytes); ++i) text += phraseAt(i).text;
    return text + closing(audioBytes);
}

}  // namespace aiproject::upstream
