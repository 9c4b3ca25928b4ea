#include "commands/command_line.h"
#include "commands/managed.h"
#include "manager/status_table.h"

#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>

#include <cstdlib>
#include <iostream>

namespace aiproject {

int status(const CommandLine& line) {
    const std::string json = managerOf(line).status();
    if (line.json)
        std::cout << json << "\n";
    else
        std::cout << statusTable(*Poco::JSON::Parser().parse(json).extract<Poco::JSON::Object::Ptr>());
    return EXIT_SUCCESS;
}

}  // namespace aiproject
