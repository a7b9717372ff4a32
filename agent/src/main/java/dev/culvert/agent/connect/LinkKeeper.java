package dev.culvert.agent.connect;

import dev.culvert.agent.forward.Forwarding;
import dev.culvert.tunnelprotocol.AgentHello;
import dev.culvert.tunnelprotocol.CloseReason;
import dev.culvert.tunnelprotocol.Link;
import dev.culvert.tunnelprotocol.LinkListener;
import dev.culvert.tunnelprotocol.LinkSettings;
import dev.culvert.tunnelprotocol.PolledChannel;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one link up for as long as the agent runs. All of its state lives on one event loop.
 *
 * <p>When the service says that it drains, the replacement is dialled at once and the old link is left to finish.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells of failed writes by closing the channel
final class LinkKeeper implements LinkListener {
    /** A link that held this long was a good one; the next failure starts from short waits again. */
    private static final Duration STABLE = Duration.ofSeconds(10);

    private static final Duration LONGEST_REPLACEMENT_DELAY = Duration.ofMillis(500);

    private static final Duration LONGEST_REDIAL_DELAY = Duration.ofMillis(150);

    /** A gateway that always leads to the same replica is not asked for another one for ever. */
    private static final int MOST_MISDIRECTED = 10;

    private final EventLoop eventLoop;
    private final Dialer dialer;
    private final LinkSettings settings;
    private final AgentHello hello;
    private final Spread spread;
    private final Forwarding forwarding;
    private final Consumer<LinkEvent> events;
    private final Consumer<AgentEnd> fatal;
    private final RandomGenerator random;
    private final Backoff backoff;
    private final Promise<Void> closed;

    private final Set<Link> finishing = new HashSet<>();
    private volatile @Nullable Link current;
    private long connectedNanos;
    private boolean stopping;
    private boolean welcomed;
    private Transport transport = Transport.WEBSOCKET;
    private int misdirected;

    LinkKeeper(
            EventLoop eventLoop,
            Dialer dialer,
            LinkSettings settings,
            AgentHello hello,
            Spread spread,
            Forwarding forwarding,
            Consumer<LinkEvent> events,
            Consumer<AgentEnd> fatal,
            RandomGenerator random) {
        this.eventLoop = eventLoop;
        this.dialer = dialer;
        this.settings = settings;
        this.hello = hello;
        this.spread = spread;
        this.forwarding = forwarding;
        this.events = events;
        this.fatal = fatal;
        this.random = random;
        this.backoff = new Backoff(random);
        this.closed = eventLoop.newPromise();
    }

    void start() {
        eventLoop.execute(this::dial);
    }

    /** Takes no new requests, lets running ones finish. */
    Future<Void> drain() {
        eventLoop.execute(() -> {
            stopping = true;
            links().forEach(link -> link.drain(CloseReason.DRAINING));
            closedIfEmpty();
        });
        return closed;
    }

    /** Ends every link now. */
    void abort() {
        eventLoop.execute(() -> {
            stopping = true;
            links().forEach(Link::abort);
            closedIfEmpty();
        });
    }

    /** How long the link took to answer its last PING; empty while there is none. From any thread. */
    Optional<Duration> roundTrip() {
        Link up = current;
        return up == null ? Optional.empty() : up.roundTrip();
    }

    private Set<Link> links() {
        Set<Link> all = new HashSet<>(finishing);
        Link up = current;
        if (up != null) {
            all.add(up);
        }
        return all;
    }

    private void dial() {
        if (!stopping) {
            String avoid = misdirected < MOST_MISDIRECTED ? spread.avoid(hello.connection()) : "";
            dialer.dial(eventLoop, avoid, this::onUpgraded, this::onDialFailed);
        }
    }

    private void onUpgraded(Channel channel) {
        if (stopping) {
            channel.close();
            return;
        }
        transport = channel instanceof PolledChannel ? Transport.POLLING : Transport.WEBSOCKET;
        current = Link.asAgent(channel, settings, this, ControlStream.orRequest(hello, this::onNotice, forwarding));
        connectedNanos = System.nanoTime();
        welcomed = false;
    }

    private void onNotice(Notice notice) {
        if (!welcomed) {
            welcomed = true;
            misdirected = 0;
            connectedNanos = System.nanoTime();
            dialer.welcomed(transport);
            events.accept(new LinkEvent.Connected(hello.connection(), transport));
        }
        notice.replica().ifPresent(replica -> spread.leadsTo(hello.connection(), replica));
        spread.replicas(notice.replicas());
    }

    private void onDialFailed(DialFailure failure) {
        if (stopping) {
            return;
        }
        if (failure instanceof DialFailure.Elsewhere) {
            misdirected++;
            long delay = random.nextLong(LONGEST_REDIAL_DELAY.toMillis());
            eventLoop.schedule(this::dial, delay, TimeUnit.MILLISECONDS);
            return;
        }
        Optional<AgentEnd> end = failure.end();
        if (end.isPresent()) {
            fatal.accept(end.get());
        } else {
            retry(failure.retryAfter(), failure.message());
        }
    }

    private void retry(Duration askedByServer, String why) {
        Duration wait = backoff.next(askedByServer);
        events.accept(new LinkEvent.Retrying(hello.connection(), wait, why));
        eventLoop.schedule(this::dial, wait.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void onGoAway(Link link, Optional<CloseReason> reason) {
        if (reason.isPresent()) {
            switch (reason.get()) {
                case TUNNEL_STOPPED ->
                    fatal.accept(new AgentEnd(AgentEnd.Reason.TUNNEL_STOPPED, "the tunnel was stopped"));
                case TUNNEL_DELETED ->
                    fatal.accept(new AgentEnd(AgentEnd.Reason.TUNNEL_UNKNOWN, "the tunnel was deleted"));
                case REVOKED -> fatal.accept(new AgentEnd(AgentEnd.Reason.KEY_REFUSED, "the API key was revoked"));
                case DRAINING, REPLACED, PROTOCOL_ERROR -> replace(link);
            }
        } else {
            replace(link);
        }
    }

    private void replace(Link link) {
        if (link != current || stopping) {
            return;
        }
        current = null;
        spread.leaves(hello.connection());
        finishing.add(link);
        events.accept(new LinkEvent.Replacing(hello.connection()));
        long delay = random.nextLong(LONGEST_REPLACEMENT_DELAY.toMillis());
        eventLoop.schedule(this::dial, delay, TimeUnit.MILLISECONDS);
    }

    @Override
    public void onClosed(Link link, LinkEnd end) {
        finishing.remove(link);
        if (link == current) {
            current = null;
            spread.leaves(hello.connection());
            String why = switch (end) {
                case CLOSED_HERE -> "closed";
                case CLOSED_BY_PEER -> "the connection was closed";
                case SILENT -> "the server does not answer any more";
            };
            if (!welcomed && end != LinkEnd.CLOSED_HERE) {
                dialer.stayedMute(transport);
            }
            events.accept(new LinkEvent.Disconnected(hello.connection(), why));
            if (System.nanoTime() - connectedNanos >= STABLE.toNanos()) {
                backoff.reset();
            }
            if (!stopping) {
                retry(Duration.ZERO, why);
            }
        }
        closedIfEmpty();
    }

    private void closedIfEmpty() {
        if (stopping && links().isEmpty()) {
            closed.trySuccess(null);
        }
    }
}
