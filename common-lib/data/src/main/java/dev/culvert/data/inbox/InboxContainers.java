package dev.culvert.data.inbox;

import dev.culvert.data.topic.EventTopics;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Starts the consumers once Kafka answers and the topics are there. A service is up before that: its requests do not need
 * Kafka, and its events wait.
 */
final class InboxContainers implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(InboxContainers.class);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

    private final List<ConcurrentMessageListenerContainer<String, byte[]>> containers;
    private final EventTopics topics;
    private final Set<String> deadLetterTopics;
    private @Nullable Thread starter;

    InboxContainers(
            List<ConcurrentMessageListenerContainer<String, byte[]>> containers,
            EventTopics topics,
            Set<String> deadLetterTopics) {
        this.containers = List.copyOf(containers);
        this.topics = topics;
        this.deadLetterTopics = Set.copyOf(deadLetterTopics);
    }

    @Override
    public synchronized void start() {
        starter = Thread.ofVirtual().name("inbox-start").start(this::startWhenKafkaAnswers);
    }

    @Override
    public synchronized void stop() {
        if (starter != null) {
            end(starter);
            starter = null;
        }
        containers.forEach(container -> container.stop(() -> {}));
        containers.forEach(ConcurrentMessageListenerContainer::stop);
    }

    @Override
    public synchronized boolean isRunning() {
        return starter != null;
    }

    private void startWhenKafkaAnswers() {
        ExponentialBackOff backOff = new ExponentialBackOff(200, 2);
        backOff.setMaxInterval(5_000);
        backOff.setJitter(100);
        BackOffExecution pauses = backOff.start();
        try {
            while (!tryToStart()) {
                Thread.sleep(pauses.nextBackOff());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean tryToStart() throws InterruptedException {
        try {
            topics.create(deadLetterTopics);
            containers.forEach(ConcurrentMessageListenerContainer::start);
            return true;
        } catch (KafkaException e) {
            log.atWarn().addKeyValue("reason", e.toString()).log("Kafka does not answer yet; events wait");
            return false;
        }
    }

    private static void end(Thread thread) {
        thread.interrupt();
        try {
            thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
