package dev.culvert.agent.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.culvert.agent.account.TestingCertificate;
import dev.culvert.agent.account.TestingProxy;
import dev.culvert.agent.connect.Server;
import dev.culvert.agent.doctor.Finding.State;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What keeps an agent from working is called by its name (failure 34 of the tunnel's list, as far as one machine shows it). */
class DoctorTest {
    private static final String NOBODY = "http://127.0.0.1:9";

    @Test
    void aServerThatIsNotThereEndsTheRest() throws Exception {
        Map<String, Finding> findings = examine("http://127.0.0.1:" + closedPort(), Map.of(), Clock.systemUTC());

        assertThat(findings.get("dns").state()).isEqualTo(State.OK);
        assertThat(findings.get("tcp").state()).isEqualTo(State.FAILED);
        assertThat(findings.get("tcp").advice()).contains("firewall");
        assertThat(findings.get("websocket").state()).isEqualTo(State.SKIPPED);
    }

    @Test
    void aNameThatDoesNotResolveIsSaid() throws Exception {
        Map<String, Finding> findings = examine("https://no-such-host.invalid", Map.of(), Clock.systemUTC());

        assertThat(findings.get("dns").state()).isEqualTo(State.FAILED);
        assertThat(findings.get("tls").state()).isEqualTo(State.SKIPPED);
    }

    @Test
    void aPageToSignInToTheNetworkIsRecognised() throws Exception {
        try (var portal = new Answering(302, "<html>", Map.of("Location", "http://portal.example/"))) {
            Finding server =
                    examine(portal.address(), Map.of(), Clock.systemUTC()).get("server");

            assertThat(server.state()).isEqualTo(State.FAILED);
            assertThat(server.advice()).contains("http://portal.example/");
        }
    }

    @Test
    void aClockThatIsOffIsSaidWithItsDistance() throws Exception {
        try (var gateway = new Answering(200, "{\"status\":\"UP\"}", Map.of())) {
            Clock late = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(5));

            Map<String, Finding> findings = examine(gateway.address(), Map.of(), late);

            assertThat(findings.get("clock").state()).isEqualTo(State.WARNING);
            assertThat(findings.get("clock").message()).containsPattern("(299|300|301) s off");
            assertThat(findings.get("key").state()).isEqualTo(State.OK);
        }
    }

    @Test
    void aKeyThatIsNotAcceptedEndsWhatRestsOnIt() throws Exception {
        try (var gateway = new Answering(200, "{}", Map.of(), "/api/", 401)) {
            Map<String, Finding> findings = examine(gateway.address(), Map.of(), Clock.systemUTC());

            assertThat(findings.get("key").state()).isEqualTo(State.FAILED);
            assertThat(findings.get("key").advice()).contains("culvert agent login");
            assertThat(findings.get("websocket").state()).isEqualTo(State.SKIPPED);
        }
    }

    @Test
    void somethingThatDoesNotPassWebSocketsOnIsRecognised() throws Exception {
        try (var gateway = new Answering(200, "{}", Map.of())) {
            Finding upgrade =
                    examine(gateway.address(), Map.of(), Clock.systemUTC()).get("websocket");

            assertThat(upgrade.state()).isEqualTo(State.FAILED);
            assertThat(upgrade.message()).contains("200");
        }
    }

    /** R4.1e. */
    @Test
    void aNetworkThatPassesPlainHttpAloneIsNoObstacle() throws Exception {
        try (var gateway = new Answering(200, "{\"link\":\"a.b\"}", Map.of(), "/tunnel/v1/poll", 201)) {
            Map<String, Finding> findings = examine(gateway.address(), Map.of(), Clock.systemUTC());

            assertThat(findings.get("websocket").state()).isEqualTo(State.WARNING);
            assertThat(findings.get("websocket").advice()).contains("agents poll instead");
            assertThat(findings.get("polling").state()).isEqualTo(State.OK);
        }
    }

    @Test
    void aProxyThatIsConfiguredIsSaidWithoutItsPassword() throws Exception {
        Finding proxy = examine(NOBODY, Map.of("https_proxy", "http://me:secret@proxy.example:3128"), Clock.systemUTC())
                .get("proxy");

        assertThat(proxy.state()).isEqualTo(State.WARNING);
        assertThat(proxy.message()).contains("https_proxy").doesNotContain("secret");
    }

    /** The name of the server leads nowhere but through the proxy, which wants a password. */
    @Test
    void everyCheckGoesThroughTheProxyAsAgentsDo() throws Exception {
        try (var proxy = new TestingProxy(200, "{\"link\":\"a.b\"}")) {
            Map<String, Finding> findings =
                    examine(TestingProxy.GATEWAY, Map.of("HTTP_PROXY", proxy.address()), Clock.systemUTC());

            assertThat(findings.get("proxy").message())
                    .contains("connect through")
                    .doesNotContain("secret");
            for (String check : List.of("dns", "proxy", "tcp", "server", "key")) {
                assertThat(findings.get(check).state()).as(check).isEqualTo(State.OK);
            }
            assertThat(proxy.passed()).contains("GET " + TestingProxy.GATEWAY + "/health/live");
        }
    }

    @Test
    void aProxyThatDoesNotLetOutIsSaid() throws Exception {
        try (var proxy = new TestingProxy(200, "{}")) {
            String stranger = proxy.address().replace("secret", "guessed");

            Finding tls = examine(
                            TestingProxy.GATEWAY.replace("http:", "https:"),
                            Map.of("HTTPS_PROXY", stranger),
                            Clock.systemUTC())
                    .get("tls");

            assertThat(tls.state()).isEqualTo(State.FAILED);
            assertThat(tls.message()).contains("the proxy http://127.0.0.1:").doesNotContain("guessed");
        }
    }

    /** A company's network shows its own certificate in the place of the server's. */
    @Test
    void somebodyWhoOpensTlsOnTheWayIsNamed(@TempDir Path folder) throws Exception {
        SSLContext own = SSLContext.getInstance("TLS");
        own.init(
                new TestingCertificate(folder, "Inspecting Proxy of a Company")
                        .managers()
                        .getKeyManagers(),
                null,
                null);
        HttpsServer opened = HttpsServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        opened.setHttpsConfigurator(new HttpsConfigurator(own));
        opened.start();
        try {
            Map<String, Finding> findings =
                    examine("https://127.0.0.1:" + opened.getAddress().getPort(), Map.of(), Clock.systemUTC());

            assertThat(findings.get("tcp").state()).isEqualTo(State.OK);
            assertThat(findings.get("tls").state()).isEqualTo(State.FAILED);
            assertThat(findings.get("tls").message()).contains("by CN=Inspecting Proxy of a Company is not trusted");
            assertThat(findings.get("tls").advice()).contains("inspects TLS", "Java's trust store");
        } finally {
            opened.stop(0);
        }
    }

    private static Map<String, Finding> examine(String server, Map<String, String> environment, Clock clock)
            throws InterruptedException {
        Map<String, Finding> findings = new LinkedHashMap<>();
        new Doctor(Server.parse(server), Optional.of("cvt_x"), "", "box", Optional.of(NOBODY), environment, clock)
                .examine(finding -> findings.put(finding.check(), finding));
        assertThat(findings.values()).noneMatch(finding -> finding.toString().contains("cvt_x"));
        return findings;
    }

    private static int closedPort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    /** A server with one answer to everything, or two. */
    private static final class Answering implements AutoCloseable {
        private final HttpServer server;

        Answering(int status, String body, Map<String, String> headers) throws IOException {
            this(status, body, headers, "/none", status);
        }

        Answering(int status, String body, Map<String, String> headers, String prefix, int otherStatus)
                throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.createContext("/", exchange -> {
                try (exchange) {
                    Headers sent = exchange.getResponseHeaders();
                    headers.forEach(sent::set);
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    boolean other = exchange.getRequestURI().getPath().startsWith(prefix);
                    exchange.sendResponseHeaders(other ? otherStatus : status, bytes.length);
                    exchange.getResponseBody().write(bytes);
                }
            });
            server.start();
        }

        String address() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
