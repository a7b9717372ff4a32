package dev.culvert.gateway.compression;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which coding a client gets (RFC 9110 §12.5.3). */
class CodingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "plain",
            value = {
                "gzip | GZIP",
                "deflate | DEFLATE",
                "gzip, deflate, br | GZIP",
                "deflate;q=1.0, gzip;q=0.5 | DEFLATE",
                "GZIP;Q=0.4 | GZIP",
                "x-gzip | GZIP",
                "* | GZIP",
                "gzip;q=0, * | DEFLATE",
                "*;q=0 | plain",
                "gzip;q=0 | plain",
                "br | plain",
                "identity | plain",
                "identity;q=1, gzip;q=0.5 | plain",
                "identity;q=0.5, gzip;q=0.5 | GZIP",
                "gzip;q=much | plain",
                "'' | plain"
            })
    void prefersWhatTheClientPrefers(String acceptEncoding, Coding expected) {
        assertThat(Coding.preferred(List.of(acceptEncoding))).isEqualTo(Optional.ofNullable(expected));
    }

    @Test
    void readsAListInSeveralHeaders() {
        assertThat(Coding.preferred(List.of("br", "deflate"))).contains(Coding.DEFLATE);
        assertThat(Coding.preferred(List.of())).isEmpty();
    }
}
