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
    private static final int PAIRS = 8;
    private static final int BYTES = 256 * 1024;

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Agent> agents = new ArrayList<>();
    private final List<Pair> pairs = new ArrayList<>();
    private LossyWay way;
    private TestingDataPlane plane;
    private RawOrigin origin;
    private ServerSocket plainEnd;

    /** A link and a plain connection that lose the same packets. */
    private record Pair(int number, int lossPerMille, byte[] body, Socket plainNear, Socket plainFar) {}

    private record Times(int lossPerMille, double plainSeconds, double tunnelSeconds) {}

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
        plainEnd = new ServerSocket(0, PAIRS, InetAddress.getLoopbackAddress());
        for (int i = 0; i < PAIRS; i++) {
            pairs.add(pair(i, i % 2 == 0 ? 10 : 50));
        }
        for (Agent agent : agents) {
            agent.awaitConnected(Duration.ofSeconds(30));
        }
    }

    private Pair pair(int number, int lossPerMille) throws Exception {
        byte[] body = new byte[BYTES];
        new Random(number).nextBytes(body);
        origin.on("/" + number, call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Length: " + BYTES + "\r\n\r\n");
            call.out.write(body);
        });
        String name = "box" + number;
        plane.tunnel(name);
        int link = way.to(plane.port.port(), lossPerMille, number);
        agents.add(Agent.start(AgentOptions.of("http://127.0.0.1:" + link, name, origin.url(), TestingDataPlane.TOKEN)
                .withConnections(1)));
        int plain = way.to(plainEnd.getLocalPort(), lossPerMille, number);
        Socket near = new Socket(InetAddress.getLoopbackAddress(), plain);
        return new Pair(number, lossPerMille, body, near, plainEnd.accept());
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
            plainEnd.close();
            plane.close();
            origin.close();
            way.close();
        }
    }

    /** 1 and 5 %, a round trip of 200 ms, every fiftieth packet late: at least 70 % of what plain TCP does at the same time. */
    @Test
    void aTunnelDoesNearlyWhatTcpAloneWouldAndLosesNoByte() throws Exception {
        way.loseSome();

        List<Future<Double>> plain = new ArrayList<>();
        List<Future<Double>> tunnel = new ArrayList<>();
        for (Pair pair : pairs) {
            plain.add(threads.submit(() -> seconds(() -> plainly(pair))));
            tunnel.add(threads.submit(() -> seconds(() -> throughTheTunnel(pair))));
        }
        List<Times> times = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            times.add(new Times(
                    pairs.get(i).lossPerMille,
                    plain.get(i).get(60, TimeUnit.SECONDS),
                    tunnel.get(i).get(60, TimeUnit.SECONDS)));
        }

        assertThat(share(times, 10)).as("%s", times).isGreaterThan(0.7);
        assertThat(share(times, 50)).as("%s", times).isGreaterThan(0.7);
        assertThat(plane.sessions).as("connected once and never lost").hasSize(PAIRS);
    }

    /** Goodput through the tunnel as part of plain TCP's, over all that lose so much. */
    private static double share(List<Times> times, int lossPerMille) {
        List<Times> those =
                times.stream().filter(one -> one.lossPerMille == lossPerMille).toList();
        return those.stream().mapToDouble(Times::plainSeconds).sum()
                / those.stream().mapToDouble(Times::tunnelSeconds).sum();
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
    private void plainly(Pair pair) throws Exception {
        pair.plainFar.getOutputStream().write('?');
        threads.submit(() -> {
            pair.plainNear.getInputStream().read();
            pair.plainNear.getOutputStream().write(pair.body);
            return null;
        });
        assertThat(pair.plainFar.getInputStream().readNBytes(BYTES)).isEqualTo(pair.body);
    }

    private void throughTheTunnel(Pair pair) throws Exception {
        String path = "/t/box" + pair.number + "/" + pair.number;
        assertThat(plane.client
                        .send(plane.request(path).build(), BodyHandlers.ofByteArray())
                        .body())
                .isEqualTo(pair.body);
    }
}
