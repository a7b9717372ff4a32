package dev.culvert.agent.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:11434, 127.0.0.1, 11434, 127.0.0.1:11434",
        "http://localhost, localhost, 80, localhost",
        "http://localhost/, localhost, 80, localhost",
        "HTTP://localhost:80, localhost, 80, localhost",
        "http://[::1]:8000, ::1, 8000, [::1]:8000"
    })
    void readsAddresses(String text, String host, int port, String authority) {
        Target target = Target.parse(text);

        assertThat(target.host()).isEqualTo(host);
        assertThat(target.port()).isEqualTo(port);
        assertThat(target.authority()).isEqualTo(authority);
        assertThat(target.tls()).isNull();
    }

    @Test
    void speaksTlsToHttps() {
        Target target = Target.parse("https://models.example");

        assertThat(target.port()).isEqualTo(443);
        assertThat(target.tls()).isNotNull();
    }

    @Test
    void speaksHttp2WithoutTlsToH2c() {
        Target target = Target.parse("h2c://127.0.0.1:50051");

        assertThat(target.http2()).isTrue();
        assertThat(target.tls()).isNull();
        assertThat(target).hasToString("h2c://127.0.0.1:50051");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254",
                "http://[fe80::1]:80",
                "127.0.0.1:11434",
                "ftp://127.0.0.1",
                "file:///etc/passwd",
                "http://user:secret@127.0.0.1",
                "http://127.0.0.1/path",
                "http://127.0.0.1?x=1",
                "http://",
                "http://a b",
                ""
            })
    void refusesWhatIsNotAPlainAddressWithASentence(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Target.parse(text))
                .withMessageMatching("(?s).{20,}");
    }
}
