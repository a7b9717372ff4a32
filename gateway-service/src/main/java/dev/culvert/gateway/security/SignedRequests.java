package dev.culvert.gateway.security;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.call.Call;
import dev.culvert.gateway.call.Stage;
import dev.culvert.gateway.security.SecurityProperties.SigningProperties;
import dev.culvert.platform.problem.ProblemException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Lets sensitive operations through only with a signature (requirement S4.47), beside the caller's rights: with a stolen
 * token alone nobody gets far. The signature, in {@code X-Request-Signature: v1=<hex>}, is HMAC-SHA-256 over
 *
 * <pre>
 * METHOD LF path?query LF timestamp LF SHA-256 of the body in hex
 * </pre>
 *
 * with the Unix seconds in {@code X-Request-Timestamp}. Each counts once.
 */
@Component
public final class SignedRequests implements Stage {
    static final String SIGNATURE = "X-Request-Signature";
    static final String TIMESTAMP = "X-Request-Timestamp";
    private static final String ALGORITHM = "HmacSHA256";
    private static final String VERSION = "v1=";
    private static final byte[] NOTHING = {};

    private final SigningProperties properties;
    private final List<Operation> operations;
    private final SeenSignatures seen;
    private final SecurityEvents events;
    private final Clock clock;

    private record Operation(String method, PathPattern path) {
        static Operation parse(String text) {
            String[] parts = text.strip().split("\\s+", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("Not a method and a path: " + text);
            }
            return new Operation(parts[0], PathPatternParser.defaultInstance.parse(parts[1]));
        }
    }

    SignedRequests(SecurityProperties properties, SeenSignatures seen, SecurityEvents events, Clock clock) {
        this.properties = properties.signing();
        this.operations = this.properties.secret().isEmpty()
                ? List.of()
                : this.properties.operations().stream().map(Operation::parse).toList();
        this.seen = seen;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpRequest request = exchange.getRequest();
        return operations.isEmpty() || !isSensitive(request)
                ? chain.filter(exchange)
                : body(request)
                        .flatMap(body -> verify(exchange, body)
                                .then(Mono.defer(() -> chain.filter(exchange.mutate()
                                        .request(new Replayed(request, body))
                                        .build()))));
    }

    private boolean isSensitive(ServerHttpRequest request) {
        String method = request.getMethod().name();
        PathContainer path = null;
        for (Operation operation : operations) {
            if (operation.method.equals(method)) {
                path = path == null ? PathContainer.parsePath(request.getURI().getRawPath()) : path;
                if (operation.path.matches(path)) {
                    return true;
                }
            }
        }
        return false;
    }

    private Mono<byte[]> body(ServerHttpRequest request) {
        int limit = Math.toIntExact(properties.maxBody().toBytes());
        return DataBufferUtils.join(request.getBody(), limit)
                .map(SignedRequests::bytes)
                .defaultIfEmpty(NOTHING)
                .onErrorMap(
                        DataBufferLimitException.class,
                        _ -> new ProblemException(
                                ProblemCode.PAYLOAD_TOO_LARGE, "A signed body may have at most " + limit + " bytes."));
    }

    private static byte[] bytes(DataBuffer buffer) {
        byte[] bytes = new byte[buffer.readableByteCount()];
        buffer.read(bytes);
        DataBufferUtils.release(buffer);
        return bytes;
    }

    private Mono<Void> verify(ServerWebExchange exchange, byte[] body) {
        HttpHeaders headers = exchange.getRequest().getHeaders();
        String signature = headers.getFirst(SIGNATURE);
        String timestamp = headers.getFirst(TIMESTAMP);
        if (signature == null || timestamp == null) {
            return refuse(
                    exchange,
                    SecurityEvents.Type.SIGNATURE_MISSING,
                    "This operation must be signed: send " + SIGNATURE + " and " + TIMESTAMP + ".");
        }
        String expected = VERSION + sign(exchange.getRequest(), timestamp, body, properties.secret());
        if (!MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), signature.getBytes(StandardCharsets.UTF_8))) {
            return refuse(exchange, SecurityEvents.Type.SIGNATURE_WRONG, "The signature is not of this request.");
        }
        if (!isNow(timestamp)) {
            return refuse(
                    exchange,
                    SecurityEvents.Type.SIGNATURE_OLD,
                    "The signature is too old, or the signer's clock is wrong.");
        }
        return seen.first(signature)
                .flatMap(first -> first
                        ? Mono.empty()
                        : refuse(
                                exchange,
                                SecurityEvents.Type.SIGNATURE_REPLAYED,
                                "This signature was used before. Sign anew."));
    }

    private boolean isNow(String timestamp) {
        try {
            long apart = Math.abs(clock.instant().getEpochSecond() - Long.parseLong(timestamp));
            return apart <= properties.tolerance().toSeconds();
        } catch (NumberFormatException notATime) {
            return false;
        }
    }

    private Mono<Void> refuse(ServerWebExchange exchange, SecurityEvents.Type type, String detail) {
        events.record(type, Call.of(exchange), exchange.getRequest());
        return Mono.error(new ProblemException(ProblemCode.FORBIDDEN, detail).withAlias(type.name()));
    }

    private static String sign(ServerHttpRequest request, String timestamp, byte[] body, String secret) {
        URI uri = request.getURI();
        String target = uri.getRawQuery() == null ? uri.getRawPath() : uri.getRawPath() + '?' + uri.getRawQuery();
        return sign(request.getMethod().name(), target, timestamp, body, secret);
    }

    /** The signature of a request, in hex. */
    static String sign(String method, String target, String timestamp, byte[] body, String secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            String text = method + '\n' + target + '\n' + timestamp + '\n' + hash(body);
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java has " + ALGORITHM, e);
        }
    }

    private static String hash(byte[] body) throws NoSuchAlgorithmException {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    }

    /** The request with the body that was read to check it. */
    private static final class Replayed extends ServerHttpRequestDecorator {
        private final byte[] body;

        Replayed(ServerHttpRequest request, byte[] body) {
            super(request);
            this.body = body;
        }

        @Override
        public Flux<DataBuffer> getBody() {
            return body.length == 0
                    ? Flux.empty()
                    : Flux.defer(() -> Flux.just(DefaultDataBufferFactory.sharedInstance.wrap(body)));
        }
    }
}
