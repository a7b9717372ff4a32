package dev.culvert.tunnel.inspector;

import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Follows the requests of tunnels whose owners let it. The data plane pays for a copy of at most the body limit, and only where
 * bodies are kept; everything else happens on a thread of its own, which a queue of fixed length parts from it. When the queue
 * is full, requests go unseen.
 */
@Component
class Inspector implements TrafficMeter {
    private static final Logger log = LoggerFactory.getLogger(Inspector.class);
    private static final int QUEUE_LENGTH = 2_048;

    /** What ends within this is kept together: to wake a thread for each request would cost more than to keep it. */
    private static final Duration TOGETHER = Duration.ofMillis(50);

    private final ArrayBlockingQueue<Capture> ended = new ArrayBlockingQueue<>(QUEUE_LENGTH);

    /** All that are followed, from their beginning until they are kept or not. */
    private final Set<Capture> followed = ConcurrentHashMap.newKeySet();

    private final StoredSettings settings;
    private final InspectorProperties properties;
    private final LiveFeed feed;
    private final CaptureMemory memory;
    private final Captures captures;
    private final Counter unseen;
    private final Thread keeper;

    Inspector(StoredSettings settings, InspectorProperties properties, LiveFeed feed, MeterRegistry metrics) {
        this.settings = settings;
        this.properties = properties;
        this.feed = feed;
        this.memory = new CaptureMemory(properties.memory().toBytes());
        this.captures =
                new Captures(properties.requestsPerTunnel(), properties.memory().toBytes());
        settings.onCleared(this::forget);
        this.unseen = Counter.builder("tunnel.inspector.unseen")
                .description("Requests that ended faster than the inspector could keep them")
                .register(metrics);
        Gauge.builder("tunnel.inspector.memory", this, Inspector::memoryBytes)
                .description("What kept requests take")
                .baseUnit("bytes")
                .register(metrics);
        this.keeper = Thread.ofVirtual().name("inspector").start(this::keep);
    }

    Captures captures() {
        return captures;
    }

    @Override
    public RequestObserver begin(RequestStart request) {
        InspectorSettings ofTunnel = settings.of(request.tunnelId());
        if (!ofTunnel.enabled()) {
            return _ -> {};
        }
        int bodyLimit =
                ofTunnel.bodies() ? Math.toIntExact(properties.bodyLimit().toBytes()) : 0;
        Capture capture = new Capture(request, feed, memory, bodyLimit, properties.chunksPerRequest(), this::onEnded);
        followed.add(capture);
        capture.began();
        return capture;
    }

    /** Every request is told of at its beginning, or it could not have been copied. */
    @Override
    public void record(Traffic traffic) {
        unseen.increment();
    }

    private void onEnded(Capture capture) {
        if (!ended.offer(capture)) {
            followed.remove(capture);
            capture.discard();
            unseen.increment();
        }
    }

    private void keep() {
        try {
            while (true) {
                List<Capture> together = new ArrayList<>();
                together.add(ended.take());
                ended.drainTo(together);
                keepLatest(together);
                Thread.sleep(TOGETHER);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the service stops
        }
    }

    /** In the order in which they ended; of a tunnel no more than would be left of them. */
    private void keepLatest(List<Capture> together) {
        Map<UUID, Integer> ofTunnel = new HashMap<>();
        Deque<Capture> latest = new ArrayDeque<>();
        for (Capture capture : together.reversed()) {
            if (ofTunnel.merge(capture.tunnelId(), 1, Integer::sum) <= properties.requestsPerTunnel()) {
                latest.addFirst(capture);
            } else {
                followed.remove(capture);
                capture.discard();
            }
        }
        latest.forEach(this::keep);
    }

    /** One that cannot be kept is lost, and not all that come after it. */
    private void keep(Capture capture) {
        try {
            CapturedRequest request = capture.request();
            if (isWanted(capture, request)) {
                captures.add(request);
                if (!isWanted(capture, request)) {
                    captures.drop(request); // what was to be forgotten meanwhile was gone through before it came
                }
            }
        } catch (RuntimeException e) {
            capture.discard();
            unseen.increment();
            log.atError().setCause(e).log("A request cannot be kept for the inspector");
        } finally {
            followed.remove(capture);
        }
    }

    private boolean isWanted(Capture capture, CapturedRequest request) {
        return capture.isWanted() && settings.of(request.tunnelId()).enabled();
    }

    /** Forgets the requests of a tunnel that have begun, those included that wait to be kept or have not ended. */
    private void forget(UUID tunnelId) {
        followed.stream().filter(capture -> capture.tunnelId().equals(tunnelId)).forEach(this::forget);
        captures.clear(tunnelId);
    }

    private void forget(Capture capture) {
        capture.forget();
        if (ended.remove(capture)) {
            followed.remove(capture);
            capture.discard();
        }
    }

    private double memoryBytes() {
        return (double) (captures.bytes() + memory.takenBytes());
    }

    @PreDestroy
    void stop() {
        keeper.interrupt();
    }
}
