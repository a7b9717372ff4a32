package dev.culvert.auth.authorization;

import dev.culvert.auth.authorization.AuthorizationRows.Handle;
import dev.culvert.auth.opaquetoken.OpaqueToken;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.oauth2.core.AuthorizationGrantType;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2ErrorCodes;
import org.springframework.security.oauth2.core.endpoint.OAuth2ParameterNames;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationService;
import org.springframework.security.oauth2.server.authorization.OAuth2TokenType;
import org.springframework.stereotype.Component;

/**
 * What Spring's engine keeps and looks up. Instead of one row that is read and overwritten, each step of the protocol is one
 * conditional change, so that of parallel attempts at a code or a refresh token exactly one succeeds. Access tokens are not
 * stored: they say themselves what they allow, and their session says whether it still holds.
 */
@Component
class AuthorizationStore implements OAuth2AuthorizationService {
    private final AuthorizationRows rows;
    private final AuthorizationMapping mapping;
    private final Grants grants;
    private final IssuedTokens issuedTokens;
    private final SystemWork work;
    private final Clock clock;

    AuthorizationStore(
            AuthorizationRows rows,
            AuthorizationMapping mapping,
            Grants grants,
            IssuedTokens issuedTokens,
            SystemWork work,
            Clock clock) {
        this.rows = rows;
        this.mapping = mapping;
        this.grants = grants;
        this.issuedTokens = issuedTokens;
        this.work = work;
        this.clock = clock;
    }

    @Override
    public void save(OAuth2Authorization authorization) {
        UUID id = UUID.fromString(authorization.getId());
        if (AuthorizationMapping.revoked(authorization)) {
            work.run(() -> grants.revoke(id, authorization));
        } else if (authorization.getAccessToken() == null) {
            work.run(() -> saveRequest(id, authorization));
        } else if (AuthorizationMapping.presentedRefreshToken(authorization).isPresent()) {
            renew(id, authorization);
        } else if (!AuthorizationGrantType.CLIENT_CREDENTIALS.equals(authorization.getAuthorizationGrantType())) {
            redeem(id, authorization);
        }
    }

    @Override
    public void remove(OAuth2Authorization authorization) {
        work.run(() -> rows.delete(UUID.fromString(authorization.getId())));
    }

    @Override
    public @Nullable OAuth2Authorization findById(String id) {
        return work.call(() -> rows.find(UUID.fromString(id)))
                .filter(this::notExpired)
                .map(mapping::request)
                .orElse(null);
    }

    @Override
    public @Nullable OAuth2Authorization findByToken(String token, @Nullable OAuth2TokenType type) {
        return find(token, type == null ? "" : type.getValue()).orElse(null);
    }

    private Optional<OAuth2Authorization> find(String token, String type) {
        return switch (type) {
            case OAuth2ParameterNames.STATE ->
                find(Handle.STATE, token).map(stored -> mapping.withState(stored, token));
            case OAuth2ParameterNames.CODE -> findCode(token);
            case OAuth2ParameterNames.DEVICE_CODE ->
                findDeviceCode(token).map(stored -> mapping.withDeviceCode(stored, token));
            case OAuth2ParameterNames.USER_CODE ->
                find(Handle.USER_CODE, token).map(stored -> mapping.withUserCode(stored, token));
            case OAuth2ParameterNames.REFRESH_TOKEN -> findPresentedRefreshToken(token);
            case OAuth2ParameterNames.ACCESS_TOKEN -> issuedTokens.find(token);
            default -> token.indexOf('.') > 0 ? issuedTokens.find(token) : findRefreshToken(token);
        };
    }

    /** A code that comes back was seen by somebody else: what it led to ends (RFC 6749 §4.1.2). */
    private Optional<OAuth2Authorization> findCode(String code) {
        Optional<StoredAuthorization> stored = work.call(() -> {
            Optional<StoredAuthorization> found = rows.find(Handle.CODE, code);
            found.filter(known -> known.redeemedAt().isPresent())
                    .ifPresent(known -> grants.end(known.id(), Grants.CODE_REUSED));
            return found;
        });
        return stored.filter(known -> known.redeemedAt().isEmpty() && notExpired(known))
                .map(known -> mapping.withCode(known, code));
    }

    /** Devices ask again and again, so that a late question is no sign of theft and ends nothing. */
    private Optional<StoredAuthorization> findDeviceCode(String code) {
        return work.call(() -> rows.find(Handle.DEVICE_CODE, code))
                .filter(known -> known.redeemedAt().isEmpty());
    }

    private Optional<StoredAuthorization> find(Handle handle, String value) {
        return work.call(() -> rows.find(handle, value))
                .filter(known -> known.redeemedAt().isEmpty() && notExpired(known));
    }

    private Optional<OAuth2Authorization> findPresentedRefreshToken(String token) {
        return switch (work.call(() -> grants.present(OpaqueToken.of(token)))) {
            case Grants.Presented.Fresh fresh ->
                Optional.of(mapping.withRefreshToken(fresh.authorization(), token, Optional.empty()));
            case Grants.Presented.Repeated repeated ->
                Optional.of(
                        mapping.withRefreshToken(repeated.authorization(), token, Optional.of(repeated.successor())));
            case Grants.Presented.Refused _ -> Optional.empty();
        };
    }

    private Optional<OAuth2Authorization> findRefreshToken(String token) {
        return work.call(() -> grants.find(OpaqueToken.of(token)))
                .map(stored -> mapping.withRefreshToken(stored, token, Optional.empty()));
    }

    /** An invalidated code without tokens was tried by another application than the one it was made for: it is spent. */
    private void saveRequest(UUID id, OAuth2Authorization authorization) {
        if (AuthorizationMapping.codeInvalidated(authorization)) {
            rows.redeem(id, clock.instant());
        } else {
            rows.save(mapping.stored(authorization), mapping.handles(authorization));
        }
    }

    private void redeem(UUID id, OAuth2Authorization authorization) {
        boolean redeemed = work.call(() -> grants.begin(id, authorization));
        if (!redeemed) {
            throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_GRANT);
        }
    }

    private void renew(UUID id, OAuth2Authorization authorization) {
        Grants.Renewal renewal = work.call(() -> grants.renew(id, authorization));
        switch (renewal) {
            case DONE -> {}
            case LOST_RACE -> throw new RefreshRaceLostException();
            case ENDED -> throw new OAuth2AuthenticationException(OAuth2ErrorCodes.INVALID_GRANT);
        }
    }

    private boolean notExpired(StoredAuthorization stored) {
        Instant now = clock.instant();
        return stored.expiresAt().isAfter(now);
    }
}
