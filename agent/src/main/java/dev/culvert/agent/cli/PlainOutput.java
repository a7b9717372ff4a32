package dev.culvert.agent.cli;

import dev.culvert.agent.AgentListener;
import dev.culvert.agent.config.TunnelEntry;
import dev.culvert.agent.connect.AgentEnd;
import dev.culvert.agent.connect.LinkEvent;
import dev.culvert.agent.connect.Transport;
import dev.culvert.agent.forward.ForwardedRequest;
import dev.culvert.agent.profile.LocalService;
import java.io.PrintStream;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Lines for people. */
public final class PlainOutput implements AgentOutput {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private final PrintStream out;
    private final ZoneId zone;
    private final boolean severalTunnels;
    private final RequestPace pace = new RequestPace(System::nanoTime);

    /**
     * @param severalTunnels whether lines must say which tunnel they are about
     */
    public PlainOutput(PrintStream out, ZoneId zone, boolean severalTunnels) {
        this.out = out;
        this.zone = zone;
        this.severalTunnels = severalTunnels;
    }

    @Override
    public void starting(TunnelEntry entry) {
        out.println(entry.publicAddress() + " -> " + entry.to());
    }

    @Override
    public AgentListener listener(String tunnel) {
        String mark = severalTunnels ? "[" + tunnel + "] " : "";
        return new AgentListener() {
            @Override
            public void onLink(LinkEvent event) {
                out.println(mark + line(event));
            }

            @Override
            public void onRequest(ForwardedRequest request) {
                pace.next().ifPresent(left -> {
                    if (left > 0) {
                        out.println("  ... and " + left + " more");
                    }
                    out.println(mark + line(request));
                });
            }
        };
    }

    private static String line(LinkEvent event) {
        int number = event.connection() + 1;
        return switch (event) {
            case LinkEvent.Connected up ->
                "connection " + number + " is up" + (up.transport() == Transport.POLLING ? ", by polling" : "");
            case LinkEvent.Disconnected down -> "connection " + number + " is gone: " + down.why();
            case LinkEvent.Replacing _ -> "connection " + number + " is being replaced: the server drains";
            case LinkEvent.Retrying retry ->
                "connection " + number + ": " + retry.why() + "; trying again in " + seconds(retry.delay());
        };
    }

    private String line(ForwardedRequest request) {
        return String.format(
                Locale.ROOT,
                "%s  %-7s %-40s %s  %8s  %s in, %s out%s",
                TIME.format(request.startedAt().atZone(zone)),
                request.method(),
                request.shownPath(),
                request.status() == 0 ? "---" : Integer.toString(request.status()),
                seconds(request.duration()),
                bytes(request.bytesIn()),
                bytes(request.bytesOut()),
                switch (request.end()) {
                    case COMPLETED -> "";
                    case CANCELLED -> "  (caller left)";
                    case FAILED -> "  (local service failed)";
                    case REFUSED -> "  (not let through)";
                });
    }

    @Override
    public void ended(TunnelEntry entry, AgentEnd end) {
        out.println(EndSentence.of(end, entry));
    }

    @Override
    public void say(Notice notice, String sentence) {
        out.println(sentence);
    }

    @Override
    public void found(List<LocalService> services) {
        services.forEach(service -> out.println("  " + service.sentence()));
    }

    @Override
    public void ready(Ready ready) {
        out.println("Connected: " + ready.service().sentence() + ".");
        out.println();
        if (ready.service().profile().servesModels()) {
            out.println("  Base URL for OpenAI clients   " + ready.openAiBase());
        } else {
            out.println("  Address                       " + ready.address());
        }
        out.println("  API key                       the one of this agent, or any other that may use the tunnel");
        out.println();
        out.println(ready.command());
        out.println();
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
