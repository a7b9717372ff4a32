package dev.culvert.runner.demo;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.culvert.runner.home.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A receiver as a customer would write it: keeps deliveries and checks their signature by Standard Webhooks 1.0. */
final class WebhookReceiver implements AutoCloseable {

    private static final Duration OLDEST = Duration.ofMinutes(5);

    private final HttpServer server;
    private final List<Delivery> deliveries = new CopyOnWriteArrayList<>();

    /** A delivery as it arrived; the body is the JSON text as sent, in UTF-8. */
    record Delivery(
            @Nullable String id,
            @Nullable String timestamp,
            @Nullable String signature,
            String body) {

        JsonNode json() {
            return Json.MAPPER.readTree(body);
        }
    }

    WebhookReceiver(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/hook", this::receive);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers headers = exchange.getRequestHeaders();
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            deliveries.add(new Delivery(
                    headers.getFirst("webhook-id"),
                    headers.getFirst("webhook-timestamp"),
                    headers.getFirst("webhook-signature"),
                    body));
            exchange.sendResponseHeaders(204, -1);
        }
    }

    /** The first delivery of that type about that tunnel. */
    Optional<Delivery> find(String type, String tunnelId) {
        return deliveries.stream()
                .filter(delivery -> delivery.json().path("type").asString("").equals(type))
                .filter(delivery -> delivery.json().path("data").toString().contains(tunnelId))
                .findFirst();
    }

    /**
     * Whether the sender knew the secret, the body is unchanged and the delivery is not an old one played again.
     *
     * @param secret as the registration showed it, {@code whsec_…}
     */
    static boolean isGenuine(Delivery delivery, String secret, Clock clock) {
        String timestamp = delivery.timestamp();
        String signature = delivery.signature();
        if (delivery.id() == null || timestamp == null || signature == null || !timestamp.matches("\\d{1,12}")) {
            return false;
        }
        Instant sent = Instant.ofEpochSecond(Long.parseLong(timestamp));
        if (Duration.between(sent, clock.instant()).abs().compareTo(OLDEST) > 0) {
            return false;
        }
        byte[] expected = hmac(secret, delivery.id() + "." + timestamp + "." + delivery.body());
        for (String one : signature.split(" ", -1)) {
            if (one.startsWith("v1,") && MessageDigest.isEqual(expected, decode(one.substring("v1,".length())))) {
                return true;
            }
        }
        return false;
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            return new byte[0]; // no signature has this length
        }
    }

    private static byte[] hmac(String secret, String content) {
        try {
            byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(content.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has HmacSHA256", e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
