package dev.culvert.tunnel.ingress;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;

/**
 * A proxy of a company or a hotel: passes whole requests and whole answers of HTTP/1.1 on, one after the other, and no upgrade. Each
 * request goes to the next of several servers.
 */
final class TestingMiddlebox implements AutoCloseable {
    /** What becomes of a request that asks for an upgrade. */
    enum Upgrades {
        /** Answered with a page of the box's own. */
        REFUSED,
        /** The request goes on as one without. */
        REMOVED,
        /** The connection is closed. */
        CUT
    }

    final AtomicInteger upgradesSeen = new AtomicInteger();
    final AtomicInteger requests = new AtomicInteger();
    final AtomicInteger answersLost = new AtomicInteger();

    private final Upgrades upgrades;
    private final IntPredicate losesAnswer;
    private final List<Integer> ports;
    private final ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /**
     * @param losesAnswer of which requests, by number, the answer is thrown away together with the connection
     */
    TestingMiddlebox(Upgrades upgrades, IntPredicate losesAnswer, Integer... ports) throws IOException {
        this.upgrades = upgrades;
        this.losesAnswer = losesAnswer;
        this.ports = List.of(ports);
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
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
            near.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(near.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                int number = requests.incrementAndGet();
                byte[] body = in.readNBytes(length(head));
                if (head.toLowerCase(Locale.ROOT).contains("\r\nupgrade:")) {
                    upgradesSeen.incrementAndGet();
                    switch (upgrades) {
                        case REFUSED -> {
                            String page = "<html>Not in this network</html>";
                            near.getOutputStream()
                                    .write(("HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: "
                                                    + page.length() + "\r\n\r\n" + page)
                                            .getBytes(StandardCharsets.US_ASCII));
                            continue;
                        }
                        case REMOVED -> head = withoutUpgrade(head);
                        case CUT -> {
                            return;
                        }
                    }
                }
                byte[] answer = ask(ports.get(number % ports.size()), head, body);
                if (losesAnswer.test(number)) {
                    answersLost.incrementAndGet();
                    return;
                }
                near.getOutputStream().write(answer);
            }
        } catch (IOException e) {
            // One side has closed, and now both have.
        }
    }

    private static byte[] ask(int port, String head, byte[] body) throws IOException {
        try (Socket far = new Socket(InetAddress.getLoopbackAddress(), port)) {
            far.setTcpNoDelay(true);
            ByteArrayOutputStream request = new ByteArrayOutputStream();
            request.write(head.getBytes(StandardCharsets.ISO_8859_1));
            request.write(body);
            far.getOutputStream().write(request.toByteArray());
            InputStream in = new BufferedInputStream(far.getInputStream());
            String answer = head(in);
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            whole.write(answer.getBytes(StandardCharsets.ISO_8859_1));
            whole.write(in.readNBytes(length(answer)));
            return whole.toByteArray();
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static int length(String head) {
        return head.lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
    }

    private static String withoutUpgrade(String head) {
        StringBuilder kept = new StringBuilder();
        head.lines()
                .filter(line -> !line.toLowerCase(Locale.ROOT).matches("(upgrade|connection):.*") && !line.isEmpty())
                .forEach(line -> kept.append(line).append("\r\n"));
        return kept.append("\r\n").toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
