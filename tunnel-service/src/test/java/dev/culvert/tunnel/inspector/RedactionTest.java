package dev.culvert.tunnel.inspector;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "proxy-authorization",
                "COOKIE",
                "Set-Cookie",
                "X-API-Key",
                "api_key",
                "X-Auth-Token",
                "X-Amz-Security-Token",
                "Webhook-Signature",
                "password",
                "client_secret",
                "key",
                "access_token"
            })
    void takesOutSecrets(String name) {
        assertThat(Redaction.isSecret(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Type", "Accept", "X-Trace", "keyboard", "model", "Cache-Control"})
    void leavesTheRest(String name) {
        assertThat(Redaction.isSecret(name)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /a",
        "/a?b=c, /a?b=c",
        "/a?token=x&b=c, /a?token=[redacted]&b=c",
        "/a?b&key=x=y, /a?b&key=[redacted]",
        "/a?, /a?"
    })
    void takesSecretsOutOfQueries(String path, String shown) {
        assertThat(Redaction.path(path)).isEqualTo(shown);
    }

    @Test
    void keepsTheOrderOfFields() {
        assertThat(Redaction.headers(new DefaultHttpHeaders()
                        .add("B", "1")
                        .add("Cookie", "s")
                        .add("A", "2")
                        .add("B", "3")))
                .containsExactly(
                        new Header("B", "1"),
                        new Header("Cookie", Redaction.REDACTED),
                        new Header("A", "2"),
                        new Header("B", "3"));
    }
}
