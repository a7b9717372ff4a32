package dev.culvert.testing;

import dev.culvert.testing.TestingOrigin.Request;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** As much of RFC 9112 as a friendly client needs. */
final class HttpSyntax {
    private HttpSyntax() {}

    /** The next request's head, or null at a clean end of the connection. */
    static @Nullable Request readRequest(InputStream in) throws IOException {
        String requestLine = readLine(in);
        if (requestLine == null) {
            return null;
        }
        String[] parts = requestLine.split(" ", 3);
        if (parts.length != 3) {
            throw new IOException("Not a request line: " + requestLine);
        }
        return new Request(parts[0], parts[1], readHeaders(in));
    }

    static Map<String, List<String>> readHeaders(InputStream in) throws IOException {
        Map<String, List<String>> headers = new LinkedHashMap<>();
        while (true) {
            String line = readLine(in);
            if (line == null) {
                throw new EOFException("Connection ended inside the headers");
            }
            if (line.isEmpty()) {
                return headers;
            }
            int colon = line.indexOf(':');
            String name = line.substring(0, colon).toLowerCase(Locale.ROOT);
            headers.computeIfAbsent(name, _ -> new ArrayList<>())
                    .add(line.substring(colon + 1).trim());
        }
    }

    /** A line without its end, or null when the connection ended before it. */
    static @Nullable String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next != '\n') {
            if (next < 0) {
                throw new EOFException("Connection ended inside a line");
            }
            if (next != '\r') {
                line.write(next);
            }
            next = in.read();
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** The body that a request announces; ends where the body ends. */
    static InputStream body(Request request, InputStream in) {
        if (request.header("transfer-encoding").equalsIgnoreCase("chunked")) {
            return new ChunkedBody(in);
        }
        String length = request.header("content-length");
        return new LimitedBody(in, length.isEmpty() ? 0 : Long.parseLong(length));
    }

    private static final class LimitedBody extends InputStream {
        private final InputStream in;
        private long left;

        LimitedBody(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(target, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("Client went away with " + left + " bytes to send");
            }
            left -= count;
            return count;
        }
    }

    private static final class ChunkedBody extends InputStream {
        private final InputStream in;
        private InputStream chunk = InputStream.nullInputStream();
        private boolean ended;

        ChunkedBody(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (!ended) {
                int count = chunk.read(target, offset, length);
                if (count >= 0) {
                    return count;
                }
                nextChunk();
            }
            return -1;
        }

        private void nextChunk() throws IOException {
            String size = readLine(in);
            if (size != null && size.isEmpty()) {
                size = readLine(in);
            }
            if (size == null) {
                throw new EOFException("Client went away between chunks");
            }
            long length = Long.parseLong(size.split(";", 2)[0].trim(), 16);
            if (length == 0) {
                readHeaders(in);
                ended = true;
            } else {
                chunk = new LimitedBody(in, length);
            }
        }
    }
}
