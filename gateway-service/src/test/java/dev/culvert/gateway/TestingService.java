package dev.culvert.gateway;

import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.URI;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.reactivestreams.Publisher;
import org.springframework.http.HttpHeaders;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;

/**
 * A real service behind the gateway. Answers what {@link #on} says for a path and {@code 200 {}} elsewhere, and remembers
 * the requests it got. Speaks HTTP/1.1 and, without an upgrade, HTTP/2.
 */
public final class TestingService implements AutoCloseable {
    private final ConcurrentMap<String, BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>>> answers =
            new ConcurrentHashMap<>();
    private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private DisposableServer server;

    /** A request as it arrived. */
    public record Received(String method, String uri, HttpHeaders headers) {}

    private TestingService(int port) {
        server = bind(port);
    }

    public static TestingService start() {
        return new TestingService(0);
    }

    private DisposableServer bind(int port) {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(port)
                .protocol(HttpProtocol.HTTP11, HttpProtocol.H2C)
                .httpRequestDecoder(decoder -> decoder.maxHeaderSize(128 * 1024).maxInitialLineLength(64 * 1024))
                .doOnChannelInit((_, channel, _) -> connections.add(channel))
                .handle(this::answer)
                .bindNow();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.port());
    }

    /** Sets what is answered at a path. */
    public TestingService on(String path, BiFunction<HttpServerRequest, HttpServerResponse, Publisher<Void>> answer) {
        answers.put(path, answer);
        return this;
    }

    /** Sets a JSON answer. */
    public TestingService on(String path, int status, String json) {
        return on(
                path,
                (_, response) -> response.status(status)
                        .header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                        .sendString(Mono.just(json)));
    }

    /** The next request that arrived, in the order of arrival. */
    public Received next() {
        try {
            Received next = received.poll(5, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("The service got no request");
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Requests that arrived and were not taken yet. */
    public List<Received> waiting() {
        return List.copyOf(received);
    }

    public void forget() {
        received.clear();
    }

    /** Takes the service away with all its connections; {@link #restart()} brings it back on the same port. */
    public void stop() {
        server.disposeNow();
        connections.close().awaitUninterruptibly();
    }

    public void restart() {
        server = bind(server.port());
    }

    @Override
    public void close() {
        stop();
    }

    private Publisher<Void> answer(HttpServerRequest request, HttpServerResponse response) {
        HttpHeaders headers = new HttpHeaders();
        request.requestHeaders().forEach(header -> headers.add(header.getKey(), header.getValue()));
        received.add(new Received(request.method().name(), request.uri(), headers));
        var answer = answers.get("/" + request.path());
        return answer == null
                ? request.receive()
                        .then()
                        .thenEmpty(response.header(HttpHeaderNames.CONTENT_TYPE, "application/json")
                                .sendString(Mono.just("{}")))
                : answer.apply(request, response);
    }
}
