package dev.culvert.platform.outbound;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.util.Timeout;

/**
 * Calls addresses that users gave. Only checked addresses are connected to, redirects are answers like any other, nothing is
 * retried, and the time and the size of an answer are bounded. Blocks its thread; made for virtual ones. Thread-safe.
 */
public final class OutboundHttpClient implements AutoCloseable {
    private static final int TOTAL_CONNECTIONS = 1000;

    private final CloseableHttpClient client;
    private final ScheduledExecutorService deadlines = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("outbound-deadlines").factory());
    private final int responseLimit;

    /** A client with limits of its own; {@link OutboundProperties#allowed} is the guard's matter. */
    public OutboundHttpClient(AddressGuard guard, OutboundProperties properties) {
        this.responseLimit = Math.toIntExact(properties.responseLimit().toBytes());
        var connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(new GuardedDns(guard))
                .setMaxConnPerRoute(properties.connectionsPerHost())
                .setMaxConnTotal(TOTAL_CONNECTIONS)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(properties.connectTimeout()))
                        .setSocketTimeout(Timeout.of(properties.timeout()))
                        .setTimeToLive(Timeout.ofMinutes(1))
                        .setValidateAfterInactivity(Timeout.ofSeconds(1))
                        .build())
                .build();
        this.client = HttpClients.custom()
                .setConnectionManager(connections)
                .setUserAgent("Culvert")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableAuthCaching()
                .disableCookieManagement()
                .disableContentCompression()
                .build();
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @throws RefusedAddressException when the host resolves to an address that may not be called
     * @throws InterruptedIOException when the answer took longer than the request's timeout
     * @throws IOException when the call failed otherwise
     */
    public OutboundResponse send(OutboundRequest request) throws IOException {
        var message = new HttpUriRequestBase(request.method(), request.url().uri());
        request.headers().forEach(message::setHeader);
        if (request.body().length > 0) {
            Header type = message.getFirstHeader(HttpHeaders.CONTENT_TYPE);
            message.setEntity(
                    new ByteArrayEntity(request.body(), type == null ? null : ContentType.parse(type.getValue())));
        }
        message.setConfig(RequestConfig.custom()
                .setConnectionRequestTimeout(Timeout.of(request.timeout()))
                .setResponseTimeout(Timeout.of(request.timeout()))
                .build());
        return withinDeadline(message, request.timeout());
    }

    /** The client's own timeouts hold for each read; a receiver that drips bytes is ended here. */
    private OutboundResponse withinDeadline(HttpUriRequestBase message, Duration timeout) throws IOException {
        var expired = new AtomicBoolean();
        ScheduledFuture<?> deadline = deadlines.schedule(
                () -> {
                    expired.set(true);
                    message.abort();
                },
                timeout.toMillis(),
                TimeUnit.MILLISECONDS);
        try {
            return exchange(message);
        } catch (IOException | RuntimeException e) {
            if (expired.get()) {
                var late = new InterruptedIOException("No complete answer within " + timeout);
                late.initCause(e);
                throw late;
            }
            throw e;
        } finally {
            deadline.cancel(false);
        }
    }

    private OutboundResponse exchange(HttpUriRequestBase message) throws IOException {
        ClassicHttpResponse answer = client.executeOpen(null, message, null);
        try {
            byte[] body = body(answer);
            if (body.length > responseLimit) {
                message.abort(); // drops the connection; closing the answer would read all that nobody wants
                body = Arrays.copyOf(body, responseLimit);
            } else {
                answer.close();
            }
            return new OutboundResponse(answer.getCode(), headers(answer), body);
        } catch (IOException | RuntimeException e) {
            message.abort();
            throw e;
        }
    }

    /** One byte more than the limit where there is more. */
    private byte[] body(ClassicHttpResponse answer) throws IOException {
        HttpEntity entity = answer.getEntity();
        return entity == null ? new byte[0] : entity.getContent().readNBytes(responseLimit + 1);
    }

    private static Map<String, String> headers(ClassicHttpResponse answer) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : answer.getHeaders()) {
            headers.putIfAbsent(header.getName().toLowerCase(Locale.ROOT), header.getValue());
        }
        return headers;
    }

    @Override
    public void close() throws IOException {
        deadlines.shutdownNow();
        client.close();
    }
}
