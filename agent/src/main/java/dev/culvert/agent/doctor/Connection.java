package dev.culvert.agent.doctor;

import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Server;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** A connection to the server over which nothing was said yet, as an agent opens it. */
final class Connection {
    private static final int LONGEST_ANSWER = 16 * 1024;

    private Connection() {}

    /**
     * Connects, through a proxy by CONNECT (RFC 9110 §9.3.6).
     *
     * @throws IOException with a sentence where the proxy refuses
     */
    static Socket to(Server server, Optional<HttpProxy> proxy, int patienceMillis) throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoTimeout(patienceMillis);
            socket.connect(
                    new InetSocketAddress(
                            proxy.map(HttpProxy::host).orElse(server.host()),
                            proxy.map(HttpProxy::port).orElse(server.port())),
                    patienceMillis);
            if (proxy.isPresent()) {
                ask(socket, server, proxy.get());
            }
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    private static void ask(Socket socket, Server server, HttpProxy proxy) throws IOException {
        String host = server.host().contains(":") ? "[" + server.host() + "]" : server.host();
        String place = host + ":" + server.port();
        String credentials = proxy.user().isEmpty()
                ? ""
                : "Proxy-Authorization: Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (proxy.user() + ":" + proxy.password()).getBytes(StandardCharsets.UTF_8))
                        + "\r\n";
        socket.getOutputStream()
                .write(("CONNECT " + place + " HTTP/1.1\r\nHost: " + place + "\r\n" + credentials + "\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        String[] status = head(socket.getInputStream(), proxy).split(" ", 3);
        if (status.length < 2 || !status[1].startsWith("2")) {
            throw new IOException("the proxy " + proxy + " answers " + (status.length < 2 ? "no HTTP" : status[1]));
        }
    }

    /** Byte by byte: what follows the head is the server's. */
    private static String head(InputStream in, HttpProxy proxy) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0 && head.length() < LONGEST_ANSWER) {
            int next = in.read();
            if (next < 0) {
                throw new EOFException("the proxy " + proxy + " hung up");
            }
            head.append((char) next);
        }
        return head.toString();
    }
}
