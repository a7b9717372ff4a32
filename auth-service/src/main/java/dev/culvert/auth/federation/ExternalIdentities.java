package dev.culvert.auth.federation;

import dev.culvert.auth.account.Account;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Which subject of which issuer has which account. Used in the system scope: it is asked before a tenant is known. */
@Repository
class ExternalIdentities {
    private final JdbcClient jdbc;

    ExternalIdentities(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<UUID> findAccount(ExternalPerson person) {
        return jdbc.sql("SELECT account_id FROM external_identity WHERE issuer = :issuer AND subject = :subject")
                .param("issuer", person.issuer())
                .param("subject", person.subject())
                .query(UUID.class)
                .optional();
    }

    /** Makes others who do the same for this person wait until the transaction ends. */
    void lock(ExternalPerson person) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(:person, 0))")
                .param("person", person.issuer() + " " + person.subject())
                .query((_, _) -> true)
                .single();
    }

    void link(ExternalPerson person, Account account, Instant now) {
        jdbc.sql("""
                        INSERT INTO external_identity (issuer, subject, tenant_id, account_id, linked_at)
                        VALUES (:issuer, :subject, :tenantId, :accountId, :now)
                        """)
                .param("issuer", person.issuer())
                .param("subject", person.subject())
                .param("tenantId", account.tenantId())
                .param("accountId", account.id())
                .param("now", now.atOffset(ZoneOffset.UTC))
                .update();
    }
}
