// A statement that MySQL or MariaDB has prepared for a session.
//
// ERRORS   SqlFault.
// THREADS  As the session.
#pragma once

#include <memory>

#include "store/mysql_session.h"

namespace aiproject {

std::unique_ptr<PreparedStatement> preparedInMysql(MysqlSession& session, MYSQL* connection, std::string_view sql);

}  // namespace aiproject
