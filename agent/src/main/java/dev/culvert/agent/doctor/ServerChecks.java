package dev.culvert.agent.doctor;

import dev.culvert.agent.account.TunnelAccount;
import dev.culvert.agent.call.Calls;
import dev.culvert.agent.call.Calls.Answer;
import dev.culvert.agent.call.JsonTree;
import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Server;
import dev.culvert.tunnelprotocol.TunnelProtocol;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Whether the server is one of ours, and what it thinks of the key. */
final class ServerChecks implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int CREATED = 201;
    private static final Duration TOLERATED_SKEW = Duration.ofSeconds(30);

    private final Server server;
    private final String key;
    private final String tunnel;
    private final Clock clock;
    private final Optional<HttpProxy> proxy;
    private final Calls calls;

    ServerChecks(Server server, Optional<HttpProxy> proxy, String key, String tunnel, Clock clock) {
        this.server = server;
        this.proxy = proxy;
        this.calls = new Calls(PATIENCE, proxy);
        this.key = key;
        this.tunnel = tunnel;
        this.clock = clock;
    }

    Finding health() throws InterruptedException {
        try {
            Answer answer = calls.get(URI.create(base() + "/health/live"), Map.of());
            if (answer.status() == 200 && answer.body().map(JsonTree::isObject).orElse(false)) {
                return Finding.ok("server", "a Culvert gateway answers at " + base());
            }
            String by = answer.headers().getOrDefault("via", answer.headers().getOrDefault("server", ""));
            return Finding.failed(
                    "server",
                    "something else answers at " + base() + ": " + answer.status() + (by.isEmpty() ? "" : " by " + by),
                    answer.status() >= 300 && answer.status() < 400
                            ? "this looks like a page to sign in to the network; open "
                                    + answer.headers().getOrDefault("location", "a page") + " in a browser"
                            : "correct --server; it is the gateway's address without a path");
        } catch (IOException e) {
            return Finding.failed(
                    "server",
                    base() + " does not answer HTTP: " + TunnelAccount.reason(e),
                    "see that the port is the gateway's");
        }
    }

    /** Asks without a key: refusals tell the time, and a server in front may do so in Date. */
    Finding clock() throws InterruptedException {
        try {
            Answer answer = calls.get(URI.create(base() + "/api/v1/tunnels"), Map.of());
            String timestamp =
                    answer.body().orElse(JsonTree.NOTHING).at("timestamp").text();
            Instant theirs = timestamp.isEmpty()
                    ? Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(
                            answer.headers().getOrDefault("date", "")))
                    : Instant.parse(timestamp);
            Duration skew = Duration.between(theirs, clock.instant()).abs();
            return skew.compareTo(TOLERATED_SKEW) <= 0
                    ? Finding.ok("clock", "this machine's clock agrees with the server's")
                    : Finding.warning(
                            "clock",
                            "this machine's clock is " + skew.toSeconds() + " s off the server's",
                            "let the clock be set by the network (NTP); tokens and certificates depend on it");
        } catch (IOException | DateTimeException e) {
            return Finding.warning("clock", "the server does not say what time it has", "");
        }
    }

    Finding key() throws InterruptedException {
        try {
            Answer answer = new TunnelAccount(server, key, proxy).ask(calls);
            return switch (answer.status()) {
                case 200 -> Finding.ok("key", "the server accepts the key");
                case 403 -> Finding.ok("key", "the server accepts the key, which may not list tunnels");
                case 401 ->
                    Finding.failed(
                            "key",
                            "the server does not accept the key",
                            "it was revoked, has expired or is another server's; make a new one and keep it with"
                                    + " culvert agent login");
                case 429 ->
                    Finding.warning(
                            "key",
                            "the server has had too many requests to look at the key",
                            "wait " + answer.headers().getOrDefault("retry-after", "some") + " seconds");
                default ->
                    Finding.failed(
                            "key",
                            "the server cannot look at the key now: " + answer.status() + " "
                                    + answer.body()
                                            .orElse(JsonTree.NOTHING)
                                            .at("detail")
                                            .text(),
                            "try again; if it stays, tell the operator");
            };
        } catch (IOException e) {
            return Finding.failed("key", "no answer: " + TunnelAccount.reason(e), "try again");
        }
    }

    /** A key that may read its own profile says what it may; of another only what it was seen to do is known. */
    Finding scopes() throws InterruptedException {
        try {
            Answer me = calls.get(URI.create(base() + "/api/v1/auth/me"), Map.of("Authorization", "Bearer " + key));
            List<String> scopes =
                    me.json().at("scopes").items().stream().map(JsonTree::text).toList();
            if (scopes.isEmpty()) {
                return Finding.ok("scopes", "the key does not say what it may; see the next checks");
            }
            String told = "the key may " + scopes.stream().collect(Collectors.joining(", "));
            return scopes.contains("tunnels:connect")
                    ? Finding.ok("scopes", told)
                    : Finding.failed("scopes", told, "an agent needs tunnels:connect; make a key that has it");
        } catch (IOException e) {
            return Finding.warning("scopes", "no answer: " + TunnelAccount.reason(e), "try again");
        }
    }

    /** Upgrades as an agent would, and hangs up before it would be taken for one. */
    Finding upgrade() throws InterruptedException {
        try (HttpClient http = Calls.client(PATIENCE, proxy)) {
            WebSocket socket = http.newWebSocketBuilder()
                    .header("Authorization", "Bearer " + key)
                    .subprotocols(TunnelProtocol.SUBPROTOCOL)
                    .connectTimeout(PATIENCE)
                    .buildAsync(connectUri(), new WebSocket.Listener() {})
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            String subprotocol = socket.getSubprotocol();
            socket.abort();
            return subprotocol.equals(TunnelProtocol.SUBPROTOCOL)
                    ? Finding.ok("websocket", "an agent can connect to tunnel '" + tunnel + "'")
                    : Finding.failed(
                            "websocket",
                            "the server speaks another version of the tunnel protocol",
                            "use an agent of the server's version");
        } catch (ExecutionException e) {
            return e.getCause() instanceof WebSocketHandshakeException refused
                    ? refused(refused.getResponse().statusCode())
                    : Finding.failed(
                            "websocket",
                            "the upgrade broke off: " + e.getCause(),
                            "something between this machine and the server does not pass WebSockets on");
        } catch (TimeoutException e) {
            return Finding.failed(
                    "websocket",
                    "the server did not answer the upgrade",
                    "something between this machine and the server may hold WebSockets back");
        }
    }

    /** Opens a link as an agent does where no WebSocket passes, and hangs up. */
    Finding polling() throws InterruptedException {
        Map<String, String> credential = Map.of("Authorization", "Bearer " + key);
        String path = base() + TunnelProtocol.POLL_PATH;
        try {
            Answer opened = calls.post(URI.create(path + "?" + tunnelParameter()), credential, "");
            String link = opened.body().orElse(JsonTree.NOTHING).at("link").text();
            if (opened.status() != CREATED || link.isEmpty()) {
                return Finding.warning(
                        "polling", "plain HTTP was answered with " + opened.status(), "see the websocket above");
            }
            calls.delete(URI.create(path + "/" + link), credential);
            return Finding.ok("polling", "plain HTTP passes, and agents turn to it by themselves");
        } catch (IOException e) {
            return Finding.warning("polling", "no answer: " + TunnelAccount.reason(e), "see the websocket above");
        }
    }

    private Finding refused(int status) {
        return switch (status) {
            case 401 -> Finding.failed("websocket", "the key is not accepted here", "see the key above");
            case 403 ->
                Finding.failed("websocket", "the key may not connect agents", "make a key with tunnels:connect");
            case 404 ->
                Finding.warning(
                        "websocket",
                        "upgrades work, but there is no tunnel '" + tunnel + "' for this key",
                        "create it, name another with --tunnel, or let culvert agent up make it");
            case 429 -> Finding.warning("websocket", "too many requests; upgrades were not tried", "try again later");
            case 503 ->
                Finding.failed(
                        "websocket",
                        "the tunnel '" + tunnel + "' takes no agents now",
                        "start the tunnel if it is stopped, else try again: the server may be going down");
            default ->
                Finding.failed(
                        "websocket",
                        "the upgrade was answered with " + status,
                        "something between this machine and the server does not pass WebSockets on");
        };
    }

    private URI connectUri() {
        return URI.create(base().replaceFirst("^http", "ws") + TunnelProtocol.CONNECT_PATH + "?" + tunnelParameter());
    }

    private String tunnelParameter() {
        return TunnelProtocol.TUNNEL_PARAMETER + "=" + URLEncoder.encode(tunnel, StandardCharsets.UTF_8);
    }

    private String base() {
        return server.base().toString().replaceFirst("^ws", "http");
    }

    @Override
    public void close() {
        calls.close();
    }
}
