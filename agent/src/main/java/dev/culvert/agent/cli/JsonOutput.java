package dev.culvert.agent.cli;

import dev.culvert.agent.AgentListener;
import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.forward.ForwardedRequest;
import dev.culvert.agent.profile.LocalService;
import java.io.PrintStream;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;

/** One JSON object per line, for programs. */
public final class JsonOutput implements AgentOutput {
    private final PrintStream out;
    private final Clock clock;

    public JsonOutput(PrintStream out, Clock clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public void starting(TunnelEntry entry) {
        line("starting", json -> {
            json.writeStringProperty("tunnel", entry.tunnel());
            json.writeStringProperty("endpoint", entry.endpoint());
            json.writeStringProperty("address", entry.publicAddress());
            json.writeStringProperty("target", entry.to());
        });
    }

    @Override
    public AgentListener listener(String tunnel) {
        return new AgentListener() {
            @Override
            public void onLink(LinkEvent event) {
                line(event.getClass().getSimpleName().toLowerCase(Locale.ROOT), json -> write(json, tunnel, event));
            }

            @Override
            public void onRequest(ForwardedRequest request) {
                line("request", json -> write(json, tunnel, request));
            }
        };
    }

    private static void write(JsonGenerator json, String tunnel, LinkEvent event) {
        json.writeStringProperty("tunnel", tunnel);
        json.writeNumberProperty("connection", event.connection());
        switch (event) {
            case LinkEvent.Disconnected down -> json.writeStringProperty("reason", down.why());
            case LinkEvent.Retrying retry -> {
                json.writeStringProperty("reason", retry.why());
                json.writeNumberProperty("waitMillis", retry.delay().toMillis());
            }
            case LinkEvent.Connected up ->
                json.writeStringProperty("transport", up.transport().word());
            case LinkEvent.Replacing _ -> {}
        }
    }

    private static void write(JsonGenerator json, String tunnel, ForwardedRequest request) {
        json.writeStringProperty("tunnel", tunnel);
        json.writeStringProperty("method", request.method());
        json.writeStringProperty("path", request.shownPath());
        json.writeNumberProperty("status", request.status());
        json.writeNumberProperty("durationMillis", request.duration().toMillis());
        json.writeNumberProperty("bytesIn", request.bytesIn());
        json.writeNumberProperty("bytesOut", request.bytesOut());
        json.writeStringProperty("end", request.end().name().toLowerCase(Locale.ROOT));
    }

    @Override
    public void ended(TunnelEntry entry, AgentEnd end) {
        line("ended", json -> {
            json.writeStringProperty("tunnel", entry.tunnel());
            json.writeStringProperty("reason", end.reason().name().toLowerCase(Locale.ROOT));
            json.writeStringProperty("message", EndSentence.of(end, entry));
        });
    }

    @Override
    public void say(Notice notice, String sentence) {
        line(
                notice.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                json -> json.writeStringProperty("message", sentence));
    }

    @Override
    public void found(List<LocalService> services) {
        for (LocalService service : services) {
            line("found", json -> write(json, service));
        }
    }

    @Override
    public void ready(Ready ready) {
        line("ready", json -> {
            json.writeStringProperty("address", ready.address());
            if (ready.service().profile().servesModels()) {
                json.writeStringProperty("openAiBase", ready.openAiBase());
            }
            write(json, ready.service());
        });
    }

    private static void write(JsonGenerator json, LocalService service) {
        json.writeStringProperty("target", service.address());
        json.writeStringProperty("profile", service.profile().word());
        json.writeStringProperty("version", service.version());
        json.writeArrayPropertyStart("models");
        service.models().forEach(json::writeString);
        json.writeEndArray();
    }

    private void line(String event, Consumer<JsonGenerator> members) {
        out.println(JsonLine.of(json -> {
            json.writeStringProperty("time", clock.instant().toString());
            json.writeStringProperty("event", event);
            members.accept(json);
        }));
    }
}
