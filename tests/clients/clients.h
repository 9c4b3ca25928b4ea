// The clients that people use (openai, ai, langchain, from npm), run unmodified against a base URL.
#pragma once

#include <map>
#include <string>

namespace aiproject::test {

struct ClientTarget {
    std::string baseUrl;
    std::string key;
    std::map<std::string, std::string> models;  // chat, plain, reasoner, vision, embedding, voice, streams, speaker
};

// False: their packages are not installed, and a line has said so; ctest then counts the test as skipped.
bool clientsAreInstalled();

// Runs SCENE.test.mjs to its end; all of its tests must pass.
void runScene(const ClientTarget& target, const std::string& scene, const std::string& argument = "");

}  // namespace aiproject::test
