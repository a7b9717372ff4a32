package dev.culvert.tunnel.tunnel;

import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface TunnelRepository extends Repository<Tunnel, UUID> {
    Tunnel saveAndFlush(Tunnel tunnel);

    void delete(Tunnel tunnel);

    Optional<Tunnel> findById(UUID id);

    List<Tunnel> findAllByIdInOrderById(Collection<UUID> ids);

    boolean existsByUserIdAndName(UUID userId, String name);

    long countByUserId(UUID userId);

    @Query(
            value =
                    "SELECT * FROM tunnels WHERE user_id = :userId ORDER BY created_at DESC, id LIMIT :limit OFFSET :offset",
            nativeQuery = true)
    List<Tunnel> page(UUID userId, int limit, int offset);

    /** The tunnels behind one place of the same order. */
    @Query(value = """
            SELECT * FROM tunnels WHERE user_id = :userId
            AND (created_at < :createdAt OR (created_at = :createdAt AND id > :id))
            ORDER BY created_at DESC, id LIMIT :limit""", nativeQuery = true)
    List<Tunnel> behind(UUID userId, Instant createdAt, UUID id, int limit);

    /** The tunnel with its row locked until the transaction ends. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT t FROM Tunnel t WHERE t.id = :id")
    Optional<Tunnel> lock(UUID id);

    /** As {@link #lock}, of several; always in this order, so that nobody who does so waits for another one who does. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("SELECT t FROM Tunnel t WHERE t.id IN :ids ORDER BY t.id")
    List<Tunnel> lockAll(Collection<UUID> ids);

    /** Tunnels whose status says that an agent is there, while no replica holds one. */
    @Query(value = """
            SELECT t.* FROM tunnels t WHERE t.status = 'CONNECTED'
            AND NOT EXISTS (SELECT FROM agent_connections c WHERE c.tunnel_id = t.id)""", nativeQuery = true)
    List<Tunnel> connectedWithoutAgent();
}
