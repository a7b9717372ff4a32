package dev.culvert.gateway.routing;

import dev.culvert.contracts.http.HeaderNames;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * A service that reads to the letter of RFC 9112 and forgives nothing, with a parser that is not the gateway's. What does not
 * read so, or came here without passing the gateway as a request, it calls odd.
 */
final class StrictService implements AutoCloseable {
    private static final Pattern REQUEST_LINE = Pattern.compile("(GET|POST) /t/box/[!-~&&[^#\\\\]]* HTTP/1\\.1");
    private static final Pattern FIELD =
            Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\t -~\\x80-\\xff]*?)[ \\t]*");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,7})(;[\\t -~]*)?");
    private static final byte[] ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

    private final Queue<String> odd = new ConcurrentLinkedQueue<>();
    private final AtomicInteger taken = new AtomicInteger();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ServerSocket listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());

    private static final class OddException extends Exception {
        private static final long serialVersionUID = 1;

        OddException(String what) {
            super(what);
        }
    }

    StrictService() throws IOException {
        threads.execute(this::accept);
    }

    String uri() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** What was not as it must be, in words; each is said once. */
    List<String> odd() {
        List<String> words = new ArrayList<>();
        for (String one = odd.poll(); one != null; one = odd.poll()) {
            words.add(one);
        }
        return words;
    }

    /** Requests that were. */
    int taken() {
        return taken.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                threads.execute(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (true) {
                take(in);
                taken.incrementAndGet();
                out.write(ANSWER);
            }
        } catch (OddException e) {
            odd.add(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            // The gateway has ended the connection, as it may at any time.
        }
    }

    private static void take(InputStream in) throws IOException, OddException {
        String start = line(in);
        check(REQUEST_LINE.matcher(start).matches(), "request line", start);
        Map<String, String> fields = fields(in);
        check(fields.containsKey(HeaderNames.CORRELATION_ID.toLowerCase(Locale.ROOT)), "not by the gateway", start);
        check(!fields.containsKey("x-injected"), "injected", fields.toString());
        String length = fields.get("content-length");
        String encoding = fields.get("transfer-encoding");
        check(length == null || encoding == null, "two lengths", fields.toString());
        if (encoding != null) {
            check(encoding.equals("chunked"), "encoding", encoding);
            chunks(in);
        } else if (length != null) {
            check(LENGTH.matcher(length).matches(), "length", length);
            body(in, Long.parseLong(length));
        }
    }

    private static Map<String, String> fields(InputStream in) throws IOException, OddException {
        Map<String, String> fields = new TreeMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            var field = FIELD.matcher(line);
            check(field.matches(), "field", line);
            String name = field.group(1).toLowerCase(Locale.ROOT);
            String before = fields.put(name, field.group(2));
            check(before == null || !name.matches("host|content-length|transfer-encoding"), "twice", line);
        }
        return fields;
    }

    private static void chunks(InputStream in) throws IOException, OddException {
        while (true) {
            String line = line(in);
            var chunk = CHUNK.matcher(line);
            check(chunk.matches(), "chunk", line);
            int size = Integer.parseInt(chunk.group(1), 16);
            if (size == 0) {
                Map<String, String> trailers = fields(in);
                check(
                        !trailers.containsKey("content-length") && !trailers.containsKey("transfer-encoding"),
                        "trailer",
                        trailers.toString());
                return;
            }
            body(in, size);
            check(line(in).isEmpty(), "end of chunk", line);
        }
    }

    private static void body(InputStream in, long length) throws IOException {
        in.skipNBytes(length);
    }

    /** Ended by CR LF, neither of which is anywhere else. */
    private static String line(InputStream in) throws IOException, OddException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException();
            }
            if (next == '\r') {
                check(in.read() == '\n', "CR alone", line.toString());
                return line.toString();
            }
            check(next != '\n', "LF alone", line.toString());
            line.append((char) next);
        }
    }

    private static void check(boolean fine, String what, String where) throws OddException {
        if (!fine) {
            throw new OddException(what + ": " + where);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        threads.shutdownNow();
    }
}
