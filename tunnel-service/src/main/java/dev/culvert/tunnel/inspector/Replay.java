package dev.culvert.tunnel.inspector;

import dev.culvert.contracts.http.HeaderNames;
import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.ingress.DataPort;
import jakarta.annotation.PreDestroy;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import org.springframework.web.util.UriUtils;

/**
 * Sends a kept request once more: to this service's own data port and with the credentials of whoever asks for it, so that
 * nothing is checked, counted or forwarded otherwise than for any other caller.
 */
@Component
class Replay {
    /** Said anew by whoever sends: they belong to a connection, or to the way the first request took. */
    private static final Set<String> NOT_REPEATED = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "via",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-prefix");

    private final DataPort dataPort;
    private final InspectorProperties properties;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    Replay(DataPort dataPort, InspectorProperties properties) {
        this.dataPort = dataPort;
        this.properties = properties;
    }

    /** An answer; its body as far as it came in time and is kept. */
    private record Answer(HttpResponse<InputStream> head, CapturedBody body) {}

    /**
     * Sends a request again and waits for the answer.
     *
     * @param tunnel name of the tunnel, which belongs to whoever asks
     * @param token of whoever asks
     * @param changed headers to set
     */
    ReplayResponse send(CapturedRequest captured, String tunnel, String token, Map<String, String> changed) {
        if (!captured.isReplayable()) {
            throw new ProblemException(
                    ProblemCode.CONFLICT_STATE,
                    "Only HTTP requests whose whole body was kept can be sent again. Let the inspector keep bodies, and"
                            + " send the request from where it came.");
        }
        String correlationId = "replay-" + UUID.randomUUID();
        HttpRequest request = request(captured, tunnel, token, correlationId, changed);
        long began = System.nanoTime();
        Answer answer = answer(request);
        double millis = (System.nanoTime() - began) / 1e6;
        List<Header> headers = headers(answer.head);
        return new ReplayResponse(
                correlationId,
                answer.head.statusCode(),
                millis,
                headers,
                BodyView.of(
                        answer.body,
                        headers,
                        Math.toIntExact(properties.decodedLimit().toBytes())),
                answer.head.statusCode() == captured.traffic().status(),
                sameAsFarAsKnown(captured.answerBody(), answer.body));
    }

    /** Of an answer that was not heard out the size is not known, and of one that was not kept nothing else. */
    private static boolean sameAsFarAsKnown(CapturedBody first, CapturedBody again) {
        int common = Math.min(first.kept().length, again.kept().length);
        boolean sameSize = !again.isWhole() || first.size() == again.size();
        return sameSize && Arrays.equals(first.kept(), 0, common, again.kept(), 0, common);
    }

    private HttpRequest request(
            CapturedRequest captured, String tunnel, String token, String correlationId, Map<String, String> changed) {
        byte[] body = captured.requestBody().kept();
        BodyPublisher publisher = body.length == 0 ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body);
        try {
            URI target = URI.create("http://127.0.0.1:" + dataPort.port() + "/t/"
                    + UriUtils.encodePathSegment(tunnel, StandardCharsets.UTF_8) + captured.path());
            HttpRequest.Builder request = HttpRequest.newBuilder(target)
                    .timeout(properties.replayTimeout())
                    .method(captured.traffic().method(), publisher);
            fields(captured, changed).forEach((name, values) -> values.forEach(value -> request.header(name, value)));
            return request.setHeader(HeaderNames.CALLER_TOKEN, token)
                    .setHeader(HeaderNames.CORRELATION_ID, correlationId)
                    .build();
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    ProblemCode.CONFLICT_STATE, "The request has a path or header that cannot be sent from here.", e);
        }
    }

    private static Map<String, List<String>> fields(CapturedRequest captured, Map<String, String> changed) {
        Map<String, List<String>> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        captured.requestHeaders().stream()
                .filter(header -> !header.value().equals(Redaction.REDACTED))
                .forEach(header -> fields.computeIfAbsent(header.name(), _ -> new ArrayList<>())
                        .add(header.value()));
        changed.forEach((name, value) -> fields.put(name, List.of(value)));
        fields.keySet().removeIf(name -> {
            String lowerCase = name.toLowerCase(Locale.ROOT);
            return NOT_REPEATED.contains(lowerCase) || lowerCase.startsWith("culvert-");
        });
        return fields;
    }

    private Answer answer(HttpRequest request) {
        try {
            HttpResponse<InputStream> head = client.send(request, BodyHandlers.ofInputStream());
            try (InputStream body = head.body()) {
                return new Answer(head, read(body));
            }
        } catch (HttpTimeoutException e) {
            throw new ProblemException(
                    ProblemCode.REQUEST_TIMEOUT, "The local service did not answer the request in time.", e);
        } catch (IOException e) {
            throw new ProblemException(ProblemCode.UPSTREAM_ERROR, "The answer broke off.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(ProblemCode.SERVICE_UNAVAILABLE, "The service is going down. Try again.", e);
        }
    }

    /** Up to the limit and the time there is; an answer without end is then left, which cancels it. */
    private CapturedBody read(InputStream body) throws IOException {
        byte[] kept = new byte[Math.toIntExact(properties.bodyLimit().toBytes())];
        int length = 0;
        CompletableFuture<Void> late = CompletableFuture.runAsync(
                () -> closeQuietly(body),
                CompletableFuture.delayedExecutor(properties.replayTimeout().toMillis(), TimeUnit.MILLISECONDS));
        try {
            int read = 0;
            while (read >= 0 && length < kept.length) {
                length += read;
                read = body.read(kept, length, kept.length - length);
            }
            boolean more = read >= 0;
            return new CapturedBody(more ? length + 1L : length, Arrays.copyOf(kept, length));
        } catch (IOException e) {
            if (!late.isDone()) {
                throw e;
            }
            return new CapturedBody(length + 1L, Arrays.copyOf(kept, length));
        } finally {
            late.cancel(false);
        }
    }

    private static void closeQuietly(InputStream body) {
        try {
            body.close();
        } catch (IOException _) {
            // Whoever reads it is told by the failed read.
        }
    }

    private static List<Header> headers(HttpResponse<?> head) {
        List<Header> headers = new ArrayList<>();
        head.headers()
                .map()
                .forEach((name, values) -> values.forEach(
                        value -> headers.add(new Header(name, Redaction.isSecret(name) ? Redaction.REDACTED : value))));
        return headers;
    }

    @PreDestroy
    void close() {
        client.shutdownNow();
    }
}
