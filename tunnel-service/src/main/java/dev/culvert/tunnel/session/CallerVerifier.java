package dev.culvert.tunnel.session;

import dev.culvert.platform.caller.Caller;

/** Makes a verified caller of an access token, or throws the problem to answer with. May block. */
@FunctionalInterface
public interface CallerVerifier {
    Caller verify(String jwt);
}
