package dev.culvert.proxy.proxy;

import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.PostLoad;
import jakarta.persistence.PostPersist;
import jakarta.persistence.Table;
import jakarta.persistence.Transient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/** A proxy as stored. Every writer holds the row's lock ({@link ProxyRepository#lock}), so changes never race. */
@Entity
@Table(name = "proxies")
class Proxy implements Persistable<UUID> {
    @Id
    private UUID id;

    @Column(updatable = false)
    private UUID tenantId;

    @Column(updatable = false)
    private UUID userId;

    private String name;

    @ElementCollection(fetch = FetchType.LAZY)
    @CollectionTable(name = "proxy_targets", joinColumns = @JoinColumn(name = "proxy_id"))
    @OrderColumn(name = "position")
    private List<Row> targets = new ArrayList<>();

    @Enumerated(EnumType.STRING)
    private ProxyState status;

    private Instant statusChangedAt;

    private boolean reachable = true;

    @Column(insertable = false, updatable = false)
    private @Nullable Instant lastActivityAt;

    private int revision;

    @Column(updatable = false)
    private Instant createdAt;

    private Instant updatedAt;

    @Transient
    private boolean stored;

    /** A target as stored: a tunnel's name or an address. */
    @Embeddable
    record Row(
            UUID tenantId,
            @Nullable String tunnel,
            @Nullable String url,
            int priority) {
        static Row of(UUID tenantId, Target target) {
            return switch (target) {
                case Target.Tunnel it -> new Row(tenantId, it.tunnel(), null, it.priority());
                case Target.Url it -> new Row(tenantId, null, it.url(), it.priority());
            };
        }

        Target target() {
            if (tunnel != null) {
                return new Target.Tunnel(tunnel, priority);
            }
            if (url != null) {
                return new Target.Url(url, priority);
            }
            throw new IllegalStateException("A stored target has neither tunnel nor address");
        }
    }

    /** For JPA, which fills the fields right after. */
    @SuppressWarnings("NullAway.Init")
    protected Proxy() {}

    Proxy(UUID id, UUID tenantId, UUID userId, String name, List<Target> targets, Instant now) {
        this.id = id;
        this.tenantId = tenantId;
        this.userId = userId;
        this.name = name;
        this.targets = rows(tenantId, targets);
        this.status = ProxyState.RUNNING;
        this.statusChangedAt = now;
        this.revision = 1;
        this.createdAt = now;
        this.updatedAt = now;
    }

    /** Takes new values and answers which fields really changed. */
    Set<String> edit(String newName, List<Target> newTargets, Instant now) {
        Set<String> changed = new TreeSet<>();
        if (!newName.equals(name)) {
            changed.add("name");
        }
        if (!newTargets.equals(targets())) {
            changed.add("targets");
        }
        if (!changed.isEmpty()) {
            name = newName;
            targets.clear();
            targets.addAll(rows(tenantId, newTargets));
            revision++;
            updatedAt = now;
        }
        return changed;
    }

    /** Takes the state and answers whether it was another one. */
    boolean become(ProxyState next, Instant now) {
        if (status == next) {
            return false;
        }
        status = next;
        statusChangedAt = now;
        updatedAt = now;
        return true;
    }

    /** Takes whether one of its targets can take requests. */
    void reach(boolean now) {
        reachable = now;
    }

    /** What its owner is shown: one that runs without a target that can take requests is in error. */
    String shownStatus() {
        return status == ProxyState.RUNNING && !reachable ? "error" : status.wireName();
    }

    private static List<Row> rows(UUID tenantId, List<Target> targets) {
        return new ArrayList<>(
                targets.stream().map(target -> Row.of(tenantId, target)).toList());
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

    List<Target> targets() {
        return targets.stream().map(Row::target).toList();
    }

    ProxyState status() {
        return status;
    }

    Instant statusChangedAt() {
        return statusChangedAt;
    }

    Optional<Instant> lastActivityAt() {
        return Optional.ofNullable(lastActivityAt);
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
}
