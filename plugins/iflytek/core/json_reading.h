// The family's names for the words of upstream/json_reading.h.
#pragma once

#include "upstream/json_reading.h"

namespace aiproject::iflytek {

using outbound::addQuoted;
using outbound::elementInteger;
using outbound::memberArray;
using outbound::memberInteger;
using outbound::memberObject;
using outbound::memberText;
using outbound::objectOf;
using outbound::quotedJson;

}  // namespace aiproject::iflytek
