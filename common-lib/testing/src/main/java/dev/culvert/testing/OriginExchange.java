package dev.culvert.testing;

import dev.culvert.testing.TestingOrigin.Request;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;

/** One request to a {@link TestingOrigin} and the answer that the test gives. */
public final class OriginExchange {
    private final Request request;
    private final Socket socket;
    private final BufferedInputStream in;
    private final OutputStream out;
    private final InputStream body;
    private boolean answered;
    private boolean continued;
    private boolean reusable = true;

    OriginExchange(Request request, Socket socket, BufferedInputStream in) throws IOException {
        this.request = request;
        this.socket = socket;
        this.in = in;
        this.out = socket.getOutputStream();
        this.body = HttpSyntax.body(request, in);
    }

    public Request request() {
        return request;
    }

    /** The request's body, read as it arrives. */
    public InputStream body() throws IOException {
        if (request.header("expect").equalsIgnoreCase("100-continue") && !continued) {
            continued = true;
            write("HTTP/1.1 100 Continue\r\n\r\n");
        }
        return body;
    }

    public String bodyText() throws IOException {
        return new String(body().readAllBytes(), StandardCharsets.UTF_8);
    }

    public void respond(int status, String contentType, String text) throws IOException {
        respond(status, Map.of("Content-Type", contentType), text.getBytes(StandardCharsets.UTF_8));
    }

    /** A whole answer with its length. */
    public void respond(int status, Map<String, String> headers, byte[] content) throws IOException {
        head(status, headers, "Content-Length: " + content.length);
        if (!request.method().equals("HEAD")) {
            out.write(content);
            out.flush();
        }
    }

    /** An answer in chunks, each on the wire when {@link Chunks#send} returns. */
    public Chunks stream(int status, String contentType) throws IOException {
        return stream(status, Map.of("Content-Type", contentType));
    }

    public Chunks stream(int status, Map<String, String> headers) throws IOException {
        head(status, headers, "Transfer-Encoding: chunked");
        return new Chunks();
    }

    /** The connection's raw output, for answers that no correct server gives; it is closed afterwards. */
    public OutputStream raw() {
        answered = true;
        reusable = false;
        return out;
    }

    /** Resets the connection without (or in the middle of) an answer. */
    public void abort() throws IOException {
        answered = true;
        reusable = false;
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Waits until the client has closed its side; false when it did not within {@code patience}. Reads the body first. */
    public boolean awaitClientGone(Duration patience) throws IOException {
        body().transferTo(OutputStream.nullOutputStream());
        socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
        try {
            in.mark(1);
            boolean gone = in.read() < 0;
            in.reset();
            return gone;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        } finally {
            if (!socket.isClosed()) {
                socket.setSoTimeout(0);
            }
        }
    }

    /** Switches to WebSocket (RFC 6455 §4.2.2) and takes the first subprotocol on offer. */
    OriginWebSocket upgrade() throws IOException {
        answered = true;
        reusable = false;
        return OriginWebSocket.accept(request, in, out);
    }

    void fail() throws IOException {
        reusable = false;
        if (!answered) {
            respond(500, "text/plain", "The test's handler failed");
        }
    }

    /** True when the connection can take another request. */
    boolean finish() throws IOException {
        if (!answered) {
            fail();
        }
        if (reusable) {
            body().transferTo(OutputStream.nullOutputStream());
        }
        return reusable && !request.header("connection").equalsIgnoreCase("close");
    }

    private void head(int status, Map<String, String> headers, String framing) throws IOException {
        answered = true;
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Answer\r\n" + framing + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        write(head.append("\r\n").toString());
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** The rest of a chunked answer; {@link #close()} ends it properly. */
    public final class Chunks implements AutoCloseable {
        public void send(String text) throws IOException {
            send(text.getBytes(StandardCharsets.UTF_8));
        }

        public void send(byte[] data) throws IOException {
            byte[] size = (Integer.toHexString(data.length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            byte[] chunk = Arrays.copyOf(size, size.length + data.length + 2);
            System.arraycopy(data, 0, chunk, size.length, data.length);
            chunk[chunk.length - 2] = '\r';
            chunk[chunk.length - 1] = '\n';
            out.write(chunk);
            out.flush();
        }

        @Override
        public void close() throws IOException {
            if (!socket.isClosed()) {
                write("0\r\n\r\n");
            }
        }
    }
}
