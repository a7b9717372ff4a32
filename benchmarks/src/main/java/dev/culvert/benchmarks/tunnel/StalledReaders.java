package dev.culvert.benchmarks.tunnel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * What callers who ask for much and read nothing do to the streams of the others: while everything between the local service and
 * them fills up, and once nothing moves any more.
 */
final class StalledReaders {
    private static final double ASKED = 0.10;
    private static final int OTHERS = 100;
    private static final int ROUNDS = 3;
    private static final int RECEIVE_BYTES = 16 * 1024;
    private static final int TIMEOUT_MILLIS = 10_000;

    /** The local service could not write for so long: everything is full. */
    private static final Duration STILL = Duration.ofSeconds(1);

    private static final Duration STILL_WITHIN = Duration.ofMinutes(1);

    private StalledReaders() {}

    /** What one round saw; delays are the p99 of the others. */
    private record Round(double without, double filling, double with, double secondsToFill, double megabytes) {}

    /** @param stalled callers who do not read */
    static void run(Bed bed, Duration span, int stalled, Consumer<Row> rows) throws Exception {
        List<Round> rounds = new ArrayList<>();
        try (EventReaders others = EventReaders.open(bed.through(), OTHERS)) {
            others.measure(span);
            for (int round = 0; round < ROUNDS; round++) { // in turns, so that what else the machine does meets both
                rounds.add(round(bed, others, span, stalled));
            }
            if (others.broken() > 0) {
                throw new IllegalStateException(others.broken() + " of the other streams broke off");
            }
        }
        double before = median(rounds, Round::without);
        double after = median(rounds, Round::with);
        rows.accept(new Row(
                "p99 of " + OTHERS + " streams while " + stalled + " readers stall",
                "moves by < %.0f %%".formatted(100 * ASKED),
                "%+.0f %%: %.2f ms".formatted(100 * (after / before - 1), after),
                after <= before * (1 + ASKED),
                "without them %.2f ms".formatted(before),
                ("rounds in turns, without %s, with %s; the middle one took %.1f s until nothing moved, meanwhile %s;"
                                + " the local service could write %.1f MB for each")
                        .formatted(
                                all(rounds, Round::without),
                                all(rounds, Round::with),
                                median(rounds, Round::secondsToFill),
                                all(rounds, Round::filling),
                                median(rounds, Round::megabytes) / stalled)));
    }

    private static Round round(Bed bed, EventReaders others, Duration span, int stalled) throws Exception {
        double without = others.measure(span).at(0.99);
        List<Socket> sockets = new ArrayList<>();
        try {
            long bytes = bed.origin().endlessBytes();
            long begin = System.nanoTime();
            others.begin();
            stall(bed.through(), stalled, sockets);
            awaitStill(bed.origin());
            double seconds = (System.nanoTime() - begin) / 1e9;
            double filling = others.end().at(0.99);
            double megabytes = (double) (bed.origin().endlessBytes() - bytes) / Transfer.MEGABYTE;
            return new Round(without, filling, others.measure(span).at(0.99), seconds, megabytes);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            Thread.sleep(STILL); // what is under way ends
        }
    }

    private static void awaitStill(Origin origin) throws InterruptedException {
        long deadline = System.nanoTime() + STILL_WITHIN.toNanos();
        long before;
        do {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("Something still moves after " + STILL_WITHIN);
            }
            before = origin.endlessBytes();
            Thread.sleep(STILL);
        } while (origin.endlessBytes() != before);
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

    private static double median(List<Round> rounds, ToDoubleFunction<Round> of) {
        double[] sorted = rounds.stream().mapToDouble(of).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static String all(List<Round> rounds, ToDoubleFunction<Round> of) {
        return String.join(
                ", ",
                rounds.stream()
                        .map(round -> "%.2f".formatted(of.applyAsDouble(round)))
                        .toList());
    }
}
