package dev.culvert.webhook.endpoint;

import java.util.List;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

/** Endpoints of the tenant that row-level security lets the transaction see. */
interface EndpointRepository extends JpaRepository<Endpoint, UUID> {
    @Query("SELECT e FROM Endpoint e ORDER BY e.createdAt DESC, e.id DESC LIMIT :limit OFFSET :offset")
    List<Endpoint> newestFirst(int limit, int offset);

    /** Makes registrations of one tenant wait for each other, so that a limit on their number holds under concurrency. */
    @Query(
            value = "SELECT pg_advisory_xact_lock(hashtextextended('webhook.endpoint:' || :tenantId, 0)) IS NULL",
            nativeQuery = true)
    boolean lockRegistrationsOf(String tenantId);
}
