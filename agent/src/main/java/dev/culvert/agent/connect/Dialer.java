package dev.culvert.agent.connect;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Makes connections by the transport that passes. A WebSocket comes first; where something on the way swallows the upgrade, polling
 * is tried at once, and what worked is remembered for a while by all links of the agent.
 */
final class Dialer {
    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    /** A server that restarts may take a link and lose it before it has greeted; twice in a row is the network. */
    private static final int MOST_MUTE = 2;

    private final Way way;
    private final WebSocketDialer webSocket;
    private final PollDialer polling;
    private final LongSupplier nanoTime;
    private final AtomicLong polledAtNanos;
    private final AtomicInteger mute = new AtomicInteger();

    Dialer(Way way, WebSocketDialer webSocket, PollDialer polling, LongSupplier nanoTime) {
        this.way = way;
        this.webSocket = webSocket;
        this.polling = polling;
        this.nanoTime = nanoTime;
        this.polledAtNanos = new AtomicLong(nanoTime.getAsLong() - REMEMBERED.toNanos());
    }

    /**
     * Dials; exactly one of the two is called, on the event loop.
     *
     * @param avoid replicas that a link leads to already, separated by commas
     * @param connected gets the channel before a byte of the link is read
     */
    void dial(EventLoop eventLoop, String avoid, Consumer<Channel> connected, Consumer<DialFailure> failed) {
        if (way.only().isPresent()) {
            switch (way.only().get()) {
                case WEBSOCKET -> webSocket.dial(eventLoop, avoid, connected, failed);
                case POLLING -> polling.dial(eventLoop, avoid, connected, failed);
            }
        } else if (nanoTime.getAsLong() - polledAtNanos.get() < REMEMBERED.toNanos()) {
            polling.dial(eventLoop, avoid, connected, failure -> {
                if (!(failure instanceof DialFailure.Elsewhere)) {
                    forget();
                }
                failed.accept(failure);
            });
        } else {
            webSocket.dial(
                    eventLoop, avoid, connected, failure -> fallBack(failure, eventLoop, avoid, connected, failed));
        }
    }

    private void fallBack(
            DialFailure failure,
            EventLoop eventLoop,
            String avoid,
            Consumer<Channel> connected,
            Consumer<DialFailure> failed) {
        if (!failure.mayBeTheWay()) {
            failed.accept(failure);
            return;
        }
        polling.dial(
                eventLoop,
                avoid,
                channel -> {
                    remember();
                    connected.accept(channel);
                },
                other -> {
                    if (other.isTheServers()) {
                        remember();
                        failed.accept(other);
                    } else {
                        failed.accept(failure);
                    }
                });
    }

    /** The service has greeted a link. */
    void welcomed(Transport transport) {
        if (transport == Transport.WEBSOCKET) {
            mute.set(0);
        }
    }

    /** A link was made and ended without a word of the service: something may have let only the upgrade pass. */
    void stayedMute(Transport transport) {
        if (transport == Transport.WEBSOCKET && mute.incrementAndGet() >= MOST_MUTE) {
            mute.set(0);
            remember();
        } else if (transport == Transport.POLLING) {
            forget();
        }
    }

    private void remember() {
        polledAtNanos.set(nanoTime.getAsLong());
    }

    private void forget() {
        polledAtNanos.set(nanoTime.getAsLong() - REMEMBERED.toNanos());
    }
}
