package dev.culvert.data.idempotency;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Forgets answers that are too old to be repeated. */
final class AnswerCleanup implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AnswerCleanup.class);

    private final AnswerStore answers;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofVirtual().name("idempotency-cleanup").factory());

    AnswerCleanup(AnswerStore answers) {
        this.answers = answers;
        var _ = timer.scheduleWithFixedDelay(this::run, 15, 60, TimeUnit.MINUTES);
    }

    void run() {
        try {
            answers.forgetOld();
        } catch (DataAccessException e) {
            log.atWarn().setCause(e).log("Old answers could not be forgotten; next try in an hour");
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
