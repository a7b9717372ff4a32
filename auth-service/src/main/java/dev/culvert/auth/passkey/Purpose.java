package dev.culvert.auth.passkey;

import java.util.Locale;

/** What a challenge was given for; an answer is good for nothing else. */
enum Purpose {
    REGISTRATION,
    SECOND_STEP,
    SIGN_IN,
    REAUTHENTICATION;

    /** As stored. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
