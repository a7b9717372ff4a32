package dev.culvert.webhook.signature;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** R10.3, X-6, S3.31: signatures equal those that other programs compute. */
class SignedHeadersTest {
    private static final SigningSecret SECRET =
            SigningSecret.parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    private static final UUID MESSAGE = UUID.fromString("0192f3a4-5b6c-7d8e-9f00-112233445566");
    private static final UUID ENDPOINT = UUID.fromString("11111111-1111-4111-8111-111111111111");
    private static final UUID DELIVERY = UUID.fromString("22222222-2222-4222-8222-222222222222");
    private static final Instant AT = Instant.ofEpochSecond(1764000000);
    private static final byte[] BODY = ("{\"id\":\"0192f3a4-5b6c-7d8e-9f00-112233445566\",\"type\":\"tunnel.created\","
                    + "\"timestamp\":\"2025-11-24T16:00:00Z\",\"data\":{\"name\":\"müller\"}}")
            .getBytes(StandardCharsets.UTF_8);

    /** The example that the Standard Webhooks libraries carry in their own tests. */
    @Test
    void standardSignatureIsThatOfThePublishedExample() {
        String signature = SignedHeaders.standardSignature(
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "1614265330",
                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8),
                List.of(SigningSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")));

        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    /** Expected values come from Python's hmac module. */
    @Test
    void carriesBothFormsWithTheValuesOfAnotherImplementation() {
        Map<String, String> headers = SignedHeaders.of(MESSAGE, ENDPOINT, DELIVERY, AT, BODY, List.of(SECRET));

        assertThat(headers)
                .containsOnly(
                        Map.entry("webhook-id", MESSAGE.toString()),
                        Map.entry("webhook-timestamp", "1764000000"),
                        Map.entry("webhook-signature", "v1,GTVDPaJr/xvifnLsTITHlP88SNlQiTln2EGKb7O8Jzc="),
                        Map.entry("X-Webhook-ID", ENDPOINT.toString()),
                        Map.entry("X-Delivery-ID", DELIVERY.toString()),
                        Map.entry("X-Webhook-Timestamp", "1764000000"),
                        Map.entry(
                                "X-Webhook-Signature",
                                "t=1764000000,v1=49838e2ec313a00a21ff25958a07f447873fcc1431ebf4f4f59069361419589e"));
    }

    @Test
    void signsWithEverySecretWhileOneIsBeingReplaced() {
        SigningSecret newer = SigningSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        Map<String, String> both = SignedHeaders.of(MESSAGE, ENDPOINT, DELIVERY, AT, BODY, List.of(newer, SECRET));

        Map<String, String> old = SignedHeaders.of(MESSAGE, ENDPOINT, DELIVERY, AT, BODY, List.of(SECRET));
        assertThat(both.get("webhook-signature")).matches("v1,\\S+ v1,\\S+").endsWith(old.get("webhook-signature"));
        assertThat(both.get("X-Webhook-Signature")).matches("t=1764000000,v1=[0-9a-f]{64},v1=[0-9a-f]{64}");
    }

    @Test
    void anAlteredBodyHasAnotherSignature() {
        byte[] altered = BODY.clone();
        altered[10] ^= 1;

        assertThat(SignedHeaders.of(MESSAGE, ENDPOINT, DELIVERY, AT, altered, List.of(SECRET)))
                .extractingByKeys("webhook-signature", "X-Webhook-Signature")
                .doesNotContainAnyElementsOf(List.of(
                        "v1,GTVDPaJr/xvifnLsTITHlP88SNlQiTln2EGKb7O8Jzc=",
                        "t=1764000000,v1=49838e2ec313a00a21ff25958a07f447873fcc1431ebf4f4f59069361419589e"));
    }
}
