package dev.culvert.proxy.proxy;

import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface ProxyRepository extends Repository<Proxy, UUID> {
    Proxy saveAndFlush(Proxy proxy);

    void delete(Proxy proxy);

    Optional<Proxy> findByIdAndUserId(UUID id, UUID userId);

    boolean existsByUserIdAndName(UUID userId, String name);

    long countByUserId(UUID userId);

    @Query("SELECT count(p) FROM Proxy p WHERE p.status = ProxyState.RUNNING")
    long countRunning();

    @Query(
            value =
                    "SELECT * FROM proxies WHERE user_id = :userId ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset",
            nativeQuery = true)
    List<Proxy> page(UUID userId, int limit, int offset);

    /** The proxy with its row locked until the transaction ends. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT p FROM Proxy p WHERE p.id = :id")
    Optional<Proxy> lock(UUID id);

    /** Proxies of a name in the tenant, the user's own first, then the oldest. */
    @Query("""
            SELECT p FROM Proxy p WHERE p.tenantId = :tenantId AND p.name = :name
            ORDER BY CASE WHEN p.userId = :userId THEN 0 ELSE 1 END, p.createdAt, p.id""")
    List<Proxy> named(UUID tenantId, UUID userId, String name, Limit limit);

    /** Proxies of a tenant with a target of this name, in one order, so that nobody waits in circles to lock them. */
    @Query(
            value =
                    "SELECT DISTINCT proxy_id FROM proxy_targets WHERE tenant_id = :tenantId AND tunnel = :tunnel ORDER BY proxy_id",
            nativeQuery = true)
    List<UUID> leadingTo(UUID tenantId, String tunnel);

    /** Notes when a request last came; never goes back. */
    @Modifying
    @Query(
            value = "UPDATE proxies SET last_activity_at = greatest(last_activity_at, :at) WHERE id = :id",
            nativeQuery = true)
    void noteActivity(UUID id, Instant at);
}
