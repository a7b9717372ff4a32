package dev.culvert.tunnel.share;

import dev.culvert.contracts.event.EventEnvelope;
import dev.culvert.contracts.event.EventType;
import dev.culvert.contracts.event.Topics;
import dev.culvert.contracts.event.UserEvent.ProfileCreated;
import dev.culvert.contracts.event.UserEvent.TenantCreated;
import dev.culvert.data.inbox.EventHandler;
import dev.culvert.data.tenant.TenantScope;
import java.sql.Types;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Whom tunnels can be shared with: the people and teams user-service tells of. Look-ups begin a transaction of their own. */
@Component
class People implements EventHandler {
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;

    People(JdbcClient jdbc, TransactionOperations transactions) {
        this.jdbc = jdbc;
        this.transactions = transactions;
    }

    @Override
    public String consumer() {
        return "tunnel-people";
    }

    @Override
    public Set<String> topics() {
        return Set.of(Topics.USERS);
    }

    @Override
    public boolean wants(EventType type) {
        return type == EventType.PROFILE_CREATED || type == EventType.TENANT_CREATED;
    }

    @Override
    public boolean system() {
        return true;
    }

    @Override
    public void handle(EventEnvelope<?> event) {
        switch (event.data()) {
            case ProfileCreated person ->
                jdbc.sql("""
                        INSERT INTO people (user_id, tenant_id, username, email) VALUES (?, ?, ?, ?)
                        ON CONFLICT (user_id) DO UPDATE SET tenant_id = excluded.tenant_id,
                          username = excluded.username, email = excluded.email""")
                        .params(person.userId(), person.tenantId(), person.username(), person.email())
                        .update();
            case TenantCreated team ->
                jdbc.sql("""
                        INSERT INTO teams (tenant_id, name, outside_guests) VALUES (?, ?, ?)
                        ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name""")
                        .params(team.tenantId(), team.name(), team.personal())
                        .update();
            default -> throw new IllegalArgumentException("Not wanted here: " + event.type());
        }
    }

    /** A person by id, user name or mail address. */
    Optional<Grantee> person(String idOrName) {
        UUID id = idIn(idOrName);
        return asSystem(
                "find a person to share with",
                () -> jdbc.sql("""
                        SELECT user_id, tenant_id, username FROM people
                        WHERE user_id = :id OR lower(username) = :name OR lower(email) = :name
                        ORDER BY user_id = :id DESC LIMIT 1""")
                        .param("id", id, Types.OTHER)
                        .param("name", idOrName.toLowerCase(Locale.ROOT))
                        .query((row, _) -> Grantee.person(
                                row.getObject("user_id", UUID.class),
                                row.getObject("tenant_id", UUID.class),
                                row.getString("username")))
                        .optional());
    }

    /** A team by its tenant's id. */
    Optional<Grantee> team(UUID tenantId) {
        return asSystem(
                "find a team to share with",
                () -> jdbc.sql("SELECT name FROM teams WHERE tenant_id = ?")
                        .param(tenantId)
                        .query((row, _) -> Grantee.team(tenantId, row.getString("name")))
                        .optional());
    }

    /** Whether a tenant's tunnels may be shared beyond it (requirement X-23); one that is not known here says no. */
    boolean allowsOutsideGuests(UUID tenantId) {
        return asSystem(
                        "read a tenant's rule on guests",
                        () -> jdbc.sql("SELECT outside_guests FROM teams WHERE tenant_id = ?")
                                .param(tenantId)
                                .query(Boolean.class)
                                .optional())
                .orElse(false);
    }

    private <T> Optional<T> asSystem(String reason, Supplier<Optional<T>> question) {
        Optional<T> answer = TenantScope.callAsSystem(reason, () -> transactions.execute(_ -> question.get()));
        return answer == null ? Optional.empty() : answer;
    }

    private static @Nullable UUID idIn(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException notAnId) {
            return null;
        }
    }
}
