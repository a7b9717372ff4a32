package dev.culvert.tunnel.ingress;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A local service in blocking style on a real socket, so that a test decides over every byte and sees every end. */
final class RawOrigin implements AutoCloseable {
    /** Answers one request. */
    interface Script {
        void run(Call call) throws Exception;
    }

    private final ServerSocket listener;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    final AtomicInteger connections = new AtomicInteger();

    RawOrigin() throws IOException {
        listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Connections that are open at this moment. */
    int open() {
        return open.size();
    }

    RawOrigin on(String path, Script script) {
        scripts.put(path, script);
        return this;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                connections.incrementAndGet();
                open.add(socket);
                threads.execute(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
            for (Call call = Call.read(socket, in); call != null; call = Call.read(socket, in)) {
                Script script = scripts.get(call.path());
                if (script == null) {
                    call.answer("404 Not Found", "no script for " + call.target);
                } else {
                    script.run(call);
                }
                if (call.closes) {
                    return;
                }
            }
        } catch (IOException e) {
            // The other side left; scripts that care catch it themselves.
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }

    /** One request with what is needed to answer it. */
    static final class Call {
        final Socket socket;
        final InputStream in;
        final OutputStream out;
        final String method;
        final String target;
        final Map<String, List<String>> headers;
        boolean closes;

        private Call(Socket socket, InputStream in, String requestLine, Map<String, List<String>> headers)
                throws IOException {
            this.socket = socket;
            this.in = in;
            this.out = socket.getOutputStream();
            String[] parts = requestLine.split(" ", 3);
            this.method = parts[0];
            this.target = parts[1];
            this.headers = headers;
        }

        static Call read(Socket socket, InputStream in) throws IOException {
            String requestLine = line(in);
            if (requestLine == null) {
                return null;
            }
            Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
                int colon = line.indexOf(':');
                headers.computeIfAbsent(line.substring(0, colon), _ -> new ArrayList<>())
                        .add(line.substring(colon + 1).trim());
            }
            return new Call(socket, in, requestLine, headers);
        }

        String path() {
            int query = target.indexOf('?');
            return query < 0 ? target : target.substring(0, query);
        }

        String header(String name) {
            return headers.containsKey(name) ? String.join(", ", headers.get(name)) : null;
        }

        /** The whole body, by length or in chunks, piece by piece. */
        void eachPiece(PieceConsumer consumer) throws IOException {
            byte[] buffer = new byte[64 * 1024];
            if ("chunked".equals(header("transfer-encoding"))) {
                for (int size = chunkSize(); size > 0; size = chunkSize()) {
                    transfer(size, buffer, consumer);
                    line(in);
                }
                for (String trailer = line(in); trailer != null && !trailer.isEmpty(); trailer = line(in)) {
                    headers.put("trailer-" + trailer.split(":")[0], List.of(trailer.split(":", 2)[1].trim()));
                }
            } else if (header("content-length") != null) {
                transfer(Long.parseLong(header("content-length")), buffer, consumer);
            }
        }

        private int chunkSize() throws IOException {
            return Integer.parseInt(line(in).trim(), 16);
        }

        private void transfer(long size, byte[] buffer, PieceConsumer consumer) throws IOException {
            for (long left = size; left > 0; ) {
                int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
                if (read < 0) {
                    throw new IOException("Body ended early");
                }
                consumer.accept(buffer, read);
                left -= read;
            }
        }

        byte[] body() throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            eachPiece((bytes, length) -> body.write(bytes, 0, length));
            return body.toByteArray();
        }

        void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }

        void answer(String status, String text, String... headerLines) throws IOException {
            StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\n");
            for (String header : headerLines) {
                head.append(header).append("\r\n");
            }
            write(head + "Content-Length: " + text.length() + "\r\n\r\n" + text);
        }

        void startChunked(String contentType) throws IOException {
            write("HTTP/1.1 200 OK\r\nContent-Type: " + contentType + "\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        void chunk(String text) throws IOException {
            write(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
        }

        void endChunks() throws IOException {
            write("0\r\n\r\n");
        }

        /** Blocks until the other side has closed the connection, however it did. */
        void awaitClosedByPeer() {
            try {
                while (in.read() >= 0) {
                    // Nothing is expected any more.
                }
            } catch (IOException e) {
                // A reset is an end as well.
            }
        }

        static String line(InputStream in) throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int next = in.read(); next != '\n'; next = in.read()) {
                if (next < 0) {
                    return null;
                }
                line.write(next);
            }
            return line.toString(StandardCharsets.ISO_8859_1).replaceFirst("\r$", "");
        }
    }

    /** Takes part of a body. */
    interface PieceConsumer {
        void accept(byte[] bytes, int length) throws IOException;
    }

    static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    static UncheckedIOException unchecked(IOException e) {
        return new UncheckedIOException(e);
    }
}
