// In what the services that speak OpenAI's protocol differ: one row each. Pure.
#pragma once

#include <string_view>

namespace aiproject::openai {

enum class Does { no, yes };

// How a request says how much a model shall think.
enum class Effort {
    named,     // "reasoning_effort": "low"
    thinking,  // "thinking": {"type": "enabled" or "disabled"}
    flag,      // "enable_thinking": true or false
};

struct Dialect {
    const char* name;
    const char* title;      // of the service or the server, for people
    const char* url;        // of the service; "": there is no such place
    const char* maxTokens;  // the name of the limit
    const char* thought;    // of an assistant's turn: the name of its reasoning
    Effort effort;
    Does streamOptions;  // it takes them, and without has no usage
    Does developerRole;  // else its name is "system"
    Does topK;
    Does sampling;             // temperature, top_p and penalties; no: they are fixed, and an error where they are said
    Does anyToolChoice;        // no: "auto" alone
    Does jsonSchema;           // as a response format
    Does answerBegun;          // a dialog that ends with the assistant's turn
    Does names;                // of who speaks, in messages
    Does strictTools;          // "strict" of a tool's function
    Does tokenInputs;          // of embeddings: the client's own tokens, as numbers
    std::string_view dropped;  // members it does not take, between blanks
    std::string_view withTools;  // members that a request with tools needs, as JSON with a comma in front
};

// `name` is one of dialectNames().
const Dialect& dialectOf(std::string_view name);

// Between bars, for a setting of the kind `choice`.
constexpr const char* kDialectNames = "openai|spark_http|deepseek|qwen|kimi|zhipu|ollama|vllm|llamacpp|openrouter";

}  // namespace aiproject::openai
