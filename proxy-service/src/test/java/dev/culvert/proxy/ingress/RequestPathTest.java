package dev.culvert.proxy.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.culvert.platform.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPathTest {
    @ParameterizedTest
    @CsvSource({
        "/p/chat, chat, /",
        "/p/chat/, chat, /",
        "/p/chat?a=b, chat, /?a=b",
        "/p/chat/v1/x%20y?a=%2e%2e, chat, /v1/x%20y?a=%2e%2e",
        "/p/my%20chat/a//b, my chat, /a//b",
        "/p/a+b/, a+b, /"
    })
    void takesNameAndRestApart(String uri, String name, String rest) {
        assertThat(RequestPath.parse(uri)).isEqualTo(new RequestPath(name, rest));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/p/a/../b",
                "/p/a/%2e%2e/b",
                "/p/a/.%2E",
                "/p/a/b/.",
                "/p/a/x\\..\\y",
                "/p/a/%zz",
                "/p/%",
                "/p/a/%2"
            })
    void refusesPathsThatClimbOrAreMalformed(String uri) {
        assertThatExceptionOfType(ProblemException.class).isThrownBy(() -> RequestPath.parse(uri));
    }

    @Test
    void findsNothingElsewhere() {
        for (String uri : new String[] {"/", "/p/", "/p", "/p//x", "/t/chat/", "http://host/p/chat"}) {
            assertThatExceptionOfType(ProblemException.class).isThrownBy(() -> RequestPath.parse(uri));
        }
    }
}
