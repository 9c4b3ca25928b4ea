// A throw-away certificate authority and a server certificate of it, for TLS on loopback.
#pragma once

#include <optional>
#include <string>

namespace aiproject::upstream {

struct CertificateFiles {
    std::string caFile;           // to trust
    std::string certificateFile;  // the server's
    std::string keyFile;          // the server's, mode 0600
};

// In an existing folder; an authority that an earlier call left there is used again, so that who
// trusts it also trusts the next simulator. The certificate is for DNS:`name`, and for IP:127.0.0.1
// too if the name is localhost, or for `altNames`, if said, and "" is for none; valid from an hour ago for a week.
// Throws std::runtime_error.
CertificateFiles makeCertificate(const std::string& directory, const std::string& name,
                                 const std::optional<std::string>& altNames = {});

}  // namespace aiproject::upstream
