package dev.culvert.tunnel.edge;

import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnelprotocol.PolledChannel;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An agent's link whose bytes come and go in the bodies of requests. Only its own replica has it, and only whoever opened it may
 * use it. What is done to it is done on its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that closes tells all who care
public final class PolledLink {
    private static final byte[] NOTHING = {};

    private final String id;
    private final String tunnel;
    private final Caller owner;
    private final PolledChannel channel;
    private @Nullable Waiting waiting;

    PolledLink(String id, String tunnel, Caller owner, SocketAddress agent) {
        this.id = id;
        this.tunnel = tunnel;
        this.owner = owner;
        this.channel = new PolledChannel(agent, this::serveWaiting);
    }

    /** What a poll is answered with. */
    public record Reply(int status, byte[] body) {
        static final Reply NONE = new Reply(204, NOTHING);
        static final Reply GONE = new Reply(410, NOTHING);
        static final Reply MISSING_BYTES = new Reply(409, NOTHING);
    }

    private record Waiting(Consumer<Reply> answer, ScheduledFuture<?> end) {}

    String id() {
        return id;
    }

    /** Name under which the tunnel was asked for. */
    public String tunnel() {
        return tunnel;
    }

    PolledChannel channel() {
        return channel;
    }

    /** Whether a caller shows the credential that opened the link; its tokens may have been renewed since. */
    public boolean isOf(Caller caller) {
        return owner.userId().equals(caller.userId())
                && owner.tenantId().equals(caller.tenantId())
                && owner.apiKeyId().equals(caller.apiKeyId())
                && owner.sessionId().equals(caller.sessionId());
    }

    /** Its channel has an event loop by now: one call of the gateway ends what another one began. */
    void begin() {
        channel.closeFuture().addListener(_ -> answerWaiting(Reply.GONE));
    }

    /**
     * Waits for bytes to the agent.
     *
     * @param from how many it has
     * @param answer told once, on the link's event loop
     */
    public void poll(long from, Consumer<Reply> answer) {
        channel.eventLoop().execute(() -> {
            answerWaiting(Reply.NONE); // a poll that was given up, of which nobody has told
            if (!channel.isActive()) {
                answer.accept(Reply.GONE);
            } else if (!channel.confirm(from)) {
                channel.close();
                answer.accept(Reply.MISSING_BYTES);
            } else {
                ScheduledFuture<?> end = channel.eventLoop()
                        .schedule(() -> answerWaiting(Reply.NONE), TunnelProtocol.POLL_SECONDS, TimeUnit.SECONDS);
                waiting = new Waiting(answer, end);
                serveWaiting();
            }
        });
    }

    /**
     * Reads bytes of the agent, which are released.
     *
     * @param at offset of the first
     * @param answer told once, on the link's event loop
     */
    public void push(long at, ByteBuf bytes, Consumer<Reply> answer) {
        channel.eventLoop().execute(() -> {
            if (!channel.isActive()) {
                bytes.release();
                answer.accept(Reply.GONE);
            } else if (channel.receive(at, bytes)) {
                answer.accept(Reply.NONE);
            } else {
                channel.close();
                answer.accept(Reply.MISSING_BYTES);
            }
        });
    }

    /** The agent hangs up. */
    public void close() {
        channel.close();
    }

    private void serveWaiting() {
        if (waiting != null) {
            byte[] bytes = channel.toSend(TunnelProtocol.MAX_POLLED_BYTES);
            if (bytes.length > 0) {
                answerWaiting(new Reply(200, bytes));
            }
        }
    }

    private void answerWaiting(Reply reply) {
        Waiting poll = waiting;
        waiting = null;
        if (poll != null) {
            poll.end.cancel(false);
            poll.answer.accept(reply);
        }
    }
}
