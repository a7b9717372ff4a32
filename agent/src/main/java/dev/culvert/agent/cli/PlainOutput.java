package dev.culvert.agent.cli;

import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.forward.ForwardedRequest;
import java.io.PrintStream;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Lines for people. */
public final class PlainOutput implements AgentOutput {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final PrintStream out;
    private final ZoneId zone;

    public PlainOutput(PrintStream out, ZoneId zone) {
        this.out = out;
        this.zone = zone;
    }

    @Override
    public void starting(String publicAddress, String target) {
        out.println(publicAddress + " -> " + target);
    }

    @Override
    public void onLink(LinkEvent event) {
        int number = event.connection() + 1;
        switch (event) {
            case LinkEvent.Connected _ -> out.println("connection " + number + " is up");
            case LinkEvent.Disconnected down -> out.println("connection " + number + " is gone: " + down.why());
            case LinkEvent.Replacing _ -> out.println("connection " + number + " is being replaced: the server drains");
            case LinkEvent.Retrying retry ->
                out.println(
                        "connection " + number + ": " + retry.why() + "; trying again in " + seconds(retry.delay()));
        }
    }

    @Override
    public void onRequest(ForwardedRequest request) {
        out.println(line(request));
    }

    private String line(ForwardedRequest request) {
        return String.format(
                Locale.ROOT,
                "%s  %-7s %-40s %s  %8s  %s in, %s out%s",
                TIME.format(request.startedAt().atZone(zone)),
                request.method(),
                withoutQuery(request.path()),
                request.status() == 0 ? "---" : Integer.toString(request.status()),
                seconds(request.duration()),
                bytes(request.bytesIn()),
                bytes(request.bytesOut()),
                switch (request.end()) {
                    case COMPLETED -> "";
                    case CANCELLED -> "  (caller left)";
                    case FAILED -> "  (local service failed)";
                });
    }

    @Override
    public void ended(AgentEnd end, String sentence) {
        out.println(sentence);
    }

    /** Queries carry tokens too often to be shown on a screen. Control characters would let a caller write lines. */
    static String withoutQuery(String path) {
        int query = path.indexOf('?');
        String shown = query < 0 ? path : path.substring(0, query) + "?…";
        return shown.chars().allMatch(c -> c >= ' ' && c != 0x7f) ? shown : "(unprintable path)";
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() < 1000
                ? duration.toMillis() + " ms"
                : String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1000.0);
    }

    private static String bytes(long count) {
        if (count < 10_000) {
            return count + " B";
        }
        return count < 10_000_000 ? count / 1000 + " kB" : count / 1_000_000 + " MB";
    }
}
