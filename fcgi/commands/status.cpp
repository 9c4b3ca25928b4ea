#include "commands/command_line.h"
#include "commands/manager_link.h"

#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <iomanip>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace aiproject {
namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

std::string text(const Object& object, const std::string& name) { return object.optValue<std::string>(name, "-"); }

std::string duration(long seconds) {
    if (seconds < 120) return std::to_string(seconds) + " s";
    if (seconds < 7'200) return std::to_string(seconds / 60) + " min";
    if (seconds < 172'800) return std::to_string(seconds / 3'600) + " h";
    return std::to_string(seconds / 86'400) + " d";
}

template <class Print>
void forEach(const Array::Ptr& array, const Print& print) {
    for (std::size_t i = 0; i < array->size(); ++i) print(*array->getObject(unsigned(i)));
}

// Lines of 80 columns, the further ones indented.
void printWrapped(const Array& sentences) {
    constexpr std::size_t width = 80;
    for (const auto& sentence : sentences) {
        std::istringstream words(sentence.convert<std::string>());
        std::string line = " ";
        for (std::string word; words >> word;) {
            if (line.size() + 1 + word.size() > width && line.find_first_not_of(' ') != std::string::npos) {
                std::cout << line << "\n";
                line = "   ";
            }
            line += " " + word;
        }
        std::cout << line << "\n";
    }
}

void printWorker(const Object& worker) {
    const std::string load = text(worker, "busy") + "/" + text(worker, "threads");
    std::cout << "  " << std::left << std::setw(9) << text(worker, "pid") << std::setw(12) << text(worker, "generation")
              << std::setw(10) << text(worker, "state") << std::right << std::setw(10) << load << std::setw(9)
              << text(worker, "streams") << std::setw(9) << text(worker, "served") << std::setw(7)
              << text(worker, "resident_mb") << std::setw(9) << duration(worker.getValue<long>("up_s")) << "\n";
}

void printModel(const Object& model) {
    std::cout << "  model " << std::left << std::setw(26) << text(model, "name") << std::setw(13)
              << text(model, "state") << text(model, "calls") << " calls";
    if (model.has("key_end")) std::cout << ", key ..." << text(model, "key_end");
    if (model.has("retry_s")) std::cout << ", tried again in " << text(model, "retry_s") << " s";
    std::cout << "\n";
}

void printPool(const Object& pool) {
    std::cout << "\npool " << text(pool, "name") << ": " << pool.getArray("workers")->size() << " workers, "
              << text(pool, "processes") << " wanted; " << text(pool, "calls") << " of " << text(pool, "calls_limit")
              << " model calls\n";
    if (pool.has("last_death")) std::cout << "  last death: " << text(pool, "last_death") << "\n";
    std::cout << "  worker   generation  state           busy  streams   served     MB       up\n";
    forEach(pool.getArray("workers"), printWorker);
    forEach(pool.getArray("models"), printModel);
}

void printStatus(const Object& status) {
    const Object::Ptr reload = status.getObject("reload");
    std::cout << "manager " << text(status, "pid") << " since " << text(status, "since") << ", generation "
              << text(status, "generation") << ", last reload: " << text(*reload, "state") << "\n";
    const Array::Ptr reasons = reload->getArray("reasons");
    printWrapped(*reasons);
    printWrapped(*status.getArray("notices"));
    forEach(status.getArray("pools"), printPool);
}

}  // namespace

int status(const CommandLine& line) {
    std::string json;
    const auto collect = [&](const std::string& kind, const std::string& text) {
        if (kind != "data") throw std::runtime_error(text);
        json += text;
    };
    const int code = ManagerLink(line).ask("status", collect);
    if (line.json)
        std::cout << json << "\n";
    else
        printStatus(*Poco::JSON::Parser().parse(json).extract<Object::Ptr>());
    return code;
}

}  // namespace aiproject
