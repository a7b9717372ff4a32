package dev.culvert.agent.status;

import dev.culvert.agent.Agent;
import java.io.StringWriter;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The status as one JSON object. */
final class StatusJson {
    private static final JsonFactory JSON = new JsonFactory();

    private StatusJson() {}

    static String of(AgentStatus status) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeStringProperty("version", Agent.version());
            json.writeStringProperty("startedAt", status.startedAt().toString());
            json.writeArrayPropertyStart("tunnels");
            status.figures().forEach((name, figures) -> write(json, name, figures));
            json.writeEndArray();
            json.writeEndObject();
        }
        return text + "\n";
    }

    private static void write(JsonGenerator json, String name, TunnelStatus.Figures figures) {
        json.writeStartObject();
        json.writeStringProperty("tunnel", name);
        json.writeStringProperty("address", figures.publicAddress());
        json.writeStringProperty("target", figures.target());
        json.writeObjectPropertyStart("connections");
        figures.connections().forEach((number, state) -> json.writeStringProperty(String.valueOf(number), state));
        json.writeEndObject();
        json.writeArrayPropertyStart("roundTripMillis");
        figures.roundTrips().forEach(trip -> json.writeNumber(trip.toNanos() / 1_000_000.0));
        json.writeEndArray();
        json.writeNumberProperty("activeRequests", figures.active());
        json.writeObjectPropertyStart("requests");
        figures.requests()
                .forEach((end, count) -> json.writeNumberProperty(end.name().toLowerCase(Locale.ROOT), count));
        json.writeEndObject();
        json.writeNumberProperty("bytesIn", figures.bytesIn());
        json.writeNumberProperty("bytesOut", figures.bytesOut());
        json.writeArrayPropertyStart("lastErrors");
        for (TunnelStatus.Mishap mishap : figures.mishaps()) {
            json.writeStartObject();
            json.writeStringProperty("time", mishap.time().toString());
            json.writeStringProperty("message", mishap.what());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
