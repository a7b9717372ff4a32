package dev.culvert.gateway.compression;

import java.util.Locale;
import java.util.Optional;
import org.reactivestreams.Publisher;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Compresses the body written to it, if status and headers allow that. */
final class CompressedResponse extends ServerHttpResponseDecorator {
    private static final int FIRST_WITH_BODY = 200;

    private final CompressibleTypes types;
    private final CompressionProperties properties;
    private final Optional<Coding> wanted;

    CompressedResponse(
            ServerHttpResponse response,
            CompressibleTypes types,
            CompressionProperties properties,
            Optional<Coding> wanted) {
        super(response);
        this.types = types;
        this.properties = properties;
        this.wanted = wanted;
    }

    @Override
    public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
        return coding().map(coding -> super.writeWith(
                        Compressor.compress(Flux.from(body), coding, properties.level(), bufferFactory(), false)))
                .orElseGet(() -> super.writeWith(body));
    }

    @Override
    public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        return coding().map(coding -> super.writeAndFlushWith(Compressor.compress(
                                Flux.from(body).concatMap(Flux::from, 0),
                                coding,
                                properties.level(),
                                bufferFactory(),
                                true)
                        .map(Mono::just)))
                .orElseGet(() -> super.writeAndFlushWith(body));
    }

    /** Decides, and says so in the headers: what depends on the client's wish says that it does. */
    private Optional<Coding> coding() {
        HttpHeaders headers = getHeaders();
        if (!compressible(headers)) {
            return Optional.empty();
        }
        headers.add(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
        wanted.ifPresent(coding -> {
            headers.set(HttpHeaders.CONTENT_ENCODING, coding.token());
            headers.remove(HttpHeaders.CONTENT_LENGTH);
            headers.remove(HttpHeaders.ACCEPT_RANGES);
            weaken(headers);
        });
        return wanted;
    }

    private boolean compressible(HttpHeaders headers) {
        HttpStatusCode status = getStatusCode();
        int code = status == null ? FIRST_WITH_BODY : status.value();
        if (code < FIRST_WITH_BODY || code == 204 || code == 205 || code == 206 || code == 304) {
            return false;
        }
        long length = headers.getContentLength();
        return !(length >= 0 && length < properties.minSize().toBytes())
                && !headers.containsHeader(HttpHeaders.CONTENT_ENCODING)
                && !headers.containsHeader(HttpHeaders.CONTENT_RANGE)
                && !forbidsTransformation(headers)
                && types.contain(headers.getFirst(HttpHeaders.CONTENT_TYPE));
    }

    private static boolean forbidsTransformation(HttpHeaders headers) {
        return headers.getOrEmpty(HttpHeaders.CACHE_CONTROL).stream()
                .anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("no-transform"));
    }

    /** The bytes are others than those the service's strong validator was for (RFC 9110 §8.8.1). */
    private static void weaken(HttpHeaders headers) {
        String tag = headers.getFirst(HttpHeaders.ETAG);
        if (tag != null && tag.startsWith("\"")) {
            headers.set(HttpHeaders.ETAG, "W/" + tag);
        }
    }
}
