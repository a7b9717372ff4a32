package dev.culvert.tunnel.ingress;

import java.util.Optional;

/** What a request shows to be let in. */
sealed interface Shown {
    /**
     * An account's access token.
     *
     * @param fromGateway the gateway has verified it and sent it in a header of its own; else it came in Authorization
     */
    record Account(String token, boolean fromGateway) implements Shown {
        @Override
        public String toString() {
            return "Account[...]";
        }
    }

    /**
     * No account.
     *
     * @param shareToken secret of a link
     * @param login value of an {@code Authorization: Basic} header behind the scheme
     */
    record Visitor(Optional<String> shareToken, Optional<String> login) implements Shown {
        @Override
        public String toString() {
            return "Visitor[...]";
        }
    }
}
