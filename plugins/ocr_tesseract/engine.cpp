#include "ocr_tesseract/engine.h"

#include "ocr_tesseract/codes.h"
#include "ocr_tesseract/text_form.h"
#include "upstream/failure.h"

#include <Poco/String.h>
#include <Poco/StringTokenizer.h>

#include <tesseract/baseapi.h>
#include <tesseract/ocrclass.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace aiproject::ocr {
namespace {

using outbound::CallFailure;

constexpr const char* kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/";

// As Debian names them: chi_sim is in tesseract-ocr-chi-sim, script/HanS in tesseract-ocr-script-hans.
std::string packageOf(const std::string& language) {
    return "tesseract-ocr-" + Poco::translate(Poco::toLower(language), "_/", "--");
}

std::string fileOf(const EngineSettings& settings, const std::string& language) {
    return settings.dataFolder + "/" + language + ".traineddata";
}

// The first engine sets what all share; and tesseract keeps lists of what is loaded, so one is made at a time.
std::mutex& making() {
    static std::mutex mutex;
    return mutex;
}

constexpr std::array kBestHeights{32, 28, 24, 36};  // of tall letters, in the order of their use, as tried on 120 signs

int inThisProcess = 0;  // engines, guarded by making()

bool isToCancel(void* flag, int /*words*/) { return *static_cast<const std::atomic<bool>*>(flag); }

void endIf(const std::atomic<bool>& isCancelled) {
    if (isCancelled) throw Cancelled();
}

}  // namespace

std::string missingData(const EngineSettings& settings) {
    const Poco::StringTokenizer languages(settings.languages, "+");
    if (settings.languages.empty()) return "names no language";
    for (const std::string& language : languages) {
        if (language.empty() || language.find_first_not_of(kLetters) != std::string::npos)
            return "'" + language + "' is not a language; write names like eng or chi_sim with '+' between them";
        if (access(fileOf(settings, language).c_str(), R_OK) != 0)
            return "there is no data for '" + language + "' in " + settings.dataFolder + "; install the package " +
                   packageOf(language) + ", or leave that language out";
    }
    return {};
}

Engine::Engine(const EngineSettings& settings)
    : readsCodes_(settings.readsCodes), api_(std::make_unique<tesseract::TessBaseAPI>()) {
    const std::lock_guard lock(making());
    static const bool isFirst = [this] {
        silenceLeptonica();
        return api_->SetVariable("debug_file", "/dev/null");  // of all engines; else they write to standard error
    }();
    static_cast<void>(isFirst);
    if (api_->Init(settings.dataFolder.c_str(), settings.languages.c_str(), tesseract::OEM_LSTM_ONLY) != 0)
        throw CallFailure(ModelStatus::misconfigured, "tesseract cannot read the data of " + settings.languages +
                                                          " in " + settings.dataFolder +
                                                          "; install their packages anew");
    ++inThisProcess;
    api_->SetVariable("preserve_interword_spaces", "1");  // without it there is a space between Chinese characters
}

Engine::~Engine() {
    const std::lock_guard lock(making());
    api_.reset();
    if (--inThisProcess == 0) tesseract::TessBaseAPI::ClearPersistentCache();  // words, of which each has a share
}

std::string Engine::textIn(std::string_view bytes, const PictureHead& head, const std::atomic<bool>& isCancelled) {
    endIf(isCancelled);
    Picture picture = decoded(bytes, head);
    endIf(isCancelled);
    const std::string codes = readsCodes_ ? codesIn(picture) : "";
    const std::string text = tidied(bestReading(prepared(std::move(picture)), isCancelled).text);
    return text.empty() || codes.empty() ? text + codes : text + "\n" + codes;
}

// Of few letters, the larger ones of Chinese above all, the engine's answer changes with their size: so they are read
// in several, as one block, until it is sure.
Engine::Reading Engine::readingOfFew(const Page& page, const std::atomic<bool>& isCancelled) {
    constexpr int sure = 90, least = 50;  // what is not a letter is read with 28
    Reading best;
    api_->SetPageSegMode(tesseract::PSM_SINGLE_BLOCK);
    for (std::size_t i = 0; i < kBestHeights.size() && best.confidence < sure; ++i) {
        Reading reading = read(withLettersOf(kBestHeights[i], page), isCancelled);
        if (reading.confidence >= std::max(least, best.confidence + 1)) best = std::move(reading);
    }
    return best;
}

// A narrow page is read as one column: in one of few lines the engine sees columns that are none. It sees by itself
// that lines run upwards or downwards, though only where it looks for columns, but not which of the two.
Engine::Reading Engine::bestReading(const Page& page, const std::atomic<bool>& isCancelled) {
    constexpr int sure = 65;  // letters upside down are read with about 50, and small ones in a bad light with 75
    Reading best;
    if (page.tallOfFew > 0) best = readingOfFew(page, isCancelled);
    if (best.confidence >= sure) return best;
    const Picture resized = page.tallOfFew > 0 ? withLettersOf(kBestHeights.front(), page) : nullptr;
    const Picture& picture = resized ? resized : page.picture;
    for (const auto mode : {tesseract::PSM_SINGLE_COLUMN, tesseract::PSM_AUTO}) {
        if (mode == tesseract::PSM_SINGLE_COLUMN && !page.isNarrow) continue;
        api_->SetPageSegMode(mode);
        const Reading upright = read(picture, isCancelled);
        if (upright.confidence > best.confidence) best = upright;
        if (best.confidence >= sure) break;
        if (upright.text.empty()) continue;
        Reading turned = read(upsideDown(picture), isCancelled);
        if (turned.confidence > best.confidence) best = std::move(turned);
        if (best.confidence >= sure) break;
    }
    return best;
}

Engine::Reading Engine::read(const Picture& picture, const std::atomic<bool>& isCancelled) {
    endIf(isCancelled);
    tesseract::ETEXT_DESC monitor;
    monitor.cancel = &isToCancel;
    monitor.cancel_this = const_cast<std::atomic<bool>*>(&isCancelled);
    api_->SetImage(picture.get());
    const int failed = api_->Recognize(&monitor);
    Reading reading;
    if (failed == 0) {
        const std::unique_ptr<char[]> text(api_->GetUTF8Text());
        if (text) reading.text = tidied(text.get());
        if (!reading.text.empty()) reading.confidence = api_->MeanTextConf();  // of nothing it is sure
    }
    api_->Clear();
    endIf(isCancelled);
    return reading;  // of what it refuses, such as a line of a few pixels: nothing
}

}  // namespace aiproject::ocr
