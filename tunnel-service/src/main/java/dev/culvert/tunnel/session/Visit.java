package dev.culvert.tunnel.session;

import java.util.Optional;

/**
 * What somebody without an account shows.
 *
 * @param tunnel decoded name or id from {@code /t/{tunnel}}
 * @param shareToken secret of a link
 * @param login value of an {@code Authorization: Basic} header behind the scheme
 */
public record Visit(String tunnel, Optional<String> shareToken, Optional<String> login) {
    @Override
    public String toString() {
        return "Visit[" + tunnel + "]";
    }
}
