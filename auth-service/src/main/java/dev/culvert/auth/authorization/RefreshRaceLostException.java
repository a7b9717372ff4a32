package dev.culvert.auth.authorization;

import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;

/** Another request used the same refresh token a moment earlier; asked again, it leads to that one's successor. */
final class RefreshRaceLostException extends OAuth2AuthenticationException {
    RefreshRaceLostException() {
        super(OAuth2ErrorCodes.INVALID_GRANT);
    }
}
