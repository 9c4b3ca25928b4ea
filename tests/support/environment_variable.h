// A variable of this process for as long as a test lasts.
#pragma once

#include <cstdlib>
#include <string>

namespace aiproject::test {

class EnvironmentVariable {
public:
    EnvironmentVariable(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
    ~EnvironmentVariable() { unsetenv(name_); }
    EnvironmentVariable(const EnvironmentVariable&) = delete;
    EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

private:
    const char* const name_;
};

}  // namespace aiproject::test
