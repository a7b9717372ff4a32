package dev.culvert.gateway.identity;

import dev.culvert.gateway.call.Identity;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;

/** Whether callers can be told from impostors. */
@Component
public final class IdentityStatus {
    private final SigningKeys keys;
    private final Revocations revocations;

    IdentityStatus(SigningKeys keys, Revocations revocations) {
        this.keys = keys;
        this.revocations = revocations;
    }

    /** Whether what the identity was made from has ended since it was verified; its expiry is another matter. */
    public boolean revoked(Identity identity) {
        return revocations.cover(identity) || revocations.outdated(identity);
    }

    /** False until the issuer's keys were read for the first time; from then on they are kept. */
    public boolean canVerify() {
        return keys.read();
    }

    /** Completes when {@link #canVerify()}. */
    public Mono<Void> verifiable() {
        return keys.whenRead();
    }
}
