package dev.culvert.tunnel.usage;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.session.AnswerPart;
import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnel.usage.UsageBatch.Sums;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Sums traffic in memory and stores it about once a second and when the service stops (requirements R4.6, R4.9). Bytes of
 * requests that are still under way are stored with the rest, so an hour-long stream is not one number at its end.
 *
 * <p>A kill loses at most what began or moved within one flush interval: a request that a flush has seen is counted when the
 * replica starts again ({@link UnderWay}), and of an answer that goes on through another replica nothing is lost at all.
 * Nothing is counted twice: a batch that could not be stored, or whose commit was not heard, is sent again under the same
 * id before a new one is cut, and {@link UsageDays} knows the last id it stored.
 */
@Component
class TrafficLedger implements TrafficMeter, MeasuredTraffic, SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(TrafficLedger.class);

    private final ConcurrentHashMap<UsageBatch.Key, Sums> open = new ConcurrentHashMap<>();
    private final Set<Measured> running = ConcurrentHashMap.newKeySet();
    private final ConcurrentHashMap<UUID, Integer> underWay = new ConcurrentHashMap<>();
    private final UsageDays days;
    private final UsageProperties properties;
    private final Clock clock;
    private Instant openSince;
    private @Nullable UsageBatch unsent;
    private boolean cutOffCounted;

    /** What has become of requests since the last flush, if the one before it had seen them. */
    private final Queue<UsageBatch.Progress> ends = new ConcurrentLinkedQueue<>();

    TrafficLedger(UsageDays days, UsageProperties properties, Clock clock) {
        this.days = days;
        this.properties = properties;
        this.clock = clock;
        this.openSince = clock.instant();
    }

    @Override
    public void configureTasks(ScheduledTaskRegistrar registrar) {
        registrar.addFixedDelayTask(this::flush, properties.flushInterval());
    }

    @Override
    public RequestObserver begin(RequestStart request) {
        Measured measured = new Measured(request);
        running.add(measured);
        int now = underWay.merge(request.tunnelId(), 1, Integer::sum);
        add(measured.keyAt(request.startedAt()), Sums.begun(now));
        return measured;
    }

    /** Counts a request of which nothing was heard before its end. */
    @Override
    public void record(Traffic traffic) {
        UsageBatch.Key key =
                new UsageBatch.Key(traffic.tunnelId(), traffic.tenantId(), traffic.userId(), hourOf(end(traffic)));
        add(
                key,
                Sums.ended(
                        traffic.isError(),
                        traffic.bytesIn(),
                        traffic.bytesOut(),
                        traffic.duration().toMillis(),
                        TokenCount.NONE));
    }

    private void add(UsageBatch.Key key, Sums sums) {
        open.merge(key, sums, Sums::plus);
    }

    private static Instant end(Traffic traffic) {
        return traffic.startedAt().plus(traffic.duration());
    }

    private static Instant hourOf(Instant time) {
        return time.truncatedTo(ChronoUnit.HOURS);
    }

    /** Stores what was measured; when the database does not take it, the next flush tries again. */
    @Override
    @PreDestroy
    public synchronized void flush() {
        try {
            if (!cutOffCounted) {
                Instant now = clock.instant();
                TenantScope.runAsSystem("count what was cut off by a kill", () -> days.applyCutOff(now));
                cutOffCounted = true;
            }
            if (unsent != null) {
                send(unsent);
            }
            unsent = cut();
            if (unsent != null) {
                send(unsent);
            }
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Measured traffic cannot be stored now and is kept for the next try");
        }
    }

    private void send(UsageBatch batch) {
        TenantScope.runAsSystem("store measured traffic", () -> days.apply(batch));
        unsent = null;
    }

    private @Nullable UsageBatch cut() {
        Instant now = clock.instant();
        List<UsageBatch.Progress> progress = new ArrayList<>();
        running.forEach(measured -> measured.settle(now).ifPresent(progress::add));
        for (UsageBatch.Progress end = ends.poll(); end != null; end = ends.poll()) {
            progress.add(end);
        }
        Map<UsageBatch.Key, Sums> taken = new HashMap<>();
        for (UsageBatch.Key key : open.keySet()) {
            Sums sums = open.remove(key);
            if (sums != null) {
                taken.put(key, sums);
            }
        }
        Instant from = openSince;
        openSince = now;
        return taken.isEmpty() && progress.isEmpty()
                ? null
                : new UsageBatch(UUID.randomUUID(), from, now, taken, progress);
    }

    /** One request under way. Its bytes are counted once: by a flush while it runs, or the rest of them at its end. */
    private final class Measured implements RequestObserver {
        private final RequestStart request;
        private final AtomicLong bytesIn = new AtomicLong();
        private final AtomicLong bytesOut = new AtomicLong();

        /** Loop of the link only, until the end. */
        private volatile Optional<TokenReader> tokens = Optional.empty();

        private long countedIn;
        private long countedOut;
        private boolean noted;
        private boolean over;

        Measured(RequestStart request) {
            this.request = request;
        }

        UsageBatch.Key keyAt(Instant time) {
            return new UsageBatch.Key(request.tunnelId(), request.tenantId(), request.userId(), hourOf(time));
        }

        @Override
        public void requestBytes(ByteBuf bytes) {
            bytesIn.addAndGet(bytes.readableBytes());
        }

        @Override
        public void answerHead(int status, HttpHeaders headers) {
            tokens = TokenReader.forAnswer(status, headers);
        }

        @Override
        public void answerBytes(ByteBuf bytes) {
            bytesOut.addAndGet(bytes.readableBytes());
            tokens.ifPresent(reader -> reader.read(bytes));
        }

        /**
         * Counts what was moved since the last time.
         *
         * @return how far it is, if that is to be noted
         */
        synchronized Optional<UsageBatch.Progress> settle(Instant now) {
            long in = bytesIn.get();
            long out = bytesOut.get();
            boolean moved = in > countedIn || out > countedOut;
            if (over || !(moved || (!noted && !isContinued()))) {
                return Optional.empty();
            }
            if (moved) {
                add(keyAt(now), Sums.moved(in - countedIn, isContinued() ? 0 : out - countedOut));
                countedIn = in;
                countedOut = out;
            }
            // That it is there is enough to know where nobody can go on with it.
            boolean tell = !noted || (moved && request.part().isPresent());
            noted = true;
            return tell ? Optional.of(progress(now, out, UsageBatch.State.RUNNING)) : Optional.empty();
        }

        private boolean isContinued() {
            return request.part().filter(AnswerPart::isContinued).isPresent();
        }

        private UsageBatch.Progress progress(Instant now, long out, UsageBatch.State state) {
            return new UsageBatch.Progress(
                    keyAt(now),
                    request.part().map(AnswerPart::answer).orElseGet(request.requestId()::toString),
                    request.part().map(AnswerPart::offset).orElse(0L) + out,
                    isContinued(),
                    state);
        }

        @Override
        public synchronized void ended(Traffic traffic) {
            over = true;
            running.remove(this);
            underWay.computeIfPresent(request.tunnelId(), (_, count) -> count <= 1 ? null : count - 1);
            if (isContinued() && traffic.bytesOut() == 0 && traffic.outcome() != Outcome.COMPLETED) {
                return; // the gateway asked for a rest that could not be had here: no request of anybody
            }
            add(
                    keyAt(end(traffic)),
                    Sums.ended(
                            traffic.isError(),
                            traffic.bytesIn() - countedIn,
                            isContinued() ? 0 : traffic.bytesOut() - countedOut,
                            traffic.duration().toMillis(),
                            tokens.map(TokenReader::tokens).orElse(TokenCount.NONE)));
            boolean mayGoOn = request.part().isPresent()
                    && traffic.outcome() != Outcome.COMPLETED
                    && traffic.outcome() != Outcome.REFUSED;
            if (noted || mayGoOn || isContinued()) {
                ends.add(progress(
                        end(traffic),
                        traffic.bytesOut(),
                        mayGoOn ? UsageBatch.State.BROKEN_OFF : UsageBatch.State.OVER));
            }
        }
    }
}
