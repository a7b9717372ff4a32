package dev.culvert.auth.federation;

import java.util.Locale;

/** A token of another issuer does not hold. The reason is for records; callers learn at most that it has expired. */
final class TokenRefusedException extends Exception {
    private final Reason reason;

    /** What is wrong with it. */
    enum Reason {
        MALFORMED,
        UNKNOWN_ISSUER,
        WRONG_TYPE,
        WRONG_ALGORITHM,
        UNKNOWN_KEY,
        WRONG_SIGNATURE,
        WRONG_ISSUER,
        WRONG_AUDIENCE,
        WRONG_NONCE,
        CLAIM_MISSING,
        EXPIRED,
        NOT_YET_VALID,
        TOO_OLD,
        BOUND_TO_KEY;

        /** In records, e.g. {@code wrong_audience}. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    TokenRefusedException(Reason reason) {
        super(reason.word(), null, false, false);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
