package dev.culvert.benchmarks.tunnel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** What callers who ask for much and read nothing do to the streams of the others. */
final class StalledReaders {
    private static final double ASKED = 0.10;
    private static final int OTHERS = 100;
    private static final int ROUNDS = 3;
    private static final int RECEIVE_BYTES = 16 * 1024;
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final Duration FULL_AFTER = Duration.ofSeconds(2);

    private StalledReaders() {}

    /** @param stalled callers who do not read */
    static void run(Bed bed, Duration span, int stalled, Consumer<Row> rows) throws Exception {
        double[] without = new double[ROUNDS];
        double[] with = new double[ROUNDS];
        try (EventReaders others = EventReaders.open(bed.through(), OTHERS)) {
            others.measure(span);
            for (int round = 0; round < ROUNDS; round++) { // in turns, so that what else the machine does meets both
                without[round] = others.measure(span).at(0.99);
                List<Socket> sockets = new ArrayList<>();
                try {
                    stall(bed.through(), stalled, sockets);
                    Thread.sleep(FULL_AFTER); // until nothing moves on them any more
                    with[round] = others.measure(span).at(0.99);
                } finally {
                    for (Socket socket : sockets) {
                        socket.close();
                    }
                }
                Thread.sleep(FULL_AFTER);
            }
            if (others.broken() > 0) {
                throw new IllegalStateException(others.broken() + " of the other streams broke off");
            }
        }
        double before = median(without);
        double after = median(with);
        rows.accept(new Row(
                "p99 of " + OTHERS + " streams while " + stalled + " readers stall",
                "moves by < %.0f %%".formatted(100 * ASKED),
                "%+.0f %%: %.2f ms".formatted(100 * (after / before - 1), after),
                after <= before * (1 + ASKED),
                "without them %.2f ms".formatted(before),
                "rounds in turns, without " + milliseconds(without) + ", with " + milliseconds(with)));
    }

    /**
     * Callers that got the beginning of an endless answer and take no more.
     *
     * @param sockets gets all that were opened, also where one fails
     */
    private static void stall(Target target, int count, List<Socket> sockets) throws IOException {
        byte[] request = target.request(Origin.ENDLESS).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            socket.setReceiveBufferSize(RECEIVE_BYTES);
            socket.connect(
                    new InetSocketAddress(
                            target.address().getHost(), target.address().getPort()),
                    TIMEOUT_MILLIS);
            socket.getOutputStream().write(request);
        }
        for (Socket socket : sockets) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            if (!new String(status, StandardCharsets.US_ASCII).endsWith("200")) {
                throw new SocketTimeoutException(
                        "A reader that was to stall was answered " + new String(status, StandardCharsets.US_ASCII));
            }
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static String milliseconds(double[] values) {
        return String.join(
                ", ", Arrays.stream(values).mapToObj("%.2f"::formatted).toList());
    }
}
