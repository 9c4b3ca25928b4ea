#include "openai/dialect.h"

#include <algorithm>
#include <iterator>

namespace aiproject::openai {
namespace {

constexpr Does no = Does::no, yes = Does::yes;

// They change what a call costs, and the operator's price would not.
#define AIPROJECT_COSTLY " service_tier web_search_options "
constexpr std::string_view kCostly = AIPROJECT_COSTLY;
// So do these, or they let another model answer than the operator's.
constexpr std::string_view kRouting = AIPROJECT_COSTLY "models route provider plugins preset ";

// OpenAI's own: other services refuse some of them.
#define AIPROJECT_OPENAIS_OWN                                          \
    AIPROJECT_COSTLY                                                   \
    "store metadata prediction modalities audio verbosity moderation " \
    "prompt_cache_key prompt_cache_options prompt_cache_retention safety_identifier "
constexpr std::string_view kOwn = AIPROJECT_OPENAIS_OWN;
constexpr std::string_view kOursAtSpark = AIPROJECT_OPENAIS_OWN "tool_calls_switch ";  // without it no call can be read
constexpr std::string_view kUnknownToZhipu = AIPROJECT_OPENAIS_OWN
    "n seed logprobs top_logprobs logit_bias parallel_tool_calls frequency_penalty presence_penalty user ";
constexpr std::string_view kUnpricedAtQwen = AIPROJECT_OPENAIS_OWN "enable_search search_options ";
#undef AIPROJECT_OPENAIS_OWN
#undef AIPROJECT_COSTLY

// clang-format off
constexpr Dialect kDialects[] = {
    // name, title, url, name of the limit, of a thought, effort, stream_options, developer, top_k, sampling, tool choice, schema, answer begun, names, strict tools, tokens of embeddings, dropped, with tools
    {"openai", "OpenAI", "https://api.openai.com/v1", "max_completion_tokens", "reasoning_content", Effort::named,
     yes, yes, no, yes, yes, yes, yes, yes, yes, yes, kCostly, ""},
    {"spark_http", "iFlytek Spark", "https://spark-api-open.xf-yun.com/v1", "max_tokens", "reasoning_content", Effort::thinking,
     no, no, yes, yes, yes, no, no, yes, yes, no, kOursAtSpark, R"(,"tool_calls_switch":true)"},
    {"deepseek", "DeepSeek", "https://api.deepseek.com", "max_tokens", "reasoning_content", Effort::thinking,
     yes, no, no, yes, yes, no, yes, yes, yes, no, kOwn, ""},
    {"qwen", "Qwen", "https://dashscope.aliyuncs.com/compatible-mode/v1", "max_tokens", "reasoning_content", Effort::flag,
     yes, no, yes, yes, yes, yes, yes, yes, yes, no, kUnpricedAtQwen, ""},
    {"kimi", "Kimi", "https://api.moonshot.cn/v1", "max_tokens", "reasoning_content", Effort::thinking,
     yes, no, no, no, yes, yes, yes, yes, no, no, kOwn, ""},
    {"zhipu", "Zhipu", "https://open.bigmodel.cn/api/paas/v4", "max_tokens", "reasoning_content", Effort::thinking,
     no, no, no, yes, no, no, yes, no, yes, no, kUnknownToZhipu, ""},
    {"ollama", "Ollama", "http://127.0.0.1:11434/v1", "max_tokens", "reasoning", Effort::named,
     yes, no, no, yes, yes, yes, yes, yes, yes, no, kOwn, ""},
    {"vllm", "vLLM", "http://127.0.0.1:8000/v1", "max_tokens", "reasoning", Effort::named,
     yes, no, yes, yes, yes, yes, yes, yes, yes, yes, kOwn, ""},
    {"llamacpp", "llama.cpp", "http://127.0.0.1:8080/v1", "max_tokens", "reasoning_content", Effort::named,
     yes, no, yes, yes, yes, yes, yes, yes, yes, yes, kOwn, ""},
    {"openrouter", "OpenRouter", "https://openrouter.ai/api/v1", "max_tokens", "reasoning", Effort::named,
     yes, yes, yes, yes, yes, yes, yes, yes, yes, yes, kRouting, ""},
};
// clang-format on

}  // namespace

const Dialect& dialectOf(std::string_view name) {
    const auto* const found =
        std::find_if(std::begin(kDialects), std::end(kDialects), [&](const Dialect& row) { return row.name == name; });
    return found == std::end(kDialects) ? kDialects[0] : *found;
}

}  // namespace aiproject::openai
