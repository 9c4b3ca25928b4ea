// The body of a question to /chat/completions. Pure.
#pragma once

#include "openai/settings.h"
#include "upstream/http_question.h"

#include <string>
#include <vector>

namespace aiproject::openai {

class ChatQuestions {
public:
    // `model`: its name at the upstream.
    ChatQuestions(ChatDefaults defaults, const std::string& model);

    // Always asks for a stream with its usage. A client's own body in this protocol is borrowed and passed on but for
    // the members that must be others; else all is written from the request, whose model has its dialect's abilities.
    outbound::HttpBody of(const ModelRequest& request) const;
    // A picture with the client's question, or with this one of the operator's where the client has none.
    outbound::HttpBody ofPicture(const ModelRequest& request, const std::string& quotedQuestion) const;

private:
    bool addPassedOn(const ModelRequest& request, std::string& own, outbound::HttpBody& body) const;
    std::string valuesOf(const ModelRequest& request) const;
    std::string choicesOf(const ModelRequest& request) const;
    std::string effortOf(const Sampling& sampling) const;
    bool mustWriteMessages(const ModelRequest& request, std::string_view messages) const;
    bool isPassedOn(std::string_view name) const;

    const ChatDefaults defaults_;
    const Dialect& dialect_;
    const std::string begin_;  // of every body
};

}  // namespace aiproject::openai
