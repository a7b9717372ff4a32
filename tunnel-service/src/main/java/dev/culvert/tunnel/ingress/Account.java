package dev.culvert.tunnel.ingress;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.platform.problem.ProblemException;
import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnel.session.TrafficMeter.Course;
import dev.culvert.tunnel.session.TrafficMeter.Hops;
import dev.culvert.tunnel.session.TrafficMeter.Outcome;
import dev.culvert.tunnel.session.TrafficMeter.Traffic;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What one request moved and when, and who follows it. Both loops write: each value is one loop's, but for the end, which
 * the first of them decides.
 */
final class Account {
    private static final long NOT_YET = Long.MIN_VALUE;

    private final TrafficMeter meter;
    private final Instant startedAt = Instant.now();
    private final long startedNanos = System.nanoTime();
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();

    private volatile @Nullable Followed followed;
    private volatile int status;
    private volatile @Nullable ProblemCode problem;
    private volatile @Nullable UUID sessionId;
    private volatile long movedNanos = startedNanos;
    private volatile long admittedNanos = NOT_YET;
    private volatile long openedNanos = NOT_YET;
    private volatile long answeredNanos = NOT_YET;
    private volatile @Nullable Duration local;

    private record Followed(RequestStart start, RequestObserver observer) {}

    Account(TrafficMeter meter) {
        this.meter = meter;
    }

    Instant startedAt() {
        return startedAt;
    }

    /** The request is one of a tunnel that the caller may know of: from here on it is measured. */
    void begin(RequestStart start) {
        admittedNanos = System.nanoTime();
        followed = new Followed(start, meter.begin(start));
    }

    /** The stream to an agent is open; on the loop of the link. */
    void opened(UUID session) {
        openedNanos = System.nanoTime();
        sessionId = session;
        Followed known = followed;
        if (known != null) {
            known.observer.opened(session);
        }
    }

    /** Body bytes of the caller, about to be passed on. */
    void movedIn(ByteBuf bytes) {
        movedNanos = System.nanoTime();
        bytesIn.addAndGet(bytes.readableBytes());
        Followed known = followed;
        if (known != null) {
            known.observer.requestBytes(bytes);
        }
    }

    /** Body bytes of the local service, about to be passed on. */
    void movedOut(ByteBuf bytes) {
        movedNanos = System.nanoTime();
        bytesOut.addAndGet(bytes.readableBytes());
        Followed known = followed;
        if (known != null) {
            known.observer.answerBytes(bytes);
        }
    }

    /** The head of an answer is here, whatever becomes of it. */
    void answerArrived(@Nullable Duration localService) {
        movedNanos = System.nanoTime();
        answeredNanos = movedNanos;
        local = localService;
    }

    /** The local service's answer is passed on. */
    void answered(int code, HttpHeaders headers) {
        status = code;
        Followed known = followed;
        if (known != null) {
            known.observer.answerHead(code, headers);
        }
    }

    /** The caller is told of a failure instead. */
    void refused(int code, Throwable failure) {
        status = code;
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        problem = cause instanceof ProblemException known ? known.code() : ProblemCode.INTERNAL_ERROR;
    }

    /** Whether this is the end: true once. The caller goes on with {@link #record}. */
    boolean tryEnd() {
        return ended.compareAndSet(false, true);
    }

    void record(Outcome outcome) {
        Followed known = followed;
        if (known != null) {
            known.observer.ended(traffic(known.start, outcome));
        }
    }

    private Traffic traffic(RequestStart start, Outcome outcome) {
        long now = System.nanoTime();
        Hops hops = new Hops(
                Duration.ofNanos(admittedNanos - startedNanos),
                between(admittedNanos, openedNanos),
                between(openedNanos, answeredNanos),
                Optional.ofNullable(local),
                between(answeredNanos, now));
        Course course = new Course(
                start.requestId(),
                start.correlationId(),
                TunnelPath.withoutQuery(start.path()),
                start.protocol(),
                Optional.ofNullable(sessionId),
                Optional.ofNullable(problem),
                hops);
        return new Traffic(
                start.tunnelId(),
                start.tenantId(),
                start.userId(),
                start.method(),
                status,
                bytesIn.get(),
                bytesOut.get(),
                startedAt,
                Duration.ofNanos(now - startedNanos),
                outcome,
                course);
    }

    private static Optional<Duration> between(long from, long to) {
        return from == NOT_YET || to == NOT_YET ? Optional.empty() : Optional.of(Duration.ofNanos(to - from));
    }

    boolean isEnded() {
        return ended.get();
    }

    /** Status sent to the caller, 0 before there is one. */
    int status() {
        return status;
    }

    long silentNanos() {
        return System.nanoTime() - movedNanos;
    }
}
