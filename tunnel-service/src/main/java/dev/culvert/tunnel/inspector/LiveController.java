package dev.culvert.tunnel.inspector;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.platform.access.Access;
import dev.culvert.platform.caller.Caller;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.inspector.LiveFeed.LiveEvent;
import dev.culvert.tunnel.inspector.LiveFeed.Subscription;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests of a tunnel while they happen. Statuses of tunnels are not told here: the gateway's live channel does that, for all
 * tunnels of a person at once.
 */
@RestController
@RequestMapping({"/api/v1/tunnels", "/api/v2/tunnels"})
@Tag(name = "Tunnel inspector")
class LiveController {
    private static final Logger log = LoggerFactory.getLogger(LiveController.class);

    /** So that the end of the service is seen soon. */
    private static final long LOOK_UP_MILLIS = 250;

    private final InspectorViews views;
    private final LiveFeed feed;
    private final InspectorProperties properties;
    private final JsonMapper json;

    LiveController(InspectorViews views, LiveFeed feed, InspectorProperties properties, JsonMapper json) {
        this.views = views;
        this.feed = feed;
        this.properties = properties;
        this.json = json;
    }

    @GetMapping("/{id}/events")
    @Access(scope = Scope.TUNNELS_READ)
    @Operation(
            summary = "Watch the requests of a tunnel",
            description = "Server-sent events of the replica that answers: request, opened, answer, chunk (each piece "
                    + "of a body), end, and missed with the number of events that came faster than they were read. The "
                    + "stream ends after a quarter of an hour; connect again. Statuses of tunnels are on /api/v1/live.")
    @ApiResponse(
            responseCode = "200",
            description = "Events until the caller leaves",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE))
    @ApiResponse(responseCode = "404", description = "TUNNEL_001: unknown, or a stranger's")
    @ApiResponse(responseCode = "429", description = "TOO_MANY_STREAMS: as many watch as may")
    void watch(@PathVariable UUID id, Caller caller, HttpServletResponse response) throws InterruptedException {
        views.require(id, caller);
        Subscription subscription = feed.subscribe(id);
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        try (subscription) {
            send(subscription, response.getOutputStream(), () -> views.require(id, caller));
        } catch (ProblemException e) {
            log.atDebug().addKeyValue("code", e.code()).log("A tunnel that was watched is the watcher's no more");
        } catch (IOException e) {
            log.atDebug().setCause(e).log("Whoever watched a tunnel has left");
        }
    }

    /** One thread for each watcher; threads are virtual. */
    private void send(Subscription subscription, OutputStream out, Runnable requireOwner)
            throws IOException, InterruptedException {
        write(out, ": watching\n\n");
        long end = System.nanoTime() + properties.streamLength().toNanos();
        long spoke = System.nanoTime();
        long asked = spoke;
        while (!subscription.isOver() && System.nanoTime() < end) {
            if (System.nanoTime() - asked > properties.heartbeat().toNanos()) {
                // The tunnel may have been deleted, or be another's by now.
                requireOwner.run();
                asked = System.nanoTime();
            }
            Optional<LiveEvent> event = subscription.next(LOOK_UP_MILLIS);
            if (event.isPresent()) {
                long missed = subscription.missed();
                if (missed > 0) {
                    write(out, text(new LiveEvent("missed", Map.of("events", missed))));
                }
                write(out, text(event.get()));
                spoke = System.nanoTime();
            } else if (System.nanoTime() - spoke > properties.heartbeat().toNanos()) {
                write(out, ": alive\n\n");
                spoke = System.nanoTime();
            }
        }
    }

    private String text(LiveEvent event) {
        return "event: " + event.type() + "\ndata: " + json.writeValueAsString(event.data()) + "\n\n";
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
