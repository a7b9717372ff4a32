package dev.culvert.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTest {
    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8080, ws://127.0.0.1:8080/tunnel/v1/connect?tunnel=my%20box&avoid=a1%2Cb2, http://127.0.0.1:8080/t/my%20box/",
        "https://culvert.example/, wss://culvert.example/tunnel/v1/connect?tunnel=my%20box&avoid=a1%2Cb2, https://culvert.example/t/my%20box/",
        "wss://culvert.example/base, wss://culvert.example/base/tunnel/v1/connect?tunnel=my%20box&avoid=a1%2Cb2, https://culvert.example/base/t/my%20box/"
    })
    void knowsWhereToDialAndWhereCallersGo(String server, String connect, String callers) {
        Server parsed = Server.parse(server);

        assertThat(parsed.connectUri("my box", "a1,b2")).hasToString(connect);
        assertThat(parsed.publicAddress("my box")).isEqualTo(callers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:8080", "ftp://x", "http://user@x", "http://x?y=1", "http:// x"})
    void refusesOtherAddressesWithASentence(String server) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Server.parse(server))
                .withMessageMatching("(?s).{15,}");
    }
}
