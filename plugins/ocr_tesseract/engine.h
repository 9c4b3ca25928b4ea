// One tesseract: 40 to 90 MB and half a second to make, for one thread at a time.
#pragma once

#include "ocr_tesseract/page.h"

#include <atomic>
#include <memory>
#include <string>

namespace tesseract {
class TessBaseAPI;
}

namespace aiproject::ocr {

struct EngineSettings {
    std::string languages;  // "chi_sim+eng"
    std::string dataFolder;
    bool readsCodes = false;
};

// What no engine can be made without: empty, or a sentence that names the language and the package that has it.
std::string missingData(const EngineSettings& settings);

// Its caller has gone.
struct Cancelled {};

class Engine {
public:
    // Throws CallFailure (misconfigured) when the data cannot be read.
    explicit Engine(const EngineSettings& settings);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    // The text in it; empty: none. Throws Cancelled soon after `isCancelled` has become true, and CallFailure.
    std::string textIn(std::string_view bytes, const PictureHead& head, const std::atomic<bool>& isCancelled);

private:
    struct Reading {
        std::string text;
        int confidence = 0;  // from 0 to 100
    };
    Reading readingOfFew(const Page& page, const std::atomic<bool>& isCancelled);
    Reading bestReading(const Page& page, const std::atomic<bool>& isCancelled);
    Reading read(const Picture& picture, const std::atomic<bool>& isCancelled);

    const bool readsCodes_;
    std::unique_ptr<tesseract::TessBaseAPI> api_;
};

}  // namespace aiproject::ocr
