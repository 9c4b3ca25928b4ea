// A statement that PostgreSQL has prepared for a session. The types of its values are those of its first run.
//
// ERRORS   SqlFault.
// THREADS  As the session.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>

#include "store/postgresql_session.h"

namespace aiproject {

// `name`: no other statement of the connection has it. The session frees it, by DEALLOCATE or its own end.
std::unique_ptr<PreparedStatement> preparedInPostgresql(const PostgresqlSession& session, PGconn* connection,
                                                        std::string_view sql, std::string name);

}  // namespace aiproject
