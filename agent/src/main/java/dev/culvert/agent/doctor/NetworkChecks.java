package dev.culvert.agent.doctor;

import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** From the name of the server to a connection that can be trusted. */
final class NetworkChecks {
    private static final int PATIENCE_MILLIS = 5_000;
    private static final Duration SOON = Duration.ofDays(14);

    private final Server server;
    private final Map<String, String> environment;
    private final Optional<HttpProxy> proxy;
    private final Clock clock;

    /**
     * @param proxy that agents would use, if any
     */
    NetworkChecks(Server server, Map<String, String> environment, Optional<HttpProxy> proxy, Clock clock) {
        this.server = server;
        this.proxy = proxy;
        this.environment = environment;
        this.clock = clock;
    }

    Finding dns() {
        if (proxy.isPresent()) {
            return Finding.ok("dns", proxy.get() + " looks up " + server.host());
        }
        try {
            InetAddress[] addresses = InetAddress.getAllByName(server.host());
            return Finding.ok(
                    "dns",
                    server.host() + " is "
                            + Arrays.stream(addresses)
                                    .map(InetAddress::getHostAddress)
                                    .collect(Collectors.joining(", ")));
        } catch (UnknownHostException e) {
            return Finding.failed(
                    "dns",
                    "the name " + server.host() + " does not resolve",
                    "correct --server, or the name servers of this machine");
        }
    }

    /** Whether agents go through a proxy that the environment names. */
    Finding proxy() {
        List<String> set = new ArrayList<>();
        for (String name : List.of("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")) {
            for (String written : List.of(name, name.toLowerCase(Locale.ROOT))) {
                String value = environment.get(written);
                if (value != null && !value.isBlank() && !set.contains(written)) {
                    set.add(written);
                }
            }
        }
        if (set.isEmpty()) {
            return Finding.ok("proxy", "no proxy is configured");
        }
        String names = String.join(", ", set) + (set.size() == 1 ? " is set" : " are set");
        try {
            return HttpProxy.of(environment, server)
                    .map(used -> Finding.ok("proxy", names + ": agents and these checks connect through " + used))
                    .orElseGet(() -> Finding.warning(
                            "proxy",
                            names + ", and does not hold for this server",
                            "if the next checks fail, name the proxy in the configuration file"));
        } catch (IllegalArgumentException e) {
            return Finding.failed("proxy", String.valueOf(e.getMessage()), "correct the variable");
        }
    }

    Finding tcp() {
        String host = proxy.map(HttpProxy::host).orElse(server.host());
        int port = proxy.map(HttpProxy::port).orElse(server.port());
        String whose = proxy.isPresent() ? " of the proxy" : "";
        InetAddress[] addresses;
        try {
            addresses = InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            return Finding.failed(
                    "tcp", "the name " + host + whose + " does not resolve", "correct the address of the proxy");
        }
        List<String> failures = new ArrayList<>();
        for (InetAddress address : addresses) {
            try (Socket socket = new Socket()) {
                long begin = System.nanoTime();
                socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
                long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
                String others = failures.isEmpty() ? "" : " (but " + String.join(", ", failures) + ")";
                return Finding.ok(
                        "tcp",
                        address.getHostAddress() + " port " + port + whose + " answers after " + millis + " ms"
                                + others);
            } catch (IOException e) {
                failures.add(address.getHostAddress() + ": " + e.getMessage());
            }
        }
        return Finding.failed(
                "tcp",
                "port " + port + whose + " cannot be reached: " + String.join(", ", failures),
                "see that the server runs, and that no firewall on the way blocks the port");
    }

    Finding tls() {
        if (server.tls() == null) {
            return isLoopback()
                    ? Finding.ok("tls", "not used, and not needed on this machine")
                    : Finding.warning(
                            "tls",
                            "not used: everybody on the way can read the key and all traffic",
                            "use an https:// address");
        }
        try (SSLSocket socket = connect(SSLContext.getDefault(), true)) {
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            Instant until = certificate.getNotAfter().toInstant();
            String message = socket.getSession().getProtocol() + ", certificate by " + issuer(certificate)
                    + ", valid until " + until;
            return until.isBefore(clock.instant().plus(SOON))
                    ? Finding.warning("tls", message, "have the server's certificate renewed")
                    : Finding.ok("tls", message);
        } catch (SSLException e) {
            return untrusted(e);
        } catch (IOException | GeneralSecurityException e) {
            return Finding.failed(
                    "tls", "the handshake broke off: " + e.getMessage(), "see that the port is one for https");
        }
    }

    private boolean isLoopback() {
        try {
            return Arrays.stream(InetAddress.getAllByName(server.host())).allMatch(InetAddress::isLoopbackAddress);
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Looks at the certificate that was refused: its issuer tells whether somebody on the way opens TLS. */
    private Finding untrusted(SSLException refusal) {
        String advice = "if this is a company's network that inspects TLS, have " + server.host()
                + " exempted or its issuer added to Java's trust store; if the certificate is your own, add that one";
        try (SSLSocket socket = connect(lookingOnly(), false)) {
            X509Certificate certificate = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return Finding.failed(
                    "tls",
                    "the certificate for " + certificate.getSubjectX500Principal() + " by " + issuer(certificate)
                            + " is not trusted: " + refusal.getMessage(),
                    advice);
        } catch (IOException | GeneralSecurityException e) {
            return Finding.failed("tls", "no TLS connection: " + refusal.getMessage(), advice);
        }
    }

    private SSLSocket connect(SSLContext context, boolean checkName) throws IOException {
        Socket plain = Connection.to(server, proxy, PATIENCE_MILLIS);
        try {
            SSLSocket socket =
                    (SSLSocket) context.getSocketFactory().createSocket(plain, server.host(), server.port(), true);
            if (checkName) {
                SSLParameters parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
            }
            socket.startHandshake();
            return socket;
        } catch (IOException e) {
            plain.close();
            throw e;
        }
    }

    /** Only to look at a certificate; nothing is sent over such a connection. */
    private static SSLContext lookingOnly() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new LookingOnly()}, null);
        return context;
    }

    private static String issuer(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().getName();
    }

    /** Accepts every certificate, for a handshake whose connection is closed at once. */
    private static final class LookingOnly implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("There are no clients here");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
