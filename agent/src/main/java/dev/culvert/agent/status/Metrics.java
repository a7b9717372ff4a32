package dev.culvert.agent.status;

import dev.culvert.agent.forward.ForwardedRequest;
import dev.culvert.agent.status.TunnelStatus.Figures;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The status in Prometheus' text format; labels are names of tunnels and words of ours, so their number is bounded. */
final class Metrics {
    private final Map<String, Figures> tunnels;
    private final StringBuilder text = new StringBuilder();

    private Metrics(Map<String, Figures> tunnels) {
        this.tunnels = tunnels;
    }

    static String of(AgentStatus status) {
        Metrics metrics = new Metrics(status.figures());
        metrics.write();
        return metrics.text.toString();
    }

    private void write() {
        each("culvert_agent_connections", "gauge", "Connections to the server that are up.", Figures::connectionsUp);
        each("culvert_agent_requests_active", "gauge", "Requests that run.", Figures::active);
        head("culvert_agent_requests_total", "counter", "Requests that are over, by how they ended.");
        tunnels.forEach((name, figures) -> {
            for (Map.Entry<ForwardedRequest.End, Long> end : figures.requests().entrySet()) {
                sample("culvert_agent_requests_total", name, "end", word(end.getKey()), end.getValue());
            }
        });
        head("culvert_agent_body_bytes_total", "counter", "Body bytes to and from the local service.");
        tunnels.forEach((name, figures) -> {
            sample("culvert_agent_body_bytes_total", name, "direction", "in", figures.bytesIn());
            sample("culvert_agent_body_bytes_total", name, "direction", "out", figures.bytesOut());
        });
        head("culvert_agent_round_trip_seconds", "gauge", "How long the server took to answer the last PING.");
        tunnels.forEach((name, figures) -> {
            for (int i = 0; i < figures.roundTrips().size(); i++) {
                double seconds = figures.roundTrips().get(i).toNanos() / 1e9;
                sample("culvert_agent_round_trip_seconds", name, "connection", String.valueOf(i), seconds);
            }
        });
    }

    private void each(String metric, String type, String help, Function<Figures, Number> value) {
        head(metric, type, help);
        tunnels.forEach((name, figures) -> text.append(metric)
                .append("{tunnel=\"")
                .append(escaped(name))
                .append("\"} ")
                .append(value.apply(figures))
                .append('\n'));
    }

    private void head(String metric, String type, String help) {
        text.append("# HELP ").append(metric).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(metric).append(' ').append(type).append('\n');
    }

    private void sample(String metric, String tunnel, String label, String labelValue, Number value) {
        text.append(metric)
                .append("{tunnel=\"")
                .append(escaped(tunnel))
                .append("\",")
                .append(label)
                .append("=\"")
                .append(labelValue)
                .append("\"} ")
                .append(value)
                .append('\n');
    }

    private static String word(ForwardedRequest.End end) {
        return end.name().toLowerCase(Locale.ROOT);
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
