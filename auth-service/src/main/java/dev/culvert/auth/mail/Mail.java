package dev.culvert.auth.mail;

import java.time.Instant;

/**
 * A plain text mail.
 *
 * @param expiresAt when it is of no use any more and is given up
 */
public record Mail(String recipient, String subject, String body, Instant expiresAt) {

    /** Leaves the body out, because it may hold a link that acts for its reader. */
    @Override
    public String toString() {
        return "Mail[" + subject + "]";
    }
}
