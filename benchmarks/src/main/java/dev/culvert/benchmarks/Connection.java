package dev.culvert.benchmarks;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept-alive HTTP/1.1 connection that waits for each answer; another one when the service wants it closed. It does next to nothing, so that a service under load on
 * the same two processors is not measured together with a client.
 */
public final class Connection implements AutoCloseable {
    private static final int NEVER_SO_LONG = 1 << 20;

    /** Whoever is silent for longer will not answer any more. */
    private static final int TIMEOUT_MILLIS = 60_000;

    private final URI address;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private boolean ended;

    private Connection(URI address) throws IOException {
        this.address = address;
        this.socket = open(address);
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = new BufferedOutputStream(socket.getOutputStream());
    }

    public static Connection to(URI address) throws IOException {
        return new Connection(address);
    }

    private static Socket open(URI address) throws IOException {
        Socket socket = new Socket(address.getHost(), address.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    private void reopen() throws IOException {
        socket.close();
        socket = open(address);
        in = new BufferedInputStream(socket.getInputStream());
        out = new BufferedOutputStream(socket.getOutputStream());
        ended = false;
    }

    public record Answer(int status, String body) {}

    public Answer post(String path, String type, String body, String... headers) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = head("POST", path, headers);
        head.append("Content-Type: ").append(type).append("\r\n");
        head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
        return exchange(head, bytes);
    }

    public Answer get(String path, String... headers) throws IOException {
        return exchange(head("GET", path, headers).append("\r\n"), new byte[0]);
    }

    private StringBuilder head(String method, String path, String... headers) {
        StringBuilder head = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\n");
        head.append("Host: ").append(address.getAuthority()).append("\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        return head;
    }

    private Answer exchange(StringBuilder head, byte[] body) throws IOException {
        if (ended) {
            reopen();
        }
        out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
        int status = Integer.parseInt(line().split(" ", 3)[1]);
        int length = 0;
        boolean chunked = false;
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(
                        lower.substring("content-length:".length()).strip());
            }
            ended |= lower.startsWith("connection:") && lower.endsWith("close");
            chunked |= lower.startsWith("transfer-encoding:") && lower.endsWith("chunked");
        }
        return new Answer(status, chunked ? chunks() : text(length));
    }

    private String chunks() throws IOException {
        StringBuilder body = new StringBuilder();
        int length;
        do {
            length = Integer.parseInt(line(), 16);
            body.append(text(length));
            line();
        } while (length > 0);
        return body.toString();
    }

    private String text(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("The service closed the connection inside an answer");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0 || line.length() > NEVER_SO_LONG) {
                throw new EOFException("The service closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
