package dev.culvert.platform.caller;

import java.util.Optional;
import org.springframework.security.core.context.SecurityContextHolder;

/** The verified caller of the current servlet thread, for code that cannot take it as a parameter. */
public final class CurrentCaller {
    private CurrentCaller() {}

    /** The caller; absent outside a request and on open endpoints. */
    public static Optional<Caller> find() {
        return SecurityContextHolder.getContext().getAuthentication() instanceof CallerAuthentication authentication
                ? Optional.of(authentication.getPrincipal())
                : Optional.empty();
    }
}
