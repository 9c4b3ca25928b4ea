// ocr_tesseract, loaded from its .so, asked about pictures that the tests make.
#pragma once

#include "support/pictures.h"
#include "support/plugin_under_test.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <cppunit/TestAssert.h>

#include <map>
#include <string>

namespace aiproject::test {

inline const std::string kEnglish =
    "The goods are shipped within five working days.\n"
    "If an item is out of stock, the customer is told\n"
    "by e-mail and may cancel the order at no cost.\n"
    "Usage beyond the limits costs $0.25 per hour.";
inline const std::string kChinese =
    "人工智能正在改变我们的生活方式。\n"
    "本系统支持语音识别、图像识别和文字对话。\n"
    "春天来了，花园里的花都开了，空气很清新。\n"
    "请在本月底以前付款，谢谢您的支持与合作！";
inline const char* const kLatinFont = "DejaVu-Sans";
inline const char* const kChineseFont = "WenQuanYi-Zen-Hei";

// All text of an answer's frames.
inline std::string textOf(const Outcome& outcome) {
    std::string text;
    for (const std::string& frame : outcome.frames) {
        const auto json = Poco::JSON::Parser().parse(frame).extract<Poco::JSON::Object::Ptr>();
        const auto pieces = json->getObject("payload")->getObject("choices")->getArray("text");
        for (std::size_t i = 0; i < pieces->size(); ++i)
            text += pieces->getObject(unsigned(i))->getValue<std::string>("content");
    }
    return text;
}

using OcrSettings = std::map<std::string, std::string>;

struct Ocr {
    // Beside the work of others a test would wait for ever: so the engines give no way unless the settings say so.
    explicit Ocr(OcrSettings settings = {}) : plugin("ocr_tesseract", (settings.emplace("nice", "0"), settings)) {
        CPPUNIT_ASSERT_MESSAGE(plugin.findings(), plugin.isUsable());
    }

    // Throws where it is not read.
    std::string read(const std::string& bytes) {
        const Outcome outcome = plugin.ask(Question::picture(bytes));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.explanation, int(ModelStatus::ok), int(outcome.status));
        return textOf(outcome);
    }
    void expectRead(const std::string& what, const std::string& truth, const std::string& bytes, double mostErrors) {
        const std::string text = read(bytes);
        const double errors = errorRate(text, truth);
        CPPUNIT_ASSERT_MESSAGE(what + ": " + std::to_string(errors) + " of the characters are wrong:\n" + text,
                               errors <= mostErrors);
    }
    // What the client is told.
    std::string refusal(const std::string& bytes, ModelStatus status = ModelStatus::badInput) {
        const Outcome outcome = plugin.ask(Question::picture(bytes));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(outcome.explanation + textOf(outcome), int(status), int(outcome.status));
        return outcome.advice;
    }

    PluginUnderTest plugin;
};

}  // namespace aiproject::test
