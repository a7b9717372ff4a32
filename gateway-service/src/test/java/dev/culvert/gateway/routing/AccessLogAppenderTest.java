package dev.culvert.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AccessLogAppenderTest {
    private static final int LINES = 10_000;

    /** S3.11: whoever reads the log may stop reading; calls go on, and what did not find a place is counted. */
    @Test
    void neverWaitsForAReaderThatHasStopped() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        Logger access = (Logger) LoggerFactory.getLogger(AccessLog.NAME);
        Logger root = access.getLoggerContext().getLogger(Logger.ROOT_LOGGER_NAME);
        StuckReader reader = new StuckReader();
        reader.setContext(access.getLoggerContext());
        reader.start();
        List<Appender<ILoggingEvent>> others = new ArrayList<>();
        root.iteratorForAppenders().forEachRemaining(others::add);
        others.forEach(root::detachAppender); // thousands of lines that say nothing
        root.addAppender(reader);
        AccessLogAppender appender = new AccessLogAppender(meters);
        appender.start();
        try {
            for (int i = 0; i < LINES; i++) {
                access.info("call {}", i);
            }

            assertThat(reader.read).hasValue(0);
            assertThat(meters.counter("access.log.lost").count()).isPositive();
            reader.goesOn.countDown();
            await().until(() ->
                    reader.read.get() + meters.counter("access.log.lost").count() >= LINES);
        } finally {
            reader.goesOn.countDown();
            appender.stop();
            root.detachAppender(reader);
            others.forEach(root::addAppender);
        }
        assertThat(access.isAdditive()).isTrue();
        assertThat(access.iteratorForAppenders().hasNext()).isFalse();
    }

    private static final class StuckReader extends AppenderBase<ILoggingEvent> {
        private final CountDownLatch goesOn = new CountDownLatch(1);
        private final AtomicInteger read = new AtomicInteger();

        @Override
        protected void append(ILoggingEvent event) {
            try {
                goesOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            read.incrementAndGet();
        }
    }
}
