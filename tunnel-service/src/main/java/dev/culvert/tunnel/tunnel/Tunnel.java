package dev.culvert.tunnel.tunnel;

import dev.culvert.tunnel.activity.CommandSource;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.PostLoad;
import jakarta.persistence.PostPersist;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/** A tunnel as stored. Every writer holds the row's lock ({@link TunnelRepository#lock}), so changes never race. */
@Entity
@Table(name = "tunnels")
class Tunnel implements Persistable<UUID> {
    @Id
    private UUID id;

    @Column(updatable = false)
    private UUID tenantId;

    @Column(updatable = false)
    private UUID userId;

    private String name;
    private @Nullable String description;
    private int maxConnections;
    private @Nullable Integer timeoutMillis;
    private boolean compression;

    @Enumerated(EnumType.STRING)
    private TunnelStatus status;

    private boolean stopped;
    private String statusReason;
    private Instant statusChangedAt;
    private int revision;

    /** Who may use it; the feature {@code share} writes it. */
    @Column(insertable = false, updatable = false)
    private String visibility = "private";

    @Column(updatable = false)
    private Instant createdAt;

    private Instant updatedAt;

    @Column(updatable = false)
    private String createdFrom;

    @Column(updatable = false)
    private String createdWith;

    @Transient
    private boolean stored;

    /** For JPA, which fills the fields right after. */
    @SuppressWarnings("NullAway.Init")
    protected Tunnel() {}

    Tunnel(
            UUID id,
            UUID tenantId,
            UUID userId,
            String name,
            @Nullable String description,
            TunnelConfig config,
            CommandSource source,
            Instant now) {
        Lifecycle life = Lifecycle.created();
        this.id = id;
        this.tenantId = tenantId;
        this.userId = userId;
        this.name = name;
        this.description = description;
        this.maxConnections = config.connectionLimit();
        this.timeoutMillis = config.timeout();
        this.compression = config.compresses();
        this.status = life.status();
        this.stopped = life.stopped();
        this.statusReason = life.reason();
        this.statusChangedAt = now;
        this.revision = 1;
        this.createdAt = now;
        this.updatedAt = now;
        this.createdFrom = source.address();
        this.createdWith = source.agent();
    }

    /** Takes new values and answers which fields really changed. */
    Set<String> edit(String newName, @Nullable String newDescription, TunnelConfig newConfig, Instant now) {
        Set<String> changed = new TreeSet<>();
        if (!newName.equals(name)) {
            changed.add("name");
        }
        if (!Objects.equals(newDescription, description)) {
            changed.add("description");
        }
        if (newConfig.connectionLimit() != maxConnections
                || !Objects.equals(newConfig.timeout(), timeoutMillis)
                || newConfig.compresses() != compression) {
            changed.add("config");
        }
        if (!changed.isEmpty()) {
            name = newName;
            description = newDescription;
            maxConnections = newConfig.connectionLimit();
            timeoutMillis = newConfig.timeout();
            compression = newConfig.compresses();
            revision++;
            updatedAt = now;
        }
        return changed;
    }

    Lifecycle lifecycle() {
        return new Lifecycle(status, stopped, statusReason);
    }

    /** Takes what {@link Lifecycle} decided. */
    void become(Lifecycle next, Instant now) {
        status = next.status();
        stopped = next.stopped();
        statusReason = next.reason();
        statusChangedAt = now;
        updatedAt = now;
    }

    @Override
    public UUID getId() {
        return id;
    }

    @Override
    public boolean isNew() {
        return !stored;
    }

    @PostLoad
    @PostPersist
    void markStored() {
        stored = true;
    }

    UUID tenantId() {
        return tenantId;
    }

    UUID userId() {
        return userId;
    }

    String name() {
        return name;
    }

    @Nullable
    String description() {
        return description;
    }

    TunnelConfig config() {
        return new TunnelConfig(maxConnections, timeoutMillis, compression);
    }

    TunnelStatus status() {
        return status;
    }

    Instant statusChangedAt() {
        return statusChangedAt;
    }

    String visibility() {
        return visibility;
    }

    int revision() {
        return revision;
    }

    Instant createdAt() {
        return createdAt;
    }

    Instant updatedAt() {
        return updatedAt;
    }

    String createdFrom() {
        return createdFrom;
    }

    String createdWith() {
        return createdWith;
    }
}
