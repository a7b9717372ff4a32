package dev.culvert.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpProxyTest {
    private static final Server SECURE = Server.parse("https://culvert.example.org");

    @Test
    void readsAddressAndCredentials() {
        HttpProxy proxy = HttpProxy.parse("http://me:p%40ss+word@proxy.example:3128/");

        assertThat(proxy).isEqualTo(new HttpProxy("proxy.example", 3128, "me", "p@ss+word"));
        assertThat(proxy).hasToString("http://proxy.example:3128");
        assertThat(HttpProxy.parse("proxy.example")).isEqualTo(new HttpProxy("proxy.example", 8080, "", ""));
    }

    @ParameterizedTest
    @CsvSource({"socks5://secret@proxy.example", "http://", "'http://se cret:x@proxy'", "https://secret@proxy.example"})
    void refusesWhatItCannotUseWithoutQuotingIt(String address) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpProxy.parse(address))
                .withMessageNotContaining("cret");
    }

    @Test
    void takesTheVariableOfTheServersScheme() {
        Map<String, String> environment = Map.of("https_proxy", "secure.example:1", "HTTP_PROXY", "plain.example:2");

        assertThat(HttpProxy.of(environment, SECURE)).map(HttpProxy::host).contains("secure.example");
        assertThat(HttpProxy.of(environment, Server.parse("http://culvert.example.org")))
                .map(HttpProxy::host)
                .contains("plain.example");
        assertThat(HttpProxy.of(Map.of(), SECURE)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "*, https://culvert.example.org, true",
        "'a.example, culvert.example.org', https://culvert.example.org, true",
        ".example.org, https://culvert.example.org, true",
        "example.org, https://culvert.example.org, true",
        "ample.org, https://culvert.example.org, false",
        "culvert.example.org:443, https://culvert.example.org, true",
        "culvert.example.org:8443, https://culvert.example.org, false",
        "'', https://127.0.0.1:8443, true",
        "'', https://localhost:8443, true"
    })
    void leavesOutWhatNeedsNoProxy(String exceptions, String server, boolean leftOut) {
        Map<String, String> environment = Map.of("HTTPS_PROXY", "http://proxy.example:1", "NO_PROXY", exceptions);

        assertThat(HttpProxy.of(environment, Server.parse(server)).isEmpty()).isEqualTo(leftOut);
    }
}
