package dev.culvert.gateway.routing;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Writes the access log on threads of its own, to wherever the root logger writes: a full pipe behind the standard output must
 * not hold up an event loop (requirement S3.11). A line that finds no place is dropped and counted. The threads wake by the
 * clock: waking one for each line costs the event loop as much as the line.
 */
@Component
final class AccessLogAppender implements SmartLifecycle {
    private static final int LINES = 8192;
    private static final int AT_ONCE = 256;
    private static final long WRITE_EVERY_NANOS = Duration.ofMillis(10).toNanos();
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(1);

    private final Counter lost;
    private final List<Appender<ILoggingEvent>> appenders = new ArrayList<>();

    AccessLogAppender(MeterRegistry registry) {
        lost = Counter.builder("access.log.lost")
                .description("Lines of the access log that found no place in its queue")
                .register(registry);
    }

    @Override
    public synchronized void start() {
        Logger access = access();
        if (access.iteratorForAppenders().hasNext()) {
            return; // another gateway of this process has seen to it
        }
        access.getLoggerContext()
                .getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)
                .iteratorForAppenders()
                .forEachRemaining(target -> appenders.add(behindQueue(target, access.getLoggerContext())));
        appenders.forEach(access::addAppender);
        access.setAdditive(appenders.isEmpty());
    }

    private Appender<ILoggingEvent> behindQueue(Appender<ILoggingEvent> target, LoggerContext context) {
        Queue queue = new Queue(target);
        queue.setContext(context);
        queue.setName("access-" + target.getName());
        queue.start();
        return queue;
    }

    /** Writes what still waits. */
    @Override
    public synchronized void stop() {
        Logger access = access();
        access.setAdditive(true);
        appenders.forEach(appender -> {
            access.detachAppender(appender);
            appender.stop();
        });
        appenders.clear();
    }

    @Override
    public synchronized boolean isRunning() {
        return !appenders.isEmpty();
    }

    /** Stopped after the web server, whose last calls have their lines too. */
    @Override
    public int getPhase() {
        return 0;
    }

    private static Logger access() {
        if (LoggerFactory.getLogger(AccessLog.NAME) instanceof Logger logback) {
            return logback;
        }
        throw new IllegalStateException("The gateway logs by Logback");
    }

    /** Lines on their way to an appender that others write to as well, so that it is not this one's to stop. */
    private final class Queue extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private final BlockingQueue<ILoggingEvent> lines = new ArrayBlockingQueue<>(LINES);
        private final Appender<ILoggingEvent> target;
        private final Thread writer;
        private volatile boolean writing = true;

        Queue(Appender<ILoggingEvent> target) {
            this.target = target;
            this.writer = Thread.ofPlatform().daemon().name("access-log").unstarted(this::write);
        }

        @Override
        public void start() {
            super.start();
            writer.start();
        }

        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing(); // what is this thread's own, as the correlation id
            if (!lines.offer(event)) {
                lost.increment();
            }
        }

        private void write() {
            List<ILoggingEvent> taken = new ArrayList<>();
            while (writing) {
                LockSupport.parkNanos(this, WRITE_EVERY_NANOS);
                writeAll(taken);
            }
            writeAll(taken);
        }

        private void writeAll(List<ILoggingEvent> taken) {
            while (lines.drainTo(taken, AT_ONCE) > 0) {
                taken.forEach(target::doAppend);
                taken.clear();
            }
        }

        /** Writes what still waits, unless nobody reads. */
        @Override
        public void stop() {
            super.stop();
            writing = false;
            LockSupport.unpark(writer);
            try {
                writer.join(STOP_TIMEOUT);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
