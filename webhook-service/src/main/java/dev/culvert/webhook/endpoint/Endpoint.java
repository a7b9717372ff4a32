package dev.culvert.webhook.endpoint;

import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A registered webhook. Holds its secrets sealed only; {@link EndpointSecrets} opens them. */
@Entity
@Table(name = "endpoint")
class Endpoint {
    @Id
    private UUID id;

    private UUID tenantId;
    private UUID userId;
    private String url;

    @JdbcTypeCode(SqlTypes.ARRAY)
    private List<String> events;

    private String description;

    @Enumerated(EnumType.STRING)
    private RetryPolicy retryPolicy;

    @Enumerated(EnumType.STRING)
    private EndpointStatus status = EndpointStatus.ACTIVE;

    private String secret;
    /** Read only where deliveries are taken for sending. */
    @SuppressWarnings("UnusedVariable")
    private @Nullable String previousSecret;

    private @Nullable Instant previousSecretUntil;
    private Instant createdAt;
    private Instant updatedAt;

    @Version
    private @Nullable Long version;

    /** For JPA. */
    @SuppressWarnings("NullAway.Init")
    protected Endpoint() {}

    Endpoint(
            UUID id,
            UUID tenantId,
            UUID userId,
            String url,
            List<String> events,
            String description,
            RetryPolicy retryPolicy,
            String sealedSecret,
            Instant now) {
        this.id = id;
        this.tenantId = tenantId;
        this.userId = userId;
        this.url = url;
        this.events = List.copyOf(events);
        this.description = description;
        this.retryPolicy = retryPolicy;
        this.secret = sealedSecret;
        this.createdAt = now;
        this.updatedAt = now;
    }

    void sendTo(String newUrl, Instant now) {
        url = newUrl;
        updatedAt = now;
    }

    void subscribeTo(List<String> newEvents, Instant now) {
        events = List.copyOf(newEvents);
        updatedAt = now;
    }

    void describe(String newDescription, Instant now) {
        description = newDescription;
        updatedAt = now;
    }

    void retryBy(RetryPolicy newPolicy, Instant now) {
        retryPolicy = newPolicy;
        updatedAt = now;
    }

    void changeStatus(EndpointStatus newStatus, Instant now) {
        status = newStatus;
        updatedAt = now;
    }

    void rotateSecret(String newSealedSecret, Instant oldValidUntil, Instant now) {
        previousSecret = secret;
        previousSecretUntil = oldValidUntil;
        secret = newSealedSecret;
        updatedAt = now;
    }

    UUID id() {
        return id;
    }

    UUID tenantId() {
        return tenantId;
    }

    UUID userId() {
        return userId;
    }

    String url() {
        return url;
    }

    List<String> events() {
        return List.copyOf(events);
    }

    String description() {
        return description;
    }

    RetryPolicy retryPolicy() {
        return retryPolicy;
    }

    EndpointStatus status() {
        return status;
    }

    /** Until when the secret before the present one signs, too. */
    Optional<Instant> previousSecretUntil() {
        return Optional.ofNullable(previousSecretUntil);
    }

    Instant createdAt() {
        return createdAt;
    }

    Instant updatedAt() {
        return updatedAt;
    }
}
