// What a unit test asks a model. By aiproject/testing.h.
#pragma once

#include "aiproject/imodel.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiproject::testing {

// A request with all that it borrows. Members of `request` that have no function here are set in it.
class Question {
public:
    static Question text(std::string_view content) { return Question(Kind::text).turn("user", content); }
    // {{"system", "Be brief."}, {"user", "Hello!"}}: roles and contents.
    static Question dialog(const std::vector<std::pair<std::string, std::string>>& turns) {
        Question question(Kind::text);
        for (const auto& [role, content] : turns) question.turn(role, content);
        return question;
    }
    static Question voice(std::string_view pcm, std::uint32_t sampleRate = 16000) {
        Question question(Kind::voice);
        question.request.sampleRate = sampleRate;
        return question.medium(pcm, "audio/L16;rate=" + std::to_string(sampleRate));
    }
    static Question picture(std::string_view bytes, std::string_view format = "image/jpeg") {
        return Question(Kind::picture).medium(bytes, format);
    }
    static Question embedding(const std::vector<std::string>& inputs) {
        Question question(Kind::embedding);
        for (const std::string& input : inputs) question.inputs_.push_back(question.keep(input));
        return question;
    }
    static Question speech(std::string_view input, std::string_view format = "audio/wav") {
        Question question(Kind::speech);
        question.inputs_.push_back(question.keep(input));
        question.request.format = question.keep(format);
        return question;
    }

    // The next turn of the dialog.
    Question& turn(std::string_view role, std::string_view content) {
        Turn next;
        next.role = keep(role);
        next.content = keep(content);
        turns_.push_back(next);
        return *this;
    }
    // A copy that lives as long as the question: question.request.voice = question.keep("anna").
    Text keep(std::string_view text) {
        kept_.push_back(std::make_shared<const std::string>(text));
        return *kept_.back();
    }
    // Complete, as generate() gets it.
    const ModelRequest& complete() {
        request.turns = {turns_.data(), turns_.size()};
        request.inputs = {inputs_.data(), inputs_.size()};
        request.sampling = &sampling;
        return request;
    }

    ModelRequest request;
    Sampling sampling;  // nothing is set

private:
    explicit Question(Kind kind) {
        request.kind = kind;
        request.dialect = "documented";
        request.user = "user-1";
        request.requestId = "request-1";
        request.timeouts = {10'000, 30'000, 30'000, 60'000};
    }
    Question& medium(std::string_view bytes, std::string_view format) {
        request.media = keep(bytes);
        request.format = keep(format);
        return *this;
    }

    std::vector<std::shared_ptr<const std::string>> kept_;  // shared with copies of this question
    std::vector<Turn> turns_;
    std::vector<Text> inputs_;
};

}  // namespace aiproject::testing
