package dev.culvert.agent.status;

import dev.culvert.agent.Agent;
import dev.culvert.agent.forward.ForwardedRequest.End;
import dev.culvert.agent.status.TunnelStatus.Figures;
import java.util.Locale;
import java.util.stream.Collectors;

/** The status for people; renews itself and needs no script. */
final class StatusPage {
    private static final String HEAD = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
        <title>Culvert agent</title><style>
        body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1d2733}
        table{border-collapse:collapse}td,th{padding:.15rem 1rem .15rem 0;text-align:left;vertical-align:top}
        h2{margin-bottom:.2rem}.up{color:#176f3d}.down{color:#a3231b}code{overflow-wrap:anywhere}
        @media(prefers-color-scheme:dark){body{background:#14191f;color:#dde4ea}.up{color:#69d394}.down{color:#ff8a80}}
        </style></head><body><h1>Culvert agent</h1>
        """;

    private StatusPage() {}

    static String html(AgentStatus status) {
        StringBuilder page = new StringBuilder(HEAD)
                .append("<p>Version ")
                .append(escaped(Agent.version()))
                .append(", running since ")
                .append(status.startedAt())
                .append("</p>\n");
        status.figures().forEach((name, figures) -> tunnel(page, name, figures));
        return page.append("</body></html>\n").toString();
    }

    private static void tunnel(StringBuilder page, String name, Figures figures) {
        page.append("<h2>").append(escaped(name)).append("</h2>\n<table>\n");
        row(page, "Address", "<code>" + escaped(figures.publicAddress()) + "</code>");
        row(page, "Local service", "<code>" + escaped(figures.target()) + "</code>");
        row(
                page,
                "Connections",
                figures.connections().entrySet().stream()
                        .map(link -> "<span class=\"" + (TunnelStatus.isUp(link.getValue()) ? "up" : "down") + "\">"
                                + (link.getKey() + 1) + " " + link.getValue() + "</span>")
                        .collect(Collectors.joining(", ")));
        row(
                page,
                "Round trip",
                figures.roundTrips().stream()
                        .map(trip -> String.format(Locale.ROOT, "%.1f ms", trip.toNanos() / 1e6))
                        .collect(Collectors.joining(", ")));
        row(
                page,
                "Requests",
                "%d running, %d completed, %d left by their caller, %d failed, %d refused"
                        .formatted(
                                figures.active(),
                                count(figures, End.COMPLETED),
                                count(figures, End.CANCELLED),
                                count(figures, End.FAILED),
                                count(figures, End.REFUSED)));
        row(page, "Bytes", figures.bytesIn() + " in, " + figures.bytesOut() + " out");
        for (TunnelStatus.Mishap mishap : figures.mishaps()) {
            row(page, mishap.time().toString(), escaped(mishap.what()));
        }
        page.append("</table>\n");
    }

    private static long count(Figures figures, End end) {
        return figures.requests().getOrDefault(end, 0L);
    }

    private static void row(StringBuilder page, String name, String html) {
        page.append("<tr><th>").append(name).append("</th><td>").append(html).append("</td></tr>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
    }
}
