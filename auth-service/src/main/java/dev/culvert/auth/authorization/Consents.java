package dev.culvert.auth.authorization;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsent;
import org.springframework.security.oauth2.server.authorization.OAuth2AuthorizationConsentService;
import org.springframework.stereotype.Component;

/** What people have allowed applications, kept so that they are not asked twice and can take it back. */
@Component
class Consents implements OAuth2AuthorizationConsentService {
    private final JdbcClient jdbc;
    private final SystemWork work;
    private final Clock clock;

    Consents(JdbcClient jdbc, SystemWork work, Clock clock) {
        this.jdbc = jdbc;
        this.work = work;
        this.clock = clock;
    }

    /** One consent. */
    record Consent(UUID applicationId, String applicationName, Set<String> scopes, Instant grantedAt) {}

    @Override
    public void save(OAuth2AuthorizationConsent consent) {
        String[] scopes = consent.getScopes().stream().sorted().toArray(String[]::new);
        work.run(() -> jdbc.sql("""
                        INSERT INTO oauth_consent (account_id, application_id, tenant_id, scopes, granted_at)
                        SELECT id, :applicationId, tenant_id, :scopes, :now FROM account WHERE id = :accountId
                        ON CONFLICT (account_id, application_id) DO UPDATE SET scopes = excluded.scopes, granted_at = excluded.granted_at
                        """)
                .param("applicationId", UUID.fromString(consent.getRegisteredClientId()))
                .param("accountId", UUID.fromString(consent.getPrincipalName()))
                .param("scopes", scopes)
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update());
    }

    @Override
    public void remove(OAuth2AuthorizationConsent consent) {
        work.run(() ->
                delete(UUID.fromString(consent.getPrincipalName()), UUID.fromString(consent.getRegisteredClientId())));
    }

    @Override
    public @Nullable OAuth2AuthorizationConsent findById(String registeredClientId, String principalName) {
        return work.call(() -> find(UUID.fromString(principalName), UUID.fromString(registeredClientId)))
                .map(consent -> {
                    OAuth2AuthorizationConsent.Builder builder =
                            OAuth2AuthorizationConsent.withId(registeredClientId, principalName);
                    consent.scopes().forEach(builder::scope);
                    return builder.build();
                })
                .orElse(null);
    }

    /** Somebody's consents, by name of the application; needs a transaction in the system scope. */
    List<Consent> of(UUID accountId) {
        return jdbc.sql("""
                        SELECT application_id, name, oauth_consent.scopes, granted_at
                        FROM oauth_consent JOIN oauth_application ON oauth_application.id = application_id
                        WHERE oauth_consent.account_id = :accountId ORDER BY name, application_id
                        """)
                .param("accountId", accountId)
                .query(Consents::consent)
                .list();
    }

    /** Says whether there was one; needs a transaction in the system scope. */
    boolean delete(UUID accountId, UUID applicationId) {
        return jdbc.sql("DELETE FROM oauth_consent WHERE account_id = :accountId AND application_id = :applicationId")
                        .param("accountId", accountId)
                        .param("applicationId", applicationId)
                        .update()
                == 1;
    }

    private Optional<Consent> find(UUID accountId, UUID applicationId) {
        return of(accountId).stream()
                .filter(consent -> consent.applicationId().equals(applicationId))
                .findFirst();
    }

    private static Consent consent(ResultSet row, int rowNumber) throws SQLException {
        return new Consent(
                row.getObject("application_id", UUID.class),
                row.getString("name"),
                Set.of((String[]) row.getArray("scopes").getArray()),
                row.getTimestamp("granted_at").toInstant());
    }
}
