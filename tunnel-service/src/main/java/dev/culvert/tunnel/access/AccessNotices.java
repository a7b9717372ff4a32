package dev.culvert.tunnel.access;

import dev.culvert.tunnel.session.Admission;
import dev.culvert.tunnel.session.AgentSession;
import dev.culvert.tunnel.session.SessionRegistry;
import dev.culvert.tunnelprotocol.CloseReason;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
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
    private final ShareMeter meter;
    private final Clock clock;

    /**
     * Tunnels whose guests are asked a second time: somebody may have been let in by an answer from before the change, and
     * have entered right after the first time.
     */
    private final Set<UUID> again = ConcurrentHashMap.newKeySet();

    AccessNotices(Admission admission, SessionRegistry sessions, ShareMeter meter, Clock clock) {
        this.admission = admission;
        this.sessions = sessions;
        this.meter = meter;
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
        switch (change) {
            case AccessChanged.Used _ -> {}
            case AccessChanged.NoLongerServed gone ->
                gone.person()
                        .ifPresentOrElse(
                                person -> sessions.closeIf(
                                        gone.tunnelId(), agent -> isOf(agent, person), CloseReason.REVOKED),
                                () -> askAnew(gone.tunnelId(), agent -> !isOf(agent, gone.ownerId())));
            case AccessChanged.ServedUntil until ->
                askAnew(
                        until.tunnelId(),
                        agent -> !isOf(agent, until.ownerId())
                                && until.person()
                                        .filter(person -> !isOf(agent, person))
                                        .isEmpty()
                                && agent.until()
                                        .filter(end -> !end.isAfter(until.end()))
                                        .isEmpty());
            case AccessChanged.HandedOver over -> askAnew(over.tunnelId(), _ -> true);
        }
    }

    /** Who may still serve the tunnel is let in again when the agent comes back. */
    private void askAnew(UUID tunnelId, Predicate<AgentSession> which) {
        sessions.closeIf(tunnelId, which, CloseReason.DRAINING);
    }

    private static boolean isOf(AgentSession agent, UUID userId) {
        return agent.info().userId().equals(userId);
    }

    private void tick() {
        Set<UUID> changed = Set.copyOf(again);
        again.removeAll(changed);
        changed.forEach(admission.guests()::recheck);
        admission.guests().cutExpired(clock.instant());
        meter.settle().forEach(usedUp -> admission.guests().cut(usedUp.tunnelId(), usedUp.grantId()));
    }
}
