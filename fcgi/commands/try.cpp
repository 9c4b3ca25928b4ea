// `aiproject try FILE.so`: a plugin without a service around it.
#include "base/utf8.h"
#include "commands/command_line.h"
#include "commands/command_options.h"
#include "kit/conform.h"
#include "kit/try_once.h"

#include <filesystem>
#include <iostream>
#include <optional>

namespace aiproject {
namespace {

std::optional<std::string> optionOf(const CommandLine& line, const char* name) {
    if (!line.has(name)) return std::nullopt;
    return line.textOf(name);
}

// Absolute: the plugin may change the working directory.
std::string placeOf(const std::string& file) {
    std::error_code fault;
    const std::filesystem::path place = std::filesystem::absolute(file, fault);
    return fault ? file : place.string();
}

Asked askedIn(const CommandLine& line) {
    Asked asked{optionOf(line, "text"), optionOf(line, "voice"), optionOf(line, "picture"), optionOf(line, "speech"),
                optionOf(line, "embed")};
    for (auto* const file : {&asked.voice, &asked.picture})
        if (*file) *file = placeOf(**file);
    const bool hasText = asked.text && !asked.picture;  // which may be about a picture
    const int questions = int(hasText) + int(asked.voice.has_value()) + int(asked.picture.has_value()) +
                          int(asked.speech.has_value()) + int(asked.embed.has_value());
    if (questions > 1)
        throw NotUnderstood(
            "--text, --voice, --picture, --speech and --embed cannot be used together; only --text may "
            "stand beside --picture");
    for (const auto& words : {asked.text, asked.speech, asked.embed})
        if (words && !isUtf8(*words)) throw NotUnderstood("the question is not UTF-8");
    return asked;
}

}  // namespace

int tryPlugin(const CommandLine& line) {
    const PluginToTry plugin{placeOf(line.arguments.at(0)), line.config.overrides};
    if (!std::filesystem::is_regular_file(plugin.file))
        throw NotUnderstood(shownArgument(line.arguments[0]) + " is not a file; write the path of a NAME.so");
    const Asked asked = askedIn(line);
    const bool isFine = line.has("conform") ? conform(plugin, asked, line.json, std::cout)
                                            : tryOnce(plugin, asked, line.json, std::cout);
    return isFine ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace aiproject
