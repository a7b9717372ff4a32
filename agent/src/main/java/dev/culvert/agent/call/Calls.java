package dev.culvert.agent.call;

import dev.culvert.agent.connect.HttpProxy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.InetSocketAddress;
import java.net.PasswordAuthentication;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes calls: without redirects, through a proxy only where one is given, with a bound on time and on what is read of an answer. */
public final class Calls implements AutoCloseable {
    private static final int LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;
    private static final String SCHEMES_NOT_SENT_TO_PROXIES = "jdk.http.auth.tunneling.disabledSchemes";

    static {
        // Java keeps passwords from proxies that lead to https; here only those get one whose user wrote it down for
        // them.
        if (System.getProperty(SCHEMES_NOT_SENT_TO_PROXIES) == null) {
            System.setProperty(SCHEMES_NOT_SENT_TO_PROXIES, "");
        }
    }

    private final HttpClient http;
    private final Duration timeout;

    /**
     * Straight calls.
     *
     * @param timeout for connecting and for each answer
     */
    public Calls(Duration timeout) {
        this(timeout, Optional.empty());
    }

    /**
     * Calls through a proxy, if there is one.
     *
     * @param timeout for connecting and for each answer
     */
    public Calls(Duration timeout, Optional<HttpProxy> proxy) {
        this.timeout = timeout;
        this.http = client(timeout, proxy);
    }

    /** What makes such calls, for those that are no exchange of JSON. */
    public static HttpClient client(Duration timeout, Optional<HttpProxy> proxy) {
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .proxy(proxy.map(way -> ProxySelector.of(new InetSocketAddress(way.host(), way.port())))
                        .orElse(HttpClient.Builder.NO_PROXY))
                .connectTimeout(timeout);
        proxy.filter(way -> !way.user().isEmpty()).ifPresent(way -> builder.authenticator(new ForProxy(way)));
        return builder.build();
    }

    /** Tells the proxy, and nobody else, who asks. */
    private static final class ForProxy extends Authenticator {
        private final HttpProxy proxy;

        ForProxy(HttpProxy proxy) {
            this.proxy = proxy;
        }

        @Override
        protected @Nullable PasswordAuthentication getPasswordAuthentication() {
            return getRequestorType() == RequestorType.PROXY
                    ? new PasswordAuthentication(proxy.user(), proxy.password().toCharArray())
                    : null;
        }
    }

    /**
     * An answer.
     *
     * @param headers by name in any case, the first value of each
     * @param body empty when it is not JSON
     */
    public record Answer(int status, Map<String, String> headers, Optional<JsonTree> body) {
        /** The body of a 200, or nothing. */
        public JsonTree json() {
            return status == 200 ? body.orElse(JsonTree.NOTHING) : JsonTree.NOTHING;
        }
    }

    /**
     * Reads something.
     *
     * @param headers to send along, such as Authorization
     * @throws IOException without an answer
     */
    public Answer get(URI address, Map<String, String> headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address).GET(), headers);
    }

    /** Sends JSON. */
    public Answer post(URI address, Map<String, String> headers, String json) throws IOException, InterruptedException {
        return send(
                HttpRequest.newBuilder(address)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json)),
                headers);
    }

    /** Takes something away. */
    public Answer delete(URI address, Map<String, String> headers) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(address).DELETE(), headers);
    }

    private Answer send(HttpRequest.Builder request, Map<String, String> headers)
            throws IOException, InterruptedException {
        headers.forEach(request::header);
        HttpResponse<InputStream> answer = http.send(request.timeout(timeout).build(), BodyHandlers.ofInputStream());
        try (InputStream body = answer.body()) {
            Optional<JsonTree> json = JsonTree.read(new ByteArrayInputStream(body.readNBytes(LARGEST_ANSWER_BYTES)));
            Map<String, String> fields = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            answer.headers().map().forEach((name, values) -> fields.put(name, values.getFirst()));
            return new Answer(answer.statusCode(), fields, json);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
