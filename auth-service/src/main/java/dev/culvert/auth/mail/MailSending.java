package dev.culvert.auth.mail;

import dev.culvert.auth.mail.MailQueue.Claimed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.mail.MailException;
import org.springframework.mail.MailParseException;
import org.springframework.mail.SimpleMailMessage;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Sends what is queued. A mail is claimed in one transaction, sent outside any, and marked in another, so a sender that
 * dies leaves it to the next one: a mail arrives at least once.
 */
@Component
class MailSending implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(MailSending.class);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(8);

    private final MailQueue queue;
    private final JavaMailSender server;
    private final TransactionOperations transactions;
    private final MailProperties properties;
    private final Clock clock;
    private final Counter sent;
    private final Counter failed;
    private final Semaphore wake = new Semaphore(0);
    private volatile boolean running;
    private @Nullable Thread thread;

    MailSending(
            MailQueue queue,
            JavaMailSender server,
            TransactionOperations transactions,
            MailProperties properties,
            Clock clock,
            MeterRegistry meters) {
        this.queue = queue;
        this.server = server;
        this.transactions = transactions;
        this.properties = properties;
        this.clock = clock;
        this.sent = Counter.builder("mails.sent")
                .description("Mails the server took")
                .register(meters);
        this.failed = Counter.builder("mails.failed")
                .description("Attempts to send a mail that failed")
                .register(meters);
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT)
    void wakeUp(MailQueue.MailQueued queued) {
        wake.release();
    }

    @Override
    public void start() {
        running = true; // before the thread looks at it
        thread = Thread.ofVirtual().name("mail-sending").start(this::sendUntilStopped);
    }

    /** Lets a mail that is being sent be marked as sent, so that a restart does not send it again. */
    @Override
    public void stop() {
        running = false;
        wake.release();
        if (thread != null && !ended(thread)) {
            thread.interrupt();
        }
    }

    private static boolean ended(Thread thread) {
        try {
            return thread.join(STOP_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void sendUntilStopped() {
        try {
            while (isRunning()) {
                sendDue();
                if (wake.tryAcquire(properties.pollInterval().toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendDue() {
        try {
            Optional<Claimed> next = claim();
            while (next.isPresent()) {
                send(next.get());
                next = claim();
            }
        } catch (DataAccessException | TransactionException e) {
            log.warn("The mail queue cannot be reached; trying again in {}", properties.pollInterval(), e);
        }
    }

    /** The next mail that is due; none once the sender stops, so that none is left claimed. */
    private Optional<Claimed> claim() {
        if (!isRunning()) {
            return Optional.empty();
        }
        Instant until = clock.instant().plus(properties.claim());
        return transactions.execute(_ -> queue.claim(until));
    }

    private void send(Claimed claimed) {
        try {
            server.send(message(queue.open(claimed)));
        } catch (MailParseException | IllegalStateException e) {
            giveUp(claimed, e); // no later attempt could end better
            return;
        } catch (MailException e) {
            retryLater(claimed, e);
            return;
        }
        transactions.executeWithoutResult(_ -> queue.sent(claimed.id()));
        sent.increment();
    }

    private SimpleMailMessage message(Mail mail) {
        SimpleMailMessage message = new SimpleMailMessage();
        message.setFrom(properties.from());
        message.setTo(mail.recipient());
        message.setSubject(mail.subject());
        message.setText(mail.body());
        return message;
    }

    private void retryLater(Claimed claimed, MailException failure) {
        failed.increment();
        Instant next = clock.instant().plus(withJitter(properties.retryAfter(claimed.attempts())));
        if (next.isAfter(claimed.sealed().expiresAt())) {
            giveUp(claimed, failure);
            return;
        }
        log.atWarn()
                .addKeyValue("mail.id", claimed.id())
                .addKeyValue("mail.attempts", claimed.attempts())
                .addKeyValue("mail.next_attempt", next)
                .setCause(failure)
                .log("A mail could not be sent and will be tried again");
        transactions.executeWithoutResult(_ -> queue.postpone(claimed.id(), next));
    }

    private void giveUp(Claimed claimed, RuntimeException failure) {
        log.atError()
                .addKeyValue("mail.id", claimed.id())
                .addKeyValue("mail.attempts", claimed.attempts())
                .setCause(failure)
                .log("A mail is given up");
        transactions.executeWithoutResult(_ -> queue.giveUp(claimed.id()));
    }

    /** Up to a quarter longer, so that many mails do not come back at once. */
    private static Duration withJitter(Duration wait) {
        return wait.plusMillis(ThreadLocalRandom.current().nextLong(wait.toMillis() / 4 + 1));
    }
}
