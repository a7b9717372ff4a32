package dev.culvert.gateway.live;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.util.concurrent.Queues;

/** Hands news to those they concern, and remembers the last ones of all users. */
@Component
final class NewsDesk {
    private final LiveProperties properties;
    private final ArrayDeque<News> remembered = new ArrayDeque<>();
    private final Map<UUID, Set<Sinks.Many<News>>> readers = new ConcurrentHashMap<>();

    private boolean closed;

    NewsDesk(LiveProperties properties) {
        this.properties = properties;
    }

    /**
     * What a reader begins with.
     *
     * @param end to be run once nobody reads any more, also if nobody ever has
     */
    record Subscription(List<News> missed, boolean gap, Flux<News> coming, Runnable end) {}

    synchronized void publish(News news) {
        remembered.addLast(news);
        if (remembered.size() > properties.remembered()) {
            remembered.removeFirst();
        }
        readers.getOrDefault(news.userId(), Set.of()).forEach(reader -> {
            if (reader.tryEmitNext(news).isFailure()) {
                // Its queue is full: it may come back and ask for what it missed.
                reader.tryEmitError(new IllegalStateException("Reads too slowly"));
            }
        });
    }

    /**
     * Begins to read; whoever does ends it.
     *
     * @param allowed which kinds of news the reader may see
     * @param last id of the news the reader saw last, if it was here before
     */
    synchronized Subscription subscribe(UUID userId, Predicate<News> allowed, Optional<String> last) {
        Sinks.Many<News> reader = Sinks.many()
                .unicast()
                .onBackpressureBuffer(Queues.<News>get(properties.queue()).get());
        readers.computeIfAbsent(userId, _ -> ConcurrentHashMap.newKeySet()).add(reader);
        if (closed) {
            reader.tryEmitComplete();
        }
        Optional<News> seen = last.flatMap(
                id -> remembered.stream().filter(news -> news.id().equals(id)).findFirst());
        List<News> missed = new ArrayList<>();
        seen.ifPresent(from -> remembered.stream()
                .filter(news -> news.userId().equals(userId)
                        && news.heardMillis()
                                >= from.heardMillis() - properties.overlap().toMillis()
                        && !news.id().equals(from.id())
                        && allowed.test(news))
                .forEach(missed::add));
        boolean gap = last.isPresent() && seen.isEmpty();
        return new Subscription(missed, gap, reader.asFlux().filter(allowed), () -> leave(userId, reader));
    }

    /** Channels of a user that are open. */
    int readers(UUID userId) {
        return readers.getOrDefault(userId, Set.of()).size();
    }

    /** Ends all channels, which would go on for as long as the instance waits for running requests to end. */
    synchronized void close() {
        closed = true;
        readers.values().forEach(all -> all.forEach(Sinks.Many::tryEmitComplete));
    }

    private synchronized void leave(UUID userId, Sinks.Many<News> reader) {
        Set<Sinks.Many<News>> all = readers.get(userId);
        if (all != null) {
            all.remove(reader);
            if (all.isEmpty()) {
                readers.remove(userId);
            }
        }
    }
}
