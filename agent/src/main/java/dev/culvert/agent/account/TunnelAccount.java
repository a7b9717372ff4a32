package dev.culvert.agent.account;

import dev.culvert.agent.call.Calls;
import dev.culvert.agent.call.Calls.Answer;
import dev.culvert.agent.call.JsonTree;
import dev.culvert.agent.connect.HttpProxy;
import dev.culvert.agent.connect.Server;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The tunnels of the key's owner, as far as the key may see and make them. */
public final class TunnelAccount {
    private static final JsonFactory JSON = new JsonFactory();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Server server;
    private final String key;
    private final Optional<HttpProxy> proxy;

    /**
     * @param proxy through which the server is reached, if any
     */
    public TunnelAccount(Server server, String key, Optional<HttpProxy> proxy) {
        this.server = server;
        this.key = key;
        this.proxy = proxy;
    }

    /** How the wish for a tunnel came out. */
    public sealed interface Outcome {
        /** It was made. */
        record Created() implements Outcome {}

        /** There is one of that name already. */
        record Existed() implements Outcome {}

        /** The key may not make tunnels; there may be one of that name all the same. */
        record NotAllowed() implements Outcome {}

        /** The key is no key here, or not any more. */
        record KeyRefused(String said) implements Outcome {}

        /** The gateway will not, for another reason. */
        record Refused(int status, String said) implements Outcome {}

        /** No answer. */
        record Unreachable(String why) implements Outcome {}

        /** An answer that no gateway of the suite gives. */
        record NotAGateway(int status) implements Outcome {}
    }

    /** Makes a tunnel of that name unless there is one. One call, so two agents can do it at the same time. */
    public Outcome ensure(String name, String description) throws InterruptedException {
        try (Calls calls = calls()) {
            Answer answer = calls.post(api("/api/v1/tunnels"), credentials(), body(name, description));
            JsonTree body = answer.body().orElse(JsonTree.NOTHING);
            if (!body.isObject()) {
                return new Outcome.NotAGateway(answer.status());
            }
            String said = body.at("detail").text();
            return switch (answer.status()) {
                case 201 -> new Outcome.Created();
                case 409 -> new Outcome.Existed();
                case 401 -> new Outcome.KeyRefused(said);
                case 403 -> new Outcome.NotAllowed();
                default ->
                    body.at("code").text().isEmpty()
                            ? new Outcome.NotAGateway(answer.status())
                            : new Outcome.Refused(answer.status(), said);
            };
        } catch (IOException e) {
            return new Outcome.Unreachable(reason(e));
        }
    }

    private Calls calls() {
        return new Calls(PATIENCE, proxy);
    }

    /** Whether the gateway knows the key: its answer to a question that needs no more than a key. */
    public Answer ask() throws IOException, InterruptedException {
        try (Calls calls = calls()) {
            return ask(calls);
        }
    }

    /** The same by calls of somebody else. */
    public Answer ask(Calls calls) throws IOException, InterruptedException {
        return calls.get(api("/api/v1/tunnels?limit=1"), credentials());
    }

    /** A failure in a few words, without the class names of Java. */
    public static String reason(IOException failure) {
        String message = failure.getMessage();
        if (message != null && !message.isBlank()) {
            return message;
        }
        return switch (failure) {
            case java.net.ConnectException _ -> "nothing answers";
            case java.net.http.HttpTimeoutException _ -> "no answer in time";
            default -> failure.getClass().getSimpleName();
        };
    }

    private URI api(String path) {
        return URI.create(server.base().toString().replaceFirst("^ws", "http") + path);
    }

    private Map<String, String> credentials() {
        return Map.of("Authorization", "Bearer " + key);
    }

    private static String body(String name, String description) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("name", name);
            json.writeStringProperty("description", description);
            json.writeEndObject();
        }
        return text.toString();
    }
}
