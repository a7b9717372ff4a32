package dev.culvert.tunnel.session;

import dev.culvert.contracts.identity.Scope;
import dev.culvert.contracts.identity.Tier;
import dev.culvert.platform.caller.Caller;
import dev.culvert.tunnel.session.TunnelDirectory.Resolution;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Answers who is calling and which tunnel is meant, without blocking an event loop: both questions go to a virtual thread,
 * once for all requests that ask the same at the same time, and the answer is kept for a short while.
 */
public final class Admission {
    private static final Duration KEEP = Duration.ofSeconds(2);
    private static final int MAX_ENTRIES = 10_000;

    /** Agents that are asked for at the same time: some of the connections to the database are always left to callers. */
    private static final int AGENTS_AT_ONCE = 4;

    private final CallerVerifier verifier;
    private final TunnelDirectory directory;
    private final Executor blocking;
    private final LongSupplier nanoTime;
    private final Guests guests;
    private final ConcurrentHashMap<Question, Answer> answers = new ConcurrentHashMap<>();
    private final LongAdder questions = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final Semaphore agents = new Semaphore(AGENTS_AT_ONCE);

    /**
     * @param blocking runs what may block, e.g. one virtual thread for each task
     * @param nanoTime source of monotonic time
     */
    public Admission(CallerVerifier verifier, TunnelDirectory directory, Executor blocking, LongSupplier nanoTime) {
        this.verifier = verifier;
        this.directory = directory;
        this.blocking = blocking;
        this.nanoTime = nanoTime;
        this.guests = new Guests(directory, blocking);
    }

    /**
     * A verified caller and what the name means to it.
     *
     * @param token by which the caller was verified; empty for somebody who needed none
     */
    public record Admitted(Caller caller, Resolution resolution, Optional<String> token) {
        public Admitted(Caller caller, Resolution resolution) {
            this(caller, resolution, Optional.empty());
        }
    }

    private record Question(String token, String tunnel) {}

    private record Answer(CompletableFuture<Admitted> admitted, long askedNanos) {
        boolean isAbout(UUID tunnelId) {
            if (!admitted.isDone()) {
                // Asked before the change, so it may be about to tell of the state before.
                return true;
            }
            return !admitted.isCompletedExceptionally()
                    && switch (admitted.join().resolution()) {
                        case Resolution.Found found -> found.tunnelId().equals(tunnelId);
                        case Resolution.Stopped stopped -> stopped.tunnelId().equals(tunnelId);
                        case Resolution.Unknown _ -> true;
                    };
        }
    }

    /**
     * Verifies and resolves.
     *
     * @return done already when the answer is known; fails with the problem of the token or the directory's exception
     */
    public CompletableFuture<Admitted> admit(String token, String tunnel) {
        return admit(token, tunnel, this::ask);
    }

    /**
     * The same for an agent that connects. They come back by the thousand when a replica is lost, and wait for each other then,
     * not callers for them.
     */
    public CompletableFuture<Admitted> admitAgent(String token, String tunnel) {
        return admit(token, tunnel, (question, answer) -> {
            agents.acquireUninterruptibly();
            try {
                ask(question, answer);
            } finally {
                agents.release();
            }
        });
    }

    private CompletableFuture<Admitted> admit(String token, String tunnel, BiConsumer<Question, Answer> ask) {
        questions.increment();
        Question question = new Question(token, tunnel);
        long now = nanoTime.getAsLong();
        Answer known = answers.get(question);
        if (known != null && now - known.askedNanos < KEEP.toNanos()) {
            return known.admitted;
        }
        Answer asked = new Answer(new CompletableFuture<>(), now);
        if (answers.size() < MAX_ENTRIES) {
            Answer raced = known == null ? answers.putIfAbsent(question, asked) : replaced(question, known, asked);
            if (raced != null) {
                return raced.admitted;
            }
            // It holds a token, which is not to be in memory for longer than it is of use.
            CompletableFuture.delayedExecutor(KEEP.toMillis(), TimeUnit.MILLISECONDS, blocking)
                    .execute(() -> answers.remove(question, asked));
        }
        unknown.increment();
        blocking.execute(() -> ask.accept(question, asked));
        return asked.admitted;
    }

    /** Answers that are kept at the moment. */
    int known() {
        return answers.size();
    }

    /** Share of the questions so far whose answer was known or being found, from 0 to 1. */
    public double hitRate() {
        long all = questions.sum();
        return all == 0 ? 0 : 1 - (double) unknown.sum() / all;
    }

    private @Nullable Answer replaced(Question question, Answer known, Answer asked) {
        return answers.replace(question, known, asked) ? null : answers.putIfAbsent(question, asked);
    }

    private void ask(Question question, Answer answer) {
        try {
            Caller caller = verifier.verify(question.token);
            Resolution resolution = directory.resolve(question.tunnel, caller);
            if (!(resolution instanceof Resolution.Found)) {
                // Not kept: a tunnel made or started a moment later is there at once.
                answers.remove(question, answer);
            }
            answer.admitted.complete(new Admitted(caller, resolution, Optional.of(question.token)));
        } catch (RuntimeException e) {
            answers.remove(question, answer);
            answer.admitted.completeExceptionally(e);
        }
    }

    /**
     * Lets somebody without an account in; asked anew each time, since a link may be used up. A visitor acts in the owner's
     * name, who is billed, with nothing but the right to use tunnels.
     */
    public CompletableFuture<Admitted> admit(Visit visit) {
        return asked(() -> {
            Resolution.Found found = directory.visit(visit);
            return new Admitted(visitorOf(found), found);
        });
    }

    /**
     * Counts a request that is let in against the quota of the right it came by, if that has one, and the uses of a link.
     *
     * @return with the right that lets it through; fails with the problem if the quota of each is used up, or the link
     */
    public CompletableFuture<Admitted> charge(Admitted admitted) {
        if (admitted.resolution() instanceof Resolution.Found found
                && found.grant().counted()) {
            return asked(() -> {
                Grant grant = directory.charge(found, admitted.caller());
                return new Admitted(admitted.caller(), found.by(grant), admitted.token());
            });
        }
        return CompletableFuture.completedFuture(admitted);
    }

    private CompletableFuture<Admitted> asked(Supplier<Admitted> question) {
        CompletableFuture<Admitted> answer = new CompletableFuture<>();
        blocking.execute(() -> {
            try {
                answer.complete(question.get());
            } catch (RuntimeException e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }

    private static Caller visitorOf(Resolution.Found found) {
        return new Caller(
                found.ownerId(),
                found.tenantId(),
                Tier.FREE,
                Set.of(),
                Set.of(Scope.TUNNELS_USE),
                Optional.empty(),
                Optional.empty());
    }

    /** Those who use tunnels of others at the moment. */
    public Guests guests() {
        return guests;
    }

    /** To be called after a committed change of a tunnel: what was known about it is asked anew. */
    public void forget(UUID tunnelId) {
        answers.values().removeIf(answer -> answer.isAbout(tunnelId));
    }
}
