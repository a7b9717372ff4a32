package dev.culvert.agent.connect;

import dev.culvert.tunnelprotocol.PolledChannel;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Asks the server for a link that is carried by plain requests. */
@SuppressWarnings("FutureReturnValueIgnored") // what fails is told by the link's end
final class PollDialer {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final byte[] NOTHING = {};

    private final Server server;
    private final Connector connector;
    private final String tunnel;
    private final String key;
    private final String userAgent;

    PollDialer(Server server, Connector connector, String tunnel, String key, String userAgent) {
        this.server = server;
        this.connector = connector;
        this.tunnel = tunnel;
        this.key = key;
        this.userAgent = userAgent;
    }

    /** As {@link Dialer#dial}. */
    void dial(EventLoop eventLoop, String avoid, Consumer<Channel> connected, Consumer<DialFailure> failed) {
        PollConnection requests = connection(eventLoop);
        requests.ask(
                HttpMethod.POST,
                server.pollPath(tunnel, avoid),
                NOTHING,
                PATIENCE,
                answer -> {
                    Optional<String> link = link(answer);
                    if (link.isPresent()) {
                        start(eventLoop, requests, link.get(), connected);
                    } else {
                        requests.close();
                        failed.accept(refusal(answer));
                    }
                },
                failed);
    }

    private PollConnection connection(EventLoop eventLoop) {
        return new PollConnection(eventLoop, connector, server, key, userAgent);
    }

    private static Optional<String> link(PollConnection.Answer answer) {
        return answer.status() == HttpResponseStatus.CREATED.code()
                ? PollPump.link(new ByteArrayInputStream(answer.body()))
                : Optional.empty();
    }

    private static DialFailure refusal(PollConnection.Answer answer) {
        if (answer.status() == HttpResponseStatus.MISDIRECTED_REQUEST.code()) {
            return new DialFailure.Elsewhere();
        }
        ProblemBody problem = ProblemBody.read(new ByteArrayInputStream(answer.body()));
        return new DialFailure.Refused(answer.status(), problem.code(), problem.detail(), answer.retryAfter());
    }

    private void start(EventLoop eventLoop, PollConnection requests, String link, Consumer<Channel> connected) {
        PollPump pump = new PollPump(requests, connection(eventLoop), server.pollPath() + "/" + link);
        PolledChannel channel = new PolledChannel(server.address(), pump::push);
        eventLoop.register(channel).addListener(_ -> {
            connected.accept(channel);
            pump.start(channel);
        });
    }
}
