package dev.culvert.agent.connect;

import dev.culvert.tunnelprotocol.PolledChannel;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Carries the bytes of a polled link: one request that waits for bytes of the server at any time, and one that takes bytes to it
 * when there are some. What fails is asked again, which does no harm, until the link notices that nothing comes any more and ends.
 * On the link's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told by the link's end
final class PollPump {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Duration PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);
    private static final Duration PULL_PATIENCE = Duration.ofSeconds(TunnelProtocol.POLL_SECONDS + 10);
    private static final Duration PUSH_PATIENCE = Duration.ofSeconds(10);
    private static final byte[] NOTHING = {};

    private final PollConnection pushes;
    private final PollConnection pulls;
    private final String path;
    private @Nullable PolledChannel channel;
    private boolean pushing;

    /**
     * @param path of the link
     */
    PollPump(PollConnection pushes, PollConnection pulls, String path) {
        this.pushes = pushes;
        this.pulls = pulls;
        this.path = path;
    }

    /** Reads the id of a link that was opened; empty if there is none. */
    static Optional<String> link(InputStream body) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                boolean wanted = "link".equals(parser.currentName());
                if (parser.nextToken() == JsonToken.VALUE_STRING && wanted) {
                    return Optional.of(parser.getString()).filter(id -> id.matches("[A-Za-z0-9._~-]{1,200}"));
                }
                parser.skipChildren();
            }
        } catch (JacksonException e) {
            // Not what the service says, so it was something else that answered 201.
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** From now on bytes flow, until the channel is closed. */
    void start(PolledChannel opened) {
        channel = opened;
        opened.closeFuture().addListener(_ -> hangUp());
        pull();
        push();
    }

    private void pull() {
        PolledChannel open = channel;
        if (open == null || !open.isActive()) {
            return;
        }
        long from = open.received();
        pulls.ask(
                HttpMethod.GET,
                path + '?' + TunnelProtocol.FROM_PARAMETER + '=' + from,
                NOTHING,
                PULL_PATIENCE,
                answer -> {
                    switch (answer.status()) {
                        case 200 -> {
                            open.receive(from, Unpooled.wrappedBuffer(answer.body()));
                            pull();
                        }
                        case 204 -> pull();
                        default -> afterRefusal(answer, this::pull);
                    }
                },
                _ -> later(PAUSE, this::pull));
    }

    /** Takes to the server what is there, if that is not being done. */
    void push() {
        PolledChannel open = channel;
        if (open == null || !open.isActive() || pushing) {
            return;
        }
        byte[] bytes = open.toSend(TunnelProtocol.MAX_POLLED_BYTES);
        if (bytes.length == 0) {
            return;
        }
        pushing = true;
        long at = open.arrived();
        pushes.ask(
                HttpMethod.POST,
                path + '?' + TunnelProtocol.AT_PARAMETER + '=' + at,
                bytes,
                PUSH_PATIENCE,
                answer -> {
                    if (answer.status() == 204) {
                        pushing = false;
                        open.confirm(at + bytes.length); // comes back here if there is more
                        push();
                    } else {
                        afterRefusal(answer, this::pushAgain);
                    }
                },
                _ -> later(PAUSE, this::pushAgain));
    }

    private void pushAgain() {
        pushing = false;
        push();
    }

    /** Limits and trouble on the way pass; everything else is about this link, and a new one is told why. */
    private void afterRefusal(PollConnection.Answer answer, Runnable again) {
        PolledChannel open = channel;
        if (answer.status() == 429 || answer.status() >= 500) {
            Duration asked = answer.retryAfter();
            later(asked.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : asked.plus(PAUSE), again);
        } else if (open != null) {
            open.close();
        }
    }

    private void later(Duration pause, Runnable again) {
        PolledChannel open = channel;
        if (open != null && open.isActive()) {
            open.eventLoop().schedule(again, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** So that the server need not wait until it misses us. */
    private void hangUp() {
        pulls.close();
        pushes.cancel();
        PolledChannel closed = channel;
        if (closed != null && !closed.eventLoop().isShuttingDown()) {
            pushes.ask(HttpMethod.DELETE, path, NOTHING, PUSH_PATIENCE, _ -> pushes.close(), _ -> {});
        }
    }
}
