package dev.culvert.platform.caller;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;

/** A verified caller in the form Spring Security knows: authorities are its scopes and roles. */
public final class CallerAuthentication extends AbstractAuthenticationToken {
    private final Caller caller;

    /** Wraps a caller whose token was verified. */
    public CallerAuthentication(Caller caller) {
        super(Stream.concat(
                        caller.scopes().stream().map(scope -> "SCOPE_" + scope),
                        caller.roles().stream().map(role -> "ROLE_" + role.name()))
                .map(SimpleGrantedAuthority::new)
                .toList());
        this.caller = caller;
        super.setAuthenticated(true);
    }

    @Override
    public Object getCredentials() {
        return "";
    }

    @Override
    public Caller getPrincipal() {
        return caller;
    }

    @Override
    public String getName() {
        return caller.userId().toString();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CallerAuthentication that && caller.equals(that.caller);
    }

    @Override
    public int hashCode() {
        return caller.hashCode();
    }
}
