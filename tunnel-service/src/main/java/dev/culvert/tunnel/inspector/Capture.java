package dev.culvert.tunnel.inspector;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.tunnel.inspector.LiveFeed.LiveEvent;
import dev.culvert.tunnel.inspector.Timeline.Chunk;
import dev.culvert.tunnel.inspector.Timeline.Direction;
import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One request while it is followed. Written on event loops, and read on the inspector's thread once it has ended. */
final class Capture implements RequestObserver {
    private final RequestStart start;
    private final LiveFeed feed;
    private final BodyCopy requestBody;
    private final BodyCopy answerBody;
    private final Timeline timeline;
    private final Consumer<Capture> whenEnded;
    private final long startedNanos = System.nanoTime();
    private volatile HttpHeaders answerHeaders = new DefaultHttpHeaders();
    private volatile @Nullable Traffic traffic;
    private volatile boolean unwanted;

    Capture(
            RequestStart start,
            LiveFeed feed,
            CaptureMemory memory,
            int bodyLimit,
            int chunkLimit,
            Consumer<Capture> whenEnded) {
        this.start = start;
        this.feed = feed;
        this.requestBody = new BodyCopy(memory, bodyLimit);
        this.answerBody = new BodyCopy(memory, bodyLimit);
        this.timeline = new Timeline(memory, chunkLimit);
        this.whenEnded = whenEnded;
    }

    /** A request has begun. */
    record Began(
            UUID id, String method, String path, String protocol, String correlationId, UUID userId, Instant time) {}

    /** A request has a stream to an agent. */
    record Opened(UUID id, UUID connectionId, double afterMillis) {}

    /** The head of an answer is here. */
    record Answered(UUID id, int status, double afterMillis) {}

    /** A piece of a body has passed. */
    record Passed(UUID id, String direction, double afterMillis, int bytes) {}

    /** A request has ended. */
    record Ended(
            UUID id,
            int status,
            String outcome,
            @Nullable String problem,
            double durationMillis,
            long bytesIn,
            long bytesOut) {}

    void began() {
        if (isWatched()) {
            publish(
                    "request",
                    new Began(
                            start.requestId(),
                            start.method(),
                            Redaction.path(start.path()),
                            start.protocol().wireName(),
                            start.correlationId(),
                            start.userId(),
                            start.startedAt()));
        }
    }

    @Override
    public void opened(UUID sessionId) {
        if (isWatched()) {
            publish("opened", new Opened(start.requestId(), sessionId, afterMillis()));
        }
    }

    @Override
    public void requestBytes(ByteBuf bytes) {
        requestBody.add(bytes);
        passed(Direction.IN, bytes.readableBytes());
    }

    @Override
    public void answerHead(int status, HttpHeaders headers) {
        answerHeaders = headers;
        if (isWatched()) {
            publish("answer", new Answered(start.requestId(), status, afterMillis()));
        }
    }

    @Override
    public void answerBytes(ByteBuf bytes) {
        answerBody.add(bytes);
        passed(Direction.OUT, bytes.readableBytes());
    }

    private void passed(Direction direction, int bytes) {
        Chunk chunk = new Chunk(direction.wireName(), afterMillis(), bytes);
        timeline.add(chunk);
        if (isWatched()) {
            publish("chunk", new Passed(start.requestId(), chunk.direction(), chunk.afterMillis(), chunk.bytes()));
        }
    }

    @Override
    public void ended(Traffic ended) {
        traffic = ended;
        if (isWatched()) {
            publish(
                    "end",
                    new Ended(
                            start.requestId(),
                            ended.status(),
                            ended.outcome().name().toLowerCase(Locale.ROOT),
                            ended.course().problem().map(ProblemCode::name).orElse(null),
                            ended.duration().toNanos() / 1e6,
                            ended.bytesIn(),
                            ended.bytesOut()));
        }
        whenEnded.accept(this);
    }

    /** What is kept of it; once, after the end. */
    CapturedRequest request() {
        Traffic known = traffic;
        if (known == null) {
            throw new IllegalStateException("The request has not ended");
        }
        return new CapturedRequest(
                known,
                start.path(),
                Redaction.headers(start.headers()),
                requestBody.take(),
                Redaction.headers(answerHeaders),
                answerBody.take(),
                timeline.take());
    }

    UUID tunnelId() {
        return start.tunnelId();
    }

    /** It is not to be kept, whenever it ends. */
    void forget() {
        unwanted = true;
    }

    boolean isWanted() {
        return !unwanted;
    }

    /** Lets go of what was copied. */
    void discard() {
        requestBody.take();
        answerBody.take();
        timeline.take();
    }

    private boolean isWatched() {
        return feed.isWatched(start.tunnelId());
    }

    private void publish(String type, Object data) {
        feed.publish(start.tunnelId(), new LiveEvent(type, data));
    }

    private double afterMillis() {
        return Math.round((System.nanoTime() - startedNanos) / 1e4) / 100.0;
    }
}
