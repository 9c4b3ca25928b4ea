#include "kit/try_printer.h"

#include "base/utf8.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Parser.h>
#include <Poco/String.h>

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <vector>

namespace aiproject {
namespace {

using Poco::JSON::Object;

constexpr std::size_t kShownNumbers = 6, kMostOfALine = 4'096;

std::string textOf(const Object& event, const char* member) {
    return event.has(member) ? event.get(member).convert<std::string>() : "";
}

std::string inMilliseconds(double ms) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(ms < 10 ? 1 : 0) << ms << " ms";
    return text.str();
}

std::string finishName(int finish) {
    static const std::vector<std::string> names{"stop", "length", "tool_calls", "content_filter"};
    return finish >= 0 && std::size_t(finish) < names.size() ? names[std::size_t(finish)] : "stop";
}

std::string wordsOf(const Poco::JSON::Array::Ptr& words, const std::string& between) {
    std::string all;
    for (std::size_t i = 0; words && i < words->size(); ++i)
        all += (i == 0 ? "" : between) + words->getElement<std::string>(unsigned(i));
    return all;
}

}  // namespace

void TryPrinter::hear(const std::string& line) {
    const auto event = Poco::JSON::Parser().parse(line).extract<Object::Ptr>();
    const std::string name = textOf(*event, "event");
    if (name == "doing") {
        function_ = textOf(*event, "function");
        functionSince_ = std::chrono::steady_clock::now();
        return;
    }
    if (name == "secrets") {
        const auto values = event->getArray("values");
        for (std::size_t i = 0; i < values->size(); ++i) secrets_.add(values->getElement<std::string>(unsigned(i)));
        return;
    }
    if (name == "refused") hasFault_ = true;
    if (name == "asked") timeOfCall_ = std::chrono::milliseconds(event->getValue<std::int64_t>("totalMs"));
    if (name == "ended") timeOfCall_ = {};
    if (name == "ended") isRight_ = textOf(*event, "status") == "ok";
    if (asJson_)
        out_ << line << std::endl;  // who reads it wants it now
    else
        print(*event);
}

void TryPrinter::print(const Object& event) {
    const std::string name = textOf(event, "event");
    if (name == "opened") {
        openedMs_ = event.getValue<double>("ms");
        out_ << textOf(event, "plugin") << " " << printable(textOf(event, "version")) << ", contract "
             << textOf(event, "contract") << ": " << printable(textOf(event, "summary")) << "\n";
    } else if (name == "created") {
        printCreated(event);
    } else if (name == "started") {
        startedMs_ = event.getValue<double>("ms");
    } else if (name == "asked") {
        out_ << "question:  " << textOf(event, "question") << "\n\n" << std::flush;
    } else if (name == "text") {
        printPiece("", textOf(event, "text"));
    } else if (name == "thought") {
        printPiece("(thinks) ", textOf(event, "text"));
    } else if (name == "bytes") {
        bytes_ += event.getValue<std::uint64_t>("size");
    } else if (name == "tool_call") {
        endLine();
        out_ << "tool call " << textOf(event, "index") << ": " << printable(textOf(event, "name")) << " "
             << printable(textOf(event, "arguments")) << "\n";
    } else if (name == "spoken") {
        endLine();
        out_ << "  " << textOf(event, "begin") << " s to " << textOf(event, "end")
             << " s: " << printable(textOf(event, "text")) << "\n";
    } else if (name == "vector") {
        const auto values = event.getArray("values");
        endLine();
        out_ << "vector of " << values->size() << " numbers:";
        for (std::size_t i = 0; i < std::min(values->size(), kShownNumbers); ++i)
            out_ << " " << values->getElement<double>(unsigned(i));
        out_ << (values->size() > kShownNumbers ? " ...\n" : "\n");
    } else if (name == "note") {
        out_ << "note: " << textOf(event, "text") << "\n";
    } else if (name == "refused") {
        tellFault("refused: " + textOf(event, "reason"));
    } else if (name == "ended") {
        printEnd(event);
    }
}

void TryPrinter::printCreated(const Object& event) {
    createdMs_ = event.getValue<double>("ms");
    out_ << "kinds:     " << wordsOf(event.getArray("kinds"), ", ") << "\n"
         << "origin:    " << printable(textOf(event, "origin")) << "\n";
    const auto warnings = event.getArray("warnings");
    for (std::size_t i = 0; i < warnings->size(); ++i)
        out_ << "warning: " << warnings->getElement<std::string>(unsigned(i)) << "\n";
}

void TryPrinter::printPiece(const std::string& mark, const std::string& text) {
    if (text.empty()) return;
    if (mark != mark_) endLine();
    if (!isInLine_) out_ << mark;
    mark_ = mark;
    isInLine_ = true;
    out_ << printableLines(text) << std::flush;
}

void TryPrinter::endLine() {
    if (isInLine_) out_ << "\n";
    isInLine_ = false;
}

void TryPrinter::printEnd(const Object& event) {
    endLine();
    if (bytes_ > 0) out_ << bytes_ << " bytes of audio\n";
    out_ << "\nstatus:    " << textOf(event, "status");
    if (textOf(event, "returned") != textOf(event, "status"))
        out_ << " (the plugin said " << textOf(event, "returned") << ")";
    out_ << ", finish " << finishName(event.getValue<int>("finish")) << ", " << textOf(event, "frames") << " frames"
         << (event.getValue<bool>("followed") ? ", followed" : "") << "\n";
    const auto usage = event.getObject("usage");
    out_ << "usage:     ";
    if (event.getValue<bool>("usageTold"))
        out_ << textOf(*usage, "prompt") << " prompt + " << textOf(*usage, "completion") << " completion, "
             << textOf(*usage, "total") << " in all\n";
    else
        out_ << "not told: the host would bill an estimate\n";
    printTimes(event);
    for (const auto& [member, title] : {std::pair{"upstreamId", "upstream:  "}, std::pair{"explain", "explain:   "},
                                        std::pair{"advise", "advise:    "}, std::pair{"client", "client:    "}})
        if (const std::string text = textOf(event, member); !text.empty()) out_ << title << text << "\n";
    if (event.getValue<bool>("brokeContract")) tellFault("refused by the host: " + textOf(event, "reason"));
}

void TryPrinter::printTimes(const Object& event) {
    const auto times = event.getObject("times");
    out_ << "times:     open " << inMilliseconds(openedMs_) << ", create " << inMilliseconds(createdMs_) << ", start "
         << inMilliseconds(startedMs_);
    for (const std::string& phase : times->getNames())
        out_ << ", " << Poco::replace(phase, "_", " ") << " " << inMilliseconds(times->getValue<double>(phase));
    out_ << "\n";
}

// A whole line at a time, so that none is torn.
void TryPrinter::read(const std::string& words) {
    words_ += words;
    std::size_t end = 0;
    while ((end = words_.find('\n')) != std::string::npos || words_.size() > kMostOfALine) {
        const std::size_t size = std::min(end, kMostOfALine);
        const std::string line = printable(secrets_.applied(words_.substr(0, size)));
        words_.erase(0, end == std::string::npos ? size : end + 1);
        if (asJson_) {
            Object event(Poco::JSON_PRESERVE_KEY_ORDER);
            event.set("event", "wrote");
            event.set("text", line);
            event.stringify(out_);
            out_ << std::endl;
            continue;
        }
        endLine();
        out_ << "the plugin wrote: " << line << std::endl;
    }
}

void TryPrinter::tellFault(const std::string& text) {
    endLine();
    hasFault_ = true;
    out_ << text << "\n";
}

bool TryPrinter::end(const ChildEnd& child) {
    if (!words_.empty()) read("\n");
    if (child.isBack) return isRight_ && !hasFault_;
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - functionSince_);
    const std::string what = function_.empty() ? "the plugin" : function_;
    const std::string verdict = child.isInterrupted
                                    ? "interrupted while " + what + " ran, for " + std::to_string(since.count()) + " ms"
                                    : what + " " + printable(secrets_.applied(child.verdict));
    if (asJson_) {
        Object event(Poco::JSON_PRESERVE_KEY_ORDER);
        event.set("event", child.isInterrupted ? "interrupted" : "died");
        event.set("reason", verdict);
        event.stringify(out_);
        out_ << std::endl;
    } else {
        tellFault(verdict);
    }
    return false;
}

}  // namespace aiproject
