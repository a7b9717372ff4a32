package dev.culvert.auth.browser;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A {@link BrowserSession} in the form Spring Security knows; its name is the account's id. */
public final class SignedInBrowser extends AbstractAuthenticationToken {
    private final BrowserSession session;

    /** Wraps the session of a browser whose cookie was good. */
    public SignedInBrowser(BrowserSession session) {
        super(List.of());
        this.session = session;
        super.setAuthenticated(true);
    }

    @Override
    public Object getCredentials() {
        return "";
    }

    @Override
    public BrowserSession getPrincipal() {
        return session;
    }

    @Override
    public String getName() {
        return session.accountId().toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SignedInBrowser that && session.equals(that.session);
    }

    @Override
    public int hashCode() {
        return session.hashCode();
    }
}
