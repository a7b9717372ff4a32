package dev.culvert.webhook.signature;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Headers that prove origin, integrity and age of one attempt (requirements R10.3, X-6). Two forms, always both:
 *
 * <ul>
 *   <li>Standard Webhooks 1.0: {@code webhook-id}, {@code webhook-timestamp} and {@code webhook-signature}, a
 *       space-separated list of {@code v1,<base64>} with HMAC-SHA256 over {@code id.timestamp.body};
 *   <li>{@code X-Webhook-Signature: t=<seconds>,v1=<hex>} with HMAC-SHA256 over {@code timestamp.body}, beside {@code
 *       X-Webhook-ID} (the endpoint), {@code X-Delivery-ID} and {@code X-Webhook-Timestamp}.
 * </ul>
 *
 * The key of both is the base64-decoded part of the secret. While a secret is being rotated each form carries one
 * signature per valid secret, the newest first.
 */
public final class SignedHeaders {
    private static final String ALGORITHM = "HmacSHA256";

    private SignedHeaders() {}

    /**
     * The headers of one attempt.
     *
     * @param messageId the same for every attempt and every endpoint: what a receiver remembers to drop repeats
     * @param at time of the attempt; a receiver refuses what is older than five minutes
     * @param body the bytes that are sent
     * @param secrets valid secrets, the newest first
     */
    public static Map<String, String> of(
            UUID messageId, UUID endpointId, UUID deliveryId, Instant at, byte[] body, List<SigningSecret> secrets) {
        String timestamp = Long.toString(at.getEpochSecond());
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("webhook-id", messageId.toString());
        headers.put("webhook-timestamp", timestamp);
        headers.put("webhook-signature", standardSignature(messageId.toString(), timestamp, body, secrets));
        headers.put("X-Webhook-ID", endpointId.toString());
        headers.put("X-Delivery-ID", deliveryId.toString());
        headers.put("X-Webhook-Timestamp", timestamp);
        headers.put("X-Webhook-Signature", olderSignature(timestamp, body, secrets));
        return headers;
    }

    static String standardSignature(String messageId, String timestamp, byte[] body, List<SigningSecret> secrets) {
        String signedPrefix = messageId + "." + timestamp + ".";
        return secrets.stream()
                .map(secret -> "v1," + Base64.getEncoder().encodeToString(hmac(secret, signedPrefix, body)))
                .collect(Collectors.joining(" "));
    }

    private static String olderSignature(String timestamp, byte[] body, List<SigningSecret> secrets) {
        return secrets.stream()
                .map(secret -> ",v1=" + HexFormat.of().formatHex(hmac(secret, timestamp + ".", body)))
                .collect(Collectors.joining("", "t=" + timestamp, ""));
    }

    private static byte[] hmac(SigningSecret secret, String signedPrefix, byte[] body) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.key(), ALGORITHM));
            mac.update(signedPrefix.getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has " + ALGORITHM, e);
        }
    }
}
