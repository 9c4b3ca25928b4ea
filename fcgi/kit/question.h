// What a tried plugin is asked: what its user gave, read as the service reads it, or something sensible of its kind.
#pragma once

#include "aiproject/imodel.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aiproject {

class TriedQuestion {
public:
    static TriedQuestion ofText(std::vector<std::pair<std::string, std::string>> turns);  // roles and contents
    static TriedQuestion ofSpeech(std::string input);
    static TriedQuestion ofEmbedding(std::vector<std::string> inputs);
    // Throws Error where the service would refuse the file. `words`: a question about the picture; may be empty.
    static TriedQuestion ofVoice(const std::string& file);
    static TriedQuestion ofPicture(const std::string& file, const std::string& words, bool takesPng);
    // Of what no service would pass on in this form: for tests of the plugin.
    static TriedQuestion ofBytes(Kind kind, std::string media, std::string format);
    // Of the first of these kinds (a mask) that there is.
    static TriedQuestion sensible(std::uint32_t kinds);

    Kind kind() const noexcept { return kind_; }
    // One line for people: "text: Say hello in one sentence."
    std::string shown() const;
    // Points into this, which stays where it is.
    ModelRequest request(const Timeouts& timeouts) const;

private:
    explicit TriedQuestion(Kind kind) : kind_(kind) {}

    Kind kind_;
    std::vector<std::pair<std::string, std::string>> turns_;
    std::vector<std::string> inputs_;
    std::string media_, format_;
    std::uint32_t sampleRate_ = 0;
    mutable std::vector<Turn> asTurns_;  // of the last request()
    mutable std::vector<Text> asInputs_;
};

}  // namespace aiproject
