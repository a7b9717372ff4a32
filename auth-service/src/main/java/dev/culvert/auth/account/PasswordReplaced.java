package dev.culvert.auth.account;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An account gets another password in the present transaction. Features that must follow (sessions end, locks are lifted)
 * listen synchronously, so all of it happens or nothing.
 *
 * @param keptSession the session that goes on, null when every one is to end
 */
public record PasswordReplaced(
        Account account, Reason reason, @Nullable UUID keptSession) {

    /** Why it was replaced. */
    public enum Reason {
        /** Its owner knew the old one. */
        CHANGED,
        /** Its owner reads the account's mail. */
        RESET
    }
}
