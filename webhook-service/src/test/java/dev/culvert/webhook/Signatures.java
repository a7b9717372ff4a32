package dev.culvert.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Checks signatures as a receiver does, from the published rules alone, sharing no code with the service. */
final class Signatures {
    private Signatures() {}

    static void assertSigned(TestingReceiver.Received request, String secret) {
        String timestamp = request.header("webhook-timestamp");
        assertThat(Instant.ofEpochSecond(Long.parseLong(timestamp)))
                .isBetween(
                        Instant.now().minus(Duration.ofMinutes(5)),
                        Instant.now().plusSeconds(1));
        assertThat(request.header("webhook-signature").split(" ")).contains(standard(request, timestamp, secret));
        assertThat(request.header("X-Webhook-Timestamp")).isEqualTo(timestamp);
        assertThat(request.header("X-Webhook-Signature").split(","))
                .startsWith("t=" + timestamp)
                .contains(older(request, timestamp, secret));
    }

    private static String standard(TestingReceiver.Received request, String timestamp, String secret) {
        byte[] signed = concat(request.header("webhook-id") + "." + timestamp + ".", request.body());
        return "v1," + Base64.getEncoder().encodeToString(hmac(signed, secret));
    }

    private static String older(TestingReceiver.Received request, String timestamp, String secret) {
        return "v1=" + HexFormat.of().formatHex(hmac(concat(timestamp + ".", request.body()), secret));
    }

    private static byte[] concat(String prefix, byte[] body) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(prefix.getBytes(StandardCharsets.UTF_8));
        all.writeBytes(body);
        return all.toByteArray();
    }

    private static byte[] hmac(byte[] signed, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
            return mac.doFinal(signed);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
