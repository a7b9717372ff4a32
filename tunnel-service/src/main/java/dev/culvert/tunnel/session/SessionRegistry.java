package dev.culvert.tunnel.session;

import dev.culvert.tunnelprotocol.CloseReason;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All agent sessions of this replica, by tunnel. */
public final class SessionRegistry implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SessionRegistry.class);

    private final SessionListener listener;
    private final Clock clock;
    private final ConcurrentHashMap<UUID, List<AgentSession>> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile boolean draining;

    /** One thread, so that events arrive in the order in which they were queued. */
    private final ExecutorService events = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("session-events").factory());

    public SessionRegistry(SessionListener listener, Clock clock) {
        this.listener = listener;
        this.clock = clock;
    }

    /** Takes a session in; an older one of the same agent process and link number gives way. */
    public void add(AgentSession session) {
        UUID tunnelId = session.info().tunnelId();
        List<AgentSession> replaced = new ArrayList<>();
        sessions.compute(tunnelId, (_, before) -> {
            List<AgentSession> after = new ArrayList<>(before == null ? List.of() : before);
            after.add(session);
            for (AgentSession older : before == null ? List.<AgentSession>of() : before) {
                if (older.sameOrigin(session)) {
                    replaced.add(older);
                }
            }
            // Queued inside compute: the order of events is the order of changes.
            tell(new SessionEvent.Connected(session.info(), after.size(), clock.instant()));
            return List.copyOf(after);
        });
        replaced.forEach(SessionRegistry::giveWay);
        if (draining) {
            // It was let in before the drain began and is in nobody's list that was gone through then.
            session.link().drain(CloseReason.DRAINING);
        }
        log.atInfo()
                .addKeyValue("culvert.tunnel.id", tunnelId)
                .addKeyValue("culvert.session.id", session.info().sessionId())
                .addKeyValue("culvert.agent.version", session.info().agentVersion())
                .log("Agent connected");
    }

    /** What the agent left on purpose finishes; anything else is dead and does not know it. */
    private static void giveWay(AgentSession older) {
        if (older.link().movingAway()) {
            older.link().drain(CloseReason.DRAINING);
        } else {
            older.link().close(CloseReason.REPLACED);
        }
    }

    /** The agent made this connection anew on another replica. */
    public void replace(UUID tunnelId, UUID sessionId) {
        sessions.getOrDefault(tunnelId, List.of()).stream()
                .filter(session -> session.info().sessionId().equals(sessionId))
                .forEach(SessionRegistry::giveWay);
    }

    /** Forgets a session whose link has ended. */
    public void remove(AgentSession session, String reason) {
        UUID tunnelId = session.info().tunnelId();
        sessions.computeIfPresent(tunnelId, (_, before) -> {
            List<AgentSession> after =
                    before.stream().filter(other -> other != session).toList();
            if (after.size() < before.size()) {
                tell(new SessionEvent.Disconnected(session.info(), after.size(), clock.instant(), reason));
            }
            return after.isEmpty() ? null : after;
        });
        log.atInfo()
                .addKeyValue("culvert.tunnel.id", tunnelId)
                .addKeyValue("culvert.session.id", session.info().sessionId())
                .addKeyValue("reason", reason)
                .log("Agent disconnected");
    }

    private void tell(SessionEvent event) {
        events.execute(() -> {
            try {
                listener.onSession(event);
            } catch (RuntimeException e) {
                log.atError()
                        .setCause(e)
                        .addKeyValue("culvert.tunnel.id", event.session().tunnelId())
                        .log("Session event could not be handled");
            }
        });
    }

    /**
     * The best session for one more request, already counted into it: the one with fewest requests among those whose agent
     * answers, else among those that are suspect. Equal ones take turns.
     *
     * @return empty if no agent is connected or all are at their limit
     */
    public Optional<AgentSession> begin(UUID tunnelId) {
        return begin(tunnelId, Optional.empty());
    }

    /**
     * As {@link #begin(UUID)}.
     *
     * @param endpoint the only one whose sessions are asked for; empty for any
     */
    public Optional<AgentSession> begin(UUID tunnelId, Optional<String> endpoint) {
        return beginAnswering(tunnelId, endpoint)
                .or(() -> fewestRequests(sessions.getOrDefault(tunnelId, List.of()), of(endpoint)));
    }

    /** As {@link #begin(UUID, Optional)}, but only a session whose agent is not suspected to be gone. */
    public Optional<AgentSession> beginAnswering(UUID tunnelId, Optional<String> endpoint) {
        return fewestRequests(
                sessions.getOrDefault(tunnelId, List.of()),
                of(endpoint).and(session -> !session.link().suspect()));
    }

    private static Predicate<AgentSession> of(Optional<String> endpoint) {
        return session -> endpoint.isEmpty() || session.info().endpoint().equals(endpoint.get());
    }

    /** As {@link #begin}, but only a session of the agent process of this name. */
    public Optional<AgentSession> beginOf(UUID tunnelId, String agentInstance) {
        return fewestRequests(
                sessions.getOrDefault(tunnelId, List.of()),
                session -> session.info().agentInstance().equals(agentInstance)
                        && !session.link().suspect());
    }

    private Optional<AgentSession> fewestRequests(List<AgentSession> candidates, Predicate<AgentSession> eligible) {
        AgentSession best = null;
        int size = candidates.size();
        int start = size == 0 ? 0 : Math.floorMod(turn.getAndIncrement(), size);
        for (int i = 0; i < size; i++) {
            AgentSession candidate = candidates.get((start + i) % size);
            if (candidate.link().usable()
                    && eligible.test(candidate)
                    && (best == null || candidate.requests() < best.requests())) {
                best = candidate;
            }
        }
        return best != null && best.tryBegin() ? Optional.of(best) : Optional.empty();
    }

    /** Whether an agent of the tunnel could take requests now, were it not for limits. */
    public boolean connected(UUID tunnelId) {
        return connected(tunnelId, Optional.empty());
    }

    /** As {@link #connected(UUID)}, of one endpoint or of any. */
    public boolean connected(UUID tunnelId, Optional<String> endpoint) {
        Predicate<AgentSession> wanted = of(endpoint);
        for (AgentSession session : sessions.getOrDefault(tunnelId, List.of())) {
            if (session.link().usable() && wanted.test(session)) {
                return true;
            }
        }
        return false;
    }

    /** Sessions of a tunnel that take requests. */
    public List<AgentSession> usable(UUID tunnelId) {
        return sessions.getOrDefault(tunnelId, List.of()).stream()
                .filter(session -> session.link().usable())
                .toList();
    }

    /** All sessions that take requests. */
    public List<AgentSession> usable() {
        return sessions.values().stream()
                .flatMap(List::stream)
                .filter(session -> session.link().usable())
                .toList();
    }

    /** Those that take requests of tunnels with several sessions: most agents have one connection to a replica. */
    public List<AgentSession> usableBesideOthers() {
        return sessions.values().stream()
                .filter(ofTunnel -> ofTunnel.size() > 1)
                .flatMap(List::stream)
                .filter(session -> session.link().usable())
                .toList();
    }

    /** Sessions of one tunnel. */
    public int connections(UUID tunnelId) {
        return sessions.getOrDefault(tunnelId, List.of()).size();
    }

    /** Sessions of all tunnels. */
    public int connections() {
        return sessions.values().stream().mapToInt(List::size).sum();
    }

    /** Requests under way over all sessions. */
    public int requests() {
        return sessions.values().stream()
                .flatMap(List::stream)
                .mapToInt(AgentSession::requests)
                .sum();
    }

    /** How the sessions of a tunnel do. */
    public List<SessionFigures> figures(UUID tunnelId) {
        return sessions.getOrDefault(tunnelId, List.of()).stream()
                .map(AgentSession::figures)
                .toList();
    }

    /** How the sessions of all tunnels do. */
    public List<SessionFigures> figures() {
        return sessions.values().stream()
                .flatMap(List::stream)
                .map(AgentSession::figures)
                .toList();
    }

    /** Ends all sessions of a tunnel with everything on them. To be called after {@link Admission#forget(UUID)}. */
    public void close(UUID tunnelId, CloseReason reason) {
        sessions.getOrDefault(tunnelId, List.of())
                .forEach(session -> session.link().close(reason));
    }

    /** Ends those sessions of a tunnel for which {@code which} holds. */
    public void closeIf(UUID tunnelId, Predicate<AgentSession> which, CloseReason reason) {
        sessions.getOrDefault(tunnelId, List.of()).stream()
                .filter(which)
                .forEach(session -> session.link().close(reason));
    }

    /** Ends all sessions that were made with an API key. */
    public void closeByApiKey(UUID apiKeyId) {
        sessions.values().stream()
                .flatMap(List::stream)
                .filter(session ->
                        session.info().apiKeyId().filter(apiKeyId::equals).isPresent())
                .forEach(session -> session.link().close(CloseReason.REVOKED));
    }

    /** Asks every agent to go elsewhere, also those that are just connecting; running requests finish. */
    public void drain() {
        draining = true;
        sessions.values().stream()
                .flatMap(List::stream)
                .forEach(session -> session.link().drain(CloseReason.DRAINING));
    }

    /** Delivers what is queued, then stops. */
    @Override
    public void close() {
        events.close();
    }
}
