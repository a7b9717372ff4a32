package dev.culvert.tunnel.session;

import dev.culvert.tunnel.session.SessionEvent.SessionInfo;
import dev.culvert.tunnelprotocol.Link;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A link whose agent has said hello. */
public final class AgentSession {
    private final SessionInfo info;
    private final int connection;
    private final Link link;
    private final AtomicInteger requests = new AtomicInteger();
    private final Optional<Instant> until;
    private volatile @Nullable Consumer<String> line;

    /**
     * @param connection number of the link within its agent process
     */
    public AgentSession(SessionInfo info, int connection, Link link) {
        this(info, connection, link, Optional.empty());
    }

    /**
     * @param connection number of the link within its agent process
     * @param until when the right to serve the tunnel ends by itself
     */
    public AgentSession(SessionInfo info, int connection, Link link, Optional<Instant> until) {
        this.info = info;
        this.connection = connection;
        this.link = link;
        this.until = until;
    }

    public SessionInfo info() {
        return info;
    }

    public Link link() {
        return link;
    }

    /** When the right to serve the tunnel ends by itself, as it was known when the agent came. */
    public Optional<Instant> until() {
        return until;
    }

    /**
     * Notes that the agent spreads its connections over replicas and hears how many there are.
     *
     * @param tell writes a line on the control stream
     */
    public void spreads(Consumer<String> tell) {
        line = tell;
    }

    /** Whether the agent looks for another replica when it is asked to; older ones do not. */
    public boolean spreads() {
        return line != null;
    }

    /** Says a line of JSON to an agent that listens. */
    public void tell(String json) {
        Consumer<String> tell = line;
        if (tell != null) {
            tell.accept(json);
        }
    }

    /** Counts a request in, unless the agent's limit is reached. */
    public boolean tryBegin() {
        // One stream is the control stream.
        if (requests.incrementAndGet() < link.maxStreams()) {
            return true;
        }
        requests.decrementAndGet();
        return false;
    }

    /** Counts a request out. */
    public void end() {
        requests.decrementAndGet();
    }

    /** Number of the link within its agent process. */
    public int connection() {
        return connection;
    }

    int requests() {
        return requests.get();
    }

    SessionFigures figures() {
        SessionFigures.Health health = link.usable()
                ? link.suspect() ? SessionFigures.Health.SUSPECT : SessionFigures.Health.USABLE
                : SessionFigures.Health.DRAINING;
        // One stream is the control stream.
        return new SessionFigures(info.sessionId(), health, requests.get(), Math.max(0, link.maxStreams() - 1));
    }

    boolean sameOrigin(AgentSession other) {
        return connection == other.connection
                && info.agentInstance().equals(other.info.agentInstance())
                && info.tunnelId().equals(other.info.tunnelId());
    }
}
