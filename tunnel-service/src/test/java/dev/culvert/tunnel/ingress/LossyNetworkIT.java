package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.agent.Agent;
import dev.culvert.agent.AgentOptions;
import dev.culvert.tunnelprotocol.LinkSettings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fault 33: packets are lost and overtake each other on a long way, between two ends of TCP of the kernel. */
class LossyNetworkIT {
    private static final int PAIRS = 10;
    private static final int MOST_PIECES = 7;
    /** The more is lost, the fewer of these a body has, so that each takes a few seconds. */
    private static final int PIECE = 64 * 1024;

    private static final int SEED = 10;
    private static final double LEAST_SHARE = 0.7;

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Agent> agents = new ArrayList<>();
    private final List<Pair> pairs = new ArrayList<>();
    private LossyWay way;
    private TestingDataPlane plane;
    private RawOrigin origin;

    /** A link and a plain connection that lose the same packets. */
    private record Pair(int number, int lossPercent, byte[] body, Socket plainNear, ServerSocket plainFar) {}

    private record Times(int lossPercent, double plainSeconds, double tunnelSeconds) {}

    @BeforeEach
    void start() throws Exception {
        way = new LossyWay(directory);
        LinkSettings times = LinkSettings.DEFAULTS;
        DataPortProperties settings = TestingDataPlane.properties();
        plane = new TestingDataPlane(new DataPortProperties(
                settings.address(),
                settings.port(),
                settings.eventLoops(),
                settings.memoryBudget(),
                settings.firstByteTimeout(),
                settings.idleTimeout(),
                settings.drainTimeout(),
                times.pingInterval(),
                times.suspectAfter(),
                times.closeAfter()));
        origin = new RawOrigin();
        for (int i = 0; i < PAIRS; i++) {
            pairs.add(pair(i, 1 + i % 5));
        }
        for (Agent agent : agents) {
            agent.awaitConnected(Duration.ofSeconds(30));
        }
        way.loseSome();
    }

    private Pair pair(int number, int lossPercent) throws Exception {
        byte[] body = new byte[PIECE * (MOST_PIECES - lossPercent)];
        new Random(number).nextBytes(body);
        origin.on("/" + number, call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
            call.out.write(body);
        });
        String name = "box" + number;
        plane.tunnel(name);
        int link = way.to(plane.port.port(), lossPercent, SEED + number);
        agents.add(Agent.start(AgentOptions.of("http://127.0.0.1:" + link, name, origin.url(), TestingDataPlane.TOKEN)
                .withConnections(1)));
        ServerSocket far = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        far.setSoTimeout(30_000);
        int plain = way.to(far.getLocalPort(), lossPercent, SEED + number);
        return new Pair(number, lossPercent, body, new Socket(InetAddress.getLoopbackAddress(), plain), far);
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        agents.forEach(Agent::kill);
        for (Pair pair : pairs) {
            pair.plainNear.close();
            pair.plainFar.close();
        }
        if (way != null) {
            plane.close();
            origin.close();
            way.close();
        }
    }

    /** 1 to 5 %, a round trip of 200 ms, every fiftieth packet late: 70 % of what plain TCP does at the same time. */
    @Test
    void aTunnelDoesNearlyWhatTcpAloneWouldAndLosesNoByte() throws Exception {
        List<Future<Double>> plain = new ArrayList<>();
        List<Future<Double>> tunnel = new ArrayList<>();
        for (Pair pair : pairs) {
            Socket far = pair.plainFar.accept();
            plain.add(threads.submit(() -> seconds(() -> plainly(pair, far))));
            tunnel.add(threads.submit(() -> seconds(() -> throughTheTunnel(pair))));
        }
        List<Times> times = new ArrayList<>();
        for (int i = 0; i < PAIRS; i++) {
            times.add(new Times(
                    pairs.get(i).lossPercent,
                    plain.get(i).get(60, TimeUnit.SECONDS),
                    tunnel.get(i).get(60, TimeUnit.SECONDS)));
        }

        double share = times.stream().mapToDouble(Times::plainSeconds).sum()
                / times.stream().mapToDouble(Times::tunnelSeconds).sum();
        assertThat(share).as("%s", times).isGreaterThan(LEAST_SHARE);
        assertThat(plane.sessions).as("connected once and never lost").hasSize(PAIRS);
    }

    private interface Transfer {
        void run() throws Exception;
    }

    private static double seconds(Transfer transfer) throws Exception {
        long begun = System.nanoTime();
        transfer.run();
        return (System.nanoTime() - begun) / 1e9;
    }

    /** The far end asks, as a caller does. */
    private void plainly(Pair pair, Socket far) throws Exception {
        far.getOutputStream().write('?');
        threads.submit(() -> {
            assertThat(pair.plainNear.getInputStream().read()).isEqualTo('?');
            pair.plainNear.getOutputStream().write(pair.body);
            return null;
        });
        assertThat(far.getInputStream().readNBytes(pair.body.length)).isEqualTo(pair.body);
    }

    private void throughTheTunnel(Pair pair) throws Exception {
        String path = "/t/box" + pair.number + "/" + pair.number;
        assertThat(plane.client
                        .send(plane.request(path).build(), BodyHandlers.ofByteArray())
                        .body())
                .isEqualTo(pair.body);
    }
}
