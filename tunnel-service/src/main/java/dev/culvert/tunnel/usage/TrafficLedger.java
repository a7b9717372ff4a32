package dev.culvert.tunnel.usage;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter;
import dev.culvert.tunnel.usage.UsageBatch.Sums;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Instant;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Sums traffic and stores it about once a second and when the service stops (requirements R4.6, R4.9). Bytes of requests that
 * are still under way are stored with the rest, so an hour-long stream is not one number at its end.
 *
 * <p>A kill loses nothing that has moved: what is not stored yet is in the {@link Tallies}, and a replica that starts on the
 * same file counts it. Where the file is lost with the process, a request that a flush has seen is counted all the same when
 * a replica of that name starts ({@link UnderWay}). Nothing is counted twice: a batch that could not be stored, or whose
 * commit was not heard, is sent again under the same id before a new one is cut, {@link UsageDays} knows the last id it
 * stored, and each tally the batch that has it.
 */
@Component
class TrafficLedger implements TrafficMeter, MeasuredTraffic, SchedulingConfigurer {
    private static final Logger log = LoggerFactory.getLogger(TrafficLedger.class);

    /** Requests that have ended and wait for the database one by one; beyond that they are sums in memory. */
    private static final int WAITING_FOR_DATABASE = 10_000;

    private final ConcurrentHashMap<UsageBatch.Key, Sums> open = new ConcurrentHashMap<>();
    private final Set<Measured> running = ConcurrentHashMap.newKeySet();
    private final Queue<Measured> ended = new ConcurrentLinkedQueue<>();
    private final ConcurrentHashMap<UUID, Integer> underWay = new ConcurrentHashMap<>();
    private final Tallies tallies;
    private final UsageDays days;
    private final UsageProperties properties;
    private final Clock clock;

    // From here on the flush's own.
    private final List<UsageBatch.Progress> progress = new ArrayList<>();
    private final List<Tally> inBatch = new ArrayList<>();
    private Instant openSince;
    private @Nullable UsageBatch unsent;
    private boolean leftBehindTaken;
    private boolean cutOffCounted;

    TrafficLedger(UsageDays days, Tallies tallies, UsageProperties properties, Clock clock) {
        this.days = days;
        this.tallies = tallies;
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
        Measured measured = new Measured(request.tunnelId(), tallies.begin(request));
        running.add(measured);
        int now = underWay.merge(request.tunnelId(), 1, Integer::sum);
        add(measured.tally.keyAt(request.startedAt()), Sums.begun(now));
        return measured;
    }

    /** Counts a request of which nothing was heard before its end. */
    @Override
    public void record(Traffic traffic) {
        UsageBatch.Key key = new UsageBatch.Key(
                traffic.tunnelId(), traffic.tenantId(), traffic.userId(), UsageBatch.hourOf(end(traffic)));
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

    /** Stores what was measured; when the database does not take it, the next flush tries again. */
    @Override
    @PreDestroy
    public synchronized void flush() {
        try {
            send();
            if (!leftBehindTaken) {
                takeLeftBehind();
                send();
            }
            if (!cutOffCounted) {
                Instant now = clock.instant();
                TenantScope.runAsSystem("count what was cut off by a kill", () -> days.applyCutOff(now));
                cutOffCounted = true;
            }
            cut();
            send();
        } catch (DataAccessException | TransactionException e) {
            log.atWarn().setCause(e).log("Measured traffic cannot be stored now and is kept for the next try");
            sumUp();
        }
    }

    private void send() {
        UsageBatch batch = unsent;
        if (batch == null) {
            return;
        }
        TenantScope.runAsSystem("store measured traffic", () -> days.apply(batch));
        unsent = null;
        for (Tally tally : inBatch) {
            if (tally.stored()) {
                tallies.giveBack(tally);
            }
        }
        inBatch.clear();
    }

    /** Makes a batch of what a process that was killed has counted and not stored. */
    private void takeLeftBehind() {
        List<Tally> found = tallies.leftBehind();
        Optional<UUID> last = found.isEmpty()
                ? Optional.empty()
                : TenantScope.callAsSystem("see what a kill left behind", days::lastBatch);
        Instant now = clock.instant();
        UUID batch = UUID.randomUUID();
        for (Tally tally : found) {
            if (last.filter(tally::isTakenBy).isPresent() && tally.stored()) {
                tallies.giveBack(tally);
            } else {
                countLeftBehind(tally, now);
                tally.take(batch, tally.newIn(), tally.newOut(), true);
                inBatch.add(tally);
            }
        }
        leftBehindTaken = true;
        close(batch, now);
    }

    /** Of an answer that may have gone on elsewhere since, only the database knows how much is to be counted. */
    private void countLeftBehind(Tally tally, Instant now) {
        long out = tally.isPart() ? 0 : tally.newOut();
        UsageBatch.Key key = tally.keyAt(tally.hasEnded() ? tally.end().at() : now);
        UsageBatch.State state;
        if (tally.hasEnded()) {
            add(key, ended(tally.end(), tally.newIn(), out));
            state = stateAfter(tally.end());
        } else {
            Sums moved = Sums.moved(tally.newIn(), out);
            add(key, tally.isPart() ? moved : moved.plus(Sums.cutOff(1)));
            state = tally.isPart() ? UsageBatch.State.LEFT_BEHIND : UsageBatch.State.OVER;
        }
        progress.add(new UsageBatch.Progress(key, tally.answer(), tally.answered(), tally.isPart(), state));
    }

    private static Sums ended(Tally.End end, long in, long out) {
        return Sums.ended(end.error(), in, out, end.millis(), end.tokens());
    }

    private static UsageBatch.State stateAfter(Tally.End end) {
        return end.mayGoOn() ? UsageBatch.State.BROKEN_OFF : UsageBatch.State.OVER;
    }

    private void cut() {
        Instant now = clock.instant();
        UUID batch = UUID.randomUUID();
        // First what has ended: what ends from here on is still found running, or in the next batch.
        for (Measured measured = ended.poll(); measured != null; measured = ended.poll()) {
            if (measured.tally.isFree()) {
                tallies.giveBack(measured.tally);
            } else {
                measured.countEnd();
                measured.tally.take(batch, measured.tally.newIn(), measured.tally.newOut(), true);
                inBatch.add(measured.tally);
            }
        }
        running.forEach(measured -> measured.countMoved(batch, now));
        close(batch, now);
    }

    private void close(UUID batch, Instant now) {
        Map<UsageBatch.Key, Sums> taken = new HashMap<>();
        for (UsageBatch.Key key : open.keySet()) {
            Sums sums = open.remove(key);
            if (sums != null) {
                taken.put(key, sums);
            }
        }
        if (!taken.isEmpty() || !progress.isEmpty()) {
            unsent = new UsageBatch(batch, openSince, now, taken, progress);
        }
        progress.clear();
        openSince = now;
    }

    /** While the database is away memory must not grow with every request; a kill then costs what is summed up. */
    private void sumUp() {
        if (ended.size() > WAITING_FOR_DATABASE) {
            ended.removeIf(this::isSummedUp);
        }
    }

    /** What the batch that waits has of a request is not to be counted again, so such a one waits as well. */
    private boolean isSummedUp(Measured measured) {
        Tally tally = measured.tally;
        if (unsent != null && tally.isTakenBy(unsent.id())) {
            return false;
        }
        if (!tally.isFree()) {
            measured.countEnd();
            tally.free();
        }
        tallies.giveBack(tally);
        return true;
    }

    /** One request under way. Its bytes are counted once: by a flush while it runs, or the rest of them at its end. */
    private final class Measured implements RequestObserver {
        private final UUID tunnelId;
        private final Tally tally;

        /** Loop of the link only, until the end. */
        private volatile Optional<TokenReader> tokens = Optional.empty();

        private volatile boolean over;

        /** The flush's own: whether the database may know of it. */
        private boolean noted;

        Measured(UUID tunnelId, Tally tally) {
            this.tunnelId = tunnelId;
            this.tally = tally;
        }

        @Override
        public void requestBytes(ByteBuf bytes) {
            if (!over) {
                tally.addIn(bytes.readableBytes());
            }
        }

        @Override
        public void answerHead(int status, HttpHeaders headers) {
            tokens = TokenReader.forAnswer(status, headers);
        }

        @Override
        public void answerBytes(ByteBuf bytes) {
            if (over) {
                return;
            }
            tally.addOut(bytes.readableBytes());
            tokens.ifPresent(reader -> reader.read(bytes));
        }

        /** Counts what was moved since the last time, and notes how far it is where somebody may want to know. */
        void countMoved(UUID batch, Instant now) {
            if (over) {
                return; // the next batch has it
            }
            long in = tally.newIn();
            long out = tally.newOut();
            boolean moved = in > 0 || out > 0;
            if (!moved && (noted || tally.isContinued())) {
                return;
            }
            if (moved) {
                add(tally.keyAt(now), Sums.moved(in, tally.isContinued() ? 0 : out));
                tally.take(batch, in, out, false);
                inBatch.add(tally);
            }
            // That it is there is enough to know where nobody can go on with it.
            if (!noted || (moved && tally.isPart())) {
                note(now, UsageBatch.State.RUNNING);
            }
            noted = true;
        }

        private void note(Instant at, UsageBatch.State state) {
            progress.add(new UsageBatch.Progress(
                    tally.keyAt(at), tally.answer(), tally.answered(), tally.isContinued(), state));
        }

        @Override
        public void ended(Traffic traffic) {
            over = true;
            running.remove(this);
            underWay.computeIfPresent(tunnelId, (_, count) -> count <= 1 ? null : count - 1);
            if (tally.isContinued() && traffic.bytesOut() == 0 && traffic.outcome() != Outcome.COMPLETED) {
                tally.free(); // the gateway asked for a rest that could not be had here: no request of anybody
                ended.add(this);
                return;
            }
            boolean mayGoOn =
                    tally.isPart() && traffic.outcome() != Outcome.COMPLETED && traffic.outcome() != Outcome.REFUSED;
            tally.end(new Tally.End(
                    end(traffic),
                    traffic.isError(),
                    mayGoOn,
                    traffic.duration().toMillis(),
                    tokens.map(TokenReader::tokens).orElse(TokenCount.NONE)));
            ended.add(this);
        }

        void countEnd() {
            Tally.End end = tally.end();
            add(
                    tally.keyAt(end.at()),
                    TrafficLedger.ended(end, tally.newIn(), tally.isContinued() ? 0 : tally.newOut()));
            if (noted || end.mayGoOn() || tally.isContinued()) {
                note(end.at(), stateAfter(end));
            }
        }
    }
}
