package dev.culvert.tunnel.access;

import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnelprotocol.CloseReason;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Makes changes of access hold at once on this replica, open connections included (requirement P2.10.9). Other replicas hear
 * of them by {@link ForeignAccessChanges}.
 */
@Component
class AccessNotices implements SchedulingConfigurer {
    private static final Duration TICK = Duration.ofMillis(500);

    private final Admission admission;
    private final SessionRegistry sessions;
    private final Clock clock;

    /**
     * Tunnels whose guests are asked a second time: somebody may have been let in by an answer from before the change, and
     * have entered right after the first time.
     */
    private final Set<UUID> again = ConcurrentHashMap.newKeySet();

    AccessNotices(Admission admission, SessionRegistry sessions, Clock clock) {
        this.admission = admission;
        this.sessions = sessions;
        this.clock = clock;
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::tick, TICK);
    }

    @TransactionalEventListener
    void committed(AccessChanged change) {
        admission.forget(change.tunnelId());
        admission.guests().recheck(change.tunnelId());
        again.add(change.tunnelId());
        change.withdrawnFrom()
                .ifPresent(person -> sessions.closeIf(
                        change.tunnelId(), session -> session.userId().equals(person), CloseReason.REVOKED));
        if (change.teamWithdrawn()) {
            // Who may still serve the tunnel is let in again when the agent comes back.
            sessions.closeIf(
                    change.tunnelId(), session -> !session.userId().equals(change.ownerId()), CloseReason.DRAINING);
        }
    }

    private void tick() {
        Set<UUID> changed = Set.copyOf(again);
        again.removeAll(changed);
        changed.forEach(admission.guests()::recheck);
        admission.guests().cutExpired(clock.instant());
    }
}
