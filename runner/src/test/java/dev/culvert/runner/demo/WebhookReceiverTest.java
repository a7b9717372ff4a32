package dev.culvert.runner.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.runner.demo.WebhookReceiver.Delivery;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class WebhookReceiverTest {

    /** The example of the Standard Webhooks 1.0 specification's reference libraries. */
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    private static final String TIMESTAMP = "1614265330";
    private static final String BODY = "{\"test\": 2432232314}";
    private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    @Test
    void acceptsTheSpecificationsExample() {
        assertThat(genuine(new Delivery(ID, TIMESTAMP, SIGNATURE, BODY), TIMESTAMP))
                .isTrue();
    }

    @Test
    void acceptsOneOfSeveralSignaturesDuringARotation() {
        assertThat(genuine(new Delivery(ID, TIMESTAMP, "v1,AAAA " + SIGNATURE, BODY), TIMESTAMP))
                .isTrue();
    }

    @Test
    void refusesWhatWasChangedOrPlayedAgainOrIsNotSigned() {
        assertThat(genuine(new Delivery(ID, TIMESTAMP, SIGNATURE, BODY + " "), TIMESTAMP))
                .isFalse();
        assertThat(genuine(new Delivery("msg_other", TIMESTAMP, SIGNATURE, BODY), TIMESTAMP))
                .isFalse();
        assertThat(genuine(new Delivery(ID, TIMESTAMP, SIGNATURE, BODY), "1614269999"))
                .isFalse();
        assertThat(genuine(new Delivery(ID, TIMESTAMP, "v1,?", BODY), TIMESTAMP))
                .isFalse();
        assertThat(genuine(new Delivery(ID, TIMESTAMP, null, BODY), TIMESTAMP)).isFalse();
        assertThat(genuine(new Delivery(ID, "soon", SIGNATURE, BODY), TIMESTAMP))
                .isFalse();
    }

    private static boolean genuine(Delivery delivery, String nowSeconds) {
        Clock clock = Clock.fixed(Instant.ofEpochSecond(Long.parseLong(nowSeconds)), ZoneOffset.UTC);
        return WebhookReceiver.isGenuine(delivery, SECRET, clock);
    }
}
