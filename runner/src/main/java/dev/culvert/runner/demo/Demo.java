package dev.culvert.runner.demo;

import dev.culvert.runner.Refusal;
import dev.culvert.runner.home.Home;
import dev.culvert.runner.home.Json;
import dev.culvert.runner.home.SuiteState;
import dev.culvert.runner.suite.Summary;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import tools.jackson.databind.JsonNode;

/**
 * The main story on the running suite: one streamed answer of a local service comes to a client, with an account, a key, a limit, an
 * application, a metric, an event, a webhook and an audit row on the way. Speaks only HTTP, Kafka and the mailbox, and fails at the first thing
 * that is missing.
 */
public final class Demo {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern VERIFICATION = Pattern.compile("verify-email\\?token=([A-Za-z0-9._~-]+)");
    private static final String TUNNEL_TOPIC = "culvert.tunnels.v1";

    private final Home home;
    private final Path sources;
    private final SuiteState state;
    private final String adminPassword;
    private final Clock clock;
    private final Narrator tell;
    private final GatewayClient gateway;
    private final URI mailbox;

    public Demo(
            Home home,
            Path sources,
            SuiteState state,
            String adminPassword,
            Clock clock,
            PrintStream out,
            boolean terminal)
            throws IOException {
        this.home = home;
        this.sources = sources;
        this.state = state;
        this.adminPassword = adminPassword;
        this.clock = clock;
        this.tell = new Narrator(out, terminal);
        this.gateway = new GatewayClient(URI.create(Summary.gatewayUrl(state)));
        this.mailbox = URI.create("http://127.0.0.1:" + state.port("mailbox"));
    }

    /** Where a failed story stopped. */
    public String where() {
        return tell.where();
    }

    public void run() throws IOException, InterruptedException {
        String name = "demo" + HexFormat.of().toHexDigits(new SecureRandom().nextInt());
        String token = signUp(name);
        try (var receiver = new WebhookReceiver(state.port("demo-receiver"));
                var local = new LocalSide(home, sources)) {
            JsonNode webhook = registerWebhook(token);
            JsonNode key = createKey(token);
            JsonNode tunnel = connect(local, token, key.path("key").asString());
            String tunnelId = tunnel.path("id").asString();
            streamAnswer(tunnel.path("name").asString(), key.path("key").asString());
            String eventId = showWebhook(receiver, webhook.path("secret").asString(), tunnelId);
            showEvent(eventId);
            new ApplicationStory(gateway, tell).tell(token);
            showUsage(token, tunnelId);
            showMetric();
            showAudit(eventId, tunnelId);
            tidyUp(token, webhook.path("id").asString(), key.path("id").asString(), tunnelId);
        }
        tell.say("");
        tell.say("That was all of it: one request of an app, carried to a local service and back, and everything it"
                + " left behind.");
    }

    private String signUp(String name) throws IOException, InterruptedException {
        String email = name + "@example.org";
        String password = "Demo-" + HexFormat.of().toHexDigits(new SecureRandom().nextLong()) + "-Aa1";

        tell.step("Sign up");
        JsonNode account = gateway.post(
                201,
                "/api/v1/auth/register",
                Optional.empty(),
                Map.of("username", name, "email", email, "password", password));
        tell.say("POST /api/v1/auth/register: 201, user %s in tenant %s"
                .formatted(
                        account.path("userId").asString(),
                        account.path("tenantId").asString()));

        tell.step("Read the mail");
        String token = Waiting.until("verification mail for " + email, PATIENCE, () -> findVerification(email));
        tell.say("The mailbox at %s has the verification mail for %s".formatted(mailbox, email));

        tell.step("Verify the address and sign in");
        gateway.post(200, "/api/v1/auth/verify-email", Optional.empty(), Map.of("token", token));
        JsonNode tokens = gateway.post(
                200, "/api/v1/auth/login", Optional.empty(), Map.of("username", name, "password", password));
        tell.say("POST /api/v1/auth/verify-email: 200; POST /api/v1/auth/login: 200, a token for %d s"
                .formatted(tokens.path("expires_in").asInt()));
        return tokens.path("access_token").asString();
    }

    private Optional<String> findVerification(String email) throws IOException, InterruptedException {
        JsonNode mails = Json.MAPPER.readTree(gateway.text(mailbox.resolve("/api/mails")));
        for (JsonNode mail : mails.path("items")) {
            Matcher link = VERIFICATION.matcher(mail.path("text").asString(""));
            if (mail.path("to").asString("").equals(email) && link.find()) {
                return Optional.of(link.group(1));
            }
        }
        return Optional.empty();
    }

    private JsonNode registerWebhook(String token) throws IOException, InterruptedException {
        tell.step("Register a webhook");
        String url = "http://127.0.0.1:" + state.port("demo-receiver") + "/hook";
        JsonNode webhook = gateway.post(
                201, "/api/v1/webhooks", Optional.of(token), Map.of("url", url, "events", List.of("tunnel.*")));
        tell.say(
                "POST /api/v1/webhooks: 201, events tunnel.* go to %s, signed with a secret shown once".formatted(url));
        return webhook;
    }

    private JsonNode createKey(String token) throws IOException, InterruptedException {
        tell.step("Make an API key");
        JsonNode key = gateway.post(
                201,
                "/api/v1/api-keys",
                Optional.of(token),
                Map.of("name", "demo", "scopes", List.of("tunnels:write", "tunnels:connect", "tunnels:use")));
        tell.say("POST /api/v1/api-keys: 201, %s… may make, connect and use tunnels, nothing else"
                .formatted(key.path("prefix").asString()));
        return key;
    }

    private JsonNode connect(LocalSide local, String token, String key) throws IOException, InterruptedException {
        tell.step("Start a local model server, and an agent that finds it");
        LocalSide.ModelServer model = local.startModelServer();
        List<String> arguments = local.startAgent(gateway.uri("/").toString().replaceFirst("/$", ""), model, key);
        tell.say("culvert agent " + String.join(" ", arguments));
        JsonNode tunnel = Waiting.until("connected agent", PATIENCE, () -> {
            local.requireAlive();
            return gateway.get("/api/v1/tunnels", token)
                    .path("items")
                    .valueStream()
                    .filter(item -> item.path("status").asString("").equals("connected"))
                    .findFirst();
        });
        tell.say("It made the tunnel %s and dialled out with %d connections; the base URL for OpenAI clients is %s"
                .formatted(
                        tunnel.path("name").asString(),
                        tunnel.path("endpoints").size(),
                        gateway.uri(tunnel.path("path").asString() + "v1")));
        return tunnel;
    }

    private void streamAnswer(String name, String key) throws IOException, InterruptedException {
        tell.step("Stream a chat completion through gateway and tunnel");
        String path = "/t/" + name + "/v1/chat/completions";
        Map<String, ?> request = Map.of(
                "model",
                "culvert-sample",
                "stream",
                true,
                "messages",
                List.of(Map.of("role", "user", "content", "Hello from the far side of the tunnel!")));
        tell.say("POST " + path + " with the API key:");
        long sent = System.nanoTime();
        HttpResponse<InputStream> response = gateway.stream(path, key, request);
        tell.stream("    > ");
        StreamedAnswer answer = StreamedAnswer.read(response.body(), tell::stream);
        tell.endStream();
        tell.say("%d tokens: the first after %d ms, then over %d ms, the longest pause %d ms"
                .formatted(
                        answer.tokens(),
                        answer.firstTokenAfter(sent).toMillis(),
                        answer.span().toMillis(),
                        answer.longestGap().toMillis()));
        if (!answer.text().contains("Hello from the far side of the tunnel!")) {
            throw new Refusal("The answer is not the one of the sample server: " + answer.text());
        }
        if (answer.span().compareTo(Duration.ofMillis(10L * answer.tokens())) < 0) {
            throw new Refusal("The tokens came all at once instead of one by one: something on the way buffers them.");
        }
        showLimit(response.headers());
    }

    private void showLimit(HttpHeaders headers) {
        tell.step("See the rate limit");
        for (String name : List.of("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")) {
            String value =
                    headers.firstValue(name).orElseThrow(() -> new Refusal("The answer has no header " + name + "."));
            tell.say(name + ": " + value);
        }
    }

    private String showWebhook(WebhookReceiver receiver, String secret, String tunnelId)
            throws IOException, InterruptedException {
        tell.step("Receive the webhook");
        WebhookReceiver.Delivery delivery = Waiting.until(
                "webhook delivery of tunnel.created", PATIENCE, () -> receiver.find("tunnel.created", tunnelId));
        if (!WebhookReceiver.isGenuine(delivery, secret, clock)) {
            throw new Refusal("The signature of the webhook delivery is wrong: " + delivery.signature());
        }
        tell.say("tunnel.created arrived as " + delivery.id());
        tell.say("webhook-signature " + delivery.signature() + " is genuine");
        return String.valueOf(delivery.id());
    }

    private void showEvent(String eventId) throws IOException, InterruptedException {
        tell.step("Find the same event in Kafka");
        try (var reader = new EventReader("127.0.0.1:" + state.port("kafka"), TUNNEL_TOPIC)) {
            ConsumerRecord<String, String> event =
                    Waiting.until("record " + eventId + " in " + TUNNEL_TOPIC, PATIENCE, () -> reader.find(eventId));
            tell.say("%s, partition %d, offset %d: %s"
                    .formatted(event.topic(), event.partition(), event.offset(), EventReader.header(event, "ce_type")));
            tell.say(event.value());
        }
    }

    private void showUsage(String token, String tunnelId) throws IOException, InterruptedException {
        tell.step("See what was metered");
        JsonNode day = Waiting.until("usage of the tunnel", PATIENCE, () -> {
            JsonNode days =
                    gateway.get("/api/v1/tunnels/" + tunnelId + "/usage", token).path("days");
            return days.isEmpty() ? Optional.empty() : Optional.of(days.get(0));
        });
        tell.say("GET /api/v1/tunnels/%s/usage: %s".formatted(tunnelId, day));
    }

    private void showMetric() throws IOException, InterruptedException {
        tell.step("See the metric");
        String sample = gateway.text(gateway.uri("/metrics"))
                .lines()
                .filter(line -> line.startsWith("http_requests_total{"))
                .filter(line -> line.contains("/t/"))
                .findFirst()
                .orElseThrow(() -> new Refusal("The gateway's /metrics has no http_requests_total for /t/."));
        tell.say("GET /metrics: " + sample);
    }

    private void showAudit(String eventId, String tunnelId) throws IOException, InterruptedException {
        tell.step("Find the audit row as the administrator");
        JsonNode tokens = gateway.post(
                200,
                "/api/v1/auth/login",
                Optional.empty(),
                Map.of("username", Summary.ADMIN, "password", adminPassword));
        if (tokens.path("second_factor_required").asBoolean()) {
            throw new Refusal(
                    "This installation asks administrators for a second factor, which the demo does not have.");
        }
        String token = tokens.path("access_token").asString();
        JsonNode row = Waiting.until("audit row of event " + eventId, PATIENCE, () -> {
            JsonNode rows = gateway.get("/api/v1/admin/audit-logs?type=tunnel.created&limit=200", token);
            return rows.path("items")
                    .valueStream()
                    .filter(item -> item.path("eventId").asString("").equals(eventId))
                    .findFirst();
        });
        if (!row.toString().contains(tunnelId)) {
            throw new Refusal("The audit row is not about the tunnel: " + row);
        }
        tell.say("%s at %s by user %s: %s"
                .formatted(
                        row.path("type").asString(),
                        row.path("time").asString(),
                        row.path("actorId").asString(""),
                        row.path("data")));
    }

    private void tidyUp(String token, String webhookId, String keyId, String tunnelId)
            throws IOException, InterruptedException {
        tell.step("Tidy up");
        gateway.delete("/api/v1/webhooks/" + webhookId, token);
        gateway.delete("/api/v1/tunnels/" + tunnelId, token);
        gateway.delete("/api/v1/api-keys/" + keyId, token);
        tell.say("Webhook, tunnel and key are deleted; the account, the usage and the audit rows stay.");
    }
}
