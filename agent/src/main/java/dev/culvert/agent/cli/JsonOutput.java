package dev.culvert.agent.cli;

import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.forward.ForwardedRequest;
import java.io.PrintStream;
import java.io.StringWriter;
import java.time.Clock;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** One JSON object per line, for programs. */
public final class JsonOutput implements AgentOutput {
    private static final JsonFactory JSON = new JsonFactory();

    private final PrintStream out;
    private final Clock clock;

    public JsonOutput(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public void starting(String publicAddress, String target) {
        line("starting", json -> {
            json.writeStringProperty("address", publicAddress);
            json.writeStringProperty("target", target);
        });
    }

    @Override
    public void onLink(LinkEvent event) {
        line(event.getClass().getSimpleName().toLowerCase(Locale.ROOT), json -> {
            json.writeNumberProperty("connection", event.connection());
            switch (event) {
                case LinkEvent.Disconnected down -> json.writeStringProperty("reason", down.why());
                case LinkEvent.Retrying retry -> {
                    json.writeStringProperty("reason", retry.why());
                    json.writeNumberProperty("waitMillis", retry.delay().toMillis());
                }
                case LinkEvent.Connected _, LinkEvent.Replacing _ -> {}
            }
        });
    }

    @Override
    public void onRequest(ForwardedRequest request) {
        line("request", json -> {
            json.writeStringProperty("method", request.method());
            json.writeStringProperty("path", PlainOutput.withoutQuery(request.path()));
            json.writeNumberProperty("status", request.status());
            json.writeNumberProperty("durationMillis", request.duration().toMillis());
            json.writeNumberProperty("bytesIn", request.bytesIn());
            json.writeNumberProperty("bytesOut", request.bytesOut());
            json.writeStringProperty("end", request.end().name().toLowerCase(Locale.ROOT));
        });
    }

    @Override
    public void ended(AgentEnd end, String sentence) {
        line("ended", json -> {
            json.writeStringProperty("reason", end.reason().name().toLowerCase(Locale.ROOT));
            json.writeStringProperty("message", sentence);
        });
    }

    private void line(String event, Consumer<JsonGenerator> members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("time", clock.instant().toString());
            json.writeStringProperty("event", event);
            members.accept(json);
            json.writeEndObject();
        }
        out.println(text);
    }
}
