package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentListener;
import dev.culvert.agent.AgentOptions;
import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.connect.Way;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Agents behind an HTTP proxy that wants a password: a real one, of few lines. */
class ThroughAProxyIT {
    private TestingDataPlane plane;
    private RawOrigin origin;
    private Proxy proxy;

    @BeforeEach
    void start() throws Exception {
        plane = new TestingDataPlane();
        plane.tunnel("box");
        origin = new RawOrigin().on("/ok", call -> call.answer("200 OK", "ok"));
        proxy = new Proxy("me:se cret");
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        origin.close();
        proxy.close();
    }

    @ParameterizedTest
    @EnumSource
    void connectsThroughTheProxyByEitherTransport(Transport transport) throws Exception {
        HttpProxy known = HttpProxy.parse("http://me:se%20cret@127.0.0.1:" + proxy.port());

        plane.agent(
                "box",
                origin.url(),
                options -> options.withWay(new Way(Optional.of(transport), Optional.of(known))),
                new AgentListener() {});

        assertThat(plane.client
                        .send(plane.request("/t/box/ok").build(), BodyHandlers.ofString())
                        .body())
                .isEqualTo("ok");
        assertThat(proxy.connected).isNotEmpty().allMatch(target -> target.equals("127.0.0.1:" + plane.port.port()));
    }

    @Test
    void saysThatTheProxyRefusesWithoutTheSecret() throws Exception {
        HttpProxy known = HttpProxy.parse("http://me:wrong@127.0.0.1:" + proxy.port());
        ConcurrentLinkedQueue<String> reasons = new ConcurrentLinkedQueue<>();
        AgentOptions options = AgentOptions.of(plane.url(), "box", origin.url(), TestingDataPlane.TOKEN)
                .withWay(new Way(Optional.empty(), Optional.of(known)));

        try (var _ = Agent.start(options, new AgentListener() {
            @Override
            public void onLink(LinkEvent event) {
                if (event instanceof LinkEvent.Retrying retrying) {
                    reasons.add(retrying.why());
                }
            }
        })) {
            await().until(() -> !reasons.isEmpty());
        }

        assertThat(reasons.peek()).contains("407").doesNotContain("wrong");
        assertThat(proxy.connected).isEmpty();
    }

    /** Passes connections on to whom CONNECT names. */
    private static final class Proxy implements AutoCloseable {
        private final ConcurrentLinkedQueue<String> connected = new ConcurrentLinkedQueue<>();
        private final String authorization;
        private final ServerSocket listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

        Proxy(String credentials) throws IOException {
            authorization = "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
            threads.execute(this::accept);
        }

        int port() {
            return listener.getLocalPort();
        }

        private void accept() {
            while (!listener.isClosed()) {
                try {
                    Socket near = listener.accept();
                    threads.execute(() -> serve(near));
                } catch (IOException e) {
                    return;
                }
            }
        }

        private void serve(Socket near) {
            try (near) {
                String head = head(near.getInputStream());
                String target = head.split(" ", 3)[1];
                if (!head.startsWith("CONNECT ")) {
                    say(near, "HTTP/1.1 405 Method Not Allowed\r\n\r\n");
                } else if (!head.contains(authorization)) {
                    say(near, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
                } else {
                    connected.add(target);
                    String[] place = target.split(":", 2);
                    try (Socket far = new Socket(place[0], Integer.parseInt(place[1]))) {
                        say(near, "HTTP/1.1 200 Connection established\r\n\r\n");
                        threads.execute(() -> copy(near, far));
                        copy(far, near);
                    }
                }
            } catch (IOException e) {
                // One side has closed, and now both have.
            }
        }

        private static void say(Socket near, String words) throws IOException {
            near.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
        }

        private static String head(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            for (int next = in.read(); next >= 0; next = in.read()) {
                head.append((char) next);
                if (head.indexOf("\r\n\r\n") >= 0) {
                    break;
                }
            }
            return head.toString();
        }

        private static void copy(Socket from, Socket to) {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException e) {
                // One side has closed, and now both have.
            }
        }

        @Override
        public void close() throws IOException {
            listener.close();
            threads.shutdownNow();
        }
    }
}
