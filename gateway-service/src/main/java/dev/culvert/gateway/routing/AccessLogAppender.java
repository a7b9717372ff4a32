package dev.culvert.gateway.routing;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Writes the access log on threads of its own, to wherever the root logger writes: a full pipe behind the standard output must
 * not hold up an event loop (requirement S3.11). A line that finds no place is dropped and counted.
 */
@Component
final class AccessLogAppender implements SmartLifecycle {
    private static final int LINES = 8192;

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
        AsyncAppender queue = new Queue();
        queue.setContext(context);
        queue.setName("access-" + target.getName());
        queue.setQueueSize(LINES);
        queue.setDiscardingThreshold(0);
        queue.setNeverBlock(true);
        Forward forward = new Forward(target);
        forward.setContext(context);
        forward.start();
        queue.addAppender(forward);
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

    private final class Queue extends AsyncAppender {
        @Override
        protected void append(ILoggingEvent event) {
            if (getRemainingCapacity() == 0) {
                lost.increment();
            } else {
                super.append(event);
            }
        }
    }

    /** Stopping the queue stops what is behind it: this one, instead of the appender that others write to as well. */
    private static final class Forward extends UnsynchronizedAppenderBase<ILoggingEvent> {
        private final Appender<ILoggingEvent> target;

        Forward(Appender<ILoggingEvent> target) {
            this.target = target;
        }

        @Override
        protected void append(ILoggingEvent event) {
            target.doAppend(event);
        }
    }
}
